"""Names under which a request and the application keep things."""

from __future__ import annotations

from aiohttp import web

from console.services import Services
from storage.staff import Staff
from storage.staff_sessions import Session

SERVICES = web.AppKey("services", Services)
NONCE = web.RequestKey("nonce", str)
TOKEN = web.RequestKey("token", str)
SESSION = web.RequestKey("session", Session)
HALF = web.RequestKey("half", Session)  # the password was right, the code is missing


def services_of(request: web.Request) -> Services:
    """What the console got from outside."""
    return request.config_dict[SERVICES]


def staff_of(request: web.Request) -> Staff:
    """Who is signed in. Only for routes whose permission is a role."""
    return request[SESSION].staff


def session_of(request: web.Request) -> Session:
    """The session of who is signed in."""
    return request[SESSION]
