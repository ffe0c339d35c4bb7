"""Calling commands in this process."""

from __future__ import annotations

from collections.abc import Callable

from typer.testing import Result

from bot import cli

Run = Callable[..., Result]


def refused(result: Result, *words: str) -> str:
    """A plain refusal: code 1, the reason on stderr, no traceback."""
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    if not isinstance(result.exception, SystemExit):
        assert result.exception is not None
        assert cli._is_users_matter(result.exception)  # type: ignore[arg-type]
    told = result.output if isinstance(result.exception, SystemExit) else str(result.exception)
    for word in words:
        assert word in told
    return told
