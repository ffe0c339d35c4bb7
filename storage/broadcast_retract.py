"""Taking back from the outbox what of a broadcast has not begun to be sent."""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, null, select, update

from storage import lanes
from storage.broadcast_models import Recipient
from storage.models import Lane, Outbox


def retract(conn: Connection, broadcast_id: int) -> int:
    """Put those back who were handed to the outbox and whom nobody writes to yet. Returns how many.

    Whoever sends locks the lane first, so does this: a message is either taken back or sent.
    """
    queued = and_(Recipient.broadcast_id == broadcast_id, Recipient.state == "queued")
    idle = (
        select(Lane.lane, Recipient.chat_id, Outbox.id)
        .join_from(Recipient, Outbox, Outbox.id == Recipient.outbox_id)
        .join(Lane, and_(Lane.queue == lanes.OUT, Lane.lane == Outbox.lane))
        .where(queued, Outbox.state == "new", Lane.owner.is_(None))
        .order_by(Lane.lane)
        .with_for_update(skip_locked=True, of=Lane)
    )
    back = 0
    for lane, chat, row in conn.execute(idle).all():
        # Asked again behind the lock: it may have been sent between the look and the lock.
        if conn.execute(delete(Outbox).where(Outbox.id == row, Outbox.state == "new")).rowcount:
            lanes.shrink(conn, lanes.OUT, lane, 1)
            again = update(Recipient).where(queued, Recipient.chat_id == chat)
            conn.execute(again.values(state="waiting", outbox_id=null()))
            back += 1
    return back
