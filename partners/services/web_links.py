"""Whether a partner's link answers. Whoever fills in a form must not make the server look around in its own network."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urljoin, urlsplit

import urllib3
from django.conf import settings
from django.utils.translation import gettext as _

TIMEOUT = urllib3.Timeout(connect=4.0, read=6.0)  # seconds
MOST_REDIRECTS = 4
AGENT = "Mozilla/5.0 (compatible; CuratorLinkCheck)"
REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Answer:
    ok: bool
    advice: str = ""


class _Refused(ValueError):
    """A sentence about the link."""


def check_link(url: str) -> Answer:
    """Follows a few redirects, each of which is looked at like the first address. Does not raise."""
    try:
        for _hop in range(MOST_REDIRECTS + 1):
            status, location = _ask(url)
            if status in REDIRECTS and location:
                url = urljoin(url, location)
                continue
            return _verdict(status)
    except _Refused as refused:
        return Answer(False, str(refused))
    except (urllib3.exceptions.HTTPError, OSError, ValueError):
        return Answer(False, _("The site does not answer. Open the link in a browser and correct it."))
    return Answer(False, _("The link leads from one address to another without an end. Take the final one."))


def _verdict(status: int) -> Answer:
    """A shop that refuses robots (403, 405, 429) is there; a page that is not, is not."""
    if status in (404, 410):
        return Answer(False, _("The site says that there is no such page. Open the link in a browser and correct it."))
    if status >= 500:
        return Answer(False, _("The site answers with an error (%(code)s). Try again later.") % {"code": status})
    return Answer(True)


def _ask(url: str) -> tuple[int, str]:
    """HEAD to the very address that was looked at: a name may answer differently the next time."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _Refused(_("This is not a web address."))
    port = parts.port or (443 if parts.scheme == "https" else 80)
    address = _public_address(parts.hostname, port)
    with _pool(parts.scheme, parts.hostname, address, port) as pool:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        headers = {"Host": parts.netloc.rpartition("@")[2], "User-Agent": AGENT}
        for method in ("HEAD", "GET"):  # some shops know no HEAD
            answer = pool.request(method, target, headers=headers, redirect=False, retries=False, preload_content=False)
            status, location = answer.status, answer.headers.get("Location", "")
            answer.close()
            if status not in (400, 404, 405, 501):
                break
    return status, location


def _pool(scheme: str, host: str, address: str, port: int) -> urllib3.HTTPConnectionPool:
    if scheme == "http":
        return urllib3.HTTPConnectionPool(address, port, timeout=TIMEOUT)
    return urllib3.HTTPSConnectionPool(address, port, timeout=TIMEOUT, server_hostname=host, assert_hostname=host)


def _public_address(host: str, port: int) -> str:
    try:
        found = [entry[4][0] for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    except OSError:
        raise _Refused(_("There is no site “%(host)s”. Check the link.") % {"host": host[:100]}) from None
    addresses = [str(address) for address in found]
    if not addresses or not all(map(_is_allowed, addresses)):
        raise _Refused(_("This address is not on the public internet. Give the link that buyers open."))
    return addresses[0]


def _is_allowed(address: str) -> bool:
    number = ip_address(address.partition("%")[0])
    number = getattr(number, "ipv4_mapped", None) or number
    is_public = number.is_global and not number.is_multicast
    return is_public or (number.is_loopback and bool(settings.DEBUG))
