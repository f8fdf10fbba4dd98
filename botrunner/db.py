"""The one door from the event loop to Django's synchronous world."""

from __future__ import annotations

import asyncio
import contextvars
import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any, ParamSpec, TypeVar

from django.db import InterfaceError, OperationalError, connection

from partners import tenancy

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger(__name__)

# More threads than this wait for each other's GIL, not for PostgreSQL.
THREADS = 8
POOL = ThreadPoolExecutor(max_workers=THREADS, thread_name_prefix="db")
# A runner that is busy must not look dead: its heartbeat waits for no turn.
HEARTBEAT = ThreadPoolExecutor(max_workers=1, thread_name_prefix="db-heartbeat")
LONGEST_PAUSE = 5.0


async def in_partner(partner_id: int, service: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
    """Runs a service behind the partner's door, in a thread; waits for a database that is away."""

    def work() -> T:
        with tenancy.partner(partner_id):
            return service(*args, **kwargs)

    return await _patiently(work)


async def in_all_partners(service: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
    """For the supervisor, which looks after the bots of everybody."""

    def work() -> T:
        with tenancy.all_partners():
            return service(*args, **kwargs)

    return await _patiently(work)


async def once(service: Callable[..., T], /, *args: Any, **kwargs: Any) -> T:
    """For tables without a partner; does not wait. Raises django.db.OperationalError, InterfaceError."""
    work = partial(service, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(HEARTBEAT, _with_healthy_connection, work)


async def _patiently(work: Callable[[], T]) -> T:
    pause = 0.1
    while True:
        try:
            return await _in_thread(work)
        except (OperationalError, InterfaceError) as error:
            # Nothing was committed, or the claim in the transaction tells a second try that it was.
            log.warning("database is away, waiting: %s", type(error).__name__)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)


async def _in_thread(work: Callable[[], T]) -> T:
    """The thread's lines in the log belong to the same bot and update as ours."""
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(POOL, context.run, _with_healthy_connection, work)


def _with_healthy_connection(work: Callable[[], T]) -> T:
    connection.close_at = None  # these threads keep their connections; CONN_MAX_AGE speaks of the web
    connection.close_if_unusable_or_obsolete()  # a killed one never heals by itself
    return work()


def close_connections() -> None:
    """Leaves no session behind. Each thread of the pool closes its own, so all of them have to be busy at once."""
    everybody = threading.Barrier(THREADS)

    def close(_number: int) -> None:
        everybody.wait()
        connection.close()

    list(POOL.map(close, range(THREADS)))
    HEARTBEAT.submit(lambda: connection.close()).result()  # looked up there: each thread has its own
