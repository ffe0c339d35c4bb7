"""The staff console as part of the run: wired to the store, to content and to the way the bot writes."""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import AsyncIterator, Sequence
from types import SimpleNamespace
from typing import Any, cast

from aiohttp import web

from bot.logs import get_logger
from bot.preview import Preview
from bot.retraining import Retraining
from bot.server import parse_listen
from bot.settings import Settings
from bot.wiring import App
from bot.wording import load_wording
from console import Services, build_console
from console.services import unsafe_url
from content import Catalog, Library
from handlers.desk import DeskMessages

log = get_logger("console")


class _Messages:
    """The desk's messages, once content is loaded; before that nobody can write."""

    def __init__(self, app: App) -> None:
        self._app = app

    def _ready(self) -> DeskMessages:
        if self._app.desk is None:
            raise web.HTTPServiceUnavailable
        return self._app.desk

    def reply(self, text: str, locale: str) -> Sequence[tuple[str, dict[str, Any]]]:
        return self._ready().reply(text, locale)

    def article(
        self, topic: str, locale: str, destination: str | None
    ) -> Sequence[tuple[str, dict[str, Any]]]:
        return self._ready().article(topic, locale, destination)

    def draft(
        self, catalog: Catalog, topic: str, locale: str, destination: str | None
    ) -> Sequence[tuple[str, dict[str, Any]]]:
        # A preview asks its library for nothing but the catalog.
        library = cast(Library, SimpleNamespace(catalog=catalog))
        shown = Preview(library, load_wording(), self._app.clock()).bubbles(topic, locale, destination)
        return [(bubble.call.method, dict(bubble.call.params)) for bubble in shown]

    def closing(self, case_id: int, locale: str) -> Sequence[tuple[str, dict[str, Any]]]:
        return self._ready().closing(case_id, locale)

    def returned(self, locale: str) -> Sequence[tuple[str, dict[str, Any]]]:
        return self._ready().returned(locale)


def console_url(settings: Settings) -> str:
    """The address of the console in a browser, without a path."""
    if settings.console_url:
        return settings.console_url.rstrip("/")
    return f"http://{settings.console_listen}"


@contextlib.asynccontextmanager
async def serve_console(app: App) -> AsyncIterator[None]:
    """Serve the console as long as the block lasts.

    Where its address is not safe or its port is taken, the bot runs without it and says so in the log: people
    wait for the bot, whether or not staff can read.
    """
    settings = app.settings
    url = console_url(settings)
    if (reason := unsafe_url(url)) is not None:
        log.error("console_not_served", address=url, reason=reason, remedy="set BEKAL_CONSOLE_URL")
        yield
        return
    models = Retraining(app)
    services = Services(
        database=app.database,
        clock=app.clock,
        url=url,
        messages=_Messages(app),
        library=lambda: app.library,
        wake=app.delivery.wake,
        office_hours=settings.desk_hours,
        telegram_group=settings.staff_group is not None,
        content_history=settings.data_dir / "content-history",
        token=lambda: secrets.token_urlsafe(32),
        trial=lambda: app.trial,
        broadcasts=lambda: app.broadcaster,
        models=lambda: models if app.engine is not None else None,
    )
    runner = web.AppRunner(
        build_console(services), access_log=None, handle_signals=False, shutdown_timeout=1.0
    )
    await runner.setup()
    host, port = parse_listen(settings.console_listen)
    try:
        await web.TCPSite(runner, host, port).start()
        log.info("console_served", address=url)
    except OSError as error:
        log.error("console_not_served", address=url, reason=error.strerror, remedy="set BEKAL_CONSOLE_LISTEN")
    try:
        yield
    finally:
        await models.close()
        await runner.cleanup()
