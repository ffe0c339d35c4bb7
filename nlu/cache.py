"""The trained models on disk: numpy arrays and a JSON header, no pickles, so a foreign file can run nothing.

A cache that is damaged, of other data, other code or another format is thrown away and built again.
"""

import json
import logging
import os
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

logger = logging.getLogger(__name__)

Arrays = dict[str, NDArray[Any]]


def save(path: Path, key: str, header: dict[str, Any], arrays: Arrays) -> None:
    """Write beside the target and rename: a crash leaves the old cache or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps({"key": key, **header}, ensure_ascii=False, sort_keys=True)
    handle, name = tempfile.mkstemp(dir=path.parent, suffix=".npz.part")
    try:
        with os.fdopen(handle, "wb") as file:
            np.savez(file, header=np.frombuffer(text.encode("utf-8"), dtype=np.uint8), **arrays)  # type: ignore[arg-type]
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def load(path: Path, key: str) -> tuple[dict[str, Any], Arrays] | None:
    """Header and arrays, or None if there is nothing usable under this key."""
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            header = json.loads(stored["header"].tobytes().decode("utf-8"))
            if header["key"] != key:
                logger.info("nlu_cache_outdated")
                return None
            return header, {name: stored[name] for name in stored.files if name != "header"}
    except Exception as error:  # any damage at all: the models can be trained again
        logger.warning("nlu_cache_unusable", extra={"reason": type(error).__name__})
        path.unlink(missing_ok=True)
        return None
