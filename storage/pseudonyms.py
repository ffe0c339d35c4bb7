"""Names under which staff know people: a flower and a number, from the id of the chat and nothing else."""

from __future__ import annotations

import re

# fmt: off
FLOWERS = (
    "Melati", "Mawar", "Anggrek", "Kenanga", "Cempaka", "Kamboja", "Teratai", "Dahlia", "Seruni",
    "Flamboyan", "Kemuning", "Bakung", "Soka", "Bugenvil", "Tanjung", "Kantil", "Sedap-Malam",
    "Alamanda", "Asoka", "Krisan", "Lili", "Tulip", "Lavender", "Anyelir", "Gardenia", "Jepun",
    "Wijayakusuma", "Kecubung", "Pacar", "Aster", "Begonia", "Petunia",
)
# fmt: on
FIRST, NUMBERS = 1000, 9000
STEP = 7919  # prime to NUMBERS: neighbours get numbers far apart, and no two people the same
_BACK = pow(STEP, -1, NUMBERS)
_NAME = re.compile(r"(?P<flower>[A-Za-z-]+)-(?P<number>\d{4})(?:-(?P<lap>\d{1,9}))?", re.ASCII)
_PLACES = {flower.lower(): place for place, flower in enumerate(FLOWERS)}


def pseudonym(row_id: int) -> str:
    """A name that no other chat of this database has, e.g. "Melati-4821"."""
    turn, flower = divmod(row_id, len(FLOWERS))
    lap, place = divmod(turn, NUMBERS)
    number = FIRST + place * STEP % NUMBERS
    return f"{FLOWERS[flower]}-{number}" + (f"-{lap + 1}" if lap else "")


def row_id(name: str) -> int | None:
    """The id behind a name, however it is written in capitals; None for what is no such name."""
    found = _NAME.fullmatch(name.strip())
    flower = _PLACES.get(found["flower"].lower()) if found else None
    if found is None or flower is None or not FIRST <= int(found["number"]) < FIRST + NUMBERS:
        return None
    lap = int(found["lap"]) - 1 if found["lap"] else 0
    place = (int(found["number"]) - FIRST) * _BACK % NUMBERS
    candidate = (lap * NUMBERS + place) * len(FLOWERS) + flower
    return candidate if pseudonym(candidate).lower() == name.strip().lower() else None
