"""Celery only wakes work up: the rows say what is due, a lost task costs one tick."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init

import config.watching  # noqa: F401  # every process that runs tasks is watched

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("config")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def start_embedded_servers(**_kwargs: Any) -> None:
    from config import embedded

    embedded.ensure()
