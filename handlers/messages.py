"""Free text: understood, then answered on the rung of the ladder that the understanding names."""

from handlers import abuse, answers, buttons, consent, danger, reports, service, staff, subscriptions
from handlers.exchange import Outcome
from handlers.keyboards import Row
from handlers.rendering import Page
from handlers.turn import Turn
from nlu import Decision, Understanding
from nlu.types import OUT_OF_SCOPE

OFFERED = 3
FOUND = 4
# From here on nobody at the office need read that it was about something else; below, a person should.
SURELY_ELSEWHERE = 0.45
# What to check before answering a job advert that somebody passed on.
_ADVERT_CHECKS = ("job-order-check", "agency-check", "scam-signs")


async def written(turn: Turn) -> None:
    """Answer what somebody wrote, or passed on."""
    if not turn.text.strip():
        turn.end(Outcome.SILENT)
        return
    message = turn.message
    turn.remember(message_id=message.message_id if message else None)
    abuse.look(turn)
    seen = await turn.understand(turn.text)
    if seen.danger or seen.decision is Decision.DANGER:
        await danger.respond(turn, seen)
    elif subscriptions.wants_to_stop(turn):
        subscriptions.stop(turn)
    elif turn.asked == "staff" and seen.decision is not Decision.SERVICE:
        staff.take_message(turn)
    elif turn.forwarded and seen.decision is not Decision.SERVICE:
        _passed_on(turn, seen)
    else:
        _ladder(turn, seen)
        reports.of_somebody(turn, seen)


async def edited(turn: Turn) -> None:
    """An edit of the last message is answered if it asks something else; any edit, if it tells of danger."""
    message = turn.message
    if message is None or not turn.text.strip():
        turn.end(Outcome.SILENT)
        return
    seen = await turn.understand(turn.text)
    before = turn.memory.turns[-1].topic if turn.memory.turns else None
    if seen.danger:
        await danger.respond(turn, seen)
    elif message.message_id == turn.memory.message_id and seen.topic not in (None, before):
        _ladder(turn, seen)
    else:
        turn.end(Outcome.SILENT)


async def hurried(turn: Turn) -> None:
    """A message of somebody who was told to slow down: only danger is answered, and only once in a while."""
    turn.end(Outcome.SILENT)
    if not turn.text.strip():
        return
    abuse.look(turn)
    seen = await turn.understand(turn.text)
    alerted = turn.memory.alerted_at
    if seen.danger and (alerted is None or (turn.now - alerted).total_seconds() > 60):
        turn.outcome = None
        await danger.respond(turn, seen)


def search(turn: Turn, words: str) -> None:
    """The articles that hold these words, as buttons."""
    found = _found(turn, words, FOUND)
    if not found:
        staff.unanswered(turn)
        return
    turn.end(Outcome.OFFERED)
    turn.remember_topic(None, turn.memory.destination, found)
    turn.reply(turn.say("Mungkin ini yang Anda cari:"), staff.offer_rows(turn, found))


def _ladder(turn: Turn, seen: Understanding) -> None:
    if seen.decision is Decision.SERVICE and seen.topic:
        service.respond(turn, seen.topic)
    elif seen.decision is Decision.ANSWER and (topic := turn.known(seen.topic)):
        _answer(turn, seen, topic)
        reports.asked_again(turn, topic, seen.destination)
        consent.ask_once(turn)
    elif seen.decision is Decision.CHOOSE:
        _choose(turn, seen)
    elif seen.decision is Decision.SEARCH or not seen.ranking:
        # Without a ranking the model did not work; the words still find articles.
        search(turn, turn.text)
    elif seen.ranking[0].topic == OUT_OF_SCOPE and seen.confidence >= SURELY_ELSEWHERE:
        service.out_of_scope(turn)
    else:
        staff.unanswered(turn)


def _answer(turn: Turn, seen: Understanding, topic: str) -> None:
    answers.answer(turn, topic, seen.destination)
    for second in seen.also:
        if turn.known(second) and second != topic:
            answers.answer(turn, second, seen.destination, brief=True)


def _choose(turn: Turn, seen: Understanding) -> None:
    ranked = [scored.topic for scored in seen.ranking if scored.topic in turn.catalog.topics]
    offered = ranked[:OFFERED]
    if not offered:
        search(turn, turn.text)
        return
    turn.end(Outcome.OFFERED)
    # Kept as topic ids: nobody's words are needed when "none of these" is tapped.
    later = [topic for topic in _found(turn, turn.text, OFFERED + FOUND) if topic not in offered]
    turn.remember(later=tuple(later[:FOUND]))
    turn.remember_topic(None, seen.destination, offered)
    turn.reply(turn.say("Yang mana yang Anda maksud?"), staff.offer_rows(turn, offered))


def _found(turn: Turn, words: str, limit: int) -> list[str]:
    hits = turn.catalog.search(words, turn.locale, limit)
    return list(dict.fromkeys(hit.topic for hit in hits))


def _passed_on(turn: Turn, seen: Understanding) -> None:
    """A forwarded message is mostly a job advert. The bot repeats none of it and vouches for none of it."""
    topic = turn.known(seen.topic) if seen.decision is Decision.ANSWER else None
    if abuse.just_said(turn, "forwarded"):
        _one_more_passed_on(turn, topic, seen.destination)
        return
    page = Page().add(turn.say("Anda meneruskan sebuah pesan."), "bold")
    page.paragraph().add(
        turn.say(
            "Saya tidak bisa memastikan isinya benar. Kalau ini tawaran kerja: jangan bayar dan jangan "
            "kirim data diri dulu. Periksa ini sebelum menjawab:"
        )
    )
    checks = [topic for topic in _ADVERT_CHECKS if topic in turn.catalog.topics]
    rows: list[Row] = [[buttons.topic(turn, topic)] for topic in checks]
    rows.append([buttons.person(turn)])
    turn.reply(page.rich(), rows)
    if topic:
        answers.answer(turn, topic, seen.destination, brief=True)
    else:
        turn.end(Outcome.OFFERED)
        turn.remember_topic(None, seen.destination, checks)


def _one_more_passed_on(turn: Turn, topic: str | None, destination: str | None) -> None:
    """The next of a row of forwarded messages: the same is not said twice."""
    if topic is None or any(past.topic == topic for past in turn.memory.turns):
        turn.end(Outcome.SILENT)
    else:
        answers.answer(turn, topic, destination, brief=True)
