"""People who have written, with everything that can be stored of somebody."""

from __future__ import annotations

from datetime import timedelta

from storage import (
    Cipher,
    Connection,
    Feedback,
    NewCase,
    TurnOutcome,
    TurnRecord,
    cases,
    chats,
    finish_turn,
    inbox,
    mask,
    outbox,
    staff,
    staff_sessions,
)
from tests.storage.conftest import LEASE, NOW

SECOND = timedelta(seconds=1)


def talk(conn: Connection, cipher: Cipher, chat_id: int, word: str = "halo") -> str:
    """Somebody wrote five times: answered with a case, given up, tried again, and two that wait -> the lane.

    `word` stands in everything that they wrote and got. Ids of updates are `chat_id` times ten and up.
    """
    lane, owner = cipher.lane(chat_id), f"worker-{chat_id}"
    payload = f'{{"message":{{"chat":{{"id":{chat_id}}},"text":"{word}"}}}}'.encode()
    inbox.accept(conn, cipher, 1, [(chat_id * 10 + n, lane, payload) for n in range(5)], NOW)
    rows = [row for row in inbox.claim(conn, cipher, owner, NOW, LEASE, 10_000, 3) if row.lane == lane]
    outcome = TurnOutcome(
        calls=[("sendMessage", {"text": f"{word} {n}"}) for n in range(3)],
        record=TurnRecord(text=mask(word), rung="answer", language="id", topic="dest-taiwan"),
        case=NewCase(kind="danger", topic="violence", detail=mask(word)),
        feedback=Feedback(turn_id=None, topic="dest-taiwan", helpful=True),
        changes={"consent": "given", "consent_at": NOW, "locale": "jv", "context": {"last": word}},
    )
    done = finish_turn(conn, cipher, rows[0], chats.new(lane, chat_id, NOW), outcome, NOW)
    assert done.case_id is not None
    cases.note(conn, cipher, done.case_id, "ani", mask(word), NOW)
    inbox.dead(conn, rows[1], "poison", NOW)
    inbox.retry(conn, rows[2], "later", NOW + SECOND)
    for n in range(2):
        mine = [row for row in outbox.claim(conn, cipher, owner, NOW, LEASE, 10_000) if row.lane == lane]
        if n == 0:
            outbox.sent(conn, mine[0], 70 + n, NOW)
        else:
            outbox.again(conn, mine[0], NOW + SECOND, "timeout", maybe_sent=True, now=NOW)
    return lane


def hire(conn: Connection, cipher: Cipher) -> None:
    """One member of the staff, signed in and invited anew."""
    staff_id = staff.add(conn, "ani", "agent", NOW)
    assert staff_id is not None
    staff.set_up(conn, cipher, staff_id, "hash", "SECRET", None, ["code"])
    staff_sessions.begin(conn, staff_id, "browser", staff_sessions.FULL, "Firefox", NOW)
    staff.invite(conn, cipher, staff_id, "token", "NEWSECRET", LEASE)
