"""One HTTP session for all bots, behind python-telegram-bot's request interface.

The stock HTTPXRequest keeps two clients and pools per bot: 1,000 polling bots took 1.8 GB and 49 s to start.
"""

from __future__ import annotations

import os
import urllib.request
from contextlib import AbstractAsyncContextManager
from typing import Any

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

from partners.metrics import TELEGRAM

# Telegram delays its flood answers by some seconds; a shorter wait would make them look like lost sends.
SEND_TIMEOUT = 25.0
CONNECT_TIMEOUT = 10.0

# Makes the library tell durations as timedelta, as its next major version will; else it warns at every flood answer.
os.environ.setdefault("PTB_TIMEDELTA", "true")

AGENT = {"User-Agent": BaseRequest.USER_AGENT}
JSON = {"Content-Type": "application/json"} | AGENT


class NotSent(NetworkError):
    """The request certainly never reached Telegram, so it is safe to send it again."""


class SharedRequest(BaseRequest):
    """Does the requests of every bot of this process. `close()` belongs to the runner, not to a bot."""

    __slots__ = ("_proxy", "_session")

    def __init__(self) -> None:
        # Read once: asking the environment at every request costs more than the request's own parsing.
        self._proxy = urllib.request.getproxies().get("https")
        self._session: aiohttp.ClientSession | None = None

    @property
    def read_timeout(self) -> float:
        return SEND_TIMEOUT

    async def initialize(self) -> None:
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=0, ttl_dns_cache=300, keepalive_timeout=75)
            self._session = aiohttp.ClientSession(
                connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False
            )

    async def shutdown(self) -> None:
        """A bot that stops leaves the session to the others."""

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

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
        if self._session is None:
            raise NotSent("The HTTP session is closed.")
        seconds = SEND_TIMEOUT if read_timeout is BaseRequest.DEFAULT_NONE else read_timeout
        timeout = aiohttp.ClientTimeout(total=seconds, connect=CONNECT_TIMEOUT)
        data, headers = _body(request_data)
        try:
            status, answer = await self._ask(
                self._session.request(method, url, data=data, headers=headers, timeout=timeout, proxy=self._proxy)
            )
        except NetworkError as error:
            TELEGRAM.labels(type(error).__name__).inc()
            raise
        TELEGRAM.labels(str(status)).inc()
        return status, answer

    async def _ask(self, request: AbstractAsyncContextManager[aiohttp.ClientResponse]) -> tuple[int, bytes]:
        # No `from error` below: aiohttp's errors carry the URL, and the URL carries the token.
        try:
            async with request as response:
                return response.status, await response.read()
        except (aiohttp.ConnectionTimeoutError, aiohttp.ClientConnectorError) as error:
            raise NotSent(f"No connection to Telegram: {type(error).__name__}") from None
        except TimeoutError:
            raise TimedOut("Telegram did not answer in time") from None
        except aiohttp.ClientError as error:
            raise NetworkError(f"The connection to Telegram broke: {type(error).__name__}") from None


def _body(request_data: RequestData | None) -> tuple[Any, dict[str, str]]:
    if request_data is None:
        return None, AGENT
    if not request_data.contains_files:
        return request_data.json_payload, JSON
    form = aiohttp.FormData(request_data.json_parameters)
    for name, (filename, content, mime_type) in request_data.multipart_data.items():
        form.add_field(name, content, filename=filename, content_type=mime_type)
    return form, AGENT
