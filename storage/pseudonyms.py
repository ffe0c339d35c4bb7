"""Names under which staff know people: a flower and a number, from the id of the chat and nothing else."""

from __future__ import annotations

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


def pseudonym(row_id: int) -> str:
    """A name that no other chat of this database has, e.g. "Melati-4821"."""
    turn, flower = divmod(row_id, len(FLOWERS))
    lap, place = divmod(turn, NUMBERS)
    number = FIRST + place * STEP % NUMBERS
    return f"{FLOWERS[flower]}-{number}" + (f"-{lap + 1}" if lap else "")
