"""Everything that is counted for Prometheus, in one place: docs/operations.md explains each name.

Labels take few values: never a lead, a text or an address; a bot's number at most.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

QUICK = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds
SLOW = (0.05, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900)

REQUESTS = Counter("curator_http_requests", "Requests to the web pages.", ["view", "method", "status"])
REQUEST_TIME = Histogram("curator_http_request_seconds", "Time of a request.", ["view"], buckets=QUICK)

UPDATES = Counter("curator_updates", "Updates that were handled.")
SET_ASIDE = Counter("curator_updates_set_aside", "Updates that could not be handled or answered.")
TURN_TIME = Histogram("curator_turn_seconds", "From an update in hand until its answer has left.", buckets=QUICK)
INBOX_AGE = Gauge("curator_inbox_age_seconds", "Age of the oldest update that waits for its answer.")
OUTBOX_DUE = Gauge("curator_outbox_due", "Messages that are due.", ["lane"])
OUTBOX_AGE = Gauge("curator_outbox_age_seconds", "How long the first due message has been waiting.", ["lane"])
SENDS = Counter("curator_sends", "Messages by what became of them.", ["lane", "outcome"])
TELEGRAM = Counter("curator_telegram_requests", "Calls of the Bot API; 429: Telegram asks to slow down.", ["status"])

TASKS = Counter("curator_tasks", "Tasks by how they ended.", ["task", "outcome"])
TASK_TIME = Histogram("curator_task_seconds", "Time of a task.", ["task"], buckets=SLOW)
TASK_DONE = Gauge("curator_task_last_success_timestamp_seconds", "When a task last ended well.", ["task"])

AI_CALLS = Counter("curator_ai_calls", "Calls of models; the outcome is ok or what was wrong.", ["provider", "outcome"])
AI_ROUBLES = Counter("curator_ai_roubles", "Roubles for models, what was perhaps charged included.", ["provider"])
