"""Lists of the desk that somebody narrowed and kept under a name, each for themself."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, delete, func, select

from storage.dialect import insert_for
from storage.staff_models import SavedFilter

MOST = 20
MAX_NAME = 40


@dataclass(frozen=True, slots=True)
class Saved:
    """A kept list; `query` is how it stands in an address."""

    id: int
    name: str
    query: str


def of_staff(conn: Connection, staff_id: int) -> list[Saved]:
    """Somebody's kept lists by name."""
    rows = conn.execute(
        select(SavedFilter.id, SavedFilter.name, SavedFilter.query)
        .where(SavedFilter.staff_id == staff_id)
        .order_by(func.lower(SavedFilter.name), SavedFilter.id)
    )
    return [Saved(*row) for row in rows]


def keep(conn: Connection, staff_id: int, name: str, query: str) -> bool:
    """Keep a list; one of the same name is replaced. False if there are MOST already."""
    names = set(conn.execute(select(SavedFilter.name).where(SavedFilter.staff_id == staff_id)).scalars())
    name = name[:MAX_NAME]
    if name not in names and len(names) >= MOST:
        return False
    new = insert_for(conn.dialect.name, SavedFilter).values(staff_id=staff_id, name=name, query=query)
    conn.execute(new.on_conflict_do_update(index_elements=["staff_id", "name"], set_={"query": query}))
    return True


def forget(conn: Connection, staff_id: int, saved_id: int) -> bool:
    """Drop one of somebody's own; False if it is not theirs or not there."""
    gone = delete(SavedFilter).where(SavedFilter.id == saved_id, SavedFilter.staff_id == staff_id)
    return bool(conn.execute(gone).rowcount)
