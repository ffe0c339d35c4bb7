"""`run`: everything at once, until a signal; a stop in good order takes at most 25 seconds."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import uvloop
from aiohttp import web

from bot.connect import connect
from bot.console import serve_console
from bot.intake import OtherInstanceRuns, Poller, webhook_handler
from bot.logs import get_logger
from bot.periodic import periodic
from bot.profile import introduce
from bot.server import build_server, parse_listen
from bot.settings import Settings
from bot.single import CannotStart, only_process
from bot.staff_group import join
from bot.wiring import App, open_app
from content import ContentError
from storage import StorageError, inbox, outbox

log = get_logger("runner")

STOP_SECONDS = 20
LAST_REQUESTS_SECONDS = 2.0


def run_until_signal(settings: Settings) -> int:
    """Run the bot; returns the exit code: 0 after SIGTERM or SIGINT, 1 with the reason on stderr.

    The process should end then: threads in which a model hangs or is being trained may still be there.
    """
    # Never closed: that would wait for those threads, for minutes while a model is trained.
    runner = asyncio.Runner(loop_factory=uvloop.new_event_loop)
    try:
        runner.run(_main(settings))
    except (CannotStart, OtherInstanceRuns, StorageError) as error:
        print(f"bekal: {error}", file=sys.stderr)
        return 1
    except ContentError as error:
        print(f"bekal: the content has errors:\n{error}", file=sys.stderr)
        return 1
    return 0


async def _main(settings: Settings) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await run(settings, stop)


async def run(
    settings: Settings,
    stop: asyncio.Event,
    ready: asyncio.Event | None = None,
    first: Callable[[App], Awaitable[None]] | None = None,
) -> None:
    """Run the bot until `stop`; `first` is awaited once the store is open.

    Raises CannotStart, OtherInstanceRuns, StorageError, ContentError.
    """
    with only_process(settings):
        async with open_app(settings) as app:
            await _free_what_a_dead_process_held(app)
            if first is not None:
                await first(app)
            async with _serve(app), serve_console(app):
                await _work(app, stop, ready)


async def _free_what_a_dead_process_held(app: App) -> None:
    now = app.clock()
    updates = await app.database.write(lambda c: inbox.recover(c, now, dead_owner=app.owner))
    messages = await app.database.write(lambda c: outbox.recover(c, now, dead_owner=app.owner))
    if updates or messages:
        log.warning("recovered_after_a_kill", chats=updates, messages_maybe_sent=messages)


@contextlib.asynccontextmanager
async def _serve(app: App) -> AsyncIterator[None]:
    """Webhook, health and metrics, from the very start: updates are stored while the model still loads."""
    settings = app.settings
    webhook = None
    if settings.mode == "webhook":
        assert settings.webhook_url is not None
        assert settings.webhook_secret is not None
        handler = webhook_handler(app.intake, settings.webhook_secret.get_secret_value())
        webhook = (settings.webhook_url, handler)

    async def store() -> str | None:
        try:
            await app.database.read(inbox.count)
        except StorageError as error:
            return type(error).__name__
        return None

    async def content() -> str | None:
        return None if app.library is not None else "loading"

    async def model() -> str | None:
        return None if app.turns is not None else "loading"

    async def telegram() -> str | None:
        return None if app.application._initialized else "connecting"

    checks = {"store": store, "content": content, "model": model, "telegram": telegram}
    server = build_server(metrics=app.metrics, checks=checks, webhook=webhook)
    runner = web.AppRunner(
        server, access_log=None, handle_signals=False, shutdown_timeout=LAST_REQUESTS_SECONDS
    )
    await runner.setup()
    host, port = parse_listen(settings.listen)
    try:
        await web.TCPSite(runner, host, port, backlog=1024).start()
    except OSError as error:
        await runner.cleanup()
        raise CannotStart(
            f"cannot listen on {settings.listen} ({error.strerror}): set BEKAL_LISTEN"
        ) from error
    try:
        yield
    finally:
        await runner.cleanup()


async def _work(app: App, stop: asyncio.Event, ready: asyncio.Event | None) -> None:
    stopping = asyncio.Event()
    async with _Tasks(stop) as tasks:

        async def arrive() -> None:
            await connect(app, stop)
            if app.settings.mode == "polling" and not stop.is_set():
                tasks.start("poller", Poller(app.client, app.intake, app.clock).run(stop))

        # Updates are taken in while content and model still load, and the other way round.
        await tasks.guard(asyncio.gather(app.load_knowledge(), arrive()))
        if stop.is_set():
            return
        assert app.library is not None
        if app.settings.staff_group is not None:
            tasks.start("staff-group", join(app, app.settings.staff_group).run(stop))
        tasks.start("lanes", app.lanes.run(stop))
        tasks.start("delivery", app.delivery.run(stopping))
        tasks.start("content", app.library.watch(stop))
        tasks.start("periodic", periodic(app, stop))
        if app.broadcaster is not None:
            tasks.start("broadcasts", app.broadcaster.run(stop))
        tasks.start("profile", introduce(app.client))
        log.info("ready", mode=app.settings.mode, engine=app.settings.nlu_engine)
        if ready is not None:
            ready.set()
        await stop.wait()
        app.lanes.wake()
        await tasks.finished("lanes", STOP_SECONDS / 2)
        stopping.set()
        app.delivery.wake()
        await tasks.finished("delivery", STOP_SECONDS / 2)
    await app.database.write(lambda conn: inbox.release(conn, app.owner))
    # Delivery begins to send whatever it takes, so what it has left in hand may have been sent.
    await app.database.write(lambda conn: outbox.recover(conn, app.clock(), dead_owner=app.owner))
    log.info("stopped")


class _Tasks:
    """Background work; if one part ends with an error, everything stops and that error is raised."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._tasks: dict[str, asyncio.Task[Any]] = {}
        self._error: BaseException | None = None

    async def __aenter__(self) -> _Tasks:
        return self

    def start(self, name: str, work: Any) -> None:
        task = asyncio.create_task(work, name=name)
        task.add_done_callback(self._ended)
        self._tasks[name] = task

    def _ended(self, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("part_failed", part=task.get_name(), exc_info=error)
            self._error = self._error or error
            self._stop.set()

    async def guard(self, work: Awaitable[Any]) -> None:
        """Await work, unless a signal or another part's error ends everything first."""
        task = asyncio.ensure_future(work)
        waiting = asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if task.done():
            await task
        else:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def finished(self, name: str, seconds: float) -> None:
        await asyncio.wait({self._tasks[name]}, timeout=seconds)

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        if self._error is not None:
            raise self._error
