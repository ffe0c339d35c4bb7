"""All settings, read from the environment with the prefix `BEKAL_`; an unknown one is refused.

Documented in docs/settings.md (a test compares the two).
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

import platformdirs
from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.pacing import PER_SECOND
from storage.office_hours import OfficeHours

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "BEKAL_"
# Read by tests and by the launcher, not by the bot; named here so that they are not refused as unknown.
ELSEWHERE = frozenset({"BEKAL_TEST_POSTGRES_URL"})


class SettingsError(Exception):
    """A setting is unknown or has a bad value; the message names each one and how to mend it."""


def _listen(value: str) -> str:
    host, _, port = value.rpartition(":")
    if not re.fullmatch(r"\[[0-9a-fA-F:]+\]|[^:\s]+", host) or not port.isdigit() or int(port) > 65535:
        raise ValueError("write it as address:port, for example 127.0.0.1:8080")
    return value


def _token(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not re.fullmatch(r"\d+:[A-Za-z0-9_-]+", value.get_secret_value()):
        raise ValueError("copy the whole token that BotFather gave, digits:letters")
    return value


def _webhook_secret(value: SecretStr | None) -> SecretStr | None:
    if value is not None and not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", value.get_secret_value()):
        raise ValueError("use up to 256 characters out of A-Z a-z 0-9 _ -")
    return value


def _supergroup(value: int | None) -> int | None:
    if value is not None and not str(value).startswith("-100"):
        raise ValueError("give the number of a supergroup with topics; it begins with -100")
    return value


def _office_hours(value: str | None) -> str | None:
    if value is not None:
        OfficeHours.parse(value)
    return value


Listen = Annotated[str, AfterValidator(_listen)]


class Settings(BaseSettings):
    """What can be set from outside. Everything has a default that suits one machine."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, hide_input_in_errors=True
    )

    telegram_token: Annotated[SecretStr | None, AfterValidator(_token)] = None
    telegram_api_url: str = "https://api.telegram.org"
    data_dir: Path = Path(platformdirs.user_data_dir("bekal"))
    database_url: SecretStr | None = None
    key_file: Path | None = None
    content_dir: Path = ROOT / "content"
    mode: Literal["polling", "webhook"] = "polling"
    webhook_url: str | None = None
    webhook_secret: Annotated[SecretStr | None, AfterValidator(_webhook_secret)] = None
    listen: Listen = "127.0.0.1:8080"
    console_listen: Listen = "127.0.0.1:8081"
    console_url: str | None = None
    staff_group: Annotated[int | None, AfterValidator(_supergroup)] = None
    office_hours: Annotated[str | None, AfterValidator(_office_hours)] = None
    broadcast_per_second: Annotated[float, Field(ge=1, le=1000)] = PER_SECOND
    nlu_engine: Literal["embedded", "rasa"] = "embedded"
    nlu_encoder: bool = True
    rasa_url: str = "http://127.0.0.1:5005"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @property
    def store_url(self) -> str:
        """The database's address: the one set, or SQLite in the data folder."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.data_dir / 'bekal.sqlite3'}"

    @property
    def key_path(self) -> Path:
        """The key lies beside the data folder, so that a copy of the folder alone opens nothing."""
        return self.key_file or self.data_dir.with_name(self.data_dir.name + ".key")

    @property
    def desk_hours(self) -> OfficeHours | None:
        """When staff answer; None where nobody has said."""
        return None if self.office_hours is None else OfficeHours.parse(self.office_hours)

    @property
    def model_cache(self) -> Path:
        """The trained model; it may be thrown away at any time."""
        return self.data_dir / "model"


def load_settings(environ: Mapping[str, str] | None = None) -> Settings:
    """Read the settings from the environment; raises SettingsError that names every bad one."""
    environ = os.environ if environ is None else environ
    names = {PREFIX + name.upper() for name in Settings.model_fields}
    problems = []
    for name in sorted(environ):
        if name.upper().startswith(PREFIX) and name.upper() not in names | ELSEWHERE:
            close = difflib.get_close_matches(name.upper(), names, 1)
            hint = f"did you mean {close[0]}?" if close else "see docs/settings.md"
            problems.append(f"{name} is not a setting: {hint}")
    given = {name: environ.get(PREFIX + name.upper()) for name in Settings.model_fields}
    values = {name: value for name, value in given.items() if value}
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        problems += [
            f"{PREFIX}{'_'.join(map(str, e['loc'])).upper()}: {e['msg']}"
            for e in error.errors(include_input=False, include_url=False)
        ]
        raise SettingsError("\n".join(problems)) from error
    if settings.mode == "webhook":
        if not settings.webhook_url:
            problems.append("BEKAL_MODE=webhook needs BEKAL_WEBHOOK_URL, the address that Telegram calls")
        if settings.webhook_secret is None:
            problems.append("BEKAL_MODE=webhook needs BEKAL_WEBHOOK_SECRET, a long random word")
    if problems:
        raise SettingsError("\n".join(problems))
    return settings
