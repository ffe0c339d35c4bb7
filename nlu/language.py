"""Which language a message is written in: id, jv, su, ms, en, mad or sas."""

from dataclasses import dataclass

import numpy as np

from nlu.features import Document, Vectoriser
from nlu.softmax import Softmax

DEFAULT = "id"
SURE = 0.6


@dataclass(frozen=True, slots=True)
class LanguageModel:
    vectoriser: Vectoriser
    model: Softmax

    def language(self, plain: tuple[str, ...], usual: str | None = None) -> str:
        """The language of the words; what the chat used before, else Indonesian, where they do not tell."""
        indices, values = self.vectoriser.transform(Document(plain))
        if not len(indices):
            return usual or DEFAULT
        probabilities = self.model.sparse(indices, values)
        best = int(np.argmax(probabilities))
        if probabilities[best] >= SURE:
            return self.model.classes[best]
        return usual or DEFAULT
