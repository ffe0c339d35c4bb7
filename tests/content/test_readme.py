"""The page for those who write explains what is really there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "content/README.md").read_text(encoding="utf-8")
CODE = "\n".join(
    path.read_text(encoding="utf-8") for path in [*ROOT.glob("content/*.py"), ROOT / "bot/rendered.py"]
)
VARYING = re.compile(r"'[^']*'|\d+|\.\.\.|, ")
ENGLISH, INDONESIAN = PAGE.split("\n---\n")


def messages(part: str, heading: str) -> list[str]:
    table = part.split(f"## {heading}\n")[1].split("\n## ")[0]
    return [
        message
        for row in re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE)
        for message in re.findall("`([^`]+)`", row)
    ]


def test_both_languages_explain_the_same_messages() -> None:
    assert messages(ENGLISH, "What the messages mean") == messages(INDONESIAN, "Arti pesan")


@pytest.mark.parametrize("message", messages(ENGLISH, "What the messages mean"))
def test_every_message_that_is_explained_exists(message: str) -> None:
    pieces = [piece.strip(" ,`") for piece in VARYING.split(message)]
    assert all(piece in CODE for piece in pieces)
    assert max(map(len, pieces)) >= 7


@pytest.mark.parametrize("part", [ENGLISH, INDONESIAN], ids=["en", "id"])
def test_every_command_and_option_that_is_shown_exists(part: str) -> None:
    commands = (ROOT / "bot/content_commands.py").read_text(encoding="utf-8")
    shown = re.findall(r"\./bekal content (\w+)([^`]*)`", part)
    assert {name for name, _ in shown} == {"check", "status", "new", "preview", "translate", "speak"}
    for name, rest in shown:
        assert f"\ndef {name}(" in commands
        for option in re.findall(r"--(\w+)", rest):
            assert f'"--{option}"' in commands or re.search(
                rf"^    {option}: Annotated", commands, re.MULTILINE
            )


@pytest.mark.parametrize("name", re.findall(r"^\| `([\w./-]+)`(?:,| \|)", ENGLISH, re.MULTILINE))
def test_every_file_that_is_named_is_there(name: str) -> None:
    if name != "audio/":  # recordings are optional
        assert (ROOT / "content" / name).exists()
