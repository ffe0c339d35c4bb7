"""Which country a message is about, and for whom it asks. Gazetteers and small grammar, no model."""

from collections.abc import Sequence
from dataclasses import dataclass

from nlu import lexicons

LONGEST_NAME = 4
TOWARDS = frozenset(
    [
        "ke",
        "to",
        "menuju",
        "tujuan",
        "nang",
        "neng",
        "ning",
        "menyang",
        "teng",
        "dhateng",
        "ka",
        "tka",
        "ring",
        "aring",
        "jurusan",
    ]
)
AT = frozenset(
    [
        "di",
        "in",
        "at",
        "dari",
        "from",
        "ti",
        "saking",
        "sko",
        "neng",
        "ning",
        "nang",
        "teng",
        "sa",
        "wonten",
        "ing",
    ]
)
NOT_A_PLACE_AFTER = frozenset({"bahasa", "basa", "language"})
LANGUAGES_OF_MANY = frozenset({"inggris", "english", "arab", "arabic", "mandarin", "china", "cina", "melayu"})
NEGATIONS = frozenset(
    ["bukan", "bkn", "not", "dudu", "sanes", "lain", "sanes", "selain", "gak", "ora", "dede"]
)


@dataclass(frozen=True, slots=True)
class Mention:
    """A country named in the words `start` to `end` (exclusive)."""

    code: str
    kind: str
    start: int
    end: int


def mentions(words: Sequence[str]) -> list[Mention]:
    """All country names, longest match first, left to right."""
    names = lexicons.countries()
    places = lexicons.indonesian_places()
    found: list[Mention] = []
    at = 0
    while at < len(words):
        for length in range(min(LONGEST_NAME, len(words) - at), 0, -1):
            name = " ".join(words[at : at + length])
            if name in places and name not in names:
                at += length
                break
            place = names.get(name)
            if place is None or _is_language(words, at) or _is_weak(words, at, place.kind):
                continue
            found.append(Mention(place.code, place.kind, at, at + length))
            at += length
            break
        else:
            at += 1
    return found


def destination(words: Sequence[str]) -> str | None:
    """The country the message is about: the one it goes to before the one it is at before any other."""
    best: tuple[int, int] | None = None
    chosen: str | None = None
    for mention in mentions(words):
        before = words[max(0, mention.start - 2) : mention.start]
        if before and before[-1] in NEGATIONS:
            continue
        strength = 2 if before and before[-1] in TOWARDS else 1 if before and before[-1] in AT else 0
        if mention.kind in {"money", "word", "exam", "weak"}:
            strength -= 1
        if best is None or (strength, -mention.start) > best:
            best, chosen = (strength, -mention.start), mention.code
    return chosen


def _is_language(words: Sequence[str], at: int) -> bool:
    return at > 0 and words[at - 1] in NOT_A_PLACE_AFTER and words[at] in LANGUAGES_OF_MANY


def _is_weak(words: Sequence[str], at: int, kind: str) -> bool:
    return kind == "weak" and not (at > 0 and words[at - 1] in (TOWARDS | AT))


RELATIVES = frozenset(
    [
        "suami",
        "istri",
        "anak",
        "anakku",
        "anaknya",
        "suamiku",
        "istriku",
        "ibu",
        "ibuku",
        "bapak",
        "bapakku",
        "ayah",
        "ayahku",
        "kakak",
        "kakakku",
        "adik",
        "adikku",
        "saudara",
        "keponakan",
        "sepupu",
        "paman",
        "bibi",
        "tante",
        "om",
        "mertua",
        "menantu",
        "cucu",
        "kakek",
        "nenek",
        "orang-tua",
        "keluarga",
        "pacar",
        "tunangan",
        "bojo",
        "bojoku",
        "lare",
        "anakku",
        "mbokku",
        "emakku",
        "pakdhe",
        "budhe",
        "adhiku",
        "mbakyu",
        "kangmas",
        "husband",
        "wife",
        "son",
        "daughter",
        "mother",
        "father",
        "sister",
        "brother",
        "cousin",
        "aunt",
        "uncle",
        "pamajikan",
        "salaki",
        "budak",
        "indung",
        "lanceuk",
        "rai",
    ]
)
OTHERS = frozenset(
    [
        "tetangga",
        "teman",
        "warga",
        "kenalan",
        "temanku",
        "kawan",
        "tonggo",
        "kanca",
        "tatangga",
        "babaturan",
        "neighbor",
        "friend",
    ]
)


def asks_for(words: Sequence[str]) -> str:
    """self, relative or other. Address ("bu", "pak", "mas") does not count as a relative."""
    for at, word in enumerate(words):
        after = words[at + 1] if at + 1 < len(words) else ""
        base = word.split("-")[0]
        if base in OTHERS:
            return "other"
        if base in RELATIVES and (
            word.endswith(("ku", "nya")) or after in {"saya", "sy", "aku", "kami", "kula"}
        ):
            return "relative"
    return "self"
