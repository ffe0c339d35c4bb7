"""Conversations as text files.

    # a comment
    @ consent given         something that is so: see SETTINGS
    @ minutes 31            time passes
    > a text of the person
    > /command
    > [Label of a button]
    > (voice)               one of the things in KINDS; `> (forward) a text` for those with words
    < the first line of the bot's message
    | its next lines
      [Button] [Button]
    ~ the new text of a message that the bot edits
    ! what flashes up after a tap
    = how the turn ended; what it leaves behind

Lines that start with `<`, `|`, `~`, `!`, `=` or two blanks are the bot's and are compared.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

from handlers import Exchange
from tests.transcripts.driver import BOT, PERSON, Person

GROUP = {"id": -100500, "type": "supergroup", "title": "Grup contoh"}
STRANGER = {"id": 1002, "is_bot": False, "first_name": "Orang"}
PHOTO = [{"file_id": "f", "file_unique_id": "u", "width": 9, "height": 9}]
FILE = {"file_id": "f", "file_unique_id": "u"}
STICKER = FILE | {
    "type": "regular",
    "width": 9,
    "height": 9,
    "is_animated": False,
    "is_video": False,
}
ORIGIN = {"type": "user", "sender_user": STRANGER, "date": 1}
POLL = {
    "id": "1",
    "question": "?",
    "options": [{"text": "a", "voter_count": 0, "persistent_id": "1"}],
    "total_voter_count": 0,
    "is_closed": False,
    "is_anonymous": True,
    "type": "regular",
    "allows_multiple_answers": False,
    "allows_revoting": False,
    "members_only": False,
}

KINDS: dict[str, dict[str, Any]] = {
    "voice": {"voice": FILE | {"duration": 3}},
    "video note": {"video_note": FILE | {"length": 9, "duration": 3}},
    "photo": {"photo": PHOTO},
    "document": {"document": FILE},
    "sticker": {"sticker": STICKER},
    "location": {"location": {"latitude": 1.0, "longitude": 2.0}},
    "contact": {"contact": {"phone_number": "0812-0000-0001", "first_name": "Agen"}},
    "dice": {"dice": {"emoji": "🎲", "value": 3}},
    "poll": {"poll": POLL},
    "game": {"game": {"title": "t", "description": "d", "photo": PHOTO}},
    "pinned": {"pinned_message": {"message_id": 5, "date": 0, "chat": GROUP}},
}


async def say(person: Person, line: str) -> Exchange:
    """One `>` line."""
    if line.startswith("[") and line.endswith("]"):
        return await person.tap(line[1:-1])
    if not line.startswith("("):
        return await person.write(line)
    kind, _, words = line[1:].partition(")")
    words = words.strip()
    if kind in KINDS:
        return await person.update(message=person.message(**KINDS[kind], **_caption(words)))
    return await _OTHERS[kind](person, words)


def _caption(words: str) -> dict[str, str]:
    return {"caption": words} if words else {}


async def _forward(person: Person, words: str) -> Exchange:
    return await person.write(words, forward_origin=ORIGIN)


async def _edit(person: Person, words: str) -> Exchange:
    person.last_id = person.chat.context["message_id"] - 1
    edited = person.message(text=words, edit_date=int(person.clock().timestamp()))
    person.last_id += 50
    return await person.update(edited_message=edited)


async def _group(person: Person, words: str) -> Exchange:
    return await person.update(message=person.message(text=words, chat=GROUP))


async def _channel(person: Person, words: str) -> Exchange:
    post = person.message(text=words, chat={"id": -1, "type": "channel", "title": "K"})
    del post["from"]
    return await person.update(channel_post=post)


async def _reaction(person: Person, words: str) -> Exchange:
    new = [{"type": "emoji", "emoji": "👍"}]
    change = {
        "message_id": 1,
        "date": 1,
        "chat": GROUP,
        "user": PERSON,
        "old_reaction": [],
        "new_reaction": new,
    }
    return await person.update(message_reaction=change)


async def _inline(person: Person, words: str) -> Exchange:
    return await person.update(inline_query={"id": "9", "from": PERSON, "query": words, "offset": ""})


def _membership(status: str, chat: dict[str, Any] | None = None) -> Callable[..., Awaitable[Exchange]]:
    async def change(person: Person, words: str) -> Exchange:
        member = {"user": BOT, "status": status, "until_date": 0}
        old = {"user": BOT, "status": "member"}
        where = chat or person.message()["chat"]
        moved = {"chat": where, "from": PERSON, "date": 1, "old_chat_member": old, "new_chat_member": member}
        return await person.update(my_chat_member=moved)

    return change


async def _press(person: Person, words: str) -> Exchange:
    return await person.press(words)


_OTHERS: dict[str, Callable[[Person, str], Awaitable[Exchange]]] = {
    "forward": _forward,
    "edit": _edit,
    "group": _group,
    "channel": _channel,
    "reaction": _reaction,
    "inline": _inline,
    "blocked": _membership("kicked"),
    "unblocked": _membership("member"),
    "added to group": _membership("member", GROUP),
    "press": _press,
}


def setting(person: Person, name: str, value: str) -> None:
    """One `@` line."""
    if name == "minutes":
        person.clock.forward(60 * float(value))
    elif name == "language":
        person.language_code = value
    elif name == "consent":
        person.chat = dataclasses.replace(person.chat, consent=value)
    elif name == "banned":
        person.chat = dataclasses.replace(person.chat, banned_at=person.clock() if value == "yes" else None)
    elif name == "staff":
        now = person.clock() if value == "hold the chat" else None
        until = now + timedelta(hours=12) if now else None
        person.chat = dataclasses.replace(person.chat, held_since=now, held_until=until)
    else:
        raise AssertionError(f"unknown setting {name!r}")


def describe(exchange: Exchange) -> list[str]:
    """What the bot did, as lines of a transcript."""
    lines = []
    for call in exchange.calls:
        if "text" in call.params:
            first, *rest = call.params["text"].split("\n")
            lines.append(f"{'<' if call.method == 'sendMessage' else '~'} {first}")
            lines += [f"| {line}".rstrip() for line in rest]
        else:
            lines.append("~ (buttons)")
        rows = call.params.get("reply_markup", {}).get("inline_keyboard", [])
        lines += ["  " + " ".join(f"[{button['text']}]" for button in row) for row in rows]
    lines += [f"! {call.params['text']}" for call in exchange.cosmetic if "text" in call.params]
    return [*lines, "= " + "; ".join(_effects(exchange))]


def _effects(exchange: Exchange) -> list[str]:
    if exchange.erase:
        return ["erased"]
    assert exchange.record is not None
    effects = [f"{exchange.record.rung}, {exchange.record.outcome}"]
    if exchange.record.text is not None:
        effects.append(f"kept: {exchange.record.text}")
    if exchange.case is not None:
        parts = [exchange.case.kind, exchange.case.topic, exchange.case.detail]
        effects.append("case: " + ", ".join(part for part in parts if part))
    if exchange.feedback is not None:
        verdict = "helpful" if exchange.feedback.helpful else "not helpful"
        effects.append(f"{verdict}: {exchange.feedback.topic}, turn {exchange.feedback.turn_id}")
    if exchange.case_answer is not None:
        effects.append(f"case {exchange.case_answer[0]} answered: {exchange.case_answer[1]}")
    effects += [
        f"{name}: {value}"
        for name, value in sorted(exchange.chat_changes.items())
        if name in ("locale", "consent", "stopped", "news")
    ]
    if exchange.marks:
        effects.append(f"{len(exchange.marks)} to be known again")
    if exchange.conceal is not None:
        effects.append(f"sensitive messages go, and {len(exchange.conceal)} of the person")
    return effects + ["export"] * exchange.export


async def play(person: Person, script: str) -> str:
    """The transcript as it comes out: the person's lines as written, the bot's as they are now."""
    out: list[str] = []
    for line in script.splitlines():
        if line.startswith("@ "):
            name, _, value = line[2:].partition(" ")
            setting(person, name, value)
        if line.startswith(("#", "@", ">")) or not line:
            out.append(line)
        if line.startswith("> "):
            out += describe(await say(person, line[2:]))
    return "\n".join(out) + "\n"
