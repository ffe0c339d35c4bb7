"""Linking one's Telegram account, so that what one writes in the staff's group goes out in one's name."""

from __future__ import annotations

from aiohttp import web

from console.codes import new_recovery
from console.pages import say_for
from console.roles import Role, permission
from console.state import services_of, staff_of
from console.views.account import show_account
from console.wording import msg
from storage import Connection, audit, staff_telegram

UNLINKED = msg("Akun Telegram Anda tidak terhubung lagi.")


def routes() -> list[web.RouteDef]:
    return [
        web.post("/account/telegram", offer),
        web.post("/account/telegram/unlink", unlink),
    ]


@permission(Role.AGENT)
async def offer(request: web.Request) -> web.StreamResponse:
    """Show a code that links the account from which it is sent."""
    services, me, code = services_of(request), staff_of(request), new_recovery()[0]
    if not services.telegram_group:
        raise web.HTTPNotFound
    now = services.clock()
    await services.database.write(lambda conn: staff_telegram.offer(conn, me.id, code, now))
    return await show_account(request, telegram_code=code)


@permission(Role.AGENT)
async def unlink(request: web.Request) -> web.StreamResponse:
    services, me = services_of(request), staff_of(request)
    cipher, now = services.database.cipher, services.clock()

    def unit(conn: Connection) -> None:
        staff_telegram.unlink(conn, me.id)
        audit.add(conn, cipher, now, me.name, "telegram unlinked", f"staff:{me.name}")

    await services.database.write(unit)
    return await show_account(request, notice=say_for(request)(UNLINKED))
