"""Pages from templates. Everything is escaped; a name that a template misses is an error, no empty spot."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from console import times
from console.csrf import csrf
from console.desk_words import ROLE_NAMES
from console.roles import Role
from console.state import NONCE, SESSION, TOKEN
from console.wording import LOCALES, Say, msg, preferred, wording

HERE = Path(__file__).parent
STATIC = HERE / "static"
HTMX = "htmx-2.0.11.min.js"


@dataclass(frozen=True, slots=True)
class Place:
    """An entry of the navigation."""

    url: str
    label: str
    needs: Role


NAVIGATION = (
    Place("/desk", msg("Meja layanan"), Role.VIEWER),
    Place("/content", msg("Isi"), Role.VIEWER),
    Place("/broadcasts", msg("Siaran"), Role.VIEWER),
    Place("/overview", msg("Ikhtisar"), Role.VIEWER),
    Place("/questions", msg("Pertanyaan"), Role.VIEWER),
    Place("/try", msg("Coba bot"), Role.VIEWER),
    Place("/staff", msg("Petugas"), Role.ADMIN),
    Place("/audit", msg("Catatan audit"), Role.ADMIN),
)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"asset": asset, "integrity": integrity, "htmx_file": HTMX}
    return environment


def locale_of(request: web.Request) -> str:
    """The language of whoever reads the page."""
    session = request.get(SESSION)
    if session is not None and session.staff.locale in LOCALES:
        return str(session.staff.locale)
    return preferred(request.headers.get("Accept-Language", ""))


def say_for(request: web.Request) -> Say:
    """The wording in the reader's language."""
    return wording(locale_of(request))


def page(request: web.Request, template: str, status: int = 200, **values: Any) -> web.Response:
    """A page or a part of one, for whoever asks."""
    session = request.get(SESSION)
    locale = locale_of(request)
    say = wording(locale)
    role = Role.of(session.staff.role) if session is not None else None
    shown = {
        "_": say,
        "lang": locale,
        "nonce": request.get(NONCE, ""),
        "csrf": csrf(request[TOKEN]) if TOKEN in request else "",
        "me": session.staff if session is not None else None,
        "role": role,
        "Role": Role,
        "role_names": ROLE_NAMES,
        "places": [place for place in NAVIGATION if role is not None and role >= place.needs],
        "path": request.path,
        "ago": times.ago_in(say),
        "local": times.local_in(locale),
        **values,
    }
    body = _environment().get_template(template).render(shown)
    return web.Response(text=body, status=status, content_type="text/html")


@cache
def _file(name: str) -> bytes:
    return (STATIC / name).read_bytes()


@cache
def asset(name: str) -> str:
    """The address of a static file; it changes with the file, so browsers may keep it for ever."""
    return f"/static/{name}?v={hashlib.sha256(_file(name)).hexdigest()[:12]}"


@cache
def integrity(name: str) -> str:
    """The hash with which the browser checks a script before it runs."""
    return "sha384-" + base64.b64encode(hashlib.sha384(_file(name)).digest()).decode()
