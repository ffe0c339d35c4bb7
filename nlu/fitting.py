"""Trains the engine and fits its numbers, by cross-validation on the training data alone."""

import hashlib
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.engine import EncodedModel, Engine, Fitted, blended
from nlu.features import Document, Floats, Vectoriser
from nlu.softmax import Softmax, best_temperature, normalised, train_logistic, train_margins

FOLDS = 3
LEXICAL_STRENGTH = 0.5
ENCODED_STRENGTH = 0.05
ENOUGH_PRECISION = 0.985

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HeldOut:
    """What models that had not seen an example said of it: probabilities of shape (examples, classes)."""

    classes: tuple[str, ...]
    truth: NDArray[np.intp]
    lexical: Floats
    blended: Floats | None
    temperature_lexical: float


def train(
    documents: Sequence[Document], labels: Sequence[str], vectors: Floats | None
) -> tuple[Engine, HeldOut]:
    """The engine without its encoder, and the held-out scores its numbers come from. Deterministic."""
    held_out = cross_validate(documents, labels, vectors)
    vectoriser, lexical = _lexical(documents, labels)
    encoded = _encoded(vectors, labels) if vectors is not None else None
    engine = Engine(vectoriser, lexical.cooled(held_out.temperature_lexical), encoded, fitted(held_out))
    return engine, held_out


def cross_validate(documents: Sequence[Document], labels: Sequence[str], vectors: Floats | None) -> HeldOut:
    classes = tuple(sorted(set(labels)))
    number = {name: at for at, name in enumerate(classes)}
    truth = np.array([number[label] for label in labels], dtype=np.intp)
    folds = fold_of(documents, labels)
    margins = np.full((len(labels), len(classes)), -5.0, np.float32)
    encoded = np.full((len(labels), len(classes)), 1e-6, np.float32)
    for fold in range(FOLDS):
        seen, unseen = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        if not len(unseen) or len({labels[i] for i in seen}) < 2:
            continue
        known = [labels[i] for i in seen]
        vectoriser, model = _lexical([documents[i] for i in seen], known)
        columns = [number[name] for name in model.classes]
        margins[np.ix_(unseen, columns)] = model.logits(matrix(vectoriser, [documents[i] for i in unseen]))
        if vectors is not None:
            head = _encoded(vectors[seen], known)
            columns = [number[name] for name in head.head.classes]
            encoded[np.ix_(unseen, columns)] = head.probabilities(vectors[unseen])
    temperature = best_temperature(margins, truth)
    lexical = normalised(margins / temperature)
    both = blended(lexical, encoded) if vectors is not None else None
    return HeldOut(classes, truth, lexical, both, temperature)


def fitted(held_out: HeldOut) -> Fitted:
    """Temperature of the blend, and the lexical probability from which the encoder has nothing to add."""
    if held_out.blended is None:
        return Fitted()
    temperature = best_temperature(np.log(held_out.blended + 1e-6), held_out.truth)
    sure = held_out.lexical.max(axis=1)
    right = held_out.lexical.argmax(axis=1) == held_out.truth
    enough = 1.01
    for limit in np.linspace(0.99, 0.5, 50):
        chosen = right[sure >= limit]
        if len(chosen) >= 20:
            if chosen.mean() < ENOUGH_PRECISION:
                break
            enough = float(limit)
    return Fitted(temperature, enough)


def fold_of(documents: Sequence[Document], labels: Sequence[str]) -> NDArray[np.intp]:
    """A fold for each example: by hash inside each class, so that every class is spread evenly."""
    keys = [hashlib.sha256(" ".join(d.words).encode("utf-8", "replace")).digest() for d in documents]
    order = sorted(range(len(labels)), key=lambda i: (labels[i], keys[i]))
    folds = np.zeros(len(labels), dtype=np.intp)
    for place, index in enumerate(order):
        folds[index] = place % FOLDS
    return folds


def matrix(vectoriser: Vectoriser, documents: Sequence[Document]) -> Any:
    """The documents as a scipy CSR matrix."""
    from scipy.sparse import csr_matrix

    pointers, indices, values = vectoriser.rows(documents)
    return csr_matrix((values, indices, pointers), shape=(len(documents), len(vectoriser.vocabulary)))


def _lexical(documents: Sequence[Document], labels: Sequence[str]) -> tuple[Vectoriser, Softmax]:
    vectoriser = Vectoriser.fit(documents)
    return vectoriser, train_margins(matrix(vectoriser, documents), labels, LEXICAL_STRENGTH)


def _encoded(vectors: Floats, labels: Sequence[str]) -> EncodedModel:
    mean = vectors.mean(axis=0)
    spread = float((vectors - mean).std())
    return EncodedModel(train_logistic((vectors - mean) / spread, labels, ENCODED_STRENGTH), mean, spread)
