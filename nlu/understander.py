"""The door to understanding: `load` once, then `understand` each message."""

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from nlu import danger, decision, entities, model, training
from nlu.context import last_turn
from nlu.encoder import Encoder
from nlu.normalise import cut
from nlu.reading import read
from nlu.sentences import split
from nlu.types import OUT_OF_SCOPE, Context, Decision, Scored, Understanding

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
    return Understander(model.load_or_train(data, cache, encoder), search)


class Understander:
    """Shared by all chats; keeps nothing of them."""

    def __init__(self, trained: model.Model, search: SearchFunction | None = None) -> None:
        self.model = trained
        self._search = search
        self._service = frozenset(t for t, m in trained.modules.items() if m in SERVICE_MODULES)

    def understand(self, text: str, context: Context = NO_CONTEXT) -> Understanding:
        """Never raises for any text: what fails is logged, and danger is looked for first."""
        reading = read(text, self.model.vocabulary)
        signs = danger.signs([read(part, self.model.vocabulary).words for part in split(cut(text))])
        scores = self.model.engine.scores(reading.document, reading.text)
        order = np.argsort(-scores.sure, kind="stable")[:RANKED]
        ranking = tuple(Scored(scores.classes[i], float(scores.sure[i])) for i in order)
        where = entities.destination(reading.words)
        past = last_turn(context)
        if where is None and past is not None:
            where = past.destination
        found = bool(self._search(reading.text)) if self._search is not None else False
        rung = decision.decide(
            ranking, float(scores.raw.max()), self._service, danger=bool(signs), found=found
        )
        return Understanding(
            text=text,
            language=self.model.language.language(reading.normal.plain, context.language),
            topic=ranking[0].topic if rung is not Decision.PERSON else OUT_OF_SCOPE,
            confidence=ranking[0].confidence,
            ranking=ranking,
            decision=rung,
            danger=signs,
            destination=where,
            asks_for=entities.asks_for(reading.words),
            engine=self.model.engine.name,
        )

    def rules_only(self, text: str, context: Context = NO_CONTEXT) -> Understanding:
        """What is understood without any model: danger, country, for whom. For when `understand` fails."""
        reading = read(text)
        signs = danger.signs([read(part).words for part in split(cut(text))])
        past = last_turn(context)
        return Understanding(
            text=text,
            language=context.language or "id",
            topic=None,
            confidence=0.0,
            ranking=(),
            decision=Decision.DANGER if signs else Decision.PERSON,
            danger=signs,
            destination=entities.destination(reading.words) or (past.destination if past else None),
            asks_for=entities.asks_for(reading.words),
            engine="rules",
        )
