"""Which addresses Telegram takes for links."""

from __future__ import annotations

import re
from urllib.parse import urlsplit


def check_url(url: str) -> str:
    """The address as Telegram would keep it, or an empty string when it refuses it."""
    url = url.strip()
    if url.lower().startswith(("tg://", "ton://", "mailto:", "tel:")):
        return url
    if "://" not in url:
        url = f"http://{url}"
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or "." not in host.strip(".") or re.search(r"\s|[<>\"]", url):
        return ""
    return url if parts.path or parts.query or parts.fragment else f"{url}/"
