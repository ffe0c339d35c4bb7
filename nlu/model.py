"""All trained parts of one set of training data, and their form in the cache."""

import hashlib
import logging
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlu import cache, embeddings, fitting, reading
from nlu.encoder import Encoder
from nlu.engine import EncodedModel, Engine, Fitted
from nlu.features import Document, Vectoriser
from nlu.language import LanguageModel
from nlu.softmax import Softmax, train_logistic
from nlu.training import TrainingData
from nlu.vocabulary import Vocabulary

logger = logging.getLogger(__name__)

CODE_FILES = (
    "features",
    "softmax",
    "engine",
    "fitting",
    "reading",
    "normalise",
    "vocabulary",
    "language",
    "model",
)


@dataclass(frozen=True, slots=True)
class Model:
    """Read-only after training; safe to share between threads."""

    engine: Engine
    language: LanguageModel
    vocabulary: Vocabulary
    modules: dict[str, str]


def key(data: TrainingData, with_encoder: bool) -> str:
    """Changes with the training data, the word lists, the code that trains and the presence of the encoder."""
    digest = hashlib.sha256(f"{data.fingerprint} {with_encoder} {np.__version__}".encode())
    here = Path(__file__).parent
    for path in [*(here / f"{name}.py" for name in CODE_FILES), *sorted((here / "lexicon").glob("*.tsv"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()


def load_or_train(data: TrainingData, folder: Path | None, encoder: Encoder | None) -> Model:
    """From the cache folder where it holds this very model, else trained and stored there."""
    name = key(data, encoder is not None)
    path = folder / "nlu-model.npz" if folder is not None else None
    if path is not None and (stored := cache.load(path, name)) is not None:
        try:
            return unpack(*stored, encoder)
        except (KeyError, IndexError, TypeError, ValueError) as error:
            logger.warning("nlu_cache_unusable", extra={"reason": type(error).__name__})
    started = time.monotonic()
    model = train(data, folder, encoder)
    logger.info("nlu_trained", extra={"seconds": round(time.monotonic() - started, 1)})
    if path is not None:
        cache.save(path, name, *pack(model))
    return model


def train(data: TrainingData, folder: Path | None, encoder: Encoder | None) -> Model:
    readings = [reading.read(example.text) for example in data.examples]
    labels = [example.intent for example in data.examples]
    vectors = _vectors([r.text for r in readings], folder, encoder) if encoder is not None else None
    engine, _ = fitting.train([r.document for r in readings], labels, vectors)
    vocabulary = Vocabulary.of((r.words for r in readings), reading.protected_words())
    language = _train_language(
        [Document(r.normal.plain) for r in readings], [e.language for e in data.examples]
    )
    return Model(_with_encoder(engine, encoder), language, vocabulary, data.modules)


def _vectors(texts: Sequence[str], folder: Path | None, encoder: Encoder) -> Any:
    known = embeddings.read(embeddings.SHIPPED)
    own = folder / "nlu-embeddings.npz" if folder is not None else None
    if own is not None:
        known = {**known, **embeddings.read(own)}
    before = len(known)
    vectors = embeddings.embed(texts, known, encoder)
    if own is not None and len(known) > before:
        own.parent.mkdir(parents=True, exist_ok=True)
        embeddings.write(own, texts, known)
    return vectors


def _train_language(documents: Sequence[Document], languages: Sequence[str]) -> LanguageModel:
    vectoriser = Vectoriser.fit(documents)
    if len(set(languages)) < 2:
        return LanguageModel(vectoriser, Softmax.constant(languages[0], len(vectoriser.vocabulary)))
    return LanguageModel(vectoriser, train_logistic(fitting.matrix(vectoriser, documents), languages, 10.0))


def _with_encoder(engine: Engine, encoder: Encoder | None) -> Engine:
    return Engine(engine.vectoriser, engine.lexical, engine.encoded, engine.fitted, encoder)


def pack(model: Model) -> tuple[dict[str, Any], cache.Arrays]:
    engine = model.engine
    header: dict[str, Any] = {
        "classes": engine.lexical.classes,
        "languages": model.language.model.classes,
        "terms": list(engine.vectoriser.vocabulary),
        "language_terms": list(model.language.vectoriser.vocabulary),
        "fitted": asdict(engine.fitted),
        "words": model.vocabulary.counts,
        "modules": model.modules,
        "encoded": engine.encoded is not None,
    }
    arrays: cache.Arrays = {
        "idf": engine.vectoriser.idf,
        "weights": engine.lexical.weights.astype(np.float16),
        "bias": engine.lexical.bias,
        "language_idf": model.language.vectoriser.idf,
        "language_weights": model.language.model.weights,
        "language_bias": model.language.model.bias,
    }
    if engine.encoded is not None:
        head = engine.encoded.head
        header["encoded_classes"] = head.classes
        arrays |= {
            "encoded_weights": head.weights,
            "encoded_bias": head.bias,
            "encoded_mean": engine.encoded.mean,
        }
        header["encoded_spread"] = engine.encoded.spread
    return header, arrays


def unpack(header: dict[str, Any], arrays: cache.Arrays, encoder: Encoder | None) -> Model:
    def vectoriser(terms: str, idf: str) -> Vectoriser:
        return Vectoriser({term: at for at, term in enumerate(header[terms])}, arrays[idf])

    def softmax(classes: str, prefix: str) -> Softmax:
        weights = arrays[f"{prefix}weights"].astype(np.float32)
        return Softmax(tuple(header[classes]), weights, arrays[f"{prefix}bias"])

    encoded = None
    if header["encoded"]:
        spread = float(header["encoded_spread"])
        encoded = EncodedModel(softmax("encoded_classes", "encoded_"), arrays["encoded_mean"], spread)
    engine = Engine(
        vectoriser("terms", "idf"), softmax("classes", ""), encoded, Fitted(**header["fitted"]), encoder
    )
    language = LanguageModel(vectoriser("language_terms", "language_idf"), softmax("languages", "language_"))
    vocabulary = Vocabulary(header["words"], reading.protected_words())
    return Model(engine, language, vocabulary, header["modules"])
