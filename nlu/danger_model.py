"""The model that finds danger without the words of danger ("the door has no key, he stands there every
night").

Trained on `training/danger/` and, as ordinary talk, on the examples of topics that are far from danger. It
only adds to the rules. Three voices are weighed together: words, the meaning of the sentence (a kernel
machine on the encoder's vector), and the strongest sign of the rules. A further model names the kind.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlu.engine import EncodedModel
from nlu.features import Floats, Ints
from nlu.softmax import Softmax
from nlu.types import DangerSign

CALM, DANGER = "calm", "danger"
SECOND_KIND = 0.3
STRONGEST_RULE = 5.0
SMALL = 1e-6


@dataclass(frozen=True, slots=True)
class Kernel:
    """A support vector machine with a Gaussian kernel. `vectors`: shape (supports, dimensions)."""

    vectors: Floats
    weights: Floats
    bias: float
    width: float
    mean: Floats
    spread: float

    def margins(self, vectors: Floats) -> Floats:
        """Positive for danger; for one vector or a matrix of them."""
        scaled = np.atleast_2d((vectors - self.mean) / self.spread)
        squares = (
            np.square(scaled).sum(1)[:, None] + np.square(self.vectors).sum(1) - 2 * scaled @ self.vectors.T
        )
        return np.asarray(np.exp(-self.width * squares) @ self.weights + self.bias, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Weighing:
    """How much each voice weighs, and from where the sum is an alarm; fitted on held-out examples."""

    words: float
    meaning: float
    rules: float
    bias: float
    alarm: float

    def odds(self, words: float, meaning: float, rules: float) -> float:
        return self.words * words + self.meaning * meaning + self.rules * rules + self.bias


@dataclass(frozen=True, slots=True)
class DangerModel:
    """`alone` weighs words and rules where there is no vector.

    The encoder is asked from `ask` on (of `words`).
    """

    lexical: Softmax
    kernel: Kernel | None
    kinds: Softmax
    kinds_encoded: EncodedModel | None
    together: Weighing
    alone: Weighing
    ask: float

    def words(self, indices: Ints, values: Floats) -> float:
        """Log-odds of danger by words alone. Classes are sorted: calm, danger."""
        calm, danger = self.lexical.sparse(indices, values)
        return float(np.log(danger + SMALL) - np.log(calm + SMALL))

    def odds(self, words: float, vector: Floats | None, rules: float) -> float:
        """All voices weighed, with the limit of alarm at 0."""
        rules = min(rules, STRONGEST_RULE)
        if vector is None or self.kernel is None:
            return self.alone.odds(words, 0.0, rules) - self.alone.alarm
        meaning = float(self.kernel.margins(vector)[0])
        return self.together.odds(words, meaning, rules) - self.together.alarm

    def added(
        self,
        signs: tuple[DangerSign, ...],
        odds: float,
        vector: Floats | None,
        indices: Ints,
        values: Floats,
    ) -> tuple[DangerSign, ...]:
        """The signs of the rules, with the likeliest kinds added if the odds reach the alarm."""
        if odds < 0:
            return signs
        kinds = self.kinds.sparse(indices, values)
        if vector is not None and self.kinds_encoded is not None:
            kinds = kinds * np.float32(0.5) + self.kinds_encoded.probabilities(vector) * np.float32(0.5)
        known = {sign.kind for sign in signs}
        order: Sequence[int] = [int(at) for at in np.argsort(-kinds, kind="stable")[:2]]
        if known and kinds[order[0]] < SECOND_KIND:
            return signs
        likely = [self.kinds.classes[at] for at in order if at == order[0] or kinds[at] >= SECOND_KIND]
        evidence = f"model: {odds:+.1f} over the limit of alarm"
        return (*signs, *(DangerSign(kind, evidence) for kind in likely if kind not in known))
