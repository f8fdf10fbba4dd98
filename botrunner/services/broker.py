"""How many tasks wait in Celery's broker, be it Redis or RabbitMQ."""

from __future__ import annotations

from typing import Any

from celery import current_app
from celery.exceptions import OperationalError

QUEUES = ("celery", "ai")
PATIENCE = 2  # seconds


def waiting_tasks() -> dict[str, int | None]:
    """By queue; None if the broker can't be reached."""
    options = {"socket_connect_timeout": PATIENCE, "socket_timeout": PATIENCE}
    with current_app.connection_for_read(connect_timeout=PATIENCE, transport_options=options) as broker:
        try:
            broker.ensure_connection(max_retries=1, timeout=PATIENCE)
            return {queue: _length(broker, queue) for queue in QUEUES}
        except (OperationalError, *broker.connection_errors):
            return dict.fromkeys(QUEUES)


def _length(broker: Any, queue: str) -> int:
    """A queue that Redis does not know is an empty one; the error closes the channel."""
    channel = broker.channel()
    try:
        return int(channel.queue_declare(queue=queue, passive=True).message_count)
    except broker.channel_errors:
        return 0
    finally:
        channel.close()
