"""Telling a database that cannot work right now from a mistake of ours."""

from __future__ import annotations

import sqlite3
from enum import Enum, auto

import psycopg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

SQLITE_UNAVAILABLE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_INTERRUPT,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOTADB,
}
# SQLSTATE classes: connection, resources, operator intervention, system error.
POSTGRESQL_UNAVAILABLE = ("08", "53", "57", "58")
POSTGRESQL_READ_ONLY = "25006"
POSTGRESQL_COLLISIONS = {"40001", "40P01", "55P03"}


class Failure(Enum):
    OURS = auto()
    """A wrong statement, a broken constraint, an exception of the unit: it fails alone."""
    COLLISION = auto()
    """Two transactions wanted the same rows crosswise: do the unit again."""
    UNAVAILABLE = auto()
    """Nothing works at the moment."""


def classify(error: BaseException) -> Failure:
    """What kind of failure an exception from a unit or a commit is."""
    if isinstance(error, PoolTimeout):
        return Failure.UNAVAILABLE
    cause: BaseException | None = error
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return Failure.UNAVAILABLE
        cause = error.orig
    if isinstance(cause, sqlite3.Error):
        # The low byte is the primary code, the rest says more precisely which.
        code = getattr(cause, "sqlite_errorcode", None)
        return Failure.UNAVAILABLE if code is not None and code & 0xFF in SQLITE_UNAVAILABLE else Failure.OURS
    if isinstance(cause, psycopg.Error):
        state = cause.sqlstate
        if state in POSTGRESQL_COLLISIONS:
            return Failure.COLLISION
        if state is None:  # the server never answered
            return Failure.UNAVAILABLE if isinstance(cause, psycopg.OperationalError) else Failure.OURS
        unavailable = state.startswith(POSTGRESQL_UNAVAILABLE) or state == POSTGRESQL_READ_ONLY
        return Failure.UNAVAILABLE if unavailable else Failure.OURS
    return Failure.OURS
