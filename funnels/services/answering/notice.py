"""Tells the runner of a partner's bot that somebody waits for an answer: it shows «печатает…»."""

from __future__ import annotations

from partners.fastsql import fetch

CHANNEL = "curator_questions"


def notify(partner_id: int) -> None:
    """When the transaction commits. Behind the partner's door; the payload is the bot's id."""
    fetch("SELECT pg_notify(%s, id::text) FROM partners_bot WHERE partner_id = %s", [CHANNEL, partner_id])
