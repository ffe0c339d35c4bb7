"""The model that finds danger without the words of danger ("the door has no key, he stands there every night").

Trained on `training/danger/` and, as ordinary talk, on the examples of topics that are far from danger. It only
adds to the rules. Two linear models, on words and on the encoder's vector, each say how likely danger is; a third
names the kind.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlu.engine import EncodedModel
from nlu.features import Floats, Ints
from nlu.softmax import Softmax, normalised
from nlu.types import DangerSign

CALM, DANGER = "calm", "danger"
SECOND_KIND = 0.3


@dataclass(frozen=True, slots=True)
class DangerLimits:
    """On the log-odds of danger, fitted by cross-validation.

    `alarm` raises danger (words and encoder together), `alarm_lexical` where there is no encoder. The encoder is
    asked from `ask` on: below it, it changed nothing.
    """

    alarm: float = 0.0
    alarm_lexical: float = 0.5
    ask: float = -3.0


@dataclass(frozen=True, slots=True)
class DangerModel:
    lexical: Softmax
    encoded: EncodedModel | None
    kinds: Softmax
    limits: DangerLimits

    def lexical_odds(self, indices: Ints, values: Floats) -> float:
        return _odds(self.lexical.sparse(indices, values))

    def odds(self, lexical: float, vector: Floats | None) -> float:
        """Log-odds of danger from both models, or from words alone."""
        if vector is None or self.encoded is None:
            return lexical
        return (lexical + _odds(self.encoded.probabilities(vector))) / 2

    def added(
        self, signs: tuple[DangerSign, ...], odds: float, encoded: bool, indices: Ints, values: Floats
    ) -> tuple[DangerSign, ...]:
        """The signs of the rules, with the likeliest kinds added if the odds reach the limit."""
        if odds < (self.limits.alarm if encoded else self.limits.alarm_lexical):
            return signs
        kinds = self.kinds.sparse(indices, values)
        known = {sign.kind for sign in signs}
        evidence = f"model: {1 / (1 + np.exp(-odds)):.2f} likely danger"
        order = np.argsort(-kinds, kind="stable")
        likely = [self.kinds.classes[at] for at in order[:2] if at == order[0] or kinds[at] >= SECOND_KIND]
        if known and kinds[order[0]] < SECOND_KIND:
            return signs
        return (*signs, *(DangerSign(kind, evidence) for kind in likely if kind not in known))


def _odds(probabilities: Floats) -> float:
    """Classes are sorted: calm, danger."""
    return float(np.log(probabilities[1] + 1e-6) - np.log(probabilities[0] + 1e-6))


def odds_of(model: Softmax, features: object) -> NDArray[np.float32]:
    """Log-odds for many, for fitting."""
    probabilities = normalised(model.logits(features))
    return np.asarray(
        np.log(probabilities[:, 1] + 1e-6) - np.log(probabilities[:, 0] + 1e-6), dtype=np.float32
    )
