"""`demo`: a local Telegram with a chat page, and the real bot connected to it, in one process."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import signal
import socket
import sys
import time

import uvloop

from bot.console import console_url
from bot.runner import run
from bot.settings import Settings
from bot.single import CannotStart
from bot.staff_accounts import hash_password, make_demo_account
from bot.wiring import App
from console.codes import new_recovery, new_secret
from content import ContentError
from simulator import Simulator
from storage import StorageError

HOST = "127.0.0.1"
PORTS_TO_TRY = 20


def run_demo(settings: Settings, port: int) -> int:
    """Run until Ctrl+C; returns the exit code."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_demo(settings, port))
    except (CannotStart, ContentError, StorageError) as error:
        print(f"bekal: {error}", file=sys.stderr)
        return 1
    return 0


async def _demo(settings: Settings, port: int) -> None:
    started = time.perf_counter()
    stop, ready = asyncio.Event(), asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    chat_port = _free_port(port)
    bot_port = _free_port(chat_port + 1)
    console_port = _free_port(bot_port + 1)
    async with Simulator.start(HOST, chat_port) as simulator:
        print(f"The chat page:  {simulator.url}/   (opens at once; the bot answers in a moment)", flush=True)
        demo_settings = Settings.model_validate(
            settings.model_dump()
            | {
                "telegram_token": simulator.token,
                "telegram_api_url": simulator.url,
                "data_dir": settings.data_dir.with_name(settings.data_dir.name + "-demo"),
                "database_url": None,
                "key_file": None,
                "mode": "polling",
                "listen": f"{HOST}:{bot_port}",
                "console_listen": f"{HOST}:{console_port}",
                "console_url": None,
            }
        )
        bot = asyncio.create_task(run(demo_settings, stop, ready, _admit_staff))
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait({bot, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if ready.is_set():
            seconds = time.perf_counter() - started
            print(f"The bot's health: http://{HOST}:{bot_port}/readyz")
            print(f"Ready after {seconds:.1f} s. Data: {demo_settings.data_dir}. Ctrl+C ends it.", flush=True)
        waiting.cancel()
        await bot


async def _admit_staff(app: App) -> None:
    """Make the demo's account and print what opens it; every start makes it anew."""
    password, codes, secret = secrets.token_urlsafe(12), new_recovery(), new_secret()
    hashed, cipher = await hash_password(password), app.database.cipher
    await app.database.write(lambda conn: make_demo_account(conn, cipher, hashed, codes, secret))
    print(f"The staff console: {console_url(app.settings)}/")
    print(f"  name: demo   password: {password}   one-time codes: {'  '.join(codes[:3])}")
    print(f"  or add this key to an authenticator app: {secret}", flush=True)


def _free_port(first: int) -> int:
    """The first free port from `first` on, so that a second demo does not stumble over the first."""
    for port in range(first, first + PORTS_TO_TRY):
        with contextlib.closing(socket.socket()) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((HOST, port))
            except OSError:
                continue
            return port
    raise CannotStart(f"no free port from {first} to {first + PORTS_TO_TRY - 1}: choose one with --port")
