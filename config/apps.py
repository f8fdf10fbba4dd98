import sys

from django.apps import AppConfig
from django.conf import settings


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks, logs, sentry  # noqa: F401

        if settings.PROCESS == "runner":
            sys.excepthook = logs.tell_of_the_end
        sentry.start(settings.SENTRY_DSN, release=settings.VERSION, process=settings.PROCESS)
