"""HTTP to Telegram over aiohttp, as a `BaseRequest`: far less CPU a call than the library's default."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

READ_TIMEOUT = 30.0
CONNECT_TIMEOUT = 10.0
JSON = {"Content-Type": "application/json"}


class NotSent(NetworkError):
    """The call never reached Telegram (no connection), so repeating it cannot make a duplicate."""


def _given(value: Any, default: float) -> float:
    """PTB passes its own DEFAULT_NONE object for 'not given'."""
    return float(value) if isinstance(value, int | float) else default


class AiohttpRequest(BaseRequest):
    """Sends what PTB's Bot asks for. Limits: `connections` at once, 10 s to connect, 30 s to answer."""

    def __init__(self, connections: int = 64) -> None:
        self._connections = connections
        self._session: aiohttp.ClientSession | None = None
        self._proxies: dict[str, str | None] = {}

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for an answer where the caller names none."""
        return READ_TIMEOUT

    async def initialize(self) -> None:
        """Open the connection pool; calling it twice is harmless."""
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=self._connections, ttl_dns_cache=300)
            self._session = aiohttp.ClientSession(connector=connector)

    def _proxy(self, url: str) -> str | None:
        """Offices reach the internet through a proxy; aiohttp itself would look for it at every call."""
        scheme, host = urlsplit(url)[:2]
        if host not in self._proxies:
            name = host.partition(":")[0]
            self._proxies[host] = None if proxy_bypass(name) else getproxies().get(scheme)
        return self._proxies[host]

    async def shutdown(self) -> None:
        """Close the connection pool."""
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """One HTTP call -> (status, body).

        Raises NotSent where no connection came about, TimedOut or NetworkError where the outcome is unknown.
        The messages hold no URL, because the URL holds the token.
        """
        if self._session is None:
            await self.initialize()
            assert self._session is not None
        timeout = aiohttp.ClientTimeout(
            sock_connect=_given(connect_timeout, CONNECT_TIMEOUT),
            sock_read=_given(read_timeout, READ_TIMEOUT),
        )
        try:
            async with self._session.request(
                method,
                url,
                data=_body(request_data),
                headers=None if request_data is None or request_data.contains_files else JSON,
                proxy=self._proxy(url),
                timeout=timeout,
                allow_redirects=False,
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(f"no connection to Telegram ({type(error).__name__})") from None
        except TimeoutError:
            raise TimedOut("Telegram did not answer in time") from None
        except aiohttp.ClientError as error:
            raise NetworkError(f"the connection to Telegram broke ({type(error).__name__})") from None


def _body(data: RequestData | None) -> aiohttp.FormData | bytes | None:
    """JSON (a third of the CPU of a URL-encoded form), or a multipart form where files go along."""
    if data is None:
        return None
    if not data.contains_files:
        return data.json_payload
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form
