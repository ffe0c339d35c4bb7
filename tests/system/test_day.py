"""A day of use: what people wrote is in no file as they wrote it, and who goes leaves nothing.

Small here; `./bekal test tests/system/test_day.py --people 3000` is a nation's day, about 21,000 updates.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from bot.personal_data import Wanted, erase, export, find
from bot.store import back_up
from simulator import Simulator
from storage import Connection, sealed
from tests.bot.house import House, opened, working
from tests.storage.tables import all_rows
from tests.transcripts.driver import Clock

MESSAGES = 4
SOUGHT = 600
AT_ONCE = 100
WITH = (
    "visa kerja itu apa, nik saya {nik}",
    "paspor saya {passport}, majikan memukul saya",
    "nomor {phone} penipu, email saya {mail}",
    "/petugas",
    "tolong, rek bca {account}, saya {word}",
)


def markers(chance: random.Random) -> dict[str, str]:
    """What one message holds: five things that must not be readable anywhere."""

    def digits(count: int) -> str:
        return "".join(chance.choice("123456789") for _ in range(count))

    return {
        "nik": f"320901{chance.randint(10, 28)}0{chance.randint(1, 9)}{digits(6)}",
        "passport": f"C{digits(7)}",
        "phone": f"0812{digits(8)}",
        "mail": f"orang{digits(6)}@contoh.com",
        "account": digits(13),
        "word": "bambu" + "".join(chance.choice("bcdfgklmnp") for _ in range(8)),
    }


def hits(files: dict[str, bytes], seeds: list[str]) -> list[str]:
    return [f"{seed} in {name}" for name, data in files.items() for seed in seeds if seed.encode() in data]


def unsealed(house: House, conn: Connection) -> bytes:
    """Everything that the store holds, with the key."""
    cipher, parts = house.app.database.cipher, []
    for column in sealed.sealed_columns():
        values, _ = sealed.page(conn, column, None, 10**6)
        parts += [cipher.open(value.sealed, column.place) for value in values]
    return b"\n".join(parts)


async def test_a_day_leaves_nothing_readable_and_who_goes_leaves_nothing(
    tmp_path: Path,
    small_model: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    count = int(request.config.getoption("--people", default=25))
    messages = MESSAGES if count < 1000 else 1
    chance, clock = random.Random(11), Clock()
    async with (
        Simulator.start(clock=clock, rng=random.Random(7)) as sim,
        opened(sim, clock, tmp_path / "data", small_model, monkeypatch) as house,
        working(house),
    ):
        people = [sim.add_user("Orang", started=True) for _ in range(count)]
        seeds: dict[int, list[dict[str, str]]] = {}
        for user in people:
            await house.consent(user)
            seeds[user.id] = [markers(chance) for _ in range(messages)]
        for number in range(messages):
            for phrase in WITH:
                clock.forward(30)
                for first in range(0, count, AT_ONCE):
                    for user in people[first : first + AT_ONCE]:
                        await sim.send_text(user, phrase.format(**seeds[user.id][number]))
                    await house.settled()
        settings = house.app.settings
        back_up(settings, tmp_path / "backup.db")
        await export(
            settings, await find(settings, Wanted(chat=people[0].id)), tmp_path / "own.json", clock()
        )
        files = {str(path): path.read_bytes() for path in (tmp_path / "data").rglob("*") if path.is_file()}
        files["backup"] = (tmp_path / "backup.db").read_bytes()
        assert any(name.endswith("-wal") for name in files)
        files["metrics"] = house.app.metrics.text()
        everything = [seed for own in seeds.values() for held in own for seed in held.values()]
        everything = chance.sample(everything, SOUGHT)
        assert hits(files, everything + [str(user.id) for user in people]) == []
        # Masked before it was sealed: not even with the key, nor in what a person gets on demand.
        held = await house.app.database.read(lambda conn: unsealed(house, conn))
        numbers = [seed for seed in everything if not seed.startswith("bambu")]
        assert hits({"store": held, "export": (tmp_path / "own.json").read_bytes()}, numbers) == []
        words = [each["word"] for each in seeds[people[1].id]]
        assert all(word.encode() in held for word in words)
        # Who goes leaves nothing, and everybody else stays as they were.
        others = [each["word"] for user in people[2:] for each in seeds[user.id]]
        assert await erase(settings, await find(settings, Wanted(chat=people[1].id)), clock()) == []
        held = await house.app.database.read(lambda conn: unsealed(house, conn))
        assert hits({"store": held}, [*words, str(people[1].id)]) == []
        assert all(word.encode() in held for word in others)
        assert len((await house.app.database.read(all_rows))["chats"]) == count - 1
