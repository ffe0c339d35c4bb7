"""Trains the topic models and fits their numbers, by cross-validation on the training data alone."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlu.engine import SMALL, EncodedModel, Engine, Fitted, blended
from nlu.features import Document, Floats, Vectoriser
from nlu.softmax import Softmax, best_temperature, matrix, normalised, train_logistic, train_margins

FOLDS = 3
LEXICAL_STRENGTH = 0.7
ENCODED_STRENGTH = 0.03
NEVER_SEEN = -5.0

# The encoder is not asked where leaving it out costs at most this share of all examples.
ENCODER_MAY_MISS = 0.0015


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What models that had not seen an example said of it: probabilities of shape (examples, classes)."""

    classes: tuple[str, ...]
    truth: NDArray[np.intp]
    lexical: Floats
    blended: Floats | None
    temperature_lexical: float


def train(
    documents: Sequence[Document], labels: Sequence[str], vectors: Floats | None, vectoriser: Vectoriser
) -> tuple[Engine, HeldOut]:
    """The engine without its encoder, and the held-out scores its numbers come from. Deterministic."""
    held_out = cross_validate(documents, labels, vectors)
    lexical = train_margins(matrix(vectoriser, documents), labels, LEXICAL_STRENGTH)
    encoded = train_encoded(vectors, labels) if vectors is not None else None
    return Engine(lexical.cooled(held_out.temperature_lexical), encoded, fitted(held_out)), held_out


def cross_validate(documents: Sequence[Document], labels: Sequence[str], vectors: Floats | None) -> HeldOut:
    classes = tuple(sorted(set(labels)))
    number = {name: at for at, name in enumerate(classes)}
    truth = np.array([number[label] for label in labels], dtype=np.intp)
    folds = fold_of(documents, labels)
    margins = np.full((len(labels), len(classes)), NEVER_SEEN, np.float32)
    encoded = np.full((len(labels), len(classes)), SMALL, np.float32)
    for fold in range(FOLDS):
        seen = [at for at, f in enumerate(folds) if f != fold]
        unseen = [at for at, f in enumerate(folds) if f == fold]
        known = [labels[at] for at in seen]
        if not unseen or len(set(known)) < 2:
            continue
        vectoriser = Vectoriser.fit([documents[at] for at in seen])
        model = train_margins(matrix(vectoriser, [documents[at] for at in seen]), known, LEXICAL_STRENGTH)
        said = model.logits(matrix(vectoriser, [documents[at] for at in unseen]))
        margins[_cells(unseen, model, number)] = said
        if vectors is not None:
            head = train_encoded(vectors[seen], known)
            encoded[_cells(unseen, head.head, number)] = head.probabilities(vectors[unseen])
    temperature = best_temperature(margins, truth)
    lexical = normalised(margins / temperature)
    both = blended(lexical, encoded) if vectors is not None else None
    return HeldOut(classes, truth, lexical, both, temperature)


def fitted(held_out: HeldOut) -> Fitted:
    """Temperature of the blend, and the lexical probability from which the encoder has nothing to add."""
    if held_out.blended is None:
        return Fitted()
    temperature = best_temperature(np.log(held_out.blended + SMALL), held_out.truth)
    return Fitted(temperature, _enough(held_out.lexical, held_out.blended, held_out.truth))


def _enough(lexical: Floats, both: Floats, truth: NDArray[np.intp]) -> float:
    """The lowest lexical probability from which asking the encoder changes next to nothing."""
    sure = lexical.max(axis=1)
    right, right_both = lexical.argmax(axis=1) == truth, both.argmax(axis=1) == truth
    enough = 1.01
    for limit in np.linspace(0.99, 0.3, 70):
        if np.where(sure >= limit, right, right_both).mean() < right_both.mean() - ENCODER_MAY_MISS:
            break
        enough = float(limit)
    return enough


def train_encoded(vectors: Floats, labels: Sequence[str]) -> EncodedModel:
    mean = vectors.mean(axis=0)
    spread = float((vectors - mean).std())
    return EncodedModel(train_logistic((vectors - mean) / spread, labels, ENCODED_STRENGTH), mean, spread)


def fold_of(documents: Sequence[Document], labels: Sequence[str]) -> list[int]:
    """A fold for each example: by hash inside each class, so that every class is spread evenly."""
    keys = [hashlib.sha256(" ".join(d.words).encode("utf-8", "replace")).digest() for d in documents]
    folds = [0] * len(labels)
    for place, at in enumerate(sorted(range(len(labels)), key=lambda i: (labels[i], keys[i]))):
        folds[at] = place % FOLDS
    return folds


def _cells(rows: list[int], model: Softmax, number: dict[str, int]) -> tuple[NDArray[np.intp], ...]:
    return np.ix_(np.array(rows), np.array([number[name] for name in model.classes]))
