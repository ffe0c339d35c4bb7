"""Questions that wait for the staff, what they made of them, and the end of it, on both databases."""

from __future__ import annotations

from datetime import timedelta

import pytest

from storage import (
    Cipher,
    Connection,
    Database,
    Terms,
    TurnRecord,
    audit,
    chats,
    mask,
    people,
    questions,
    turns,
)
from storage import sweep as swept
from storage.questions import KINDS, NewExample, QuestionsGone
from tests.storage.conftest import NOW

DAY = timedelta(days=1)


def asked(conn: Connection, cipher: Cipher, number: int, text: str | None, rung: str, outcome: str) -> int:
    chat = chats.ensure(conn, cipher, cipher.lane(number), number, NOW)
    record = TurnRecord(
        text=mask(text) if text else None, language="id", topic="visa", rung=rung, outcome=outcome
    )
    return turns.record(conn, cipher, chat.id, record, NOW)


def waiting(conn: Connection, cipher: Cipher) -> dict[str, list[int]]:
    return {kind: [q.id for q in questions.open_questions(conn, cipher, kind, 10)] for kind in KINDS}


async def test_only_what_was_not_understood_waits_until_somebody_decides(
    db: Database, cipher: Cipher
) -> None:
    def life(conn: Connection) -> None:
        lost = asked(conn, cipher, 1, "kapan gajian 0812-3456-7890", "person", "unanswered")
        asked(conn, cipher, 1, None, "person", "unanswered")  # no consent, no text
        asked(conn, cipher, 1, "halo", "service", "served")
        asked(conn, cipher, 1, "/menu", "service", "offered")
        unsure = asked(conn, cipher, 2, "urus itu", "choose", "offered")
        answered = asked(conn, cipher, 2, "visa apa", "answer", "answered")
        chat = chats.find(conn, cipher, cipher.lane(2))
        assert chat is not None
        turns.feedback(conn, chat.id, answered, False)
        assert waiting(conn, cipher) == {
            "unanswered": [lost],
            "unsure": [unsure],
            "not-helpful": [answered],
        }
        assert questions.counts(conn) == {"unanswered": 1, "unsure": 1, "not-helpful": 1}
        [question] = questions.open_questions(conn, cipher, "unanswered", 10)
        assert question.text == "kapan gajian [HP]"

        example = NewExample(lost, "id", "salary", mask("kapan gajian"))
        decision = questions.decide(
            conn, cipher, NOW, "rina", "examples", [lost, unsure], topic="salary", examples=[example]
        )
        assert waiting(conn, cipher)["unanswered"] == waiting(conn, cipher)["unsure"] == []
        [line] = questions.decisions(conn)
        assert (line.id, line.what, line.topic, line.questions, line.examples) == (
            decision, "examples", "salary", 2, 1,
        )  # fmt: skip
        [learned] = questions.examples(conn, cipher)
        assert (learned.language, learned.topic, learned.text) == ("id", "salary", "kapan gajian")

        assert questions.undo(conn, cipher, NOW, "rina", decision)
        assert not questions.undo(conn, cipher, NOW, "rina", decision)
        assert waiting(conn, cipher)["unanswered"] == [lost]
        assert questions.examples(conn, cipher) == []
        assert [deed.what for deed in audit.page(conn)] == ["questions put back", "questions decided"]

    await db.write(life)


async def test_two_people_cannot_decide_about_one_question(db: Database, cipher: Cipher) -> None:
    def ask(conn: Connection) -> list[int]:
        return [asked(conn, cipher, 1, text, "person", "unanswered") for text in ("satu", "dua")]

    one, two = await db.write(ask)
    await db.write(lambda conn: questions.decide(conn, cipher, NOW, "rina", "nothing", [one]))
    for ids in ([one, two], [two, 999], []):
        with pytest.raises(QuestionsGone):
            await db.write(lambda conn, ids=ids: questions.decide(conn, cipher, NOW, "budi", "nothing", ids))
    assert [line.actor for line in await db.read(questions.decisions)] == ["rina"]
    plain = NewExample(two, "id", "visa", "tidak disamarkan")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        await db.write(
            lambda conn: questions.decide(
                conn, cipher, NOW, "budi", "examples", [two], topic="visa", examples=[plain]
            )
        )


async def test_examples_go_with_their_person_and_are_nobodys_in_the_end(db: Database, cipher: Cipher) -> None:
    def learn(conn: Connection) -> None:
        for number in (1, 2):
            turn = asked(conn, cipher, number, f"soal {number}", "person", "unanswered")
            example = NewExample(turn, "id", "visa", mask(f"soal {number}"))
            questions.decide(conn, cipher, NOW, "rina", "examples", [turn], topic="visa", examples=[example])
        people.erase(conn, cipher.lane(1), NOW)
        assert [each.text for each in questions.examples(conn, cipher)] == ["soal 2"]
        # Past the term of its turn nothing tells whose it was, and so it stays when they are gone.
        swept(conn, NOW + 181 * DAY, Terms())
        people.erase(conn, cipher.lane(2), NOW + 182 * DAY)
        assert [each.text for each in questions.examples(conn, cipher)] == ["soal 2"]

    await db.write(learn)
