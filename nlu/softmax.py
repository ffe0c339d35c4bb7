"""Linear classifiers: trained by scikit-learn, read by numpy alone.

scikit-learn is imported only to train, so that a start from the cache neither waits for it nor pays its
memory.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlu.features import Document, Floats, Ints, Vectoriser

TEMPERATURES = tuple(float(t) for t in np.geomspace(0.05, 2.5, 32))


@dataclass(frozen=True, slots=True)
class Softmax:
    """Weights of shape (features, classes), bias of shape (classes,), classes sorted."""

    classes: tuple[str, ...]
    weights: Floats
    bias: Floats

    @classmethod
    def constant(cls, name: str, features: int) -> "Softmax":
        """The model of training data that has one class only."""
        return cls((name,), np.zeros((features, 1), np.float32), np.zeros(1, np.float32))

    def sparse(self, indices: Ints, values: Floats) -> Floats:
        """Probabilities for one sparse vector."""
        return normalised(values @ self.weights[indices] + self.bias)

    def logits(self, features: Any) -> Floats:
        """For a matrix of vectors, dense or CSR."""
        return np.asarray(features @ self.weights + self.bias, dtype=np.float32)

    def cooled(self, temperature: float) -> "Softmax":
        """The same ranking with probabilities that are sharper for a temperature below 1."""
        return Softmax(
            self.classes, self.weights / np.float32(temperature), self.bias / np.float32(temperature)
        )


def normalised(logits: NDArray[Any]) -> Floats:
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=-1, keepdims=True), dtype=np.float32)


def matrix(vectoriser: Vectoriser, documents: Sequence[Document]) -> Any:
    """The documents as a scipy CSR matrix."""
    from scipy.sparse import csr_matrix

    pointers, indices, values = vectoriser.rows(documents)
    return csr_matrix((values, indices, pointers), shape=(len(documents), len(vectoriser.vocabulary)))


def train_margins(
    features: Any, labels: Sequence[str], strength: float, weights: Any = None, *, balanced: bool = False
) -> Softmax:
    """One linear SVM a class on sparse features: in seconds where logistic regression takes minutes.

    Its margins are not probabilities until they are cooled by a temperature fitted on held-out examples.
    """
    from sklearn.svm import LinearSVC
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = LinearSVC(C=strength, random_state=0, class_weight="balanced" if balanced else None).fit(
            features, list(labels), sample_weight=weights
        )
    return _both_sides(model)


def train_logistic(features: Any, labels: Sequence[str], strength: float, weights: Any = None) -> Softmax:
    """Multinomial logistic regression, for dense features and for few classes."""
    from sklearn.linear_model import LogisticRegression
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = LogisticRegression(C=strength, max_iter=200, tol=1e-3).fit(
            features, list(labels), sample_weight=weights
        )
    return _both_sides(model)


def best_temperature(logits: Floats, truth: NDArray[np.intp]) -> float:
    """The temperature under which held-out truth is likeliest."""
    rows = np.arange(len(truth))
    losses = [-np.log(normalised(logits / t)[rows, truth] + 1e-9).mean() for t in TEMPERATURES]
    return TEMPERATURES[int(np.argmin(losses))]


def _both_sides(model: Any) -> Softmax:
    weights, bias = model.coef_, model.intercept_
    if len(model.classes_) == 2:
        weights, bias = np.vstack([-weights, weights]) / 2, np.array([-bias[0], bias[0]]) / 2
    return Softmax(
        tuple(str(c) for c in model.classes_),
        np.ascontiguousarray(weights.T, dtype=np.float32),
        np.asarray(bias, dtype=np.float32),
    )
