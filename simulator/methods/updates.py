"""getUpdates and webhooks."""

from __future__ import annotations

import asyncio
import ipaddress
import re
from typing import Any
from urllib.parse import urlsplit

from simulator.api import Call, Json, bad_request
from simulator.faults import flood
from simulator.feed import BY_WEBHOOK

PORTS = (443, 80, 88, 8443)
DEFAULT_CONNECTIONS = 40
_SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")


def _remember_kinds(call: Call) -> None:
    try:
        call.bot.feed.allow(call.params.structure("allowed_updates"))
    except ValueError:
        return  # Telegram goes on with the kinds that it knows already


async def get_updates(call: Call) -> list[Json]:
    if not call.bot.feed.webhook_active:
        _remember_kinds(call)
    params = call.params
    return await call.bot.feed.get(
        params.integer("offset"), params.integer("limit", 100), params.integer("timeout")
    )


def _checked_url(url: str) -> None:
    """Telegram takes https on four ports; the simulator also takes http and any port on this machine."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise bad_request("invalid webhook URL specified") from error
    host = parts.hostname or ""
    if parts.scheme in ("http", "https") and _is_loopback(host):
        return
    if parts.scheme != "https" or not host:
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if (port or 443) not in PORTS:
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _pace(call: Call) -> None:
    """Telegram takes one setWebhook a second; replicas that start together meet this."""
    now = asyncio.get_running_loop().time()
    if now < call.bot.webhook.next_change_at:
        raise flood(1)
    call.bot.webhook.next_change_at = now + 1.0


async def set_webhook(call: Call) -> bool:
    bot, params = call.bot, call.params
    url = params.text("url").strip()
    if not url:
        return await delete_webhook(call)
    _pace(call)
    _checked_url(url)
    secret = params.text("secret_token")
    if secret and len(secret) > 256:
        raise bad_request("secret token is too long")
    if secret and not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    _remember_kinds(call)
    if params.flag("drop_pending_updates"):
        bot.feed.drop_all()
    bot.feed.interrupt(BY_WEBHOOK)
    connections = params.integer("max_connections", DEFAULT_CONNECTIONS)
    await bot.webhook.open(url, secret, min(max(connections, 1), 100))
    return True


async def delete_webhook(call: Call) -> bool:
    if call.params.flag("drop_pending_updates"):
        call.bot.feed.drop_all()
    await call.bot.webhook.close()
    return True


def get_webhook_info(call: Call) -> Json:
    bot, hook = call.bot, call.bot.webhook
    info: Json = {
        "url": hook.url,
        "has_custom_certificate": False,
        "pending_update_count": len(bot.feed.pending),
    }
    if hook.url:
        info["max_connections"] = hook.max_connections
        info["ip_address"] = "127.0.0.1"
        if hook.last_error:
            info["last_error_date"] = hook.last_error_at
            info["last_error_message"] = hook.last_error
    if bot.feed.allowed is not None:
        info["allowed_updates"] = sorted(bot.feed.allowed)
    return info


METHODS: dict[str, Any] = {
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
}
