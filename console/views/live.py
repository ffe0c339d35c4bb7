"""Server-sent events: what happened at the desk."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

from console.hub import Hub
from console.roles import Role, permission
from console.state import SESSION, TOKEN, services_of
from storage import StorageError, staff_sessions
from storage.staff_sessions import FULL

HUB = web.AppKey("hub", Hub)
LOOK_EVERY = 20.0


def routes() -> list[web.RouteDef]:
    return [web.get("/desk/events", events)]


async def running(app: web.Application) -> AsyncIterator[None]:
    """Runs the hub as long as the application."""
    task = asyncio.create_task(app[HUB].run(), name="desk-news")
    yield
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@permission(Role.VIEWER)
async def events(request: web.Request) -> web.StreamResponse:
    """News until the browser leaves or its session ends; listening does not keep a session alive."""
    hub = request.app[HUB]
    response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
    await response.prepare(request)
    queue = hub.listen()
    try:
        await response.write(b"retry: 3000\n\n")
        while True:
            lines = await _waiting(queue)
            if not await _signed_in(request):
                await response.write(b"event: ended\ndata: {}\n\n")
                break
            events = "".join(f"data: {line}\n\n" for line in lines)
            await response.write(events.encode() or b": still here\n\n")
    except ConnectionError:
        pass
    finally:
        hub.leave(queue)
    return response


async def _waiting(queue: asyncio.Queue[str]) -> list[str]:
    """All that waits, once something does; nothing after LOOK_EVERY seconds."""
    try:
        async with asyncio.timeout(LOOK_EVERY):
            lines = [await queue.get()]
    except TimeoutError:
        return []
    while not queue.empty():
        lines.append(queue.get_nowait())
    return lines


async def _signed_in(request: web.Request) -> bool:
    services, token = services_of(request), request[TOKEN]
    now = services.clock()
    try:
        session = await services.database.read(lambda conn: staff_sessions.find(conn, token, now))
    except StorageError:
        return True
    return session is not None and session.stage == FULL and session.id == request[SESSION].id
