"""Public sets of labelled messages, made into training data and labelled lines of our own formats.

From each set are taken the first EXAMPLES of an intent in a fixed random order, about as many as our topics
have, and at most MESSAGES to measure with; otherwise its own split is kept.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from nlu.types import OUT_OF_SCOPE

EXAMPLES = 50
MESSAGES = 1000
MODULE = "all"

Pair = tuple[str, str]
"""Intent and text."""


@dataclass(frozen=True, slots=True)
class PublicSet:
    """A set as it is read; `outside` are texts that belong to none of its intents."""

    name: str
    language: str
    training: list[Pair] = field(default_factory=list)
    messages: list[Pair] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)


def public_sets(folder: Path) -> Iterator[PublicSet]:
    """Those that are in the folder; the others are passed over."""
    for code in ("id", "jv"):
        path = folder / "massive-1.1" / f"{code}-ID.jsonl.gz"
        if path.exists():
            yield _massive(path, code)
    if (path := folder / "xsid-0.7" / "xsid_id_en.csv").exists():
        rows = [row for row in _rows(path) if row["lang"] == "id"]
        yield _split("xSID id", "id", rows, training="valid")
    if (path := folder / "clinc150" / "data_full.csv.gz").exists():
        rows = list(_rows(path))
        clinc = _split("CLINC150", "en", rows, training="train")
        clinc.outside.extend(row["text"] for row in rows if row["split"] == "oos_test")
        yield clinc
    if (path := folder / "banking77" / "banking77.csv.gz").exists():
        yield _split("Banking77", "en", list(_rows(path)), training="train")


def write(public: PublicSet, folder: Path) -> tuple[Path, Path]:
    """Write the set -> folder of its training data, file of its labelled messages."""
    examples: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for intent, text in sorted(public.training, key=_order):
        if len(examples[intent]) < EXAMPLES and _one_line(text):
            examples[intent].setdefault(_one_line(text).casefold(), _one_line(text))
    lines = ['version: "3.1"', "nlu:"]
    for intent, texts in sorted(examples.items()):
        lines += [f"- intent: {json.dumps(intent)}", "  examples: |", *(f"    - {t}" for t in texts.values())]
    training = folder / "training" / public.language / f"{MODULE}.yml"
    training.parent.mkdir(parents=True)
    training.write_text("\n".join(lines) + "\n", encoding="utf-8")
    inside = [pair for pair in public.messages if pair[0] in examples]
    outside = [(OUT_OF_SCOPE, text) for text in public.outside]
    chosen = [*sorted(inside, key=_order)[:MESSAGES], *sorted(outside, key=_order)[:MESSAGES]]
    labels = folder / "messages.jsonl"
    labels.write_text("\n".join(_label(*pair, public.language) for pair in chosen), encoding="utf-8")
    return folder / "training", labels


def _massive(path: Path, code: str) -> PublicSet:
    public = PublicSet(f"MASSIVE {code}", code)
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for entry in map(json.loads, file):
            pair = entry["intent"], entry["utt"]
            if entry["partition"] == "train":
                public.training.append(pair)
            elif entry["partition"] == "test":
                public.messages.append(pair)
    return public


def _rows(path: Path) -> Iterator[dict[str, str]]:
    packed = path.suffix == ".gz"
    with gzip.open(path, "rt", encoding="utf-8") if packed else path.open(encoding="utf-8") as file:
        yield from csv.DictReader(file)


def _split(name: str, language: str, rows: Iterable[dict[str, str]], *, training: str) -> PublicSet:
    public = PublicSet(name, language)
    for row in rows:
        pair = row["intent"], row["text"]
        if row["split"] == training:
            public.training.append(pair)
        elif row["split"] == "test":
            public.messages.append(pair)
    return public


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _order(pair: Pair) -> bytes:
    return hashlib.sha256("\0".join(pair).encode("utf-8")).digest()


def _label(intent: str, text: str, language: str) -> str:
    label = {"text": text, "topics": [intent], "destination": None, "asks_for": "self"}
    return json.dumps(label | {"language": language, "danger": [], "style": "standard"}, ensure_ascii=False)
