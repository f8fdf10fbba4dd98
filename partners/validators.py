from datetime import time
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


def validate_web_link(url: str) -> None:
    """A partner's link is shown to strangers: https only, a real host, no credentials in it."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError as error:
        raise ValidationError(_("This is not a link. Copy it from the browser, it starts with https://.")) from error
    if parts.scheme != "https" or "." not in host or parts.username or parts.password:
        raise ValidationError(_("A link must start with https:// and lead to a public site."))


def validate_quiet_hours(start: time, end: time) -> None:
    """Two equal times would mean the whole day, or none of it."""
    if start == end:
        raise ValidationError(_("Quiet hours must last: choose an end that differs from their beginning."))
