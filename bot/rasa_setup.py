"""Rasa's own environment in the data folder: Python 3.10, its own lock file, its token, its models.

It cannot share ours (docs/decisions/0002-rasa-apart.md). Nothing of our settings reaches its processes: no
token of Telegram, no database.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import stat
import subprocess
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.settings import PREFIX, ROOT, Settings

LOCK = ROOT / "requirements" / "rasa.txt"
DISK_NEEDED = 3_000_000_000
LOOK_SECONDS = 30
IS_OURS = "import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (3, 10))"
TOKEN_VARIABLE = "RASA_AUTH_TOKEN"
# Rasa takes its token only as an argument, and arguments can be read by everybody on the machine.
START = f"""import os, sys
token = os.environ.pop("{TOKEN_VARIABLE}", None)
sys.argv[1:] += ["--auth-token", token] if token else []
from rasa.__main__ import main
main()
"""


class RasaError(Exception):
    """Something about Rasa that people must mend; the message says what."""


@dataclass(frozen=True)
class Places:
    """Where things lie: all below one folder, which may be thrown away."""

    root: Path

    @classmethod
    def of(cls, settings: Settings) -> Places:
        """Below the data folder of the settings."""
        return cls(settings.data_dir / "rasa")

    @property
    def environment(self) -> Path:
        """The virtual environment."""
        return self.root / "env"

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.environment / "bin" / "python"

    @property
    def token(self) -> Path:
        """The word that the server asks of whoever calls it."""
        return self.root / "token"

    @property
    def models(self) -> Path:
        """Trained models; the newest is served."""
        return self.root / "models"

    @property
    def log(self) -> Path:
        """What the last installation said."""
        return self.root / "setup.log"


def candidates() -> Iterator[Path]:
    """Where Python 3.10 may be: on the PATH, with pyenv, with uv."""
    if found := shutil.which("python3.10"):
        yield Path(found)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    yield from sorted(pyenv.glob("versions/3.10*/bin/python3.10"), reverse=True)
    if uv := shutil.which("uv"):
        command = [uv, "python", "find", "--no-python-downloads", "3.10"]
        answer = subprocess.run(command, capture_output=True, text=True, timeout=LOOK_SECONDS, check=False)
        if answer.returncode == 0:
            yield Path(answer.stdout.strip())


def find_python() -> Path | None:
    """A Python 3.10 that runs and can make environments, or None."""
    for path in candidates():
        # Run it: a version manager's stand-in may be on the PATH without a Python behind it.
        try:
            tried = subprocess.run([path, "-I", "-c", IS_OURS], capture_output=True, timeout=LOOK_SECONDS)
        except (OSError, subprocess.TimeoutExpired):
            continue
        if tried.returncode == 0:
            return path
    return None


def is_set_up(places: Places) -> bool:
    """Whether the environment is there, whole, and made from the lock file as it is now."""
    stamp = places.environment / "lock"
    return places.python.exists() and stamp.exists() and stamp.read_text(encoding="ascii") == _lock_hash()


def setup(places: Places, say: Callable[[str], None]) -> None:
    """Make the environment (2.7 GB, some minutes) unless it is there. Raises RasaError."""
    if is_set_up(places):
        say(f"Rasa is set up in {places.environment}")
        return
    python = find_python()
    if python is None:
        raise RasaError(
            "Rasa needs Python 3.10, and none was found on the PATH, with pyenv or with uv: install it "
            "(`uv python install 3.10` or `pyenv install 3.10`), then call this again"
        )
    places.root.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(places.root).free
    if free < DISK_NEEDED:
        raise RasaError(
            f"Rasa needs {DISK_NEEDED / 1e9:.1f} GB of free disk in {places.root}; "
            f"{free / 1e9:.1f} GB are left"
        )
    say(f"installing Rasa with {python}: 2.7 GB, some minutes; what it does is in {places.log}")
    with places.log.open("w", encoding="utf-8") as log:
        for command in _commands(python, places):
            done = subprocess.run(
                command, stdout=log, stderr=subprocess.STDOUT, env=outside_world(), check=False
            )
            if done.returncode != 0:
                raise RasaError(f"the installation stopped: {_reason(places.log)} (whole log: {places.log})")
    (places.environment / "lock").write_text(_lock_hash(), encoding="ascii")
    say(f"Rasa is set up in {places.environment}")


def _commands(python: Path, places: Places) -> list[list[str | Path]]:
    make: list[str | Path] = [python, "-m", "venv", "--clear", places.environment]
    if uv := shutil.which("uv"):
        return [make, [uv, "pip", "install", "--python", places.python, "--require-hashes", "-r", LOCK]]
    pip: list[str | Path] = [
        places.python,
        "-m",
        "pip",
        "install",
        "--disable-pip-version-check",
        "--no-input",
    ]
    return [make, [*pip, "--require-hashes", "-r", LOCK]]


def _reason(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    telling = [line for line in lines if "error" in line.lower() or "no space" in line.lower()]
    return (telling or lines or ["no reason given"])[-1].strip()[:300]


def _lock_hash() -> str:
    return hashlib.sha256(LOCK.read_bytes()).hexdigest()


def outside_world(**more: str) -> dict[str, str]:
    """The environment variables for Rasa's processes: ours without our settings, telemetry off."""
    ours: Mapping[str, str] = os.environ
    kept = {name: value for name, value in ours.items() if not name.upper().startswith((PREFIX, "PYTHON"))}
    return kept | {"RASA_TELEMETRY_ENABLED": "false", "SQLALCHEMY_SILENCE_UBER_WARNING": "1"} | more


def command_line(places: Places, *arguments: str | Path) -> list[str]:
    """How to call Rasa with these arguments. Raises RasaError where it is not set up.

    Isolated (`-I`): our folder `nlu/` holds modules whose names would hide those of the standard library.
    """
    if not is_set_up(places):
        raise RasaError("Rasa is not set up here, or from an older lock file: call `bekal rasa setup` first")
    return [str(places.python), "-I", "-W", "ignore", "-c", START, *map(str, arguments)]


def token(places: Places) -> str:
    """The server's token, made at the first call; only its owner may read the file. Raises RasaError."""
    places.root.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(places.token, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(32))
    except FileExistsError:
        if stat.S_IMODE(places.token.stat().st_mode) & 0o077:
            raise RasaError(
                f"others can read {places.token}: delete it and call this again, a new one is made"
            ) from None
    return places.token.read_text(encoding="ascii").strip()
