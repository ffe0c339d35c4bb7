"""The embedded engine: a lexical model for every message, the encoder where that alone is not sure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from nlu.embeddings import packed, unpacked
from nlu.features import Document, Floats, Vectoriser
from nlu.softmax import Softmax, normalised

SMALL = 1e-6


class Encodes(Protocol):
    def encode(self, texts: Sequence[str]) -> Floats: ...


@dataclass(frozen=True, slots=True)
class Scores:
    """`raw` rejects, `sure` says how sure; each sums to 1. `encoded` is None if it was not asked."""

    classes: tuple[str, ...]
    raw: Floats
    sure: Floats
    lexical: Floats
    encoded: Floats | None


@dataclass(frozen=True, slots=True)
class Fitted:
    """Numbers found by cross-validation on the training data; see `fitting.py`."""

    temperature: float = 1.0
    lexical_is_enough: float = 0.9


@dataclass(frozen=True, slots=True)
class EncodedModel:
    """Logistic regression over sentence vectors that are shifted by `mean` and divided by `spread`."""

    head: Softmax
    mean: Floats
    spread: float

    def probabilities(self, vectors: Floats) -> Floats:
        return normalised(self.head.logits((vectors - self.mean) / self.spread))


@dataclass(frozen=True, slots=True)
class Engine:
    """Trained models of one set of training data. `encoder` is None where the package is missing."""

    vectoriser: Vectoriser
    lexical: Softmax
    encoded: EncodedModel | None
    fitted: Fitted
    encoder: Encodes | None = None

    @property
    def name(self) -> str:
        return "embedded" if self.encoded is not None and self.encoder is not None else "embedded-lexical"

    def scores(self, document: Document, text: str, *, always_encode: bool = False) -> Scores:
        """Score a message; `text` is its normalised form, as the encoder is to read it."""
        lexical = self.lexical.sparse(*self.vectoriser.transform(document))
        unsure = always_encode or lexical.max() < self.fitted.lexical_is_enough
        if not (unsure and text and self.encoder is not None and self.encoded is not None):
            return Scores(self.lexical.classes, lexical, lexical, lexical, None)
        vector = unpacked(packed(self.encoder.encode([text])[0]))
        encoded = self.encoded.probabilities(vector)
        raw = blended(lexical, encoded)
        return Scores(self.lexical.classes, raw, tempered(raw, self.fitted.temperature), lexical, encoded)


def blended(lexical: Floats, encoded: Floats, share: float = 0.5) -> Floats:
    """Geometric mean of two sets of probabilities, the encoder weighing `share`."""
    return normalised((1 - share) * np.log(lexical + SMALL) + share * np.log(encoded + SMALL))


def tempered(probabilities: Floats, temperature: float) -> Floats:
    return normalised(np.log(probabilities + SMALL) / temperature)
