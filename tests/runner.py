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
    ) -> None:
        self._capacity = capacity
        self._api_url, self._name, self._partner_id, self._clock = api_url, name, partner_id, clock
        self._started = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), name=name, daemon=True)

    async def _run(self) -> None:
        self._loop = asyncio.get_running_loop()
        me = Me(
            name=self._name,
            host="tests",
            pid=os.getpid(),
            version="",
            capacity=self._capacity,
            webhook=False,
            dedicated=self._partner_id is not None,
        )
        runtime = Runtime(request=SharedRequest(), api_url=self._api_url, clock=self._clock)
        self._supervisor = Supervisor(runtime=runtime, me=me, partner_id=self._partner_id)
        self._started.set()
        await self._supervisor.run()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._supervisor.stop)
        self._thread.join(30)
        assert not self._thread.is_alive(), "the runner does not stop"
