"""All trained parts of one set of training data: trained here, or read from the cache."""

import hashlib
import logging
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlu import cache, danger_fitting, embeddings, fitting, language, packing, reading, training
from nlu.danger_model import DangerModel
from nlu.encoder import Encoder
from nlu.engine import Engine
from nlu.features import Floats, Vectoriser
from nlu.language import LanguageModel
from nlu.training import TrainingData
from nlu.vocabulary import Vocabulary

MODEL_FILE = "nlu-model.npz"
EMBEDDINGS_FILE = "nlu-embeddings.npz"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Model:
    """Read-only after training; safe to share between threads. No `danger` without examples of it."""

    vectoriser: Vectoriser
    engine: Engine
    danger: DangerModel | None
    language: LanguageModel
    vocabulary: Vocabulary
    modules: dict[str, str]


def key(training_folder: Path, with_encoder: bool, *more: Path) -> str:
    """Changes with the data, the code and word lists of this package, and the presence of the encoder."""
    digest = hashlib.sha256(
        f"{training.fingerprint(training_folder, *more)} {with_encoder} {np.__version__}".encode()
    )
    here = Path(__file__).parent
    lexicon = here / "lexicon"
    for path in sorted([*here.glob("*.py"), *lexicon.glob("*.tsv"), *lexicon.glob("*.yml")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def load_or_train(training_folder: Path, folder: Path | None, encoder: Encoder | None, *more: Path) -> Model:
    """From the cache folder where it holds this very model, else trained and stored there.

    `more` are further folders of training data.
    """
    name = key(training_folder, encoder is not None, *more)
    path = folder / MODEL_FILE if folder is not None else None
    if path is not None and (stored := cache.load(path, name)) is not None:
        try:
            return _unpacked(*stored)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            logger.warning("nlu_cache_unusable", extra={"reason": type(error).__name__})
    started = time.monotonic()
    model = train(training.read(training_folder, *more), folder, encoder)
    logger.info("nlu_trained", extra={"seconds": round(time.monotonic() - started, 1)})
    if path is not None:
        try:
            cache.save(path, name, *_packed(model))
        except OSError as error:
            logger.warning("nlu_cache_not_written", extra={"reason": str(error)})
    return model


def train(data: TrainingData, folder: Path | None, encoder: Encoder | None) -> Model:
    """Deterministic: the same data give the same numbers to the last bit (on one machine)."""
    readings = [reading.read_example(e.text, e.language) for e in data.examples]
    dangers = [reading.read_example(d.text, d.language) for d in data.danger]
    documents = [r.document() for r in readings]
    danger_documents = [r.document() for r in dangers]
    vectors = danger_vectors = None
    if encoder is not None:
        every = _vectors([r.encoded_text for r in (*readings, *dangers)], folder, encoder)
        vectors, danger_vectors = every[: len(readings)], every[len(readings) :]
    vectoriser = Vectoriser.fit([*documents, *danger_documents])
    labels = [example.intent for example in data.examples]
    engine, _ = fitting.train(documents, labels, vectors, vectoriser)
    danger = None
    if data.danger:
        places = danger_fitting.background([e.text for e in data.examples], labels)
        chosen = [readings[at] for at in places]
        samples = danger_fitting.Samples(
            documents=(*danger_documents, *(documents[at] for at in places)),
            kinds=(*(d.kinds for d in data.danger), *(() for _ in places)),
            group=(*("danger" if d.kinds else "calm" for d in data.danger), *("background" for _ in places)),
            rules=tuple(r.assessment.strongest for r in (*dangers, *chosen)),
            vectors=_stacked(danger_vectors, vectors, places),
        )
        danger = danger_fitting.train(samples, vectoriser)
    vocabulary = Vocabulary.of((r.plain for r in (*readings, *dangers)), reading.protected_words())
    spoken = language.train([r.plain for r in readings], [e.language for e in data.examples])
    return Model(vectoriser, engine, danger, spoken, vocabulary, data.modules)


def _stacked(danger: Floats | None, topics: Floats | None, places: Sequence[int]) -> Floats | None:
    return None if danger is None or topics is None else np.vstack([danger, topics[places]])


def _vectors(texts: Sequence[str], folder: Path | None, encoder: Encoder) -> Floats:
    known = embeddings.read(embeddings.SHIPPED)
    own = folder / EMBEDDINGS_FILE if folder is not None else None
    if own is not None:
        known = {**known, **embeddings.read(own)}
    before = len(known)
    vectors = embeddings.embed(texts, known, encoder)
    if own is not None and len(known) > before:
        try:
            own.parent.mkdir(parents=True, exist_ok=True)
            embeddings.write(own, texts, known)
        except OSError as error:
            logger.warning("nlu_embeddings_not_written", extra={"reason": str(error)})
    return vectors


def _packed(model: Model) -> packing.Packed:
    box = packing.Box()
    box.vectoriser("topics", model.vectoriser)
    box.engine("engine", model.engine)
    box.vectoriser("languages", model.language.vectoriser)
    box.softmax("language", model.language.model)
    if model.danger is not None:
        box.danger("danger", model.danger)
    box.header["words"] = model.vocabulary.counts
    box.header["modules"] = model.modules
    return box.packed()


def _unpacked(header: packing.Header, arrays: cache.Arrays) -> Model:
    box = packing.OpenedBox(header, arrays)
    return Model(
        box.vectoriser("topics"),
        box.engine("engine"),
        box.danger("danger") if "danger" in header else None,
        LanguageModel(box.vectoriser("languages"), box.softmax("language")),
        Vocabulary(header["words"], reading.protected_words()),
        header["modules"],
    )
