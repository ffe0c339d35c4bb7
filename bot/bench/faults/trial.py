"""What every fault test needs: people who write, patience, and an account of what came of it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.bench.ledger import Ledger, ledger_of
from bot.bench.stores import Store
from bot.bench.world import SECRET, World, until
from storage import Cipher, keys

QUESTION = "cara cek PT resmi atau tidak gimana"
DRAIN_SECONDS = 300.0
AT_ONCE = 40
LOOK_SECONDS = 0.2


@dataclass
class Found:
    """What a fault did. `lost`: updates not stored, people not answered, work not finished.

    `unmarked` are messages that somebody got twice without a mark; `holds` are further conditions.
    """

    sent: int
    lost: int
    marked: int
    unmarked: int
    figures: dict[str, Any] = field(default_factory=dict)
    holds: dict[str, bool] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether the promise was kept."""
        return not self.lost and not self.unmarked and all(self.holds.values())


class Trial:
    """One scenario under way, in a world of its own."""

    def __init__(self, telegram: World) -> None:
        self.telegram = telegram

    @property
    def store(self) -> Store:
        return self.telegram.store

    @property
    def cipher(self) -> Cipher:
        """Knows the lanes of the chats."""
        return Cipher(keys.read(self.telegram.key_file))

    async def ledger(self) -> Ledger:
        """The counts in the store at this moment."""
        return await asyncio.to_thread(ledger_of, self.store)

    async def settled(self) -> bool:
        """Telegram has handed out everything, and the bot has nothing left to answer or to send."""
        if (await self.telegram.get("updates"))["pending"]:
            return False
        ledger = await self.ledger()
        if ledger.updates > 0 and not ledger.unfinished and not ledger.unsent:
            return True
        await asyncio.sleep(LOOK_SECONDS)  # asking costs the store something, too
        return False

    async def settle(self, what: str = "everything answered", seconds: float = DRAIN_SECONDS) -> None:
        """Wait until nothing is left to do."""
        await until(self.settled, what, seconds)

    async def probe(self) -> int:
        """With a bot that runs: how many messages a new person gets for the question."""
        [person] = await self.telegram.people(1)
        await self.telegram.write([(person, QUESTION)])
        await self.settle("the probe's answer")
        expected = len(await self.telegram.messages(person))
        assert expected >= 1
        return expected

    async def write(self, people: Sequence[int], seconds: float = 0.0) -> None:
        """Each person asks the question, spread over so many seconds."""
        start, chunk = time.monotonic(), 20
        for first in range(0, len(people), chunk):
            due = start + seconds * first / len(people)
            await asyncio.sleep(max(due - time.monotonic(), 0))
            await self.telegram.write([(person, QUESTION) for person in people[first : first + chunk]])

    async def heard(self, people: Sequence[int]) -> dict[int, int]:
        """How many messages each person has on the screen."""
        found: dict[int, int] = {}
        for first in range(0, len(people), AT_ONCE):
            some = people[first : first + AT_ONCE]
            screens = await asyncio.gather(*(self.telegram.messages(person) for person in some))
            found |= {person: len(screen) for person, screen in zip(some, screens, strict=True)}
        return found

    async def account(self, people: Sequence[int], expected: int, updates: int) -> Found:
        """Compare what people have with what they should have; `updates` is how many were written in all."""
        heard, ledger, lane = await self.heard(people), await self.ledger(), self.cipher.lane
        unanswered = sum(count < expected for count in heard.values())
        unmarked = sum(
            max(count - expected - ledger.repeats[lane(person)], 0) for person, count in heard.items()
        )
        return Found(
            sent=sum(heard.values()),
            lost=max(updates - ledger.updates, 0) + unanswered + ledger.unfinished + ledger.unsent,
            marked=ledger.marked_duplicates,
            unmarked=unmarked,
            figures={
                "sent_twice": sum(max(count - expected, 0) for count in heard.values()),
                "put_aside": ledger.dead,
            },
        )

    async def waits(self, people: Sequence[int], start: float) -> list[float]:
        """Seconds from `start` (Unix) to the first answer of each person, shortest first."""
        wanted, first = set(people), dict[int, float]()
        for call in await self.telegram.calls():
            if call["code"] == 200 and call["chat"] in wanted:
                first.setdefault(call["chat"], call["at"] - start)
        return sorted(first.values())

    def logged(self, event: str) -> int:
        """How often an event stands in the log of the bots of this world."""
        log = (self.telegram.folder / "bot.log").read_text(encoding="utf-8", errors="replace")
        return log.count(event)


def percentile(values: Sequence[float], share: float) -> float | None:
    """Of sorted values, to the hundredth."""
    return round(values[min(int(len(values) * share), len(values) - 1)], 2) if values else None


def message(person: int, number: int, text: str, date: float) -> dict[str, Any]:
    """An update as Telegram would deliver it; people of the simulator have ids of their own."""
    body: dict[str, Any] = {
        "message_id": number,
        "date": int(date),
        "chat": {"id": person, "type": "private", "first_name": "P"},
        "from": {"id": person, "is_bot": False, "first_name": "P", "language_code": "id"},
        "text": text,
    }
    if text.startswith("/"):
        body["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text)}]
    return {"update_id": 900_000_000 + number, "message": body}


class Hook:
    """Calls the webhook as Telegram does, and notes the answers: (update id, status, seconds)."""

    def __init__(self, session: aiohttp.ClientSession, url: str) -> None:
        self._session = session
        self._url = url
        self.answers: list[tuple[int, int, float]] = []

    async def post(self, update: dict[str, Any]) -> int:
        """Deliver one update -> the status, 0 where no answer came."""
        headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET}
        started = time.perf_counter()
        try:
            async with self._session.post(self._url, json=update, headers=headers) as response:
                status = response.status
        except (aiohttp.ClientError, TimeoutError):
            status = 0
        self.answers.append((update["update_id"], status, time.perf_counter() - started))
        return status

    async def deliver(self, update: dict[str, Any]) -> None:
        """Post until it is taken."""

        async def taken() -> bool:
            return await self.post(update) == 200

        await until(taken, "the webhook to take an update", DRAIN_SECONDS)

    def seconds(self, *statuses: int) -> list[float]:
        """How long the answers with these statuses took, shortest first; without any, all."""
        return sorted(s for _, status, s in self.answers if not statuses or status in statuses)
