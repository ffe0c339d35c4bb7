"""Webhooks: order, retries, secrets, and what cannot be set up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web

from simulator import Simulator
from tests.simulator.conftest import Call

Answer = Callable[[dict[str, Any]], web.Response]


@dataclass
class Receiver:
    """A bot's webhook that notes what comes and answers as it is told."""

    url: str = ""
    got: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    answer: Answer = field(default=lambda update: web.Response())
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def receive(self, request: web.Request) -> web.Response:
        update = await request.json()
        self.got.append(update)
        self.news.set()
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token", ""))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await self.gate.wait()
        self.at_once -= 1
        return self.answer(update)

    def texts(self) -> list[str]:
        return [update["message"]["text"] for update in self.got]

    async def until(self, count: int) -> None:
        async with asyncio.timeout(3):
            while len(self.got) < count:
                self.news.clear()
                await self.news.wait()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    receiver.gate.set()
    app = web.Application()
    app.router.add_post("/hook", receiver.receive)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    receiver.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hook"
    yield receiver
    receiver.gate.set()
    await runner.cleanup()


async def until_empty(sim: Simulator) -> None:
    async with asyncio.timeout(3):
        while sim.bot.feed.pending:  # noqa: ASYNC110  the feed has nobody to tell
            await asyncio.sleep(0.005)


async def test_updates_come_with_the_secret_also_those_that_waited(
    call: Call, sim: Simulator, receiver: Receiver
) -> None:
    sari = sim.add_user("Sari")
    await sim.send_text(sari, "before")
    assert (await call("setWebhook", url=receiver.url, secret_token="s-1", max_connections=7))["ok"]
    await sim.send_text(sari, "after")
    await receiver.until(2)
    assert (receiver.texts(), receiver.secrets) == (["before", "after"], ["s-1", "s-1"])
    await until_empty(sim)
    info = (await call("getWebhookInfo"))["result"]
    assert (info["url"], info["pending_update_count"], info["max_connections"]) == (receiver.url, 0, 7)


async def test_one_update_of_a_chat_at_a_time_other_chats_beside_it(
    call: Call, sim: Simulator, receiver: Receiver
) -> None:
    receiver.gate.clear()
    await call("setWebhook", url=receiver.url, max_connections=3)
    people = [sim.add_user(f"P{number}") for number in range(5)]
    for number in range(2):
        for person in people:
            await sim.send_text(person, f"{person.id} {number}")
    await receiver.until(3)
    await asyncio.sleep(0.05)
    assert len(receiver.got) == 3, "max_connections holds"
    receiver.gate.set()
    await receiver.until(10)
    for person in people:
        mine = [text for text in receiver.texts() if text.startswith(str(person.id))]
        assert mine == [f"{person.id} 0", f"{person.id} 1"]
    assert receiver.most_at_once == 3


async def test_a_button_press_overtakes_a_message_that_is_stuck(
    call: Call, sim: Simulator, receiver: Receiver
) -> None:
    sari = sim.add_user("Sari", started=True)
    markup = {"inline_keyboard": [[{"text": "Ya", "callback_data": "yes"}]]}
    sent = await call("sendMessage", chat_id=sari.id, text="Mau?", reply_markup=markup)
    receiver.gate.clear()
    await call("setWebhook", url=receiver.url)
    await sim.send_text(sari, "one")
    await sim.send_text(sari, "two")
    await sim.press(sari, sent["result"], "Ya")
    await receiver.until(2)
    assert [sorted(update)[0] for update in receiver.got] == ["message", "callback_query"]


async def test_failures_are_tried_again_at_once_then_ever_later(
    call: Call, sim: Simulator, receiver: Receiver
) -> None:
    tries = iter([500, 503, 302, 200])
    receiver.answer = lambda update: web.Response(status=next(tries))
    pauses: list[float] = []
    original = sim.bot.webhook._pause

    def pause(*arguments: Any) -> float:
        pauses.append(original(*arguments))
        return 0.0

    sim.bot.webhook._pause = pause  # type: ignore[method-assign]
    await call("setWebhook", url=receiver.url)
    await sim.send_text(sim.add_user("Sari"), "halo")
    await receiver.until(4)
    await until_empty(sim)
    assert pauses == [0.0, 2.0, 4.0]
    info = (await call("getWebhookInfo"))["result"]
    assert info["last_error_message"] == "Wrong response from the webhook: 302 Found"


async def test_retry_after_is_honoured_and_holds_back_only_that_chat(
    call: Call, sim: Simulator, receiver: Receiver
) -> None:
    seen: set[int] = set()

    def answer(update: dict[str, Any]) -> web.Response:
        if update["message"]["text"] == "busy" and update["update_id"] not in seen:
            seen.add(update["update_id"])
            return web.Response(status=503, headers={"Retry-After": "30"})
        return web.Response()

    receiver.answer = answer
    sim.bot.webhook.speed = 100.0
    await call("setWebhook", url=receiver.url)
    await sim.send_text(sim.add_user("Busy"), "busy")
    await sim.send_text(sim.add_user("Other"), "other")
    await receiver.until(2)
    assert set(receiver.texts()) == {"busy", "other"}
    await receiver.until(3)
    assert receiver.texts()[2] == "busy"


async def test_a_method_in_the_answer_is_executed(call: Call, sim: Simulator, receiver: Receiver) -> None:
    sari = sim.add_user("Sari")
    receiver.answer = lambda update: web.json_response(
        {"method": "sendMessage", "chat_id": sari.id, "text": "from the answer"}
    )
    await call("setWebhook", url=receiver.url)
    await sim.send_text(sari, "halo")
    [reply] = await sim.wait_for_reply(sari)
    assert reply["text"] == "from the answer"


async def test_polling_and_webhook_exclude_each_other(call: Call, sim: Simulator, receiver: Receiver) -> None:
    poll = asyncio.create_task(call("getUpdates", timeout=30))
    await asyncio.sleep(0.05)
    await call("setWebhook", url=receiver.url)
    ended = await asyncio.wait_for(poll, 1)
    assert ended["description"] == "Conflict: terminated by setWebhook request"
    sim.bot.feed._next_conflict_at = 0.0
    refused = await call("getUpdates")
    assert (refused["error_code"], refused["description"]) == (
        409,
        "Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first",
    )
    await call("deleteWebhook")
    assert (await call("getUpdates"))["ok"]


async def test_pending_updates_are_dropped_on_request(call: Call, sim: Simulator) -> None:
    await sim.send_text(sim.add_user("Sari"), "halo")
    await call("deleteWebhook", drop_pending_updates=True)
    assert (await call("getUpdates"))["result"] == []


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"url": "http://bot.example.id/"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            {"url": "https://bot.example.id:8081/"},
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
        (
            {"url": "https://127.0.0.1/", "secret_token": "no spaces"},
            "secret token contains unallowed characters",
        ),
        ({"url": "https://127.0.0.1/", "secret_token": "a" * 257}, "secret token is too long"),
    ],
)
async def test_webhooks_that_telegram_would_not_take(
    call: Call, params: dict[str, str], description: str
) -> None:
    answer = await call("setWebhook", **params)
    assert (answer["error_code"], answer["description"]) == (400, f"Bad Request: {description}")


async def test_setting_a_webhook_twice_in_a_second_is_too_often(call: Call, receiver: Receiver) -> None:
    assert (await call("setWebhook", url=receiver.url))["ok"]
    again = await call("setWebhook", url=receiver.url)
    assert (again["error_code"], again["parameters"]) == (429, {"retry_after": 1})
