"""A receiver alone: `uvicorn --lifespan off botrunner.webhooks.asgi:application`, as many as wanted."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from botrunner.webhooks.receiver import Receiver  # noqa: E402  # with the settings in place
from partners import clock  # noqa: E402

application = Receiver(clock=clock.now)
