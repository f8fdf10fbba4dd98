"""Around every task of Celery: whose lines the log's are, and what is counted."""

from __future__ import annotations

from contextvars import Token
from time import perf_counter, time
from typing import Any

from celery import Task
from celery.signals import task_postrun, task_prerun, task_revoked, worker_ready
from django.conf import settings

from partners import log_context
from partners.metrics import TASK_DONE, TASK_TIME, TASKS
from partners.metrics_server import serve

_running: dict[str, tuple[float, Token[Any]]] = {}


@task_prerun.connect
def begin(task_id: str, task: Task, **_kwargs: Any) -> None:
    _running[task_id] = perf_counter(), log_context.add(task=task.name, task_id=task_id)


@task_postrun.connect
def end(task_id: str, task: Task, state: str | None = None, **_kwargs: Any) -> None:
    begun, token = _running.pop(task_id)
    log_context.reset(token)
    TASKS.labels(task.name, (state or "unknown").lower()).inc()
    TASK_TIME.labels(task.name).observe(perf_counter() - begun)
    if state == "SUCCESS":
        TASK_DONE.labels(task.name).set(time())


@task_revoked.connect
def expired(sender: Task, **_kwargs: Any) -> None:
    """A tick that waited until the next one came: the workers do not keep up."""
    TASKS.labels(sender.name, "expired").inc()


@worker_ready.connect
def show(**_kwargs: Any) -> None:
    serve(settings.METRICS_PORT, lambda: {"worker": True})
