"""The door to understanding: `load` once, then `understand` each message."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nlu import context as carried
from nlu import decision, entities, language, model, parts
from nlu import explain as explaining
from nlu.danger import ALONE_THRESHOLD, HEARD_THRESHOLD, THRESHOLD
from nlu.embeddings import packed, unpacked
from nlu.encoder import Encoder
from nlu.engine import Scores
from nlu.features import Document, Floats
from nlu.ranking import Ranking
from nlu.reading import ASKS, Reading, plain_sentences, read
from nlu.types import OUT_OF_SCOPE, Context, DangerSign, Decision, Understanding

SearchFunction = Callable[[str], Sequence[str]]

NO_CONTEXT = Context()
SERVICE_MODULES = frozenset({"service", "out-of-scope"})
COURTESIES = frozenset({"greet", "thanks", "goodbye"})
BEFORE_A_QUESTION = COURTESIES | {"deny"}
THANKS = "thanks"
SHORT_REPLIES = frozenset({"affirm", "deny", "more-detail"})
SERVES_FROM = 0.5
ALSO_FROM = 0.6
DANGER_TOPIC_FROM = 0.5
DANGER_TOPICS = {
    "violence": "violence-abuse", "sexual-violence": "violence-abuse", "confinement": "violence-abuse",
    "trafficking": "trafficking-help", "threat": "hotlines", "self-harm": "hotlines", "medical": "hotlines",
    "child": "hotlines", "disaster": "hotlines",
}  # fmt: skip
CHOSEN = 0.97
FOLLOWED = 0.9

logger = logging.getLogger(__name__)


def load(
    training_folder: Path,
    cache: Path | None,
    *more: Path,
    search: SearchFunction | None = None,
    use_encoder: bool = True,
) -> "Understander":
    """Understander for the training data in `training_folder`, from the folder `cache` if it holds its model.

    `more` are further folders of training data. `search` gives topics whose articles match words, best first.
    Raises TrainingError for unusable data.
    """
    encoder = Encoder() if use_encoder and Encoder.available() else None
    if use_encoder and encoder is None:
        logger.warning("nlu_encoder_missing")
    return Understander(model.load_or_train(training_folder, cache, encoder, *more), encoder, search)


@dataclass(frozen=True, slots=True)
class Thought:
    """What was made of a message before the decision; `explain.py` shows it."""

    reading: Reading
    spoken: tuple[str, float]
    scores: Scores
    danger_odds: float
    signs: tuple[DangerSign, ...]
    ranking: Ranking
    destination: str | None
    because: str
    also: tuple[str, ...]


class Understander:
    """Shared by all chats and threads; keeps nothing of them."""

    def __init__(
        self, trained: model.Model, encoder: Encoder | None = None, search: SearchFunction | None = None
    ) -> None:
        self.model = trained
        self.service = frozenset(t for t, m in trained.modules.items() if m in SERVICE_MODULES)
        self.engine = "embedded" if encoder is not None else "embedded-lexical"
        self._encoder = encoder
        self._search = search

    def understand(self, text: str, context: Context = NO_CONTEXT) -> Understanding:
        """Never raises: whatever fails inside is logged, and the rules answer for danger."""
        try:
            return self._understood(text, context)
        except Exception:  # a bug must not cost an answer
            logger.exception("nlu_failed")
            return self.rules_only(text, context)

    def _understood(self, text: str, context: Context) -> Understanding:
        thought = self.think(text, context)
        ranking = thought.ranking
        rung = decision.decide(
            ranking.scored,
            float(thought.scores.raw.max()) if thought.because == "models" else 1.0,
            self.service,
            danger=bool(thought.signs),
            found=self._finds(thought),
        )
        topic = OUT_OF_SCOPE if rung is Decision.PERSON else ranking.topic
        if rung is Decision.PERSON and OUT_OF_SCOPE in self.service and ranking.topic != OUT_OF_SCOPE:
            ranking = ranking.preferring(OUT_OF_SCOPE, ranking.confidence)
        return Understanding(
            text=text,
            language=language.settled(thought.spoken, context.language),
            topic=topic,
            confidence=ranking.confidence,
            ranking=ranking.best(5),
            decision=rung,
            danger=thought.signs,
            destination=thought.destination,
            asks_for=entities.asks_for(thought.reading.words),
            engine=self.engine,
            also=thought.also,
        )

    def think(self, text: str, context: Context = NO_CONTEXT) -> Thought:
        """Everything up to the decision."""
        sentences = plain_sentences(text)
        spoken = self.model.language.likeliest(tuple(word for words in sentences for word in words))
        reading = read(sentences, spoken[0], self.model.vocabulary, asks=ASKS in text)
        scores, odds, signs = self._score(reading)
        ranking = Ranking.of(scores.classes, scores.sure)
        known = carried.before(context, self.service)
        ranking, destination, because = self._carry(reading, ranking, known)
        if because == "models" and ranking.topic in BEFORE_A_QUESTION:
            ranking = self._behind_courtesy(reading, ranking)
        if signs:
            ranking = self._for_danger(ranking, signs)
        elif ranking.topic == OUT_OF_SCOPE and ranking.confidence >= SERVES_FROM:
            destination = None
        elif ranking.topic in self.service and ranking.confidence >= SERVES_FROM:
            destination = entities.destination(reading.words)
        also = self._also(reading, ranking)
        return Thought(reading, spoken, scores, odds, signs, ranking, destination, because, also)

    def explain(self, text: str, context: Context = NO_CONTEXT) -> dict[str, Any]:
        """How a message is read, step by step; see `nlu.explain`."""
        return explaining.explain(self, text, context)

    def rules_only(self, text: str, context: Context = NO_CONTEXT) -> Understanding:
        """What is understood without any model: danger, country, for whom. For when `understand` fails."""
        reading = read(plain_sentences(text), context.language or language.DEFAULT)
        signs = reading.assessment.signs(ALONE_THRESHOLD)
        return Understanding(
            text=text,
            language=context.language or language.DEFAULT,
            topic=None,
            confidence=0.0,
            ranking=(),
            decision=Decision.DANGER if signs else Decision.PERSON,
            danger=signs,
            destination=entities.destination(reading.words) or carried.before(context, ()).destination,
            asks_for=entities.asks_for(reading.words),
            engine="rules",
        )

    def _score(self, reading: Reading) -> tuple[Scores, float, tuple[DangerSign, ...]]:
        """Topics and danger by words, and by the encoder where words leave one of the two open."""
        features = self.model.vectoriser.transform(reading.document())
        lexical = self.model.engine.first(*features)
        danger = self.model.danger
        rules = reading.assessment
        words = danger.words(*features) if danger is not None else -np.inf
        open_danger = danger is not None and (words >= danger.ask or rules.strongest >= THRESHOLD)
        vector = None
        if open_danger or not self.model.engine.is_enough(lexical):
            vector = self._vector(reading)
        if danger is None:
            return self.model.engine.scores(lexical, vector), -np.inf, rules.signs(ALONE_THRESHOLD)
        odds = danger.odds(words, vector, rules.strongest)
        listening = vector is not None and danger.kernel is not None
        by_rules = rules.signs(HEARD_THRESHOLD if listening else THRESHOLD)
        signs = danger.added(by_rules, odds, vector, *features)
        return self.model.engine.scores(lexical, vector), odds, signs

    def _carry(
        self, reading: Reading, ranking: Ranking, known: carried.Before
    ) -> tuple[Ranking, str | None, str]:
        """Ranking and country with what the turns before add, and which of them decided."""
        words = carried.without_correction(reading.words)
        if (offered := carried.chosen(words, known.offered)) is not None:
            return ranking.preferring(offered, CHOSEN), known.destination, "choice"
        if parts.is_thanks(words) and ranking.topic in self.service:
            return ranking.preferring(THANKS, max(ranking.confidence, FOLLOWED)), None, "thanks"
        topic, country = carried.follow_up(words, known)
        named = entities.destination(words) is not None
        serves = ranking.topic in self.service - {OUT_OF_SCOPE} and ranking.confidence >= SERVES_FROM
        if ranking.topic in SHORT_REPLIES and carried.asks_on(words):
            serves = False
        if topic is not None and (named or not serves):
            return ranking.preferring(topic, FOLLOWED), country, "follow-up"
        return carried.leaned(words, ranking, known), country, "models"

    def _for_danger(self, ranking: Ranking, signs: Sequence[DangerSign]) -> Ranking:
        """Beside the emergency card stands an article:

        the likeliest, else the one for this kind of danger.
        """
        articles = ranking.without(self.service)
        fitting = DANGER_TOPICS[signs[0].kind]
        if articles.confidence < DANGER_TOPIC_FROM and fitting in self.model.modules:
            return articles.preferring(fitting, DANGER_TOPIC_FROM)
        return articles

    def _behind_courtesy(self, reading: Reading, ranking: Ranking) -> Ranking:
        """A greeting or a correction must not hide the question behind it."""
        rest = parts.without_courtesy(carried.without_correction(reading.words))
        if not rest or len(rest) == len(reading.words):
            return ranking
        inner = read([rest], language.DEFAULT, asks=reading.asks)
        scores, _, _ = self._score(inner)
        behind = Ranking.of(scores.classes, scores.sure)
        return ranking if behind.topic in BEFORE_A_QUESTION else behind

    def _also(self, reading: Reading, ranking: Ranking) -> tuple[str, ...]:
        """Topics of further questions in the message, each by words alone."""
        questions = parts.questions([sentence.words for sentence in reading.sentences])
        found: list[str] = []
        if len(questions) < 2 or ranking.topic in self.service:
            return ()
        for words in questions:
            document = Document(words, read([words], language.DEFAULT).document().marks)
            lexical = self.model.engine.first(*self.model.vectoriser.transform(document))
            topic = self.model.engine.lexical.classes[int(lexical.argmax())]
            if lexical.max() >= ALSO_FROM and topic not in self.service and topic != ranking.topic:
                found.append(topic)
        return tuple(dict.fromkeys(found))[:1]

    def _finds(self, thought: Thought) -> bool:
        """Whether the search has something that the models think possible as well."""
        if self._search is None or not thought.reading.words:
            return False
        likely = {scored.topic for scored in thought.ranking.best(5)}
        return any(topic in likely for topic in self._search(thought.reading.text))

    def _vector(self, reading: Reading) -> Floats | None:
        """As the vectors of the training examples: rounded to the same 8 bits."""
        if self._encoder is None or not reading.words:
            return None
        return unpacked(packed(self._encoder.encode([reading.encoded_text])[0]))
