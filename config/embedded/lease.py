"""The servers run while somebody uses them; the last one out stops them.

Every process holds a shared lock on one file. The kernel drops it however the process dies, so a `kill -9`
leaves nothing to heal. Whoever can turn its shared lock into an exclusive one is the last.
"""

import atexit
import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from config.embedded import postgres as postgres_server
from config.embedded import redis as redis_server

_held: dict[Path, IO[str]] = {}


def take(data_dir: Path, *, postgres: bool = True, redis: bool = True) -> None:
    """Start what is not running yet and keep it running until this process exits or calls `leave`."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with _one_at_a_time(data_dir):
        if data_dir not in _held:
            _held[data_dir] = (data_dir / "servers.users").open("a+")
            # lockf and not flock: a forked child must not keep its dead parent's lock
            fcntl.lockf(_held[data_dir], fcntl.LOCK_SH)
            atexit.register(leave, data_dir)
        if postgres:
            postgres_server.start(data_dir)
        if redis:
            redis_server.start(data_dir)


def leave(data_dir: Path) -> None:
    """Give the lease back; stops the servers when no other process holds one."""
    if data_dir not in _held:
        return
    with _one_at_a_time(data_dir), _held.pop(data_dir) as users:
        try:
            fcntl.lockf(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        redis_server.stop(data_dir)
        postgres_server.stop(data_dir)


@contextmanager
def _one_at_a_time(data_dir: Path) -> Iterator[None]:
    with (data_dir / "servers.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
