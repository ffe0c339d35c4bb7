"""Which country a message is about, and for whom it asks: word lists and a little grammar, no model.

Words are in standard Indonesian, as `standard.py` writes them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from nlu import lexicons

LONGEST_NAME = 4
TOWARDS = frozenset({"ke", "to", "menuju", "tujuan", "jurusan", "kepengin", "pilih"})
AT = frozenset({"di", "in", "at", "pada"})
FROM = frozenset({"dari", "from", "eks", "mantan", "pulang"})
NEGATIONS = frozenset({"bukan", "selain", "not", "tidak", "kecuali"})
GIVEN_UP = frozenset({"jadi", "mau", "kepengin"})

COMPARING = frozenset(
    {"apa", "atau", "sama", "dan", "dengan", "vs", "dibanding", "daripada", "ke", "di", "or", "and", "versus"}
)

# "bahasa Inggris" is spoken in many countries and names none.
TONGUE = frozenset({"bahasa", "language", "kamus", "ngomong", "speak"})
TONGUES_OF_MANY = frozenset(
    {"inggris", "english", "arab", "arabic", "mandarin", "china", "cina", "melayu", "tionghoa"}
)

# How much a mention counts by the word before it, and how much less if it is no plain name.
GOES, IS_THERE, COMES, BARE = 3.0, 2.0, 1.0, 1.5
NO_NAME = 2.0


@dataclass(frozen=True, slots=True)
class Mention:
    """A country named in the words `start` to `end` (exclusive)."""

    code: str
    kind: str
    start: int
    end: int


@cache
def _first_words() -> frozenset[str]:
    names = {name.split()[0] for name in lexicons.countries()}
    return frozenset(names | {name.split()[0] for name in lexicons.indonesian_places()})


def mentions(words: Sequence[str]) -> list[Mention]:
    """All country names left to right, the longest where several begin.

    Places in Indonesia are passed over.
    """
    names, places, first = lexicons.countries(), lexicons.indonesian_places(), _first_words()
    found: list[Mention] = []
    at = 0
    while at < len(words):
        step = 1
        if words[at] in first:
            for length in range(min(LONGEST_NAME, len(words) - at), 0, -1):
                name = " ".join(words[at : at + length])
                place = names.get(name)
                if place is not None and _counts(words, at, place.kind):
                    found.append(Mention(place.code, place.kind, at, at + length))
                if place is not None or name in places:
                    step = length
                    break
        at += step
    return found


def destination(words: Sequence[str]) -> str | None:
    """The country the message is about: where it goes, before where it is, before where it comes from.

    None where countries are compared ("Taiwan apa Hong Kong").
    """
    best, chosen = -9.0, None
    last: Mention | None = None
    for mention in mentions(words):
        if _denied(words, mention.start):
            continue
        if last is not None and last.code != mention.code and _are_compared(words, last, mention):
            return None
        last = mention
        before = words[mention.start - 1] if mention.start else ""
        weight = (
            GOES if before in TOWARDS else IS_THERE if before in AT else COMES if before in FROM else BARE
        )
        if mention.kind not in {"name", "city", "region"}:
            weight -= NO_NAME
        if weight > best:
            best, chosen = weight, mention.code
    return chosen


def _are_compared(words: Sequence[str], one: Mention, other: Mention) -> bool:
    between = words[one.end : other.start]
    return 0 < len(between) <= 3 and all(word in COMPARING for word in between)


def asks_for(words: Sequence[str]) -> str:
    """self, relative or other.

    A relative or neighbour counts where the matter is theirs: not as a form of address ("bu, ..."), not as
    a companion of the writer's own matter ("suami tidak mengizinkan", "kirim uang ke ibu"), and not behind
    a writer who tells of their own doings ("saya mau pulang karena ibu sakit").
    """
    people = lexicons.word_sets("people.yml")
    if any(w in people["helpers"] and _introduces_self(words, at) for at, w in enumerate(words)):
        return "other"
    if _tells_of_self(words):
        return "self"
    for at, word in enumerate(words):
        if word == "orang" and at + 1 < len(words) and words[at + 1] == "tua":
            kind = "relative"
        elif word in people["others"]:
            kind = "other"
        elif word in people["relatives"] and not _is_address(words, at):
            kind = "relative"
        else:
            continue
        if not _is_companion(words, at) and not _is_somebody_elses(words, at):
            return kind
    return "self"


def _counts(words: Sequence[str], at: int, kind: str) -> bool:
    before = words[at - 1] if at else ""
    if before in TONGUE and words[at] in TONGUES_OF_MANY:
        return False
    return kind != "weak" or before in TOWARDS | AT | FROM


def _denied(words: Sequence[str], start: int) -> bool:
    """ "Bukan Taiwan", "selain di Taiwan", "tidak jadi ke Taiwan"."""
    at = start - 1
    if at >= 0 and words[at] in TOWARDS | AT:
        at -= 1
        if at > 0 and words[at] in GIVEN_UP:
            at -= 1
    return at >= 0 and words[at] in NEGATIONS


def _introduces_self(words: Sequence[str], at: int) -> bool:
    """ "Saya kades", "saya dari perangkat desa", "kami relawan": the writer asks on behalf of others."""
    people = lexicons.word_sets("people.yml")
    for before in range(max(0, at - 3), at):
        if words[before] in people["myself"]:
            return not (before and words[before - 1] in people["relatives"] | people["others"])
    return False


def _tells_of_self(words: Sequence[str]) -> bool:
    """Whether the first who acts is the writer:

    "saya kerja di ..., ", but not "saya mau tanya, suami ..."
    """
    people = lexicons.word_sets("people.yml")
    for at, word in enumerate(words):
        if word in people["myself"]:
            if at and words[at - 1] in people["kin_before_me"]:
                return False
            after = next((w for w in words[at + 1 : at + 4] if w not in people["before_verb"]), "")
            if not after or after in people["speaks_for"]:
                return False
            return after not in people["relatives"] | people["others"] | people["helpers"]
        if word not in people["opening"]:
            return False
    return False


def _is_address(words: Sequence[str], at: int) -> bool:
    """ "Ibu", "kakak" alone are also how one speaks to the office: kin only where something befalls them."""
    if words[at] not in {"ibu", "bapak", "kakak", "adik", "om", "tante", "mama", "papa", "mamak"}:
        return False
    after = words[at + 1] if at + 1 < len(words) else ""
    return after in lexicons.word_sets("people.yml")["address_before"] or not after


def _is_somebody_elses(words: Sequence[str], at: int) -> bool:
    """Kin of the employer, the old people one cares for, and words that only look like kin."""
    people = lexicons.word_sets("people.yml")
    before = words[at - 1] if at else ""
    after = words[at + 1] if at + 1 < len(words) else ""
    if after in people["employers"] or after in people["no_kin_before"] or before in people["no_kin_after"]:
        return True
    if words[at] in {"kakek", "nenek", "cucu"}:
        return after not in people["myself"]
    if words[at] == "keluarga":
        return bool(at and before not in people["seeks"]) or bool(people["myself"] & set(words))
    return before.isdigit()


def _is_companion(words: Sequence[str], at: int) -> bool:
    people = lexicons.word_sets("people.yml")
    if at and words[at - 1] in people["companion_before"]:
        return True
    following = [w for w in words[at + 1 : at + 5] if w not in people["myself"] and w != "tua"][:3]
    if any(word in people["companion_after"] for word in following[:2]):
        return True
    return (
        bool(following)
        and following[0] in NEGATIONS
        and any(word in people["companion_after"] for word in following[1:])
    )
