"""`run`: starts in good order whatever is slow, refuses what cannot work, and stops in good order."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import bot.connect
import bot.intake
import bot.models
import bot.runner
from bot.connect import CannotStart
from bot.intake import OtherInstanceRuns
from bot.runner import run
from bot.settings import Settings
from content import ContentError
from simulator import Simulator, User
from storage import KeyFileMissing
from tests.bot.tools import select, stored_updates, until, written
from tests.conftest import SMALL_CONTENT, SMALL_TRAINING

SECRET = "a-secret-for-tests-only"
Make = Callable[..., Settings]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


@pytest.fixture
async def real_sim() -> AsyncIterator[Simulator]:
    """A local Telegram with a clock that goes: the runner has a real one."""
    async with Simulator.start() as simulator:
        yield simulator


@pytest.fixture
def make(real_sim: Simulator, tmp_path: Path, small_model: Path, monkeypatch: pytest.MonkeyPatch) -> Make:
    """Settings of a bot with a trained model; keywords change them."""
    monkeypatch.setattr(bot.models, "TRAINING", SMALL_TRAINING)
    monkeypatch.setattr(bot.connect, "PAUSES", (0.05,))
    shutil.copytree(small_model, tmp_path / "data" / "model")

    def settings(**changes: Any) -> Settings:
        return Settings.model_validate(
            {
                "telegram_token": real_sim.token,
                "telegram_api_url": real_sim.url,
                "data_dir": tmp_path / "data",
                "content_dir": SMALL_CONTENT,
                "nlu_encoder": False,
                "listen": f"127.0.0.1:{free_port()}",
                "console_listen": f"127.0.0.1:{free_port()}",
                **changes,
            }
        )

    return settings


@contextlib.asynccontextmanager
async def running(settings: Settings, *, until_ready: bool = True) -> AsyncIterator[asyncio.Task[None]]:
    stop, ready = asyncio.Event(), asyncio.Event()
    task = asyncio.create_task(run(settings, stop, ready))
    try:
        if until_ready:
            waiting = asyncio.create_task(ready.wait())
            await asyncio.wait({task, waiting}, timeout=20, return_when=asyncio.FIRST_COMPLETED)
            waiting.cancel()
            assert ready.is_set()
        yield task
    finally:
        stop.set()
        await asyncio.wait({task}, timeout=20)
        assert task.done()


async def refused(settings: Settings, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        await asyncio.wait_for(run(settings, asyncio.Event()), 20)


async def missing(settings: Settings) -> tuple[int, dict[str, str]]:
    """What /readyz says."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://{settings.listen}/readyz") as response,
    ):
        return response.status, (await response.json())["missing"]


async def test_it_introduces_itself_answers_and_stops(real_sim: Simulator, make: Make) -> None:
    settings = make()
    user = real_sim.add_user("Sari")
    async with running(settings) as task:
        assert await missing(settings) == (200, {})
        await real_sim.send_text(user, "cara buat paspor")
        [answer, *_] = await real_sim.wait_for_reply(user)
        assert "Paspor dibuat di kantor imigrasi" in answer["text"]
        await until(lambda: real_sim.calls.by_method["setMyDescription"] == 2)
    await task
    assert real_sim.calls.by_method["setMyCommands"] == 2


async def test_it_works_although_telegram_takes_no_introduction(real_sim: Simulator, make: Make) -> None:
    for method in ("setMyCommands", "setMyDescription"):
        real_sim.fail("error", method=method, code=400, description="Bad Request: no", times=None)
    user = real_sim.add_user("Sari")
    async with running(make()):
        await real_sim.send_text(user, "halo")
        await real_sim.wait_for_reply(user)


async def test_updates_are_taken_in_while_telegram_cannot_be_reached_for_the_rest(
    real_sim: Simulator, make: Make
) -> None:
    """At the start of an outage's end Telegram may call us before we reach it."""
    port = int(real_sim.url.rpartition(":")[2])
    await real_sim.close()
    settings = make(mode="webhook", webhook_url="http://127.0.0.1:1/hook", webhook_secret=SECRET)
    user = real_sim.add_user("Sari", started=True)
    async with running(settings, until_ready=False):
        status, what = 0, {}
        while what != {"telegram": "connecting"}:
            with contextlib.suppress(aiohttp.ClientConnectorError):
                status, what = await missing(settings)
            await asyncio.sleep(0.02)
        assert status == 503
        async with (
            aiohttp.ClientSession(headers={"X-Telegram-Bot-Api-Secret-Token": SECRET}) as session,
            session.post(f"http://{settings.listen}/hook", json=written(5, chat=user.id)) as response,
        ):
            assert response.status == 200
        assert stored_updates(settings.data_dir / "bekal.sqlite3") == [5]
        await real_sim.open(port=port)
        await until(lambda: bool(real_sim.messages(user)), 10)
        assert await missing(settings) == (200, {})


async def test_updates_are_taken_in_while_the_model_is_still_trained(real_sim: Simulator, make: Make) -> None:
    settings = make()
    shutil.rmtree(settings.model_cache)
    user = real_sim.add_user("Sari")
    await real_sim.send_text(user, "cara buat paspor")
    async with running(settings, until_ready=False):
        await until(lambda: not real_sim.bot.feed.pending, 10)
        status, what = await missing(settings)
        assert (status, what.get("model")) == (503, "loading")
        await real_sim.wait_for_reply(user, seconds=20)


async def test_a_stop_does_not_wait_for_a_body_that_never_comes(make: Make) -> None:
    settings = make(mode="webhook", webhook_url="http://127.0.0.1:1/hook", webhook_secret=SECRET)
    async with running(settings):
        host, _, port = settings.listen.rpartition(":")
        _reader, writer = await asyncio.open_connection(host, int(port))
        head = "POST /hook HTTP/1.1\r\nHost: x\r\nContent-Length: 99\r\n"
        writer.write(f"{head}X-Telegram-Bot-Api-Secret-Token: {SECRET}\r\n\r\n{{".encode())
        await writer.drain()
        assert await missing(settings) == (200, {})
        started = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - started < 10
    writer.close()


async def test_of_two_on_one_data_folder_the_second_is_refused(real_sim: Simulator, make: Make) -> None:
    async with running(make()):
        await refused(make(), CannotStart, "another bot runs on")
        assert real_sim.calls.by_method["deleteWebhook"] == 1


async def test_a_second_one_elsewhere_with_the_same_token_leaves(
    real_sim: Simulator, make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pause = bot.intake._pause

    async def shorter(seconds: float, stop: asyncio.Event) -> None:
        await pause(seconds / 50, stop)

    monkeypatch.setattr(bot.intake, "_pause", shorter)
    real_sim.fail("error", method="getUpdates", code=409, description="Conflict: other", times=None)
    await refused(make(), OtherInstanceRuns, "another process polls")
    # What it held is free again for the next start.
    assert select(tmp_path / "data" / "bekal.sqlite3", "SELECT * FROM lanes WHERE owner IS NOT NULL") == []


async def test_a_token_that_telegram_refuses_is_named(real_sim: Simulator, make: Make) -> None:
    real_sim.world.tokens = ("999:" + "Z" * 35,)
    await refused(make(), CannotStart, "check BEKAL_TELEGRAM_TOKEN")


async def test_a_webhook_that_telegram_refuses_is_named(make: Make) -> None:
    settings = make(mode="webhook", webhook_url="http://bekal.example/hook", webhook_secret=SECRET)
    await refused(settings, CannotStart, "check BEKAL_WEBHOOK_URL")


async def test_a_port_that_is_taken_is_named(make: Make) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        await refused(make(listen=f"127.0.0.1:{taken.getsockname()[1]}"), CannotStart, "set BEKAL_LISTEN")


async def test_broken_content_and_a_missing_key_are_named(make: Make, tmp_path: Path) -> None:
    await refused(make(content_dir=tmp_path / "nowhere"), ContentError, "topics.yml")
    (tmp_path / "data.key").unlink()
    await refused(make(), KeyFileMissing, "Restore that file")


async def test_a_kill_between_telegrams_yes_and_our_note_repeats_one_message_and_marks_it(
    real_sim: Simulator, make: Make
) -> None:
    """And at once: the next process has the name of the dead one, and waits for no lease to run out."""
    settings = make()
    user, other = (real_sim.add_user(name, started=True) for name in ("Sari", "Budi"))
    async with running(settings) as task:
        await real_sim.send_text(other, "cara buat paspor")
        await real_sim.wait_for_reply(other)
        real_sim.fail("hang", method="sendMessage", chat=user.id, after=True, seconds=30)
        await real_sim.send_text(user, "cara buat paspor")
        await until(lambda: len(bubbles(real_sim, user)) == 1)
        # As by the power cord: what is in the store stays as it is now.
        kept = settings.data_dir.with_name("kept")
        await asyncio.to_thread(shutil.copytree, settings.data_dir, kept)
        shutil.copy(settings.key_path, kept.with_name("kept.key"))
        task.cancel()
    told = bubbles(real_sim, other)
    async with running(make(data_dir=kept)):
        store = kept / "bekal.sqlite3"
        await until(lambda: select(store, "SELECT count(*) FROM outbox WHERE finished_at IS NULL") == [(0,)])
    assert bubbles(real_sim, user) == [told[0], *told]
    marked = select(store, "SELECT possible_duplicate FROM outbox ORDER BY id")
    assert sum(each for (each,) in marked) == 1
    assert bubbles(real_sim, other) == told


async def test_a_stop_while_telegram_hangs_marks_what_it_leaves_in_the_air(
    real_sim: Simulator, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot.runner, "STOP_SECONDS", 0.4)
    user = real_sim.add_user("Sari", started=True)
    real_sim.fail("hang", method="sendMessage", after=True, seconds=30)
    settings = make()
    async with running(settings):
        await real_sim.send_text(user, "cara buat paspor")
        await until(lambda: len(bubbles(real_sim, user)) == 1)
    async with running(make()):
        store = settings.data_dir / "bekal.sqlite3"
        await until(lambda: select(store, "SELECT count(*) FROM outbox WHERE finished_at IS NULL") == [(0,)])
    first, second, *_ = bubbles(real_sim, user)
    assert first == second
    assert select(store, "SELECT possible_duplicate FROM outbox ORDER BY id") == [(1,), (0,)]


def bubbles(sim: Simulator, who: User) -> list[str]:
    """What the bot has said."""
    return [message["text"] for message in sim.messages(who) if message["from"]["is_bot"]]
