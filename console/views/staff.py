"""Accounts, for admins: invite, change a role, reset, disable."""

from __future__ import annotations

from aiohttp import web

from console import accounts
from console.accounts import AccountProblem
from console.forms import field
from console.pages import page, say_for
from console.roles import Role, permission
from console.state import services_of, staff_of
from console.wording import msg
from storage import staff

PROBLEMS = {
    "bad-name": msg("Nama: 2 sampai 40 huruf kecil, angka, titik, atau tanda hubung."),
    "bad-role": msg("Peran itu tidak ada."),
    "taken": msg("Nama itu sudah dipakai."),
    "unknown": msg("Akun itu tidak ada."),
    "last-admin": msg("Ini admin terakhir. Angkat admin lain dulu."),
}


def routes() -> list[web.RouteDef]:
    return [
        web.get("/staff", show),
        web.post("/staff", invite),
        web.post("/staff/{name}/reset", reset),
        web.post("/staff/{name}/disable", disable),
        web.post("/staff/{name}/role", set_role),
    ]


@permission(Role.ADMIN)
async def show(request: web.Request) -> web.StreamResponse:
    return await _show(request)


async def _show(
    request: web.Request, *, problem: AccountProblem | None = None, link: str | None = None, name: str = ""
) -> web.Response:
    people = await services_of(request).database.read(staff.everybody)
    error = say_for(request)(PROBLEMS[str(problem)]) if problem is not None else None
    return page(
        request,
        "staff.html",
        400 if error else 200,
        people=people,
        roles=staff.ROLES,
        error=error,
        link=link,
        name=name,
    )


@permission(Role.ADMIN)
async def invite(request: web.Request) -> web.StreamResponse:
    """A new account; its link is shown once, to be handed over in person."""
    services, actor = services_of(request), staff_of(request).name
    name, role = await field(request, "name"), await field(request, "role")
    cipher, now = services.database.cipher, services.clock()
    try:
        token = await services.database.write(
            lambda conn: accounts.add(conn, cipher, now, actor, name, role, services.token)
        )
    except AccountProblem as problem:
        return await _show(request, problem=problem)
    return await _show(request, link=f"{services.url}/invitation/{token}", name=name)


@permission(Role.ADMIN)
async def reset(request: web.Request) -> web.StreamResponse:
    services, actor, name = services_of(request), staff_of(request).name, request.match_info["name"]
    cipher, now = services.database.cipher, services.clock()
    try:
        token = await services.database.write(
            lambda conn: accounts.reset(conn, cipher, now, actor, name, services.token)
        )
    except AccountProblem as problem:
        return await _show(request, problem=problem)
    return await _show(request, link=f"{services.url}/invitation/{token}", name=name)


@permission(Role.ADMIN)
async def disable(request: web.Request) -> web.StreamResponse:
    services, actor, name = services_of(request), staff_of(request).name, request.match_info["name"]
    cipher, now = services.database.cipher, services.clock()
    try:
        await services.database.write(lambda conn: accounts.disable(conn, cipher, now, actor, name))
    except AccountProblem as problem:
        return await _show(request, problem=problem)
    raise web.HTTPSeeOther("/staff")


@permission(Role.ADMIN)
async def set_role(request: web.Request) -> web.StreamResponse:
    services, actor, name = services_of(request), staff_of(request).name, request.match_info["name"]
    cipher, now, role = services.database.cipher, services.clock(), await field(request, "role")
    try:
        await services.database.write(lambda conn: accounts.set_role(conn, cipher, now, actor, name, role))
    except AccountProblem as problem:
        return await _show(request, problem=problem)
    raise web.HTTPSeeOther("/staff")
