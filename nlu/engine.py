"""The embedded engine: a lexical model for every message, the encoder where that alone is not sure."""

from dataclasses import dataclass

import numpy as np

from nlu.features import Floats, Ints
from nlu.softmax import Softmax, normalised

SMALL = 1e-6
ENCODER_SHARE = 0.45


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
    """The topic models of one set of training data.

    `encoded` is None where it was trained without encoder.
    """

    lexical: Softmax
    encoded: EncodedModel | None
    fitted: Fitted

    def first(self, indices: Ints, values: Floats) -> Floats:
        """Probabilities by words alone."""
        return self.lexical.sparse(indices, values)

    def is_enough(self, lexical: Floats) -> bool:
        return bool(lexical.max() >= self.fitted.lexical_is_enough)

    def scores(self, lexical: Floats, vector: Floats | None) -> Scores:
        """Both models together, or words alone where there is no vector."""
        if vector is None or self.encoded is None:
            return Scores(self.lexical.classes, lexical, lexical, lexical, None)
        encoded = self.encoded.probabilities(vector)
        raw = blended(lexical, encoded)
        return Scores(self.lexical.classes, raw, tempered(raw, self.fitted.temperature), lexical, encoded)


def blended(lexical: Floats, encoded: Floats, share: float = ENCODER_SHARE) -> Floats:
    """Geometric mean of two sets of probabilities, the encoder weighing `share`."""
    return normalised((1 - share) * np.log(lexical + SMALL) + share * np.log(encoded + SMALL))


def tempered(probabilities: Floats, temperature: float) -> Floats:
    return normalised(np.log(probabilities + SMALL) / temperature)
