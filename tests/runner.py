"""The real runner in a thread of the tests."""

from __future__ import annotations

import asyncio
import os
import threading
from datetime import UTC, datetime
from types import TracebackType
from typing import Self

from botrunner.runtime import Runtime
from botrunner.services.runners import Me
from botrunner.supervisor import Supervisor
from botrunner.transport import SharedRequest
from botrunner.turns import Clock
from botrunner.webhooks.server import receiving


def now() -> datetime:
    return datetime.now(UTC)


class RunnerThread:
    """`with RunnerThread(tg.url): …` — what `manage.py runbots` does, against the tests' Telegram."""

    def __init__(
        self,
        api_url: str,
        *,
        name: str = "tests:1",
        partner_id: int | None = None,
        clock: Clock = now,
        capacity: int = 1_000,
        webhook: bool = False,
    ) -> None:
        """With `webhook` it brings a receiver of its own."""
        self._capacity, self._webhook, self.port = capacity, webhook, 0
        self._api_url, self._name, self._partner_id, self._clock = api_url, name, partner_id, clock
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name=name, daemon=True)

    async def _run(self) -> None:
        if not self._webhook:
            await self._supervise("")
            return
        async with receiving(host="127.0.0.1", port=0, clock=self._clock) as self.port:
            await self._supervise(f"http://127.0.0.1:{self.port}")

    async def _supervise(self, webhook_url: str) -> None:
        self._loop = asyncio.get_running_loop()
        me = Me(
            name=self._name,
            host="tests",
            pid=os.getpid(),
            version="",
            capacity=self._capacity,
            webhook=self._webhook,
            only_partner=self._partner_id,
        )
        runtime = Runtime(request=SharedRequest(), api_url=self._api_url, clock=self._clock, webhook_url=webhook_url)
        self._supervisor = Supervisor(runtime=runtime, me=me, partner_id=self._partner_id)
        self._started.set()
        await self._supervisor.run()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(60)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._supervisor.stop)
        self._thread.join(60)
        assert not self._thread.is_alive(), "the runner does not stop"
