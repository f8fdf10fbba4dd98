"""The key file that Yandex Cloud gives for a service account: JSON with a warning line inside its private key."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from pydantic import TypeAdapter, ValidationError

from partners.fields import Secret
from partners.onboarding.kinds import PrivateKey

MAX_BYTES = 1024 * 1024
_KEY = TypeAdapter(PrivateKey)


class KeyFileRefused(ValueError):
    """A sentence for the person who uploaded it; nothing of the file is in it."""


@dataclass(frozen=True, slots=True)
class KeyFile:
    key_id: str
    service_account_id: str
    private_key: Secret


def read_key_file(data: bytes) -> KeyFile:
    """Raises KeyFileRefused."""
    if len(data) > MAX_BYTES:
        raise KeyFileRefused(_("The file is larger than 1 MB: this is not a key file."))
    told = _json(data)
    names = ("id", "service_account_id", "private_key")
    missing = [name for name in names if not isinstance(told.get(name), str) or not told[name].strip()]
    if missing:
        sentence = _("The file lacks %(names)s. Make an authorised key in Yandex Cloud and upload the file it gives.")
        raise KeyFileRefused(sentence % {"names": ", ".join(missing)})
    key_id, account, _text = (str(told[name]).strip() for name in names)
    if len(key_id) > 64 or len(account) > 64:
        raise KeyFileRefused(_("The ids in the file are too long: this is not a key file of Yandex Cloud."))
    return KeyFile(key_id, account, read_private_key(told["private_key"]))


def read_private_key(text: str) -> Secret:
    """Raises KeyFileRefused."""
    try:
        return _KEY.validate_python(text)
    except ValidationError:
        raise KeyFileRefused(_("The private key in the file is damaged. Make a new key and upload its file.")) from None


def _json(data: bytes) -> dict[str, Any]:
    """A line before the brace is tolerated: people open the file and save it with the warning on top."""
    try:
        text = data.decode("utf-8-sig")
        told = json.loads(text[text.index("{") :])
    except (ValueError, RecursionError):
        raise KeyFileRefused(_("This is not a JSON file. Upload the file as Yandex Cloud gave it.")) from None
    if not isinstance(told, dict):
        raise KeyFileRefused(_("This is not a key file of Yandex Cloud."))
    return told
