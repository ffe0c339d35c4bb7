"""Broadcasts over the wire: a thousand with a pause, a kill in the middle, a flood that Telegram stops."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.broadcaster import Broadcaster
from bot.client import TelegramClient
from bot.delivery import Delivery
from bot.metrics import Metrics
from bot.pacing import Pace
from bot.wiring import utc_now
from simulator import Simulator, User
from storage import Cipher, Connection, Database, broadcasts, chats, keys, outbox
from storage.broadcast_feed import Call
from storage.broadcasts import BroadcastRecord, Draft
from tests.bot.conftest import connected
from tests.bot.house import House
from tests.bot.tools import until

OWNER = "bekal"


def word(found: BroadcastRecord, locale: str) -> Call | None:
    return "sendMessage", {"text": found.texts["id"]}


class Station:
    """A store with people in it, a local Telegram with a clock that goes, and what sends."""

    def __init__(self, database: Database, client: TelegramClient, sim: Simulator, per_second: float) -> None:
        self.database = database
        self.client = client
        self.sim = sim
        self.per_second = per_second
        self.people: list[User] = []
        self.made = 0

    async def prepare(self, people: int) -> None:
        """People who want news, and a broadcast with its second yes."""
        self.people = [self.sim.add_user(started=True) for _ in range(people)]
        cipher, now = self.database.cipher, utc_now()

        def unit(conn: Connection) -> int:
            for each in self.people:
                chat = chats.ensure(conn, cipher, cipher.lane(each.id), each.id, now)
                chats.update(conn, cipher, chat, news="given")
            made = broadcasts.add(conn, Draft("Uji", {"id": "kabar"}), "sari", now, "KODE")
            broadcasts.submit(conn, made, people)
            broadcasts.approve(conn, made, "budi", people)
            return made

        self.made = await self.database.write(unit)

    @contextlib.asynccontextmanager
    async def working(self, *, killed: bool = False) -> AsyncIterator[Delivery]:
        """Send as long as the block lasts; `killed`: end with what is in hand left as it is."""
        stop, metrics = asyncio.Event(), Metrics()
        pace = Pace(self.per_second)
        delivery = Delivery(
            self.database, self.client, owner=OWNER, clock=utc_now, metrics=metrics, pace=pace
        )
        broadcaster = Broadcaster(
            self.database,
            word,
            lambda: pytest.fail("no corrections here"),
            per_second=self.per_second,
            clock=utc_now,
            wake_delivery=delivery.wake,
        )
        tasks = [asyncio.create_task(delivery.run(stop)), asyncio.create_task(broadcaster.run(stop))]
        try:
            yield delivery
        finally:
            if killed:
                for task in [*tasks, *delivery._busy.values()]:
                    task.cancel()
                await asyncio.gather(*tasks, *delivery._busy.values(), return_exceptions=True)
            stop.set()
            delivery.wake()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def found(self) -> BroadcastRecord:
        return await self.database.read(lambda conn: broadcasts.get(conn, self.made))

    async def over(self) -> BroadcastRecord:
        async with asyncio.timeout(30):
            while not (found := await self.found()).over:  # noqa: ASYNC110 - the store has no event for it
                await asyncio.sleep(0.05)
        return found

    def told(self) -> Counter[int]:
        """How often each person has got the broadcast."""
        heard = {each.id: [m["text"] for m in self.sim.messages(each)] for each in self.people}
        return Counter({chat: texts.count("kabar") for chat, texts in heard.items()})


@contextlib.asynccontextmanager
async def station(store_file: Path, per_second: float) -> AsyncIterator[Station]:
    database = Database.open(f"sqlite:///{store_file}", Cipher(keys.make_keys(utc_now())), clock=utc_now)
    async with Simulator.start() as sim, connected(sim) as client:
        yield Station(database, client, sim, per_second)
    await database.close()


async def test_a_thousand_with_ten_who_blocked_the_bot_and_one_pause(store_file: Path) -> None:
    async with station(store_file, 300) as office:
        await office.prepare(1000)
        for each in office.people[::100]:
            office.sim.people.set_state(office.sim.bot, each.id, "blocked")
        async with office.working():
            await until(lambda: office.sim.calls.total >= 300, 10)
            await office.database.write(lambda conn: broadcasts.pause(conn, office.made))
            await asyncio.sleep(0.3)  # what was under way
            paused_at = office.sim.calls.total
            await asyncio.sleep(0.5)
            assert office.sim.calls.total == paused_at < 1000
            await office.database.write(lambda conn: broadcasts.resume(conn, office.made))
            found = await office.over()
        assert (found.audience, found.sent, found.blocked, found.left) == (1000, 990, 10, 0)
        assert office.sim.calls.total == 1000
        assert sorted(Counter(office.told().values()).items()) == [(0, 10), (1, 990)]
        entries = [entry.at for entry in office.sim.calls.entries]
        busy = [at for at in entries if at >= entries[-1] - 1.0]
        assert len(busy) <= 300 * 1.25, "the pace of a second, and the burst at its begin"


async def test_killed_at_37_percent_it_goes_on_and_marks_what_it_repeats(store_file: Path) -> None:
    async with station(store_file, 300) as office:
        await office.prepare(400)
        office.sim.faults.latency.base = 0.02
        async with office.working(killed=True) as delivery:
            await until(lambda: office.sim.calls.total >= 148, 10)
            in_flight = delivery.in_flight
        assert in_flight
        assert (await office.found()).left > 100
        await office.database.write(lambda conn: outbox.recover(conn, utc_now(), dead_owner=OWNER))
        async with office.working():
            found = await office.over()
        told = office.told()
        twice = sum(count == 2 for count in told.values())
        assert (found.audience, found.sent, found.left) == (400, 400, 0)
        assert set(told.values()) <= {1, 2}
        assert twice <= found.duplicates <= in_flight + 1


async def test_a_429_for_all_halts_everything_and_replies_are_first_again(store_file: Path) -> None:
    async with station(store_file, 100) as office:
        await office.prepare(200)
        async with office.working() as delivery:
            await until(lambda: office.sim.calls.total >= 60, 10)
            office.sim.fail("flood", everybody=True, retry_after=2, times=1)
            await until(lambda: office.sim.calls.by_code[429] >= 3, 10)
            halted_at = office.sim.calls.total
            writers = [office.sim.add_user(started=True) for _ in range(5)]
            cipher = office.database.cipher
            for each in writers:
                await office.database.write(
                    lambda conn, each=each: outbox.put(
                        conn,
                        cipher,
                        cipher.lane(each.id),
                        each.id,
                        "sendMessage",
                        {"text": "jawaban"},
                        now=utc_now(),
                    )
                )
            delivery.wake()
            found = await office.over()
        assert (found.audience, found.sent, found.duplicates) == (200, 200, 0)
        assert set(office.told().values()) == {1}
        after = [e for e in office.sim.calls.entries if e.number > halted_at and e.code == 200]
        # What was on its way when Telegram said stop got a 429, too; from then on there was silence.
        refused = [e for e in office.sim.calls.entries if e.code == 429]
        assert len(refused) <= 30
        assert after[0].at - refused[0].at >= 2
        assert {e.chat for e in after[:5]} == {each.id for each in writers}


async def test_yes_in_the_chat_a_test_of_staff_and_one_tap_to_end_it(house: House) -> None:
    wati = house.sim.add_user("Wati")
    [question] = await house.write(wati, "/kabar")
    await house.press(wati, question, "Ya, kirim kabar")
    chat = await house.chat(wati)
    assert chat is not None
    assert (chat.news, chat.news_locale) == ("given", "id")
    draft, now = Draft("Uji", {"id": "Awas lowongan palsu."}), house.clock()
    made = await house.app.database.write(lambda conn: broadcasts.add(conn, draft, "sari", now, "K7F3QXAB"))
    [shown] = await house.write(wati, "/uji k7f3qxab")
    assert shown["text"].endswith("Awas lowongan palsu.")
    await house.app.database.write(lambda conn: broadcasts.stop(conn, made, now))
    [refused] = await house.write(wati, "/uji K7F3QXAB")
    assert refused["text"] == "Kode itu tidak berlaku (lagi)."
    await house.press(wati, shown, "Berhenti menerima kabar")
    chat = await house.chat(wati)
    assert chat is not None
    assert (chat.news, chat.news_locale) == ("stopped", None)
