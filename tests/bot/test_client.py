"""Every way in which a call goes wrong has a name that says what to do next."""

from __future__ import annotations

from typing import Any

import pytest

import bot.request
from bot.client import (
    AnotherPoller,
    BadToken,
    ChatMoved,
    Refused,
    StopWriting,
    TelegramClient,
    TelegramProblem,
    TryLater,
)
from simulator import Simulator, User

WORDS = "rahasia keluarga"


@pytest.fixture
def user(sim: Simulator) -> User:
    return sim.add_user("Sari", started=True)


async def problem(client: TelegramClient, method: str = "sendMessage", **params: Any) -> TelegramProblem:
    with pytest.raises(TelegramProblem) as caught:
        await client.call(method, params)
    return caught.value


def later(error: TelegramProblem) -> tuple[str, float | None, bool]:
    assert isinstance(error, TryLater)
    return error.reason, error.seconds, error.maybe_sent


async def test_a_call_that_works_gives_its_result(client: TelegramClient, sim: Simulator, user: User) -> None:
    sent = await client.call("sendMessage", {"chat_id": user.id, "text": "halo"})
    assert sent["text"] == "halo"
    assert sim.messages(user)[0]["message_id"] == sent["message_id"]


async def test_nothing_of_the_token_is_shown(client: TelegramClient) -> None:
    assert client.token not in repr(client) + str(client)


async def test_a_wait_that_telegram_orders(client: TelegramClient, sim: Simulator, user: User) -> None:
    sim.fail("flood", retry_after=7)
    assert later(await problem(client, chat_id=user.id, text="x")) == ("flood_wait", 7.0, False)


@pytest.mark.parametrize("code", [500, 502, 503, 504])
async def test_a_server_error_may_have_been_carried_out(
    client: TelegramClient, sim: Simulator, user: User, code: int
) -> None:
    sim.fail("server_error", code=code, after=True)
    assert later(await problem(client, chat_id=user.id, text="x")) == ("server_error", None, True)
    assert len(sim.messages(user)) == 1


async def test_a_connection_that_breaks_may_have_been_carried_out(
    client: TelegramClient, sim: Simulator, user: User
) -> None:
    sim.fail("close", after=True)
    assert later(await problem(client, chat_id=user.id, text="x")) == ("server_error", None, True)


async def test_no_answer_may_have_been_carried_out(
    client: TelegramClient, sim: Simulator, user: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.request, "READ_TIMEOUT", 0.2)
    sim.fail("hang", seconds=5.0, after=True)
    assert later(await problem(client, chat_id=user.id, text="x")) == ("timeout", None, True)


async def test_without_a_connection_nothing_was_carried_out(client: TelegramClient, sim: Simulator) -> None:
    await sim.close()
    assert later(await problem(client, chat_id=1, text="x")) == ("no_connection", None, False)


@pytest.mark.parametrize(("state", "reason"), [("blocked", "blocked"), ("deactivated", "gone")])
async def test_who_does_not_want_to_hear_from_us(
    client: TelegramClient, sim: Simulator, user: User, state: str, reason: str
) -> None:
    sim.people.set_state(sim.bot, user.id, state)
    error = await problem(client, chat_id=user.id, text="x")
    assert isinstance(error, StopWriting)
    assert error.reason == reason


async def test_a_group_that_moved(client: TelegramClient, sim: Simulator) -> None:
    group = sim.add_group("Grup")
    sim.people.set_state(sim.bot, group.id, "upgraded")
    error = await problem(client, chat_id=group.id, text="x")
    assert isinstance(error, ChatMoved)
    assert error.new_chat_id == group.upgraded_to


@pytest.mark.parametrize(
    ("params", "reason"),
    [
        ({"text": ""}, "refused_message_text_is_empty"),
        ({"text": "x" * 4097}, "refused_message_is_too_long"),
        ({"chat_id": 404, "text": "x"}, "refused_chat_not_found"),
        ({"text": f"<b>{WORDS}", "parse_mode": "HTML"}, "refused_can_t_parse_entities"),
        ({"text": f"<{WORDS}>", "parse_mode": "HTML"}, "refused_can_t_parse_entities"),
    ],
    ids=["empty", "too long", "no such chat", "unclosed tag", "unknown tag"],
)
async def test_what_telegram_never_takes(
    client: TelegramClient, user: User, params: dict[str, Any], reason: str
) -> None:
    error = await problem(client, **{"chat_id": user.id, **params})
    assert type(error) is Refused
    assert error.reason == reason
    # As the store keeps it: no longer than forty characters, or it would be dropped.
    assert len(error.reason) <= 40


@pytest.mark.parametrize(
    "description",
    [
        f'Bad Request: can\'t parse entities: Unsupported start tag "{WORDS}" at byte offset 3',
        f"Bad Request: {WORDS}",
        f'Bad Request: inline keyboard button URL "{WORDS}" is invalid: Wrong HTTP URL',
        "",
    ],
)
async def test_a_reason_never_quotes_anybody(
    client: TelegramClient, sim: Simulator, user: User, description: str
) -> None:
    sim.fail("error", code=400, description=description)
    error = await problem(client, chat_id=user.id, text=WORDS)
    assert type(error) is Refused
    assert "rahasia" not in error.reason
    assert error.reason.startswith("refused")


async def test_what_holds_already_or_comes_too_late_counts_as_done(
    client: TelegramClient, sim: Simulator, user: User
) -> None:
    sent = await client.call("sendMessage", {"chat_id": user.id, "text": "halo"})
    same = {"chat_id": user.id, "message_id": sent["message_id"], "text": "halo"}
    assert await client.call("editMessageText", same) is True
    assert await client.call("deleteMessage", {"chat_id": user.id, "message_id": 4040}) is True
    assert await client.call("answerCallbackQuery", {"callback_query_id": "1"}) is True


async def test_a_webhook_that_is_set_is_another_poller(client: TelegramClient) -> None:
    await client.call("setWebhook", {"url": "http://127.0.0.1:9/hook"})
    assert isinstance(await problem(client, "getUpdates", timeout=0), AnotherPoller)


async def test_a_token_that_telegram_does_not_know(sim: Simulator) -> None:
    sim.world.tokens = (sim.token,)
    stranger = TelegramClient("999:" + "Z" * 35, sim.url)
    assert isinstance(await problem(stranger, chat_id=1, text="x"), BadToken)
    for request in stranger._request:
        await request.shutdown()


async def test_a_method_that_telegram_does_not_know_is_no_bad_token(client: TelegramClient) -> None:
    """An older Bot API server: everything but this one call goes on."""
    error = await problem(client, "sendMessageDraftOfTomorrow", chat_id=1)
    assert type(error) is Refused
    assert error.reason == "refused_method_not_found"
