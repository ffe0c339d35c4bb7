"""The bot's own small web server: Telegram's webhook, health, metrics."""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from aiohttp import web

from bot.intake import MAX_BODY
from bot.metrics import Metrics

PROXY_HEADERS = (
    "Forwarded",
    "Via",
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Real-IP",
)

Check = Callable[[], Awaitable[str | None]]


def build_server(
    *,
    metrics: Metrics,
    checks: Mapping[str, Check],
    webhook: tuple[str, Callable[[web.Request], Awaitable[web.Response]]] | None,
) -> web.Application:
    """`/healthz` (the process lives), `/readyz` (each check passes), `/metrics`, and the webhook's path.

    A check returns None, or in a few words what is missing.
    """
    app = web.Application(client_max_size=MAX_BODY)

    async def healthz(_request: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    async def readyz(_request: web.Request) -> web.Response:
        missing = {name: answer for name, check in checks.items() if (answer := await check()) is not None}
        body = {"status": "not ready" if missing else "ready", "missing": missing}
        return web.json_response(body, status=503 if missing else 200)

    async def show_metrics(request: web.Request) -> web.Response:
        if not _is_local(request):
            return web.Response(status=404)
        return web.Response(body=metrics.text(), content_type="text/plain", charset="utf-8")

    app.router.add_get("/healthz", healthz)
    app.router.add_get("/readyz", readyz)
    app.router.add_get("/metrics", show_metrics)
    if webhook is not None:
        url, handler = webhook
        app.router.add_post(urlsplit(url).path or "/", handler)
    return app


def _is_local(request: web.Request) -> bool:
    """Only this machine reads the metrics; what a proxy hands on comes from elsewhere."""
    if any(name in request.headers for name in PROXY_HEADERS):
        return False
    try:
        return ipaddress.ip_address(request.remote or "").is_loopback
    except ValueError:
        return False


def parse_listen(listen: str) -> tuple[str, int]:
    """`127.0.0.1:8080` or `[::1]:8080` -> (host, port)."""
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)
