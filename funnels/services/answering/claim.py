"""Who thinks about which question: one of a chat at a time, in order. Each is a transaction of its own.

Whoever thinks holds an advisory lock of the session: it goes with a process that dies, so that nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, connection

from partners import tenancy
from partners.fastsql import fetch

NAMESPACE = 0x5155 << 40  # of the locks


@dataclass(frozen=True, slots=True)
class Claimed:
    """A question that is ours to answer; `attempts` tells this claim from the next one."""

    id: int
    partner_id: int
    lead_id: int | None
    asker_id: int
    chat_id: int
    thread_id: int
    message_id: int
    text: str
    asked_at: datetime
    attempts: int

    @property
    def key(self) -> str:
        """The same in every attempt: what is charged is charged once."""
        return f"answer:{self.id}"


CLAIM = """
UPDATE funnels_question SET state = 'thinking', attempts = attempts + 1, claimed_at = %s
WHERE id = (
    SELECT id FROM funnels_question q
    WHERE partner_id = %s AND state = 'waiting' AND NOT EXISTS (
        SELECT FROM funnels_question earlier
        WHERE earlier.partner_id = q.partner_id AND earlier.chat_id = q.chat_id
            AND earlier.state IN ('waiting', 'thinking') AND earlier.id < q.id
    )
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
)
RETURNING id, partner_id, lead_id, asker_id, chat_id, thread_id, message_id, text, asked_at, attempts
"""


@contextmanager
def claimed(*, partner_id: int, now: datetime) -> Iterator[Claimed | None]:
    """The partner's next question, until the end of the block; None if there is none. Outside of any door."""
    with tenancy.partner(partner_id):
        rows = fetch(CLAIM, [now, partner_id])
        question = Claimed(*rows[0]) if rows else None
        if question is not None:
            fetch("SELECT pg_advisory_lock(%s + %s)", [NAMESPACE, question.id])
    try:
        yield question
    finally:
        if question is not None:
            _unlock(question)


def _unlock(question: Claimed) -> None:
    """With a session that was lost meanwhile the lock has gone; the next query makes a new one."""
    try:
        fetch("SELECT pg_advisory_unlock(%s + %s)", [NAMESPACE, question.id])
    except OperationalError:
        if connection.in_atomic_block:
            raise
        connection.close()


# Materialised step by step, or a plan could try the lock of every question there is.
ABANDONED = """
WITH open AS MATERIALIZED (
    SELECT id FROM funnels_question WHERE state = 'thinking' FOR UPDATE SKIP LOCKED
), abandoned AS MATERIALIZED (
    SELECT id FROM open WHERE pg_try_advisory_xact_lock(%s + id)
)
UPDATE funnels_question SET state = 'waiting' WHERE id = ANY(ARRAY(SELECT id FROM abandoned))
"""

DUE = "SELECT DISTINCT partner_id FROM funnels_question WHERE state = 'waiting'"


def due_partners() -> list[int]:
    """Partners with questions that nobody thinks about, also those that a dead process has left. All partners' door."""
    fetch(ABANDONED, [NAMESPACE])
    return [partner_id for (partner_id,) in fetch(DUE, [])]
