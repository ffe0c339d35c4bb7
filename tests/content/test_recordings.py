"""Sound beside the text: checked, offered only while it says the text."""

import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

import content
from content import recordings, speech
from content.draft import read
from content.hashing import digest
from content.speech import CannotSpeak
from tests.content import folder as sample
from tests.content.sound import opus

TODAY = date(2026, 11, 24)
VISA = sample.path_of("visa")
SOUND = "audio/id/visa.ogg"
SPOKEN = (
    "Visa kerja\n\nRingkas dan jelas.\n\nCara mengurus\n\n"
    "Datang ke kantor imigrasi. Bawa KTP asli, lalu bayar.\n• Isi formulir\n• Simpan tanda terima\n\n"
    "Ada masalah? Hubungi Pusat Contoh: 0800 1000 (Bebas pulsa); +62 21 5550 0001 (Luar negeri)."
)
CAN_SPEAK = shutil.which("espeak-ng") and shutil.which("ffmpeg")
needs_voice = pytest.mark.skipif(not CAN_SPEAK, reason="espeak-ng and ffmpeg are not installed here")


def record(
    folder: Path, sound: bytes = b"", *, text_hash: str = "", synthetic: bool = False, file: str = SOUND
) -> None:
    """Give the article about visas a recording of its text as it is now, unless told otherwise."""
    line = f"audio: {{file: {file}, text_hash: {text_hash or digest(SPOKEN)}, synthetic: {synthetic}}}\n"
    article = sample.article("visa").replace("ask: hotline\n", f"ask: hotline\n{line.lower()}")
    sample.write(folder, {VISA: article.encode(), SOUND: sound or opus()})


def whats(folder: Path) -> list[tuple[str, bool]]:
    return [(problem.what, problem.is_error) for problem in content.check(folder, TODAY)]


def test_a_recording_of_the_present_text_is_offered(folder: Path) -> None:
    record(folder, synthetic=True)
    assert whats(folder) == []
    assert content.load(folder).article("visa", "id").audio == content.Audio(SOUND, synthetic=True)
    row = next(row for row in content.status(folder, TODAY) if row.topic == "visa")
    assert row.recorded == ("id",)


def test_what_is_spoken_are_title_summary_and_the_sections_for_everybody(folder: Path) -> None:
    article = content.load(folder).article("visa", "id")
    assert recordings.spoken(article.title, article.summary.text, article.sections) == SPOKEN


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (VISA, "Datang ke", "Pergilah ke"),
        ("contacts.yml", "0800 1000", "0800 2000"),
    ],
)
def test_a_recording_of_an_older_text_is_kept_back(folder: Path, file: str, old: str, new: str) -> None:
    record(folder)
    path = folder / file
    path.write_text(path.read_text().replace(old, new))
    assert whats(folder) == [("The recording says an older text, so it is not offered", False)]
    assert content.load(folder).article("visa", "id").audio is None


def test_a_change_that_is_not_spoken_leaves_the_recording(folder: Path) -> None:
    record(folder)
    path = folder / VISA
    path.write_text(path.read_text().replace("Lapor diri setelah tiba.", "Lapor diri dalam 30 hari."))
    assert content.load(folder).article("visa", "id").audio is not None


@pytest.mark.parametrize(
    ("sound", "what"),
    [
        (b"ID3 no Ogg at all", "The recording audio/id/visa.ogg is no Ogg file with Opus sound"),
        (opus() + bytes(1_000_000), "The recording audio/id/visa.ogg is larger than 1000 KB"),
    ],
)
def test_a_file_that_cannot_be_sent_is_an_error(folder: Path, sound: bytes, what: str) -> None:
    record(folder, sound)
    assert whats(folder) == [(what, True)]


def test_a_missing_file_is_an_error(folder: Path) -> None:
    record(folder)
    (folder / SOUND).unlink()
    assert whats(folder) == [("There is no recording audio/id/visa.ogg", True)]


def test_a_recording_lies_where_its_language_and_topic_say(folder: Path) -> None:
    record(folder, file="audio/id/../../../etc/passwd")
    assert [what for what, _ in whats(folder)] == [
        "'file' is 'audio/id/../../../etc/passwd'",
        "No article names this recording",
    ]


def test_a_link_out_of_the_folder_is_no_recording(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "visa.ogg"
    elsewhere.write_bytes(opus())
    record(folder)
    (folder / SOUND).unlink()
    (folder / SOUND).symlink_to(elsewhere)
    assert whats(folder) == [("There is no recording audio/id/visa.ogg", True)]


def test_a_replaced_recording_makes_another_version(folder: Path) -> None:
    record(folder)
    library = content.Library(folder)
    before = library.catalog.version
    assert library.reload() is False
    (folder / SOUND).write_bytes(opus(9))
    assert library.reload() is True
    assert library.catalog.version != before


def test_what_staff_recorded_is_never_spoken_over(folder: Path) -> None:
    record(folder)
    page = next(page for page in read(folder).pages if page.file == VISA)
    with pytest.raises(CannotSpeak, match="recording by staff"):
        speech.speak(folder, page)
    assert (folder / SOUND).read_bytes() == opus()


def test_no_voice_speaks_javanese(folder: Path) -> None:
    sample.write(folder, {sample.path_of("visa", "jv"): sample.translation("Visa", "0" * 16)})
    page = next(page for page in read(folder).pages if page.locale == "jv")
    with pytest.raises(CannotSpeak, match=r"Record .*visa\.md yourself"):
        speech.speak(folder, page)


def test_without_the_programs_it_is_said_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(CannotSpeak, match="apt install espeak-ng ffmpeg"):
        speech.tools()


@needs_voice
def test_a_draft_is_spoken_marked_as_synthetic_and_made_anew_when_the_text_changes(folder: Path) -> None:
    path = folder / VISA
    for title in ("Visa kerja", "Visa untuk bekerja"):
        path.write_text(path.read_text().replace("title: Visa kerja", f"title: {title}"))
        page = next(page for page in read(folder).pages if page.file == VISA)
        assert speech.speak(folder, page) == SOUND
        assert whats(folder) == []
        assert content.load(folder).article("visa", "id").audio == content.Audio(SOUND, synthetic=True)
        assert path.read_text().count("audio:") == 1


@needs_voice
def test_the_test_sound_is_a_real_one(tmp_path: Path) -> None:
    (tmp_path / "sound.ogg").write_bytes(opus(50))
    command = ["ffmpeg", "-v", "error", "-i", str(tmp_path / "sound.ogg"), "-f", "null", "-"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=20)
    assert done.stderr == b""
