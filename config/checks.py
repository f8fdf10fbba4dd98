"""What must be right before the product starts; each error says what to set."""

from typing import Any
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import Error, register
from django.utils.translation import gettext as _


@register
def public_url_is_public(**_kwargs: Any) -> list[Error]:
    """Telegram refuses buttons to addresses that only this machine knows."""
    url = urlsplit(settings.PUBLIC_URL)
    real_telegram = "api.telegram.org" in settings.TELEGRAM_API_URL and not settings.DEBUG
    if not real_telegram or (url.scheme == "https" and "." in (url.hostname or "")):
        return []
    text = _("PUBLIC_URL is %(url)s, but Telegram accepts only https links that everybody can open.")
    hint = _("Set PUBLIC_URL to the address of your site, like https://curator.example.org")
    return [Error(text % {"url": settings.PUBLIC_URL}, hint=hint, id="config.E002")]


@register
def yandex_key_has_its_folder(**_kwargs: Any) -> list[Error]:
    if bool(settings.YANDEX_API_KEY) == bool(settings.YANDEX_FOLDER_ID):
        return []
    text = _("Of YANDEX_API_KEY and YANDEX_FOLDER_ID only one is set: the network's YandexGPT is not used.")
    return [Error(text, hint=_("Set both, or neither."), id="config.E003")]


BROKERS = ("redis", "rediss", "redis+socket", "sentinel", "amqp", "amqps", "memory")


@register
def broker_is_known(**_kwargs: Any) -> list[Error]:
    scheme = settings.CELERY_BROKER_URL.partition("://")[0]
    if scheme in BROKERS:
        return []
    text = _("CELERY_BROKER_URL starts with %(scheme)s, which is neither Redis nor RabbitMQ.") % {"scheme": scheme[:20]}
    hint = _("Set it to amqp://user:password@host/vhost, to redis://host/0, or not at all: then it is REDIS_URL.")
    return [Error(text, hint=hint, id="config.E004")]


@register
def encryption_keys_are_valid(**_kwargs: Any) -> list[Error]:
    for number, key in enumerate(settings.FIELD_ENCRYPTION_KEYS, start=1):
        try:
            Fernet(key)
        except ValueError:
            text = _("Key %(number)s of FIELD_ENCRYPTION_KEYS is not a Fernet key.") % {"number": number}
            return [Error(text, hint=_("Make one with: make secrets"), id="config.E001")]
    return []
