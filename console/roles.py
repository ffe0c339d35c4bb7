"""Who may do what. Every route names its permission; one that forgot is closed to all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from enum import IntEnum
from typing import Any, Literal

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
PUBLIC: Literal["public"] = "public"


class Role(IntEnum):
    """Each role may do all that the ones before it may."""

    VIEWER = 1  # reads, masked
    AGENT = 2  # answers
    EDITOR = 3  # writes content
    PUBLISHER = 4  # approves
    ADMIN = 5  # accounts and the audit log

    @classmethod
    def of(cls, name: str) -> Role:
        """The role of this name in the store. Raises KeyError."""
        return cls[name.upper()]


Permission = Role | Literal["public"]


def permission(needed: Permission) -> Callable[[Handler], Handler]:
    """Mark a handler with the lowest role that may call it, or PUBLIC for everybody."""

    def mark(handler: Handler) -> Handler:
        handler.permission = needed  # type: ignore[attr-defined]
        return handler

    return mark


def permission_of(handler: Any) -> Permission | None:
    """What a handler is marked with; None for one that nobody may call."""
    found: Permission | None = getattr(handler, "permission", None)
    return found
