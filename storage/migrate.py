"""Bringing the tables to the version that this code needs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.engine import URL

from storage.engines import normalise, sqlite_file, writer_engine
from storage.errors import StoreNotMigrated, StoreUnavailable
from storage.failures import Failure, classify
from storage.models import Base

T = TypeVar("T")
FOLDER = Path(__file__).with_name("migrations")
# Two replicas that start together must not create the tables twice. The number only has to be ours alone.
UPGRADE_LOCK = 0x62656B616C
REMEDY = "Run: ./bekal db upgrade"


def upgrade(url: str, revision: str = "head") -> None:
    """Create the tables or bring them up to date. Safe to repeat. Raises StoreUnavailable."""
    parsed = normalise(url)
    if (file := sqlite_file(parsed)) is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.touch(mode=0o600)  # its companions, -wal and -shm, get the same mode
    _run(parsed, lambda connection: command.upgrade(_config(connection), revision))


def downgrade(url: str, revision: str) -> None:
    """Go back to an older version; "base" removes every table with all that it holds."""
    _run(normalise(url), lambda connection: command.downgrade(_config(connection), revision))


def current(url: str) -> str | None:
    """The version of the tables; None if there are none, which includes a missing SQLite file."""
    parsed = normalise(url)
    file = sqlite_file(parsed)
    if file is not None and not file.exists():
        return None
    return _run(parsed, lambda connection: MigrationContext.configure(connection).get_current_revision())


def newest() -> str:
    """The version that this code needs."""
    head = ScriptDirectory(str(FOLDER)).get_current_head()
    assert head is not None
    return head


def check(url: str) -> None:
    """Raise StoreNotMigrated, with the remedy, unless the tables have the version that this code needs."""
    found, needed = current(url), newest()
    if found is None:
        raise StoreNotMigrated(f"The database has no tables yet. {REMEDY}")
    if found == needed:
        return
    if found not in {script.revision for script in ScriptDirectory(str(FOLDER)).walk_revisions()}:
        raise StoreNotMigrated(
            f"The database has version {found}, which this Bekal does not know: it was made by a newer one. "
            "Install that one again, or restore the database from before."
        )
    raise StoreNotMigrated(f"The database has version {found} and this Bekal needs {needed}. {REMEDY}")


def differences(url: str) -> list[str]:
    """What differs between the tables there are and the models of this code; empty when all is well."""

    def compare(connection: Connection) -> list[str]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(each) for each in compare_metadata(context, Base.metadata)]

    return _run(normalise(url), compare)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _run(url: URL, work: Callable[[Connection], T]) -> T:
    engine = writer_engine(url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": UPGRADE_LOCK})
            return work(connection)
    except Exception as error:
        if classify(error) is Failure.OURS:
            raise
        raise StoreUnavailable(f"The database cannot be reached ({type(error).__name__}).") from error
    finally:
        engine.dispose()
