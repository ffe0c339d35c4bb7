"""What became of an Indonesian article since it was translated, as far as git remembers."""

import difflib
import re
import subprocess
from pathlib import Path

from content import frontmatter, yaml
from content.hashing import digest

LOOK_BACK = 200
"""Commits of the article; who translated an older text starts again."""
GIT_SECONDS = 20
HASH_LINE = re.compile(r"^source_hash:.*$", re.MULTILINE)


def changes_since(folder: Path, file: str, text_hash: str) -> list[str] | None:
    """The lines of a unified diff from the text with this hash to the file as it is now.

    None when git is not there, knows no such text, or cannot be asked.
    """
    commits = _git(folder, "log", f"-{LOOK_BACK}", "--format=%H", "--", file)
    for commit in (commits or "").split():
        old = _git(folder, "show", f"{commit}:./{file}")
        if old is not None and hash_of(old) == text_hash:
            now = (folder / file).read_text(encoding="utf-8")
            return list(
                difflib.unified_diff(
                    old.splitlines(), now.splitlines(), "when it was translated", "now", n=1, lineterm=""
                )
            )
    return None


def hash_of(text: str) -> str | None:
    """The hash of an article file's words, as `source_hash` names them; None when it is no article."""
    try:
        parts = frontmatter.split(text.replace("\r\n", "\n"))
    except yaml.YamlError:
        return None
    title, summary = parts.front.items.get("title"), parts.front.items.get("summary")
    if not isinstance(title, yaml.Scalar) or not isinstance(summary, yaml.Scalar):
        return None
    return digest(title.raw.strip(), summary.raw.strip(), parts.body)


def with_hash(text: str, text_hash: str) -> str:
    """A translation's text with this hash as the one that it translates."""
    return HASH_LINE.sub(f"source_hash: {text_hash}", text, count=1)


def _git(folder: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments], capture_output=True, timeout=GIT_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None
