"""Trained parts as numpy arrays and a JSON header, and back."""

from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from nlu.cache import Arrays
from nlu.danger_model import DangerModel, Kernel, Weighing
from nlu.engine import EncodedModel, Engine, Fitted
from nlu.features import Vectoriser
from nlu.softmax import Softmax

Header = dict[str, Any]
Packed = tuple[Header, Arrays]


@dataclass(slots=True)
class Box:
    """Takes parts in under a name. Weights are halved to 16 bits: the loss is below what any score shows."""

    header: Header = field(default_factory=dict)
    arrays: Arrays = field(default_factory=dict)

    def vectoriser(self, name: str, part: Vectoriser) -> None:
        self.header[name] = list(part.vocabulary)
        self.arrays[f"{name}.idf"] = part.idf

    def softmax(self, name: str, part: Softmax) -> None:
        self.header[name] = list(part.classes)
        self.arrays[f"{name}.weights"] = part.weights.astype(np.float16)
        self.arrays[f"{name}.bias"] = part.bias

    def encoded(self, name: str, part: EncodedModel | None) -> None:
        self.header[name] = None if part is None else {"spread": part.spread}
        if part is not None:
            self.softmax(f"{name}.head", part.head)
            self.arrays[f"{name}.mean"] = part.mean

    def engine(self, name: str, part: Engine) -> None:
        self.header[name] = asdict(part.fitted)
        self.softmax(f"{name}.lexical", part.lexical)
        self.encoded(f"{name}.encoded", part.encoded)

    def danger(self, name: str, part: DangerModel) -> None:
        self.header[name] = {"together": asdict(part.together), "alone": asdict(part.alone), "ask": part.ask}
        self.softmax(f"{name}.lexical", part.lexical)
        self.softmax(f"{name}.kinds", part.kinds)
        self.encoded(f"{name}.kinds_encoded", part.kinds_encoded)
        kernel = part.kernel
        if kernel is not None:
            self.header[f"{name}.kernel"] = {
                "bias": kernel.bias,
                "width": kernel.width,
                "spread": kernel.spread,
            }
            self.arrays[f"{name}.supports"] = kernel.vectors.astype(np.float16)
            self.arrays[f"{name}.supports.weights"] = kernel.weights
            self.arrays[f"{name}.supports.mean"] = kernel.mean

    def packed(self) -> Packed:
        return self.header, self.arrays


@dataclass(frozen=True, slots=True)
class OpenedBox:
    """Gives the parts back. Raises KeyError, TypeError or ValueError for what does not fit together."""

    header: Header
    arrays: Arrays

    def vectoriser(self, name: str) -> Vectoriser:
        terms, idf = self.header[name], self.arrays[f"{name}.idf"]
        if len(terms) != len(idf):
            raise ValueError(f"{name}: {len(terms)} terms, {len(idf)} weights")
        return Vectoriser({term: at for at, term in enumerate(terms)}, idf)

    def softmax(self, name: str) -> Softmax:
        classes = tuple(self.header[name])
        weights = self.arrays[f"{name}.weights"].astype(np.float32)
        if weights.shape[1] != len(classes):
            raise ValueError(f"{name}: {len(classes)} classes, weights of shape {weights.shape}")
        return Softmax(classes, weights, self.arrays[f"{name}.bias"])

    def encoded(self, name: str) -> EncodedModel | None:
        about = self.header[name]
        if about is None:
            return None
        return EncodedModel(self.softmax(f"{name}.head"), self.arrays[f"{name}.mean"], float(about["spread"]))

    def engine(self, name: str) -> Engine:
        fitted = Fitted(**self.header[name])
        return Engine(self.softmax(f"{name}.lexical"), self.encoded(f"{name}.encoded"), fitted)

    def danger(self, name: str) -> DangerModel:
        about = self.header[name]
        kernel = None
        if f"{name}.kernel" in self.header:
            kernel = Kernel(
                vectors=self.arrays[f"{name}.supports"].astype(np.float32),
                weights=self.arrays[f"{name}.supports.weights"],
                mean=self.arrays[f"{name}.supports.mean"],
                **self.header[f"{name}.kernel"],
            )
        return DangerModel(
            lexical=self.softmax(f"{name}.lexical"),
            kernel=kernel,
            kinds=self.softmax(f"{name}.kinds"),
            kinds_encoded=self.encoded(f"{name}.kinds_encoded"),
            together=Weighing(**about["together"]),
            alone=Weighing(**about["alone"]),
            ask=float(about["ask"]),
        )
