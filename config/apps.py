from django.apps import AppConfig
from django.conf import settings


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self) -> None:
        from config import checks, sentry  # noqa: F401

        sentry.start(settings.SENTRY_DSN, release=settings.VERSION, process=settings.PROCESS)
