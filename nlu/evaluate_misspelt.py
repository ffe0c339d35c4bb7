"""Misspells messages as thumbs do, to measure how far the understanding falls.

It knows nothing of the repair in `vocabulary.py`: slips are drawn from the keyboard, not from what can be
repaired.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import replace

from nlu.evaluate import Labelled

SHARE = 1 / 3
SHORTEST = 3
JOINED = 1 / 4
SEED = 20261124
KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
VOWELS = "aeiou"

_WORD = re.compile(r"[^\W\d_]+")


def misspelt(text: str, seed: int = SEED) -> str:
    """The message with one word in three misspelt; the same seed and text give the same slips.

    A slip is a neighbouring key, a vowel left out, a letter doubled, or the word joined with the next.
    Words of one or two letters, numbers and links stay; a message of nothing else stays as it is.
    """
    dice = random.Random(f"{seed} {text}")
    words = text.split(" ")
    able = [
        at for at, word in enumerate(words) if _WORD.fullmatch(word.strip(".,?!")) and len(word) >= SHORTEST
    ]
    wanted = len(words) * SHARE
    number = int(wanted) + (dice.random() < wanted - int(wanted))
    touched: set[int] = set()
    joined: set[int] = set()
    for at in dice.sample(able, len(able)):
        if at in touched:
            continue
        left = number - len(touched)
        if left <= 0:
            break
        if left >= 2 and at + 1 in able and at + 1 not in touched and dice.random() < JOINED:
            joined.add(at)
            touched |= {at, at + 1}
        else:
            words[at] = _slip(words[at], dice)
            touched.add(at)
    return "".join(word + ("" if at in joined else " ") for at, word in enumerate(words)).rstrip(" ")


def misspelt_sets(talks: Sequence[Sequence[Labelled]], seed: int = SEED) -> list[list[Labelled]]:
    """The same conversations with every message misspelt; labels stay."""
    return [[replace(label, text=misspelt(label.text, seed)) for label in talk] for talk in talks]


def _slip(word: str, dice: random.Random) -> str:
    letters = [at for at, letter in enumerate(word) if letter.isalpha()]
    kind = dice.choice(("key", "vowel", "double"))
    vowels = [at for at in letters[1:] if word[at].lower() in VOWELS]
    if kind == "vowel" and vowels:
        at = dice.choice(vowels)
        return word[:at] + word[at + 1 :]
    at = dice.choice(letters)
    if kind == "key" and (near := _neighbours(word[at].lower())):
        return word[:at] + dice.choice(near) + word[at + 1 :]
    return word[: at + 1] + word[at:]


def _neighbours(letter: str) -> str:
    for row in KEYS:
        at = row.find(letter)
        if at >= 0:
            return row[max(0, at - 1) : at] + row[at + 1 : at + 2]
    return ""
