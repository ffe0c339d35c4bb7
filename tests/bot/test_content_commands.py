"""`content ...` as somebody of the staff types it."""

from __future__ import annotations

import importlib.util
import re
import shutil
import struct
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from telegram import Update
from typer.testing import CliRunner, Result

import content
from bot import screenshot
from bot.client import Refused, TelegramClient
from bot.content_commands import app
from bot.files import with_files
from bot.preview import Bubble, Preview
from bot.rendered import lengths
from bot.wording import load_wording
from content.draft import read
from content.recordings import path_for
from handlers import Exchange, Services, listening
from handlers.turn import Turn
from simulator import Simulator
from storage import chats
from tests.content import folder as sample
from tests.content.sound import opus

NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)
VISA = sample.path_of("visa")
ENGLISH = sample.path_of("visa", "en")
SOUND = path_for("id", "visa")
Bekal = Callable[..., Result]

BROWSER = any(shutil.which(name) for name in screenshot.BROWSERS)
needs_browser = pytest.mark.skipif(
    not BROWSER or importlib.util.find_spec("playwright") is None,
    reason="Chromium or playwright is not installed here",
)
needs_voice = pytest.mark.skipif(
    not (shutil.which("espeak-ng") and shutil.which("ffmpeg")),
    reason="espeak-ng and ffmpeg are not installed here",
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return sample.write(tmp_path / "content", sample.sound())


@pytest.fixture
def bekal(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Bekal:
    monkeypatch.setenv("BEKAL_CONTENT_DIR", str(folder))
    monkeypatch.setenv("COLUMNS", "120")
    return lambda *arguments: CliRunner().invoke(app, arguments)


def recorded(folder: Path, *, synthetic: bool = True) -> content.Library:
    """The folder with a recording of the article about visas."""
    page = next(page for page in read(folder).pages if page.file == VISA)
    audio = f"audio: {{file: {SOUND}, text_hash: {page.spoken_hash}, synthetic: {str(synthetic).lower()}}}\n"
    text = (folder / VISA).read_text().replace("ask: hotline\n", f"ask: hotline\n{audio}")
    sample.write(folder, {VISA: text.encode(), SOUND: opus()})
    return content.Library(folder)


def shown(library: content.Library, now: datetime = NOW) -> Preview:
    return Preview(library, load_wording(), now)


def labels(bubble: Bubble) -> list[str]:
    return [button["text"] for row in bubble.buttons for button in row]


# check


def test_check_prints_each_problem_with_its_place(bekal: Bekal, folder: Path) -> None:
    sample.write(folder, {ENGLISH: sample.translation("Work visa", "0" * 16)})
    result = bekal("check")
    assert result.exit_code == 0
    assert result.stdout.startswith(f"{ENGLISH}:5: The Indonesian article has changed")
    assert "content translate visa en" in result.stdout
    assert result.stdout.endswith("(warning)\n")
    assert result.stderr == "0 errors, 1 warnings\n"
    (folder / VISA).write_text(sample.article("visa", title="Panjang " * 20))
    result = bekal("check")
    assert result.exit_code == 1
    assert f"{VISA}:2: The title has 159 characters, 60 are allowed. Shorten it.\n" in result.stdout


def test_every_answer_is_measured_as_it_is_sent(folder: Path) -> None:
    def measured(source: str, sections: int) -> list[tuple[str, str]]:
        body = "".join(f"## A{n} {{destination=TW}}\n{'Kalimat ini. ' * 32}\n\n" for n in range(sections))
        text = sample.article("visa", body=sample.BODY + body).replace("UU 18/2017", source)
        sample.write(folder, {VISA: text})
        library = content.Library(folder)
        return [(problem.file, problem.what) for problem in lengths(library, shown(library))]

    assert measured("UU 18/2017", 2) == []
    assert measured("UU " + "x" * 800, 1) == [
        (VISA, "As it is sent, message 1 has 935 characters, more than 900"),
    ]
    assert measured("UU " + "x" * 900, 2)[-1] == (
        VISA,
        "As it is sent, message 1 about TW has 1875 characters, more than 1600",
    )


# status


def test_status_shows_each_topic_and_the_sums(bekal: Bekal, folder: Path) -> None:
    sample.write(folder, {ENGLISH: sample.translation("Work visa", "0" * 16)})
    result = bekal("status")
    assert re.search(r"\n  visa +yes +old +- +- +1 +\d{4}-\d\d-\d\d", result.stdout)
    assert "\nen: 1 of 3 topics, 1 old, 0 recorded\n" in result.stdout
    assert "sources: 3 law" in result.stdout


def test_status_is_written_as_a_page(bekal: Bekal, tmp_path: Path) -> None:
    page = tmp_path / "status.html"
    result = bekal("status", "--html", str(page))
    assert (result.exit_code, f"written: {page}" in result.stdout) == (0, True)
    assert page.read_text().startswith("<!doctype html>")
    result = bekal("status", "--html", str(tmp_path / "missing" / "status.html"))
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr


# new and translate


def test_a_new_article_is_started_and_explained(bekal: Bekal, folder: Path) -> None:
    result = bekal("new", "e-pmi", "routes")
    assert result.exit_code == 0
    assert f"written: {folder}/articles/id/routes/e-pmi.md\n" in result.stdout
    assert bekal("check").exit_code == 1
    again = bekal("new", "e-pmi", "routes")
    assert (again.exit_code, "is there already" in again.stderr) == (1, True)


def test_a_translation_is_started_then_brought_up_to_date(bekal: Bekal, folder: Path) -> None:
    assert f"written: {folder}/{ENGLISH}" in bekal("translate", "visa", "en").stdout
    assert "%% - Isi formulir" in (folder / ENGLISH).read_text()
    sample.write(folder, {ENGLISH: sample.translation("Work visa", "0" * 16)})
    result = bekal("translate", "visa", "en")
    assert "git does not know the text" in result.stdout
    assert "./bekal content translate visa en --done" in result.stdout
    assert "is noted as current" in bekal("translate", "visa", "en", "--done").stdout
    assert bekal("check").stdout == ""
    assert "is current" in bekal("translate", "visa", "en").stdout


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (("translate", "nothing", "en"), "has no Indonesian article"),
        (("translate", "visa", "id"), "to translate from"),
        (("translate", "visa", "nl"), "no language to translate into"),
        (("preview", "vissa"), "Did you mean 'visa'"),
        (("preview", "visa", "--locale", "nl"), "no language of Bekal"),
        (("preview", "visa", "--destination", "Taiwan"), "no country code"),
        (("speak",), "name one topic, or write --all"),
        (("speak", "visa", "--all"), "name one topic, or write --all"),
        (("speak", "nothing"), "there is no article 'nothing'"),
        (("new", "e-pmi", "nowhere"), "there is no module 'nowhere'"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_line(bekal: Bekal, arguments: tuple[str, ...], why: str) -> None:
    result = bekal(*arguments)
    assert result.exit_code == 1
    assert result.stderr.startswith("bekal: ")
    assert why in result.stderr


# preview


def test_a_preview_shows_what_the_handlers_send_to_the_end(folder: Path) -> None:
    first, second = shown(content.Library(folder)).bubbles("visa", "id", None)
    assert first.text.startswith("Visa kerja\n\nRingkas dan jelas.\n\nSumber: UU 18/2017 pasal 13")
    assert labels(first)[:2] == ["Selengkapnya", "Taiwan"]
    assert second.text.startswith("Cara mengurus\nDatang ke kantor imigrasi.")


def test_a_preview_for_a_country_starts_with_it(folder: Path) -> None:
    bubbles = shown(content.Library(folder)).bubbles("visa", "id", "TW")
    assert "Di Taiwan\nLapor diri setelah tiba." in bubbles[0].text


def test_a_preview_in_the_terminal_has_frames_and_buttons(bekal: Bekal) -> None:
    result = bekal("preview", "visa", "--locale", "en")
    assert result.exit_code == 0
    assert "│ Visa kerja" in result.stdout
    assert "only in Indonesian" in result.stdout
    assert "[Read more]" in result.stdout


def test_formatting_is_found_behind_emoji(folder: Path) -> None:
    sample.write(folder, {VISA: sample.article("visa", summary="😀😀 **tebal** biasa")})
    (bubble, *_) = shown(content.Library(folder)).bubbles("visa", "id", None)
    from bot.preview import _stretches

    assert ("tebal", "bold") in [(bubble.text[a:b], kind) for a, b, kind in _stretches(bubble)]


def test_broken_content_shows_its_errors_instead(bekal: Bekal, folder: Path) -> None:
    (folder / VISA).write_text(sample.article("visa", title="Panjang " * 20))
    result = bekal("preview", "passport")
    assert result.exit_code == 1
    assert f"{VISA}:2: The title has 159 characters" in result.stderr


def test_without_a_browser_it_is_said_what_to_install(bekal: Bekal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    result = bekal("preview", "visa", "--png", "x.png")
    assert result.exit_code == 1
    assert "apt install chromium" in result.stderr


@needs_browser
def test_a_preview_becomes_a_picture_as_wide_as_a_phone(bekal: Bekal, tmp_path: Path) -> None:
    picture = tmp_path / "visa.png"
    result = bekal("preview", "visa", "--png", str(picture))
    assert result.exit_code == 0, result.stderr
    width, height = struct.unpack(">II", picture.read_bytes()[16:24])
    assert width == 2 * 390
    assert height >= 2 * 844


# speak and listen


@needs_voice
def test_drafts_are_spoken_for_every_topic_without_one(bekal: Bekal, folder: Path) -> None:
    recorded(folder, synthetic=False)
    result = bekal("speak", "--all")
    assert result.exit_code == 0, result.stderr
    assert sorted(path.name for path in (folder / "audio/id").iterdir()) == [
        "passport.ogg",
        "remittance.ogg",
        "visa.ogg",
    ]
    assert "visa" not in result.stdout
    assert bekal("speak", "--all").stdout == ""
    assert bekal("check").stdout == ""


def listen(library: content.Library, now: datetime = NOW) -> Exchange:
    async def nobody(*_: object) -> None: ...

    chat = chats.new("lane", 1, now)
    exchange = Exchange(chat=chat, now=now, received_at=now)
    services = Services(nobody, library, load_wording(), lambda: now, 0)  # type: ignore[arg-type]
    turn = Turn(Update(0), exchange, services, "BekalBot")
    listening.hear(turn, "visa")
    turn.finish()
    return exchange


def test_an_answer_with_a_recording_offers_to_listen(folder: Path) -> None:
    (without, *_) = shown(content.Library(folder)).bubbles("visa", "id", None)
    (bubble, *_) = shown(recorded(folder)).bubbles("visa", "id", None)
    assert "🔊 Dengarkan" not in labels(without)
    (button,) = (button for row in bubble.buttons for button in row if button["text"] == "🔊 Dengarkan")
    assert button["callback_data"] == "1:hear:visa"


async def test_a_recording_reaches_the_chat_as_a_voice_message(
    folder: Path, sim: Simulator, client: TelegramClient
) -> None:
    (call,) = listen(recorded(folder)).calls
    assert call.method == "sendVoice"
    assert call.params == {
        "voice": {"file_path": str(folder / SOUND)},
        "caption": "Suara ini dibuat komputer.",
    }
    person = sim.add_user("Sari", started=True)
    sent = await client.call(call.method, {"chat_id": person.id, **with_files(call.params)})
    assert sent["caption"] == "Suara ini dibuat komputer."
    assert sent["voice"]["file_size"] == len(opus())


def test_a_voice_of_staff_needs_no_words(folder: Path) -> None:
    (call,) = listen(recorded(folder, synthetic=False)).calls
    assert set(call.params) == {"voice"}


def test_a_recording_of_an_answer_under_review_says_so(folder: Path) -> None:
    (call,) = listen(recorded(folder), datetime(2027, 5, 24, tzinfo=UTC)).calls
    assert call.params["caption"].startswith("⚠️ Keterangan ini sedang kami periksa ulang")


def test_an_answer_too_old_to_be_read_is_not_heard_either(folder: Path) -> None:
    exchange = listen(recorded(folder), datetime(2027, 11, 24, tzinfo=UTC))
    assert [call.method for call in exchange.calls] == ["sendMessage"]
    assert exchange.record is not None
    assert exchange.record.outcome == "withheld"


def test_a_button_whose_recording_is_gone_brings_the_answer(folder: Path) -> None:
    (call,) = listen(content.Library(folder)).calls
    assert call.params["text"].startswith("Visa kerja")


def test_a_file_that_is_gone_when_it_is_sent_is_never_tried_again(folder: Path) -> None:
    (call,) = listen(recorded(folder)).calls
    (folder / SOUND).unlink()
    with pytest.raises(Refused, match="file_gone"):
        with_files(call.params)
