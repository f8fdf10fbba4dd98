"""Counts the calls of one bot on their way to Telegram."""

from __future__ import annotations

from typing import Any

from telegram.request import BaseRequest, RequestData

from botrunner.services.fleet import Pulse

TOO_MANY = 429


class Meter(BaseRequest):
    __slots__ = ("_pulse", "_shared")

    def __init__(self, shared: BaseRequest, pulse: Pulse) -> None:
        self._shared, self._pulse = shared, pulse

    @property
    def read_timeout(self) -> float | None:
        return self._shared.read_timeout

    async def initialize(self) -> None:
        await self._shared.initialize()

    async def shutdown(self) -> None:
        """A bot that stops leaves the session to the others."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *timeouts: Any, **more: Any
    ) -> tuple[int, bytes]:
        status, body = await self._shared.do_request(url, method, request_data, *timeouts, **more)
        if not url.endswith("/getUpdates"):
            self._pulse.calls += 1
            self._pulse.throttled += status == TOO_MANY
        return status, body
