"""Trains the danger model, and weighs its voices on examples that they had not seen."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.danger_model import CALM, DANGER, SMALL, STRONGEST_RULE, DangerModel, Kernel, Weighing
from nlu.features import Document, Floats, Vectoriser
from nlu.fitting import train_encoded
from nlu.softmax import Softmax, matrix, normalised, train_logistic, train_margins

FOLDS = 5
BACKGROUND = 4000
STRENGTH, KIND_STRENGTH = 0.5, 10.0
KERNEL_STRENGTH, KERNEL_WIDTH = 2.0, 1.0
WEIGHTS = {"danger": 1.0, "calm": 2.0, "background": 0.5}

# The share of the dangerous that is to be found among held-out examples. They are harder than what people
# write: many are veiled on purpose. To miss somebody in danger is worse than a card shown in vain.
FOUND = 0.92
ASK_MISSES = 0.005

# Topics whose examples may well be from people in danger; nothing is learnt from them as ordinary talk. Held
# papers, unpaid wages, arrest or lost contact are no danger by themselves: their examples are ordinary.
NEAR_DANGER = frozenset(
    {
        "violence-abuse", "trafficking-help", "hotlines", "death-repatriation", "returnee-services",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Samples:
    """Messages for the danger model, one row each; `group` is danger, calm or background."""

    documents: tuple[Document, ...]
    kinds: tuple[tuple[str, ...], ...]
    group: tuple[str, ...]
    rules: tuple[float, ...]
    vectors: Floats | None

    @property
    def labels(self) -> list[str]:
        return [DANGER if group == "danger" else CALM for group in self.group]

    @property
    def weights(self) -> NDArray[np.float64]:
        return np.array([WEIGHTS[group] for group in self.group])


def background(texts: Sequence[str], topics: Sequence[str]) -> list[int]:
    """Places of the examples that serve as ordinary talk: a fixed choice by hash, at most BACKGROUND."""
    fit = [at for at, topic in enumerate(topics) if topic not in NEAR_DANGER]
    fit.sort(key=lambda at: hashlib.sha256(texts[at].encode("utf-8", "replace")).digest())
    return sorted(fit[:BACKGROUND])


def train(samples: Samples, vectoriser: Vectoriser) -> DangerModel:
    """The model with its limits. Deterministic."""
    features = matrix(vectoriser, samples.documents)
    labels, weights, vectors = samples.labels, samples.weights, samples.vectors
    dangerous = [at for at, group in enumerate(samples.group) if group == "danger"]
    kinds = [samples.kinds[at][0] for at in dangerous]
    words, meaning = _held_out(samples, features)
    rules = np.minimum(np.array(samples.rules), STRONGEST_RULE)
    together = _weighing(np.stack([words, meaning, rules], axis=1), samples)
    return DangerModel(
        lexical=train_margins(features, labels, STRENGTH, weights),
        kernel=None if vectors is None else _kernel(vectors, labels, weights),
        kinds=train_logistic(features[dangerous], kinds, KIND_STRENGTH),
        kinds_encoded=None if vectors is None else train_encoded(vectors[dangerous], kinds),
        together=together,
        alone=_weighing(np.stack([words, np.zeros_like(words), rules], axis=1), samples),
        ask=_ask(words, meaning, rules, together, samples),
    )


def _kernel(vectors: Floats, labels: Sequence[str], weights: NDArray[np.float64]) -> Kernel:
    from sklearn.svm import SVC

    mean = vectors.mean(axis=0)
    spread = float((vectors - mean).std())
    width = KERNEL_WIDTH / vectors.shape[1]
    model = SVC(C=KERNEL_STRENGTH, gamma=width).fit(
        (vectors - mean) / spread, list(labels), sample_weight=weights
    )
    return Kernel(
        vectors=np.asarray(model.support_vectors_, dtype=np.float32),
        weights=np.asarray(model.dual_coef_[0], dtype=np.float32),
        bias=float(model.intercept_[0]),
        width=width,
        mean=mean,
        spread=spread,
    )


def _held_out(samples: Samples, features: Any) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Log-odds by words and margins by meaning, each from models that had not seen the example."""
    keys = [
        hashlib.sha256(" ".join(d.words).encode("utf-8", "replace")).digest()[0] for d in samples.documents
    ]
    folds = np.array(keys) % FOLDS
    labels = np.array(samples.labels)
    words = np.zeros(len(labels), np.float32)
    meaning = np.zeros(len(labels), np.float32)
    for fold in range(FOLDS):
        seen, unseen = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        known = [str(label) for label in labels[seen]]
        if not len(unseen) or len(set(known)) < 2:
            continue
        weights = samples.weights[seen]
        words[unseen] = _odds(train_margins(features[seen], known, STRENGTH, weights), features[unseen])
        if samples.vectors is not None:
            meaning[unseen] = _kernel(samples.vectors[seen], known, weights).margins(samples.vectors[unseen])
    return words, meaning


def _odds(model: Softmax, features: Any) -> NDArray[np.float32]:
    probabilities = normalised(model.logits(features))
    return np.asarray(
        np.log(probabilities[:, 1] + SMALL) - np.log(probabilities[:, 0] + SMALL), dtype=np.float32
    )


def _weighing(voices: NDArray[np.float32], samples: Samples) -> Weighing:
    model = train_logistic(voices, samples.labels, 1.0, samples.weights)
    weights, bias = model.weights[:, 1] - model.weights[:, 0], float(model.bias[1] - model.bias[0])
    odds = voices @ weights + bias
    dangerous = odds[np.array(samples.group) == "danger"]
    alarm = float(np.quantile(dangerous, 1 - FOUND)) if len(dangerous) else 0.0
    return Weighing(float(weights[0]), float(weights[1]), float(weights[2]), bias, alarm)


def _ask(
    words: NDArray[np.float32],
    meaning: NDArray[np.float32],
    rules: NDArray[np.float64],
    together: Weighing,
    samples: Samples,
) -> float:
    """The log-odds by words under which hardly any danger is found that the encoder would have found."""
    odds = words * together.words + meaning * together.meaning + rules * together.rules + together.bias
    found = (np.array(samples.group) == "danger") & (odds >= together.alarm)
    ordered = np.sort(words[found])
    return float(ordered[int(len(ordered) * ASK_MISSES)]) if len(ordered) else 0.0
