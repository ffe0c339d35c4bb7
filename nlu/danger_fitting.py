"""Trains the danger model and fits its limits by cross-validation on the training data."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlu.danger_model import CALM, DANGER, DangerLimits, DangerModel, odds_of
from nlu.engine import EncodedModel
from nlu.features import Document, Floats, Vectoriser
from nlu.softmax import matrix, train_logistic

FOLDS = 5
BACKGROUND = 3000
STRENGTH, ENCODED_STRENGTH = 5.0, 0.05
WEIGHTS = {"danger": 1.0, "calm": 2.0, "background": 0.5}

# What the limits may cost: the share of alarming-sounding calm messages and of ordinary ones that raise an alarm.
CALM_ALARMS, BACKGROUND_ALARMS = 0.12, 0.006
ASK_MISSES = 0.003

# Topics whose examples may well be from people in danger; nothing is learnt from them as ordinary talk.
NEAR_DANGER = frozenset(
    {
        "violence-abuse", "trafficking-help", "death-repatriation", "lost-contact", "detention", "runaway-overstay",
        "complaint", "hotlines", "unpaid-wages", "returnee-services", "document-retention", "jobs-sea",
        "insurance-claim", "contract-mismatch", "rights-worker", "cancel-departure", "salary-deduction",
        "talk-to-human", "jobs-domestic", "jobs-care", "help-menu",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Samples:
    """Messages for the danger model, one row each; `group` is danger, calm or background."""

    documents: tuple[Document, ...]
    kinds: tuple[tuple[str, ...], ...]
    group: tuple[str, ...]
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
    labels = samples.labels
    lexical = train_logistic(features, labels, STRENGTH, samples.weights)
    encoded = None
    if samples.vectors is not None:
        encoded = _encoded(samples.vectors, labels, samples.weights)
    dangerous = [at for at, group in enumerate(samples.group) if group == "danger"]
    first = [samples.kinds[at][0] for at in dangerous]
    kinds = train_logistic(features[dangerous], first, STRENGTH, None)
    return DangerModel(lexical, encoded, kinds, _limits(samples, features, labels))


def _encoded(vectors: Floats, labels: Sequence[str], weights: NDArray[np.float64]) -> EncodedModel:
    mean = vectors.mean(axis=0)
    spread = float((vectors - mean).std())
    return EncodedModel(
        train_logistic((vectors - mean) / spread, labels, ENCODED_STRENGTH, weights), mean, spread
    )


def _limits(samples: Samples, features: NDArray[np.float32], labels: Sequence[str]) -> DangerLimits:
    keys = [
        hashlib.sha256(" ".join(d.words).encode("utf-8", "replace")).digest()[0] for d in samples.documents
    ]
    folds = np.array(keys) % FOLDS
    lexical = np.zeros(len(labels), np.float32)
    both = np.zeros(len(labels), np.float32)
    for fold in range(FOLDS):
        seen, unseen = np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)
        known = [labels[int(at)] for at in seen]
        if not len(unseen) or len(set(known)) < 2:
            continue
        weights = samples.weights[seen]
        lexical[unseen] = odds_of(train_logistic(features[seen], known, STRENGTH, weights), features[unseen])
        both[unseen] = lexical[unseen]
        if samples.vectors is not None:
            model = _encoded(samples.vectors[seen], known, weights)
            scaled = (samples.vectors[unseen] - model.mean) / model.spread
            both[unseen] = (lexical[unseen] + odds_of(model.head, scaled)) / 2
    group = np.array(samples.group)
    alarm = _lowest(both, group)
    danger = group == "danger"
    missed = np.sort(lexical[danger & (both >= alarm)]) if (danger & (both >= alarm)).any() else np.zeros(1)
    ask = float(missed[int(len(missed) * ASK_MISSES)])
    return DangerLimits(alarm, _lowest(lexical, group), ask)


def _lowest(odds: NDArray[np.float32], group: NDArray[np.str_]) -> float:
    """The lowest limit that keeps false alarms within what they may cost."""
    for limit in np.arange(-3.0, 3.0, 0.05):
        alarms = odds >= limit
        calm, ordinary = alarms[group == "calm"], alarms[group == "background"]
        if (not len(calm) or calm.mean() <= CALM_ALARMS) and (
            not len(ordinary) or ordinary.mean() <= BACKGROUND_ALARMS
        ):
            return float(limit)
    return 3.0
