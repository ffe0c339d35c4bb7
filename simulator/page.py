"""The chat page: static files, and what happens as server-sent events."""

from __future__ import annotations

from aiohttp import web

from simulator.world import World


class Page:
    """Handlers of the chat page over one world."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        return []
