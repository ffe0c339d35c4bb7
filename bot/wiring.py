"""Builds everything, once. Tests build the same and replace only the network (`request`) and the clock."""

from __future__ import annotations

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from telegram.ext import Application
from telegram.request import BaseRequest

from bot.broadcaster import Broadcaster
from bot.client import TelegramClient
from bot.delivery import Delivery
from bot.hours import hours_in
from bot.intake import Intake
from bot.lanes import Lanes
from bot.metrics import Metrics
from bot.models import load_engine, search_in
from bot.pacing import Pace
from bot.settings import Settings
from bot.trial import Trials
from bot.turns import Turns
from bot.understanding import UnderstandingService
from bot.wording import load_wording
from content import Library
from handlers import CONTEXT_TYPES, Conversation, Services
from handlers.broadcasts import BroadcastMessages
from handlers.desk import DeskMessages
from nlu import Understander
from storage import Database, Terms, open_store

Clock = Callable[[], datetime]
SQLITE_OWNER = "bekal"


def utc_now() -> datetime:
    """The real clock."""
    return datetime.now(UTC)


@dataclass
class App:
    """The parts of a running bot. `turns` can be taken once `load_knowledge` and `connect` are done."""

    settings: Settings
    clock: Clock
    metrics: Metrics
    owner: str
    database: Database
    client: TelegramClient
    application: Application  # type: ignore[type-arg]
    delivery: Delivery
    lanes: Lanes
    intake: Intake
    library: Library | None = None
    engine: Understander | None = None
    understanding: UnderstandingService | None = None
    turns: Turns | None = None
    desk: DeskMessages | None = None
    broadcaster: Broadcaster | None = None
    trial: Trials | None = None

    async def load_knowledge(self, model_folder: Path | None = None) -> None:
        """Load content and model, off the event loop: intake goes on meanwhile. Raises ContentError."""
        versions = self.settings.data_dir / "content-versions.jsonl"
        library = await asyncio.to_thread(Library, self.settings.content_dir, versions)
        search = search_in(lambda: library.catalog)
        engine = await asyncio.to_thread(load_engine, self.settings, search, folder=model_folder)
        self.library = library
        self.engine = engine
        self.understanding = UnderstandingService(engine, clock=self.clock, metrics=self.metrics)
        say = load_wording()
        hours = self.settings.desk_hours
        services = Services(
            understand=self.understanding,
            library=library,
            say=say,
            clock=self.clock,
            retention_days=Terms().turns.days,
            staff_hours=lambda locale: hours_in(locale, hours),
            office_hours=hours,
        )
        self.desk = DeskMessages(services)
        messages = BroadcastMessages(services)
        self.broadcaster = Broadcaster(
            self.database,
            messages.word,
            lambda: library.catalog,
            per_second=self.settings.broadcast_per_second,
            clock=self.clock,
            wake_delivery=self.delivery.wake,
        )
        self.trial = Trials(services, self.understanding)
        self.turns = Turns(
            self.database,
            self.client,
            Conversation(self.application, services),
            say=say,
            clock=self.clock,
            wake_delivery=self.delivery.wake,
            metrics=self.metrics,
            broadcast_test=messages.test,
        )
        self.lanes.turns = self.turns


@contextlib.asynccontextmanager
async def open_app(
    settings: Settings, *, request: BaseRequest | None = None, clock: Clock = utc_now
) -> AsyncIterator[App]:
    """Open the store and wire the parts; nothing runs yet, and Telegram was not called.

    Raises the errors of `storage.open_store`, whose messages say what to do.
    """
    if settings.telegram_token is None:
        raise ValueError("a token is needed to build the bot")
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = await open_store(settings.store_url, settings.key_path, clock)
    client = TelegramClient(settings.telegram_token.get_secret_value(), settings.telegram_api_url, request)
    application = Application.builder().bot(client).updater(None).context_types(CONTEXT_TYPES).build()
    metrics = Metrics()
    # One process owns a SQLite file: under the same name, the next start frees at once what this one held.
    owner = SQLITE_OWNER if settings.store_url.startswith("sqlite") else f"bekal-{uuid.uuid4().hex[:12]}"
    pace = Pace(settings.broadcast_per_second)
    delivery = Delivery(database, client, owner=owner, clock=clock, metrics=metrics, pace=pace)
    lanes = Lanes(database, owner=owner, clock=clock, metrics=metrics)
    intake = Intake(database, client.account, clock=clock, wake=lanes.wake, metrics=metrics)
    # Other replicas say so when they put something there that they may be too busy for.
    database.listen({"in": lanes.wake, "out": delivery.wake})
    app = App(settings, clock, metrics, owner, database, client, application, delivery, lanes, intake)
    try:
        yield app
    finally:
        if app.understanding is not None:
            app.understanding.close()
        if application._initialized:
            await application.shutdown()
        else:
            await client.shutdown()
        await database.close()
