"""A runner's own row, and what it may do about the others'. In the application's own role: no table of a partner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from partners.fastsql import fetch
from partners.services.bots import CHANNEL
from partners.services.runners import FENCE_AFTER


@dataclass(frozen=True, slots=True)
class Me:
    """What a runner tells of itself."""

    name: str
    host: str
    pid: int
    version: str
    capacity: int
    webhook: bool
    only_partner: int | None


REGISTER = """
WITH old AS (
    DELETE FROM partners_runner WHERE name = %(name)s OR ended_at < clock_timestamp() - interval '1 day'
)
INSERT INTO partners_runner (name, host, pid, version, capacity, webhook, only_partner, dedicated, bots, backend_pid,
    backend_start, started_at, heartbeat_at)
VALUES (%(name)s, %(host)s, %(pid)s, %(version)s, %(capacity)s, %(webhook)s, %(only_partner)s::bigint,
    %(only_partner)s::bigint IS NOT NULL, %(bots)s, %(backend_pid)s, %(backend_start)s, clock_timestamp(),
    clock_timestamp())
RETURNING id
"""


def register(*, me: Me, bots: int, backend_pid: int, backend_start: datetime) -> int:
    """The number of this session."""
    told = {name: getattr(me, name) for name in Me.__dataclass_fields__}
    session = {"bots": bots, "backend_pid": backend_pid, "backend_start": backend_start}
    number: int = fetch(REGISTER, told | session)[0][0]
    return number


BEAT = """
UPDATE partners_runner SET heartbeat_at = clock_timestamp(), bots = %s
WHERE id = %s AND ended_at IS NULL RETURNING id
"""


def beat(*, number: int, bots: int) -> bool:
    """False: somebody has taken this runner for dead, and it has lost its bots."""
    return bool(fetch(BEAT, [bots, number]))


FENCE = """
WITH dead AS (
    UPDATE partners_runner SET ended_at = clock_timestamp()
    WHERE id = ANY(%s) AND ended_at IS NULL AND heartbeat_at < clock_timestamp() - %s
    RETURNING name, backend_pid, backend_start
)
SELECT dead.name, pg_terminate_backend(a.pid, 1000), pg_notify(%s, '')
FROM dead LEFT JOIN pg_stat_activity a ON a.pid = dead.backend_pid AND a.backend_start = dead.backend_start
"""


def fence(*, numbers: list[int]) -> list[str]:
    """Ends the sessions of silent runners, and with them their locks, and tells the others. The names of those."""
    return [row[0] for row in fetch(FENCE, [numbers, FENCE_AFTER, CHANNEL])]


DRAIN = """
WITH mine AS (UPDATE partners_runner SET draining_at = clock_timestamp() WHERE id = %s RETURNING id)
SELECT pg_notify(%s, '') FROM mine
"""


def drain(*, number: int) -> None:
    """The others hear that they may take more."""
    fetch(DRAIN, [number, CHANNEL])


def leave(*, number: int) -> None:
    fetch("UPDATE partners_runner SET ended_at = clock_timestamp(), bots = 0 WHERE id = %s", [number])
