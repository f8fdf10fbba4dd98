"""What must be right before the product starts; each error says what to set."""

from typing import Any

from cryptography.fernet import Fernet
from django.conf import settings
from django.core.checks import Error, register
from django.utils.translation import gettext as _


@register
def encryption_keys_are_valid(**_kwargs: Any) -> list[Error]:
    for number, key in enumerate(settings.FIELD_ENCRYPTION_KEYS, start=1):
        try:
            Fernet(key)
        except ValueError:
            text = _("Key %(number)s of FIELD_ENCRYPTION_KEYS is not a Fernet key.") % {"number": number}
            return [Error(text, hint=_("Make one with: make secrets"), id="config.E001")]
    return []
