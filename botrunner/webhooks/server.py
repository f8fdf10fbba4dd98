"""The receiver inside of `runbots --webhook`."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager

import uvicorn

from botrunner.turns import Clock
from botrunner.webhooks.receiver import Receiver

LAST_REQUESTS = 5  # seconds


class Server(uvicorn.Server):
    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """They are the runner's: it hands its bots over first."""
        yield


def receiving(*, host: str, port: int, clock: Clock) -> AbstractAsyncContextManager[int]:
    """The port. Raises OSError at once if it is taken."""
    return _serving(socket.create_server((host, port), backlog=2048), clock)


@asynccontextmanager
async def _serving(listening: socket.socket, clock: Clock) -> AsyncIterator[int]:
    config = uvicorn.Config(
        Receiver(clock=clock),
        lifespan="off",
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=LAST_REQUESTS,
    )
    server = Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = True
        await serving
