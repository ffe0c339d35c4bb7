"""Finding somebody by what staff know of them."""

from __future__ import annotations

from sqlalchemy import Connection, select

from storage.models import Case, ChatRow
from storage.pseudonyms import row_id


def lane_of_case(conn: Connection, case_id: int) -> str | None:
    """The lane of the person whom a case is about, or None."""
    chat = select(ChatRow.lane).join(Case, Case.chat_id == ChatRow.id).where(Case.id == case_id)
    return conn.execute(chat).scalar()


def lane_of_pseudonym(conn: Connection, name: str) -> str | None:
    """The lane of the person with a pseudonym, or None."""
    number = row_id(name)
    if number is None:
        return None
    return conn.execute(select(ChatRow.lane).where(ChatRow.id == number)).scalar()
