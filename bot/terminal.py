"""What several groups of commands share."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import NoReturn

import typer

from bot import logs
from bot.settings import Settings, SettingsError, load_settings


def fail(message: object) -> NoReturn:
    """Say on stderr what is wrong and how to mend it, and end with 1."""
    typer.echo(f"bekal: {message}", err=True)
    raise typer.Exit(1)


def today() -> date:
    return datetime.now(UTC).date()


def settings_or_fail() -> Settings:
    """The settings, with the log set up as they say."""
    try:
        settings = load_settings()
    except SettingsError as error:
        fail(error)
    logs.configure(settings.log_level)
    return settings
