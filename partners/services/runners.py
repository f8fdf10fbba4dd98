"""The `runbots` processes: who lives, and what is wanted of them.

Whether a runner lives is asked of PostgreSQL: its session is there, and its heartbeat is young by the server's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from partners.fastsql import fetch
from partners.services.bots import CHANNEL

FENCE_AFTER = timedelta(seconds=8)  # of silence: whoever is frozen or cut off loses its bots


@dataclass(frozen=True, slots=True)
class RunnerView:
    """A runner that has not ended. `alive`: beats and holds its locks; else others are about to take its bots."""

    id: int
    name: str
    host: str
    pid: int
    version: str
    webhook: bool
    only_partner: int | None
    capacity: int
    bots: int
    draining: bool
    silence: timedelta
    has_session: bool

    @property
    def dedicated(self) -> bool:
        return self.only_partner is not None

    @property
    def is_silent(self) -> bool:
        return self.silence > FENCE_AFTER

    @property
    def alive(self) -> bool:
        return self.has_session and not self.is_silent


OPEN = """
SELECT r.id, r.name, r.host, r.pid, r.version, r.webhook, r.only_partner, r.capacity, r.bots, r.draining_at IS NOT NULL,
    clock_timestamp() - r.heartbeat_at,
    EXISTS (
        SELECT FROM pg_stat_activity a
        WHERE a.pid = r.backend_pid AND coalesce(a.backend_start, r.backend_start) = r.backend_start
    )
FROM partners_runner r WHERE r.ended_at IS NULL ORDER BY r.id
"""


def runners() -> list[RunnerView]:
    """All that have not ended. Behind the operators' door PostgreSQL hides when a session began; its number will do."""
    return [RunnerView(*row) for row in fetch(OPEN, [])]


DRAIN = """
WITH asked AS (
    UPDATE partners_runner SET draining_at = coalesce(draining_at, clock_timestamp())
    WHERE name = %s AND ended_at IS NULL RETURNING id
)
SELECT pg_notify(%s, '') FROM asked
"""


def ask_drain(*, name: str) -> bool:
    """The runner hands its bots over to the others and takes no new ones. False if there is no such runner."""
    return bool(fetch(DRAIN, [name, CHANNEL]))
