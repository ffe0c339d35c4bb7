"""HTTP to Telegram over aiohttp, as a `BaseRequest`: far less CPU a call than the library's default."""

from __future__ import annotations

from typing import Any

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

READ_TIMEOUT = 30.0
CONNECT_TIMEOUT = 10.0


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

    @property
    def read_timeout(self) -> float:
        """Seconds to wait for an answer where the caller names none."""
        return READ_TIMEOUT

    async def initialize(self) -> None:
        """Open the connection pool; calling it twice is harmless."""
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=self._connections, ttl_dns_cache=300)
            # trust_env: offices reach the internet through a proxy named in HTTPS_PROXY.
            self._session = aiohttp.ClientSession(connector=connector, trust_env=True, auto_decompress=True)

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
                method, url, data=_body(request_data), timeout=timeout, allow_redirects=False
            ) as response:
                return response.status, await response.read()
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotSent(f"no connection to Telegram ({type(error).__name__})") from None
        except TimeoutError:
            raise TimedOut("Telegram did not answer in time") from None
        except aiohttp.ClientError as error:
            raise NetworkError(f"the connection to Telegram broke ({type(error).__name__})") from None


def _body(data: RequestData | None) -> aiohttp.FormData | dict[str, str] | None:
    """URL-encoded parameters, or a multipart form where files go along."""
    if data is None:
        return None
    if not data.contains_files:
        return data.json_parameters
    form = aiohttp.FormData()
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, mime) in (data.multipart_data or {}).items():
        form.add_field(name, content, filename=filename, content_type=mime)
    return form
