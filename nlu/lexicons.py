"""The word lists in `lexicon/`, read once. Their origins and licences stand in `lexicon/README.md`."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

FOLDER = Path(__file__).parent / "lexicon"


@dataclass(frozen=True, slots=True)
class Place:
    """A country, or a region (ME), that a name stands for.

    Kinds: name, city, region, money, exam, word, weak.

    A weak name is one that also means something else and counts only behind "to" or "in".
    """

    code: str
    kind: str


def rows(name: str) -> Iterator[list[str]]:
    """Tab-separated columns of a list, comment lines left out."""
    for line in (FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("# "):
            yield line.split("\t")


@cache
def slang() -> dict[str, str]:
    """Chat spelling to standard words; keys of up to three words."""
    return {row[0]: row[1] for row in rows("slang.tsv")}


@cache
def emoji() -> dict[str, str]:
    return {row[0]: row[1] for row in rows("emoji.tsv")}


@cache
def countries() -> dict[str, Place]:
    return {row[0]: Place(row[1], row[2]) for row in rows("countries.tsv")}


@cache
def indonesian_places() -> frozenset[str]:
    return frozenset(row[0] for row in rows("places.tsv"))


@cache
def regional() -> dict[str, dict[str, str]]:
    """Word to its Indonesian gloss, for each language code."""
    found: dict[str, dict[str, str]] = {}
    for language, word, gloss in rows("regional.tsv"):
        found.setdefault(language, {})[word] = gloss
    return found


@cache
def common_words() -> frozenset[str]:
    """Everyday words of any of our languages: not to be repaired into a word of the training data."""
    return frozenset(row[0] for row in rows("common.tsv"))


@cache
def indonesian_words() -> frozenset[str]:
    """Everyday words of Indonesian."""
    return frozenset(row[0] for row in rows("common.tsv") if "id" in row[1].split())


@cache
def unmistakable() -> dict[str, str]:
    """Glosses of regional words that are not Indonesian too; the first language of the list wins."""
    found: dict[str, str] = {}
    for words in regional().values():
        for word, gloss in words.items():
            if word not in indonesian_words():
                found.setdefault(word, gloss)
    return found


@cache
def word_sets(name: str) -> dict[str, frozenset[str]]:
    """The named sets of words of a YAML file."""
    return {key: frozenset(str(words).split()) for key, words in YAML(typ="safe").load(FOLDER / name).items()}
