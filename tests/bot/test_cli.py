"""The command line: what goes in, what comes out, and errors that say how to mend them in one line."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from bot.settings import ROOT
from tests.bot.commands import Run, refused
from tests.conftest import SMALL_CONTENT

KEYS = [
    "text",
    "language",
    "topic",
    "confidence",
    "ranking",
    "decision",
    "danger",
    "destination",
    "asks_for",
    "engine",
]


def lines(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


# understand


def test_each_line_is_understood_in_order(trained: Run) -> None:
    result = trained(
        "understand", stdin='{"text": "cara buat paspor"}\n\n  \n{"text": "majikan memukul saya", "id": 7}\n'
    )
    assert result.exit_code == 0
    first, second = lines(result)
    assert list(first) == KEYS
    assert list(second) == ["id", *KEYS]
    assert (first["text"], first["topic"], first["language"]) == ("cara buat paspor", "passport", "id")
    assert len(first["ranking"]) >= 5
    assert all(list(each) == ["topic", "confidence"] for each in first["ranking"])
    assert (second["id"], second["decision"], second["danger"]) == (7, "danger", ["violence"])


def test_turns_keep_their_context(trained: Run) -> None:
    asked = {"id": "a", "turns": [{"text": "gaji di taiwan berapa"}, {"text": "kalau di hong kong?"}]}
    alone = {"turns": [{"text": "kalau di hong kong?"}]}
    result = trained("understand", stdin=f"{json.dumps(asked)}\n{json.dumps(alone)}\n")
    assert result.exit_code == 0
    answered, other = lines(result)
    assert list(answered) == ["id", "turns"]
    assert list(other) == ["turns"]
    assert [list(turn) for turn in answered["turns"]] == [KEYS, KEYS]
    assert [turn["topic"] for turn in answered["turns"]] == ["salary-by-country"] * 2
    assert [turn["destination"] for turn in answered["turns"]] == ["TW", "HK"]
    assert other["turns"][0]["topic"] != "salary-by-country"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("halo", "not JSON"),
        ("{", "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "write an object"),
        ('"halo"', "write an object"),
        ("{}", '"text" is missing'),
        ('{"text": 5}', "not a text"),
        ('{"turns": {}}', "must be a list"),
        ('{"turns": ["halo"]}', '"text" is missing'),
        ('{"turns": [{"text": "halo"}, {}]}', '"text" is missing'),
    ],
    ids=lambda value: value[:30],
)
def test_a_bad_line_is_named_and_the_others_are_answered(trained: Run, line: str, words: str) -> None:
    result = trained("understand", stdin=f'{{"text": "halo"}}\n{line}\n{{"text": "cara buat paspor"}}\n')
    assert result.exit_code == 1
    first, bad, last = lines(result)
    assert list(bad) == ["line", "error"]
    assert bad["line"] == 2
    assert words in bad["error"]
    assert "bekal: line 2:" in result.stderr
    assert first["text"] == "halo"
    assert last["topic"] == "passport"


def test_no_text_is_too_odd(trained: Run) -> None:
    texts = ["", " ", "\x00", "\ud83d", "🧳" * 4096, "a" * 100_000, "\u202eabc", "\n\r\t"]
    stdin = "".join(json.dumps({"text": text}) + "\n" for text in texts)
    result = trained("understand", stdin=stdin)
    assert result.exit_code == 0
    assert [line["text"] for line in lines(result)] == texts
    assert result.stdout.isascii()


def test_a_byte_that_is_no_utf8_spoils_only_its_own_character(trained: Run) -> None:
    result = trained("understand", stdin=b'{"text": "cara buat paspor \xff"}\n{"text": "halo \xc3\xa9"}\n')
    assert result.exit_code == 0
    assert [line["text"] for line in lines(result)] == ["cara buat paspor \ufffd", "halo é"]


def test_no_lines_are_no_error(trained: Run) -> None:
    result = trained("understand", stdin="")
    assert (result.exit_code, result.stdout) == (0, "")


# say


def test_say_shows_the_replies_with_their_buttons(trained: Run) -> None:
    result = trained("say", "cara buat paspor")
    assert result.exit_code == 0
    assert "Paspor dibuat di kantor imigrasi" in result.stdout
    assert "[👍 Membantu]" in result.stdout


def test_say_tells_why(trained: Run) -> None:
    result = trained("say", "--why", "cara buat paspor")
    assert result.exit_code == 0
    explained, _end = json.JSONDecoder().raw_decode(result.stdout)
    assert "passport" in json.dumps(explained)


def test_say_keeps_nothing(trained: Run, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    assert trained("say", "majikan memukul saya").exit_code == 0
    assert sorted(tmp_path.rglob("*")) == before


# content


def test_good_content_passes_with_its_warnings(run: Run) -> None:
    result = run("content", "check")
    assert result.exit_code == 0
    assert "0 errors" in result.stderr
    assert "articles/id/money/debt.md:10: Too old" in result.stdout


def test_every_problem_of_broken_content_is_told_at_once(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "content"
    shutil.copytree(SMALL_CONTENT, broken)
    monkeypatch.setenv("BEKAL_CONTENT_DIR", str(broken))
    for name, old, new in (
        ("routes/passport.md", "title:", "judul:"),
        ("routes/visa.md", "review_months: ", "review_months: 5"),
    ):
        path = broken / "articles" / "id" / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    result = run("content", "check")
    assert result.exit_code == 1
    assert "articles/id/routes/passport.md:" in result.stdout
    assert "articles/id/routes/visa.md:" in result.stdout
    # What serves refuses it whole.
    told = refused(run("understand", stdin="{}"), "passport.md", "visa.md")
    assert len(told.splitlines()) >= 2
    refused(run("say", "halo"), "passport.md")


def test_a_content_folder_that_is_not_there_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEKAL_CONTENT_DIR", "/does/not/exist")
    result = run("content", "check")
    assert result.exit_code == 1
    assert "topics.yml:1: The file is missing" in result.stdout


def test_the_state_of_all_articles_is_shown(run: Run) -> None:
    result = run("content", "status")
    assert result.exit_code == 0
    for locale in ("id", "en", "jv", "su"):
        count = len(list(SMALL_CONTENT.glob(f"articles/{locale}/*/*.md")))
        assert f"\n{locale}: {count} of " in result.stdout


# Settings


def test_bad_settings_are_refused_by_every_command(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BEKAL_MOD", "webhook")
    commands = [
        ["run"],
        ["demo"],
        ["say", "x"],
        ["understand"],
        ["content", "check"],
        ["db", "check"],
        ["doctor"],
    ]
    for command in commands:
        told = refused(run(*command), "bekal: BEKAL_MOD is not a setting: did you mean BEKAL_MODE?")
        assert len(told.splitlines()) == 1


def test_run_without_a_token_says_where_to_get_one(run: Run) -> None:
    told = refused(run("run"), "BEKAL_TELEGRAM_TOKEN is not set", "@BotFather")
    assert len(told.splitlines()) == 1


def test_a_benchmark_that_does_not_exist_names_those_that_do(run: Run) -> None:
    refused(run("bench", "everything"), "no benchmark 'everything'", "path, faults, understanding")


def test_the_process_itself_ends_with_one_line_and_no_traceback(tmp_path: Path) -> None:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("BEKAL_")}
    environ |= {"BEKAL_DATA_DIR": str(tmp_path), "BEKAL_DATABASE_URL": "mysql://x/y"}
    ended = subprocess.run(
        [sys.executable, "-m", "bot", "db", "upgrade"],
        env=environ,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (ended.returncode, ended.stdout) == (1, "")
    assert ended.stderr.startswith("bekal: Databases of kind 'mysql' are not supported")
    assert len(ended.stderr.splitlines()) == 1
