"""Sentence vectors of the training examples, kept so that only new sentences are encoded.

Encoding takes 10 to 30 ms a sentence, minutes for all of them. A vector is stored as 384 signed bytes: the
loss is far below the encoder's own rounding to 4 bits. `embeddings.npz` beside this file ships those of the
training data; sentences that it lacks are encoded when the model is trained.
"""

import hashlib
import logging
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from nlu.features import Floats

SHIPPED = Path(__file__).parent / "embeddings.npz"
KEY_BYTES = 8

logger = logging.getLogger(__name__)


class Encodes(Protocol):
    def encode(self, texts: Sequence[str]) -> Floats: ...


def key(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8")).digest()[:KEY_BYTES]


def read(path: Path) -> dict[bytes, NDArray[np.int8]]:
    """Vectors by key; empty if there is no such file or it is damaged (they can be computed again)."""
    try:
        with np.load(path, allow_pickle=False) as stored:
            keys, vectors = stored["keys"], stored["vectors"]
    except FileNotFoundError:
        return {}
    except Exception:  # any damage: zip, header, types
        logger.warning("nlu_embeddings_unreadable", extra={"path": str(path)})
        return {}
    return {bytes(k): v for k, v in zip(keys, vectors, strict=True)}


def write(path: Path, texts: Iterable[str], known: dict[bytes, NDArray[np.int8]]) -> None:
    """Store the vectors of exactly these texts, sorted by key, so that equal content is an equal file."""
    keys = sorted({key(text) for text in texts} & known.keys())
    np.savez(
        path,
        keys=np.array([list(k) for k in keys], dtype=np.uint8).reshape(len(keys), KEY_BYTES),
        vectors=np.array([known[k] for k in keys], dtype=np.int8),
    )


def embed(texts: Sequence[str], known: dict[bytes, NDArray[np.int8]], encoder: Encodes) -> Floats:
    """Vectors of all texts, shape (texts, 384). Encodes what is not known and adds it to `known`."""
    missing = [text for text in dict.fromkeys(texts) if key(text) not in known]
    for start in range(0, len(missing), 64):
        batch = missing[start : start + 64]
        for text, vector in zip(batch, encoder.encode(batch), strict=True):
            known[key(text)] = packed(vector)
    return unpacked(np.array([known[key(text)] for text in texts], dtype=np.int8))


def packed(vector: Floats) -> NDArray[np.int8]:
    return np.asarray(np.round(vector / np.abs(vector).max() * 127), dtype=np.int8)


def unpacked(vectors: NDArray[np.int8]) -> Floats:
    """Unit length again: the scale carries nothing."""
    wide = vectors.astype(np.float32)
    return np.asarray(wide / np.linalg.norm(wide, axis=-1, keepdims=True), dtype=np.float32)
