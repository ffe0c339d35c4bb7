"""Writes words out in standard Indonesian: chat spelling, and other languages word for word.

Most training examples are Indonesian. Put into Indonesian word by word, a message of another language
shares its features with them: measured, this brought Javanese from .80 to .92, Sundanese from .80 to .90
and English from .41 to .72 of topics right (see decision 6).
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache

from nlu import lexicons

DROPPED = "-"
LONGEST_PHRASE = 3
SHORTEST_BASE = 3

# Endings that mean "his, her, the" or "my", where a language writes them as part of the word.
ENDINGS: dict[str, tuple[tuple[str, str], ...]] = {
    "jv": (("nipun", "nya"), ("ipun", "nya"), ("ne", "nya"), ("e", "nya"), ("ku", " saya"), ("mu", " anda")),
    "su": (("ana", "annya"), ("na", "nya"), ("keun", "kan")),
    "mad": (("na", "nya"), ("eppon", "nya"), ("ra", "nya"), ("da", "nya")),
    "sas": (("ne", "nya"), ("ku", " saya"), ("n", "nya")),
    "en": (("ing", ""), ("ed", ""), ("es", ""), ("s", "")),
}


def standard(words: Sequence[str], language: str) -> tuple[str, ...]:
    """The words in standard Indonesian as far as the lists know them; what they do not know stays."""
    slang = lexicons.slang()
    written: list[str] = []
    at = 0
    while at < len(words):
        for length in range(min(LONGEST_PHRASE, len(words) - at), 1, -1):
            phrase = slang.get(" ".join(words[at : at + length]))
            if phrase is not None:
                written.extend(phrase.split())
                at += length
                break
        else:
            written.extend(_word(words[at], language))
            at += 1
    return tuple(written)


@lru_cache(maxsize=50_000)
def _word(word: str, language: str) -> tuple[str, ...]:
    own = lexicons.regional().get(language, {})
    if word in own:
        return _parts(own[word])
    if word in lexicons.slang():
        return _parts(lexicons.slang()[word])
    indonesian = lexicons.indonesian_words()
    if word in indonesian:
        return (word,)
    for base, ending in _bases(word, language):
        if base in own and own[base] != DROPPED:
            return _parts(own[base] + ending)
        if base in indonesian and language != "en":
            return _parts(base + ending)
    return _parts(lexicons.unmistakable().get(word, word))


def _bases(word: str, language: str) -> Iterator[tuple[str, str]]:
    for ending, meaning in ENDINGS.get(language, ()):
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_BASE:
            yield word[: -len(ending)], meaning


def _parts(gloss: str) -> tuple[str, ...]:
    return () if gloss == DROPPED else tuple(gloss.split())
