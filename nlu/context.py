"""What a message takes over from the turns before: as much as a person would, for half an hour."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta

from nlu import entities, facets, lexicons
from nlu.ranking import Ranking
from nlu.types import OUT_OF_SCOPE, Context

FORGOTTEN_AFTER = timedelta(minutes=30)
LOOK_BACK = 3

# A short message leans towards the topic before, and away from being about something else altogether.
SHORT = 7
LEANING = 10.0
LEAVING = {OUT_OF_SCOPE: 0.05, "help-menu": 0.3, "about-bot": 0.3, "privacy": 0.3, "change-language": 0.3}

ORDINALS = {
    "pertama": 0, "1": 0, "satu": 0, "kesatu": 0, "first": 0, "kedua": 1, "2": 1, "dua": 1, "second": 1,
    "ketiga": 2, "3": 2, "tiga": 2, "third": 2, "terakhir": -1, "last": -1,
}  # fmt: skip
CHOOSING = frozenset(
    {
        "yang",
        "nomor",
        "no",
        "pilih",
        "pilihan",
        "opsi",
        "saja",
        "itu",
        "ya",
        "admin",
        "ke",
        "oke",
        "mau",
        "saya",
    }
)
CORRECTION = re.compile(
    r"^(?:(?:eh|oh|maaf|salah) )*(?:bukan|tidak|salah)(?: (?:itu|begitu))?(?: tapi)?"
    r"(?: maksud(?:nya|ku)?(?: saya)?)? "
)


@dataclass(frozen=True, slots=True)
class Before:
    """What is still remembered of the chat."""

    topic: str | None = None
    destination: str | None = None
    offered: tuple[str, ...] = ()


def before(context: Context, service: Collection[str]) -> Before:
    """The last article topic and country of the newest turns, and what the very last turn offered."""
    turns = [
        turn
        for turn in context.turns[-LOOK_BACK:]
        if context.now is None or context.now - turn.at <= FORGOTTEN_AFTER
    ]
    topic = next((t.topic for t in reversed(turns) if t.topic and t.topic not in service), None)
    country = next((t.destination for t in reversed(turns) if t.destination), None)
    return Before(topic, country, turns[-1].offered if turns else ())


def chosen(words: Sequence[str], offered: Sequence[str]) -> str | None:
    """The topic that "the second one" means, of those offered."""
    places = [ORDINALS[word] for word in words if word in ORDINALS]
    others = [word for word in words if word not in ORDINALS and word not in CHOOSING]
    if len(places) != 1 or others or not -len(offered) <= places[0] < len(offered):
        return None
    return offered[places[0]]


def follow_up(words: Sequence[str], known: Before) -> tuple[str | None, str | None]:
    """Topic and country of a message that leans on the turn before; the topic is None if it stands alone."""
    named = entities.destination(words)
    country = named or known.destination
    if known.topic is None:
        return None, country
    asked = facets.facet(_without_countries(words), named is not None)
    if asked is None:
        return None, country
    return facets.topic_of(asked, known.topic, country), country


def leaned(words: Sequence[str], ranking: Ranking, known: Before) -> Ranking:
    """The ranking as it looks to somebody who remembers what the chat was about."""
    if known.topic is None or len(words) > SHORT or not words:
        return ranking
    return ranking.leaning({**LEAVING, known.topic: LEANING})


def without_correction(words: Sequence[str]) -> tuple[str, ...]:
    """The words behind "no, I mean"; all of them if nothing is corrected or nothing would be left."""
    said = " ".join(words) + " "
    match = CORRECTION.match(said)
    rest = tuple(said[match.end() :].split()) if match else ()
    if any(mention.start == 0 for mention in entities.mentions(rest)):
        return tuple(words)  # "not Japan, Korea": the grammar of countries needs the "not"
    return rest or tuple(words)


def asks_on(words: Sequence[str]) -> bool:
    """Whether a message asks further, rather than says no, yes, or "I do not understand"."""
    talk, said = lexicons.word_sets("talk.yml"), set(words)
    return bool(said & (talk["asking"] | talk["cost"] | talk["pay"])) and not said & talk["unclear"]


def _without_countries(words: Sequence[str]) -> tuple[str, ...]:
    gone = {at for mention in entities.mentions(words) for at in range(mention.start, mention.end)}
    return tuple(word for at, word in enumerate(words) if at not in gone)
