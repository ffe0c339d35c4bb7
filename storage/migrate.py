"""Bringing the tables to the version that this code needs.

Alembic is imported only where tables are changed or compared: that takes half a second, and every start asks
for the version.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL

from storage.engines import normalise, sqlite_file, writer_engine
from storage.errors import StoreNotMigrated, StoreUnavailable
from storage.failures import Failure, classify
from storage.models import Base

if TYPE_CHECKING:
    from alembic.config import Config

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
    _alembic(parsed, "upgrade", revision)


def downgrade(url: str, revision: str) -> None:
    """Go back to an older version; "base" removes every table with all that it holds."""
    _alembic(normalise(url), "downgrade", revision)


def current(url: str) -> str | None:
    """The version of the tables; None if there are none, which includes a missing SQLite file."""
    parsed = normalise(url)
    file = sqlite_file(parsed)
    if file is not None and not file.exists():
        return None
    return _run(parsed, _stored_version)


def _stored_version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return version


def known() -> list[str]:
    """All versions that this code can make, oldest first: the files NNNN_*.py are numbered in their order."""
    return sorted(path.name.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*_*.py"))


def newest() -> str:
    """The version that this code needs."""
    return known()[-1]


def check(url: str) -> None:
    """Raise StoreNotMigrated, with the remedy, unless the tables have the version that this code needs."""
    found, needed = current(url), newest()
    if found is None:
        raise StoreNotMigrated(f"The database has no tables yet. {REMEDY}")
    if found == needed:
        return
    if found not in known():
        raise StoreNotMigrated(
            f"The database has version {found}, which this Bekal does not know: it was made by a newer one. "
            "Install that one again, or restore the database from before."
        )
    raise StoreNotMigrated(f"The database has version {found} and this Bekal needs {needed}. {REMEDY}")


def differences(url: str) -> list[str]:
    """What differs between the tables there are and the models of this code; empty when all is well."""

    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    def compare(connection: Connection) -> list[str]:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return [str(each) for each in compare_metadata(context, Base.metadata)]

    return _run(normalise(url), compare)


def _alembic(url: URL, direction: str, revision: str) -> None:
    from alembic import command

    go = {"upgrade": command.upgrade, "downgrade": command.downgrade}[direction]
    _run(url, lambda connection: go(_config(connection), revision))


def _config(connection: Connection) -> Config:
    from alembic.config import Config

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
