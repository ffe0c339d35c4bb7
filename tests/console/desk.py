"""People with cases, as the bot leaves them in the store."""

from __future__ import annotations

from dataclasses import dataclass

from storage import Connection, TurnRecord, cases, chats, mask, outbox, turns
from tests.console.conftest import Console


@dataclass
class Visitor:
    """Somebody who wrote to the bot."""

    console: Console
    chat: chats.Chat
    case_id: int = 0

    async def asks(self, kind: str, words: str | None = None, *, topic: str | None = None) -> int:
        """A sign for the staff -> the id of the case."""
        cipher, now = self.console.database.cipher, self.console.clock()
        detail = mask(words) if words else None

        def unit(conn: Connection) -> int:
            return cases.open(conn, cipher, self.chat.id, kind, now=now, topic=topic, detail=detail)

        self.case_id = await self.console.database.write(unit)
        return self.case_id

    async def talked(self, text: str, answer: str, topic: str, confidence: float = 0.9) -> None:
        """A turn with the bot, of somebody who consented."""
        cipher, now = self.console.database.cipher, self.console.clock()

        def unit(conn: Connection) -> None:
            record = TurnRecord(
                text=mask(text),
                topic=topic,
                rung="answer",
                confidence=confidence,
                language="id",
                destination="TW",
                outcome="answered",
            )
            turn = turns.record(conn, cipher, self.chat.id, record, now)
            call = ("sendMessage", {"text": answer, "entities": [{"type": "bold", "offset": 0, "length": 3}]})
            outbox.put_all(conn, cipher, self.chat.lane, self.chat.chat_id, [call], now=now, turn_id=turn)

        await self.console.database.write(unit)

    async def stored(self) -> chats.Chat:
        cipher = self.console.database.cipher
        found = await self.console.database.read(lambda conn: chats.get(conn, cipher, self.chat.id))
        assert found is not None
        return found

    async def case(self) -> cases.CaseSummary:
        found = await self.console.database.read(lambda conn: cases.get(conn, self.case_id))
        assert found is not None
        return found

    async def sent(self) -> list[tuple[str, int]]:
        """What waits for this person: (text, priority)."""
        cipher, now = self.console.database.cipher, self.console.clock()

        def query(conn: Connection) -> list[tuple[str, int]]:
            from sqlalchemy import select

            from storage.models import Outbox

            rows = conn.execute(
                select(Outbox.body_sealed, Outbox.priority)
                .where(Outbox.lane == self.chat.lane, Outbox.turn_id.is_(None))
                .order_by(Outbox.id)
            )
            return [(cipher.open_json(row[0], outbox.PLACE)["params"]["text"], row[1]) for row in rows]

        assert now
        return await self.console.database.read(query)


async def visitor(console: Console, number: int = 1, *, locale: str = "id") -> Visitor:
    cipher, now = console.database.cipher, console.clock()
    chat_id = 700_000 + number

    def unit(conn: Connection) -> chats.Chat:
        chat = chats.ensure(conn, cipher, cipher.lane(chat_id), chat_id, now)
        changed = chats.update(conn, cipher, chat, locale=locale, consent="given")
        assert changed is not None
        return changed

    return Visitor(console, await console.database.write(unit))
