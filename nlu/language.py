"""Which language a message is written in: id, jv, su, ms, en, mad or sas."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nlu import lexicons
from nlu.features import Document, Vectoriser
from nlu.softmax import Softmax, matrix, train_margins

DEFAULT = "id"
SURE = 0.6
LIKELY = 0.4
STRENGTH = 1.0
TEMPERATURE = 0.35
IMITATED = ("mad", "sas")
IMITATIONS = 300


@dataclass(frozen=True, slots=True)
class LanguageModel:
    vectoriser: Vectoriser
    model: Softmax

    def likeliest(self, words: tuple[str, ...]) -> tuple[str, float]:
        """The language that the words alone speak for, with its probability."""
        indices, values = self.vectoriser.transform(Document(words))
        if not len(indices):
            return DEFAULT, 0.0
        probabilities = self.model.sparse(indices, values)
        best = int(np.argmax(probabilities))
        return self.model.classes[best], float(probabilities[best])


def settled(likeliest: tuple[str, float], usual: str | None) -> str:
    """The language of a message: where its words leave it open, the one the chat used before."""
    language, probability = likeliest
    if probability >= SURE or (usual is None and probability >= LIKELY):
        return language
    return usual or DEFAULT


def train(texts: Sequence[tuple[str, ...]], languages: Sequence[str]) -> LanguageModel:
    """From the words of the training examples; languages with few examples are imitated as well."""
    documents = [Document(words) for words in texts]
    labels = list(languages)
    for language in IMITATED:
        imitated = [Document(words) for words in imitations(texts, languages, language)]
        documents += imitated
        labels += [language] * len(imitated)
    vectoriser = Vectoriser.fit(documents)
    if len(set(labels)) < 2:
        return LanguageModel(vectoriser, Softmax.constant(labels[0], len(vectoriser.vocabulary)))
    model = train_margins(matrix(vectoriser, documents), labels, STRENGTH, balanced=True)
    return LanguageModel(vectoriser, model.cooled(TEMPERATURE))


def imitations(
    texts: Sequence[tuple[str, ...]], languages: Sequence[str], language: str
) -> Iterator[tuple[str, ...]]:
    """Indonesian examples with every word replaced that the word list of `language` has a word for."""
    words = {gloss: word for word, gloss in lexicons.regional().get(language, {}).items()}
    made = 0
    for text, spoken in zip(texts, languages, strict=True):
        if spoken != DEFAULT or made == IMITATIONS:
            continue
        replaced = tuple(words.get(word, word) for word in text)
        if sum(a != b for a, b in zip(text, replaced, strict=True)) * 2 >= len(text):
            made += 1
            yield replaced
