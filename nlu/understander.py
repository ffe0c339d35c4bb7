"""The door to understanding: `load` once, then `understand` each message."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from nlu import decision, entities, language, model, training
from nlu.context import last_turn
from nlu.embeddings import packed, unpacked
from nlu.encoder import Encoder
from nlu.features import Floats
from nlu.reading import Reading, plain_sentences, read
from nlu.types import OUT_OF_SCOPE, Context, DangerSign, Decision, Scored, Understanding

SearchFunction = Callable[[str], Sequence[str]]

NO_CONTEXT = Context()
RANKED = 5
SERVICE_MODULES = frozenset({"service", "out-of-scope"})

logger = logging.getLogger(__name__)


def load(
    training_folder: Path,
    cache: Path | None,
    *,
    search: SearchFunction | None = None,
    use_encoder: bool = True,
) -> "Understander":
    """Understander for the training data in `training_folder`, from the folder `cache` if it holds its model.

    `search` gives topics whose articles match words, best first. Raises TrainingError for unusable data.
    """
    data = training.read(training_folder)
    encoder = Encoder() if use_encoder and Encoder.available() else None
    if use_encoder and encoder is None:
        logger.warning("nlu_encoder_missing")
    return Understander(model.load_or_train(data, cache, encoder), encoder, search)


class Understander:
    """Shared by all chats; keeps nothing of them."""

    def __init__(
        self, trained: model.Model, encoder: Encoder | None = None, search: SearchFunction | None = None
    ) -> None:
        self.model = trained
        self._encoder = encoder
        self._search = search
        self._service = frozenset(t for t, m in trained.modules.items() if m in SERVICE_MODULES)
        self.engine = "embedded" if encoder is not None else "embedded-lexical"

    def understand(self, text: str, context: Context = NO_CONTEXT) -> Understanding:
        """Never raises for any text: what fails is logged, and danger is looked for first."""
        sentences = plain_sentences(text)
        likeliest = self.model.language.likeliest(tuple(word for words in sentences for word in words))
        reading = read(sentences, likeliest[0], self.model.vocabulary)
        features = self.model.vectoriser.transform(reading.document())
        lexical = self.model.engine.first(*features)
        danger = self.model.danger
        odds = danger.lexical_odds(*features) if danger is not None else -10.0
        vector = None
        if not self.model.engine.is_enough(lexical) or (danger is not None and odds >= danger.limits.ask):
            vector = self._vector(reading)
        scores = self.model.engine.scores(lexical, vector)
        signs = list(reading.assessment.signs())
        if danger is not None:
            found = danger.sign(danger.odds(odds, vector), vector is not None, *features)
            if found is not None and found.kind not in {sign.kind for sign in signs}:
                signs.append(found)
        order = np.argsort(-scores.sure, kind="stable")[:RANKED]
        ranking = tuple(Scored(scores.classes[i], float(scores.sure[i])) for i in order)
        where = entities.destination(reading.words)
        past = last_turn(context)
        if where is None and past is not None:
            where = past.destination
        found_articles = bool(self._search(reading.text)) if self._search is not None else False
        rung = decision.decide(
            ranking, float(scores.raw.max()), self._service, danger=bool(signs), found=found_articles
        )
        return Understanding(
            text=text,
            language=language.settled(likeliest, context.language),
            topic=ranking[0].topic if rung is not Decision.PERSON else OUT_OF_SCOPE,
            confidence=ranking[0].confidence,
            ranking=ranking,
            decision=rung,
            danger=tuple(signs),
            destination=where,
            asks_for=entities.asks_for(reading.words),
            engine=self.engine,
        )

    def rules_only(self, text: str, context: Context = NO_CONTEXT) -> Understanding:
        """What is understood without any model: danger, country, for whom. For when `understand` fails."""
        reading = read(plain_sentences(text), context.language or language.DEFAULT)
        signs: tuple[DangerSign, ...] = reading.assessment.signs()
        past = last_turn(context)
        return Understanding(
            text=text,
            language=context.language or language.DEFAULT,
            topic=None,
            confidence=0.0,
            ranking=(),
            decision=Decision.DANGER if signs else Decision.PERSON,
            danger=signs,
            destination=entities.destination(reading.words) or (past.destination if past else None),
            asks_for=entities.asks_for(reading.words),
            engine="rules",
        )

    def _vector(self, reading: Reading) -> Floats | None:
        """As the vectors of the training examples: rounded to the same 8 bits."""
        if self._encoder is None or not reading.words:
            return None
        return unpacked(packed(self._encoder.encode([reading.text])[0]))
