"""Backup and restoring of a PostgreSQL database, with PostgreSQL's own programs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import URL

from storage.engines import CONNECT_TIMEOUT_S
from storage.errors import BackupRefused, ToolFailed
from storage.models import Base

LOOKS, LOOK_SECONDS = 5, 0.2
_COPIED = re.compile(r"^COPY \S*?(\w+) \(.*\) FROM stdin;\n((?:.*\n)*?)\\\.$", re.MULTILINE)


def write(url: URL, target: Path) -> None:
    """Dump a database that may be in use into a new file (pg_dump's custom format, which is compressed)."""
    draft = target.with_name(f"{target.name}.part")
    draft.unlink(missing_ok=True)
    try:
        _run("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={draft}", url=url)
        os.link(draft, target)  # fails where a file has come up meanwhile; a rename would replace it
    except FileExistsError as error:
        raise BackupRefused(f"{target} exists already: name a new file, or move that one away.") from error
    finally:
        draft.unlink(missing_ok=True)


def examine(file: Path) -> tuple[str, set[str]]:
    """The version of a backup and the ids of its keys. Raises BackupRefused if it is damaged, ToolFailed."""
    try:
        _run("pg_restore", "--file=/dev/null", str(file))  # reads and unpacks all of it
        tables = ("--table=key_ids", "--table=alembic_version")
        script = _run("pg_restore", "--file=-", "--data-only", *tables, str(file))
    except subprocess.CalledProcessError as error:
        raise BackupRefused(f"{file} is damaged ({error.stderr.strip()}). Use another backup.") from error
    rows = {table: lines.split() for table, lines in _COPIED.findall(script)}
    if not rows.get("alembic_version"):
        raise BackupRefused(f"{file} is no backup of Bekal.")
    return rows["alembic_version"][0], set(rows.get("key_ids", ()))


def put_back(file: Path, url: URL) -> None:
    """Replace the tables by those of a backup, in one transaction. Raises BackupRefused while a bot runs."""
    tables = [*Base.metadata.tables, "alembic_version"]
    engine = create_engine(url, connect_args={"connect_timeout": CONNECT_TIMEOUT_S})
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            if _in_use(connection):
                raise BackupRefused("A Bekal is connected to this database. Stop it first.")
            functions = connection.scalars(text(_TRIGGER_FUNCTIONS), {"tables": tables}).all()
    finally:
        engine.dispose()
    before = [f'DROP TABLE IF EXISTS "{table}" CASCADE;' for table in tables]
    before += [f"DROP FUNCTION IF EXISTS {function} CASCADE;" for function in functions]
    _replay(file, url, ["BEGIN;", *before])


def _in_use(connection: Connection) -> bool:
    """Whether a Bekal stays connected; one that has just left is still listed for a moment."""
    for _ in range(LOOKS):
        if not connection.scalar(text(_OTHERS)):
            return False
        time.sleep(LOOK_SECONDS)
    return True


_OTHERS = """
    SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'bekal'
"""
_TRIGGER_FUNCTIONS = """
    SELECT DISTINCT trigger.tgfoid::regprocedure::text
    FROM pg_trigger trigger JOIN pg_class relation ON relation.oid = trigger.tgrelid
    WHERE NOT trigger.tgisinternal AND relation.relname = ANY(:tables)
    AND relation.relnamespace = current_schema::regnamespace
"""


def _replay(file: Path, url: URL, before: Sequence[str]) -> None:
    """Run some statements and then the backup. Only we say COMMIT, once all of the backup has been read."""
    psql = [*_program("psql", url), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--output=/dev/null"]
    unpack = [*_program("pg_restore", None), "--no-owner", "--no-privileges", "--file=-", str(file)]
    with subprocess.Popen(
        psql, stdin=subprocess.PIPE, stderr=subprocess.PIPE, env=_environment(url), text=True
    ) as sink:
        assert sink.stdin is not None
        assert sink.stderr is not None
        try:
            sink.stdin.write("\n".join(before) + "\n")
            sink.stdin.flush()
            unpacked = subprocess.run(unpack, stdout=sink.stdin, stderr=subprocess.DEVNULL, check=False)
            if unpacked.returncode == 0:
                sink.stdin.write("COMMIT;\n")
            sink.stdin.close()
        except BrokenPipeError:
            unpacked = None
        said = sink.stderr.read().strip()
    if sink.returncode != 0 or unpacked is None or unpacked.returncode != 0:
        raise ToolFailed(f"The backup could not be put back, and nothing was changed: {said}")


def _run(program: str, *arguments: str, url: URL | None = None) -> str:
    """Run a program of PostgreSQL -> what it printed. Raises ToolFailed; CalledProcessError without a URL."""
    try:
        done = subprocess.run(
            [*_program(program, url), *arguments],
            env=_environment(url),
            capture_output=True,
            text=True,
            check=True,
            umask=0o077,
        )
    except subprocess.CalledProcessError as error:
        if url is None:
            raise
        raise ToolFailed(f"{program} failed: {error.stderr.strip()}") from error
    return done.stdout


def _program(name: str, url: URL | None) -> list[str]:
    found = shutil.which(name)
    if found is None:
        raise ToolFailed(f"{name} is not installed: install the client programs of PostgreSQL.")
    if url is None:
        return [found]
    # Without the password: others on this machine can read the arguments of a program.
    plain = url._replace(drivername="postgresql", password=None)
    return [found, f"--dbname={plain.render_as_string()}"]


def _environment(url: URL | None) -> Mapping[str, str]:
    environment = {**os.environ, "PGCONNECT_TIMEOUT": str(CONNECT_TIMEOUT_S), "LC_MESSAGES": "C"}
    if url is not None and url.password is not None:
        environment["PGPASSWORD"] = str(url.password)
    return environment
