"""A webhook as one writes it in Django: a view that stores its update and answers. For comparison only."""

from __future__ import annotations

import json
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.core.asgi import get_asgi_application  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.urls import path  # noqa: E402

from botrunner.db import in_partner  # noqa: E402  # connections that are kept
from botrunner.services import inbox  # noqa: E402
from botrunner.webhooks.address import is_secret  # noqa: E402
from botrunner.webhooks.directory import Directory  # noqa: E402
from partners import clock  # noqa: E402

directory = Directory()


async def take(request: HttpRequest, telegram_id: int) -> HttpResponse:
    secret = request.headers.get("X-Telegram-Bot-Api-Secret-Token", "")
    to = await directory.find(telegram_id)
    if to is None or not is_secret(telegram_id, secret.encode()):
        return HttpResponse(status=403)
    ids = {"partner_id": to.partner_id, "bot_id": to.bot_id}
    await in_partner(to.partner_id, inbox.store, **ids, updates=[json.loads(request.body)], now=clock.now())
    return HttpResponse()


urlpatterns = [path("telegram/<int:telegram_id>", take)]
settings.ROOT_URLCONF, settings.MIDDLEWARE = __name__, []
application = get_asgi_application()
