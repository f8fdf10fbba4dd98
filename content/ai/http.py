"""Calls to providers: one session per host and process, bounded in time and size, repeated only where it is free.

Repeated are connection errors, 429 and 5xx: there the provider has said, or could not say, that it did nothing.
A request that left and was not answered may have been charged: it is never repeated.
"""

from __future__ import annotations

import json
import os
import time
from dataclasses import dataclass
from functools import lru_cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
from django.conf import settings
from requests.auth import AuthBase
from urllib3.exceptions import HTTPError, NewConnectionError

from content.ai.troubles import AiError, Trouble
from partners.fields import Secret

MOST_BYTES = 20 * 1024 * 1024
MOST_COUNTED = 10_000_000
MALFORMED = (AttributeError, IndexError, KeyError, TypeError, ValueError)  # an answer of another shape
_PIECE = 64 * 1024


class Authorization(AuthBase):
    """Sets the header itself: `requests` would else prefer a password from ~/.netrc."""

    def __init__(self, scheme: str, secret: Secret) -> None:
        self.scheme, self.secret = scheme, secret

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.secret:
            request.headers["Authorization"] = f"{self.scheme} {self.secret.reveal()}"
        return request


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds for connecting, for the answer, and before every other try."""

    connect: float
    read: float
    pauses: tuple[float, ...] = ()


def usual_patience() -> Patience:
    return Patience(settings.AI_CONNECT_TIMEOUT, settings.AI_READ_TIMEOUT, tuple(settings.AI_RETRY_PAUSES))


def post(
    url: str,
    body: dict[str, Any],
    auth: AuthBase,
    headers: dict[str, str] | None = None,
    patience: Patience | None = None,
) -> Any:
    """The JSON of a good answer. Raises AiError, or Refusal for an HTTP status of 400 and more."""
    return _patiently("POST", url, body, auth, headers or {}, patience or usual_patience())


def get(url: str, auth: AuthBase, headers: dict[str, str] | None = None, patience: Patience | None = None) -> Any:
    """As `post`."""
    return _patiently("GET", url, None, auth, headers or {}, patience or usual_patience())


def _patiently(
    method: str, url: str, body: dict[str, Any] | None, auth: AuthBase, headers: dict[str, str], patience: Patience
) -> Any:
    pauses, started = list(patience.pauses), time.monotonic()
    while True:
        try:
            return _send(method, url, body, auth, headers, patience)
        except AiError as error:
            too_late = time.monotonic() - started > patience.read  # somebody waits for the answer
            if not error.is_temporary or not pauses or too_late:
                raise
        time.sleep(pauses.pop(0))


def counted(number: Any) -> int:
    """Tokens as a provider counted them, within reason: they become money."""
    return min(max(int(number), 0), MOST_COUNTED)


class Refusal(AiError):
    """The provider answered with an error. `reason` is what it wrote: for deciding what it means, never to be shown."""

    def __init__(self, code: int, reason: str) -> None:
        trouble = Trouble.QUOTA if code == 429 else Trouble.DOWN if code >= 500 else Trouble.REFUSED
        super().__init__(trouble, code=code)
        self.reason = reason


@lru_cache(maxsize=64)
def _session(_host: str) -> requests.Session:
    session = requests.Session()
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # threads share it: it remembers nothing
    return session


os.register_at_fork(after_in_child=_session.cache_clear)  # two processes must not share a connection


def _send(
    method: str, url: str, body: dict[str, Any] | None, auth: AuthBase, headers: dict[str, str], patience: Patience
) -> Any:
    timeout = (patience.connect, patience.read)
    deadline = time.monotonic() + sum(timeout)
    # No redirects: the key and the prompt go where the settings say.
    headers = {"Accept-Encoding": "identity"} | headers
    options: dict[str, Any] = {"timeout": timeout, "stream": True, "allow_redirects": False}
    try:
        session = _session(urlsplit(url).netloc)
        with session.request(method, url, json=body, auth=auth, headers=headers, **options) as response:
            content = _content(response, deadline)
    except requests.RequestException as error:
        raise _trouble(error) from None
    except HTTPError:
        raise AiError(Trouble.SLOW, perhaps_charged=True) from None
    if response.status_code >= 300:
        raise Refusal(response.status_code, content[:4_000].decode("utf-8", "replace"))
    try:
        return json.loads(content)
    except ValueError:
        raise AiError(Trouble.NONSENSE, perhaps_charged=True) from None


def _content(response: requests.Response, deadline: float) -> bytes:
    """The timeout of `requests` is about one wait; this is about all of them."""
    content = b""
    while piece := response.raw.read1(_PIECE):  # `iter_content` would wait for a whole piece
        content += piece
        if time.monotonic() > deadline:
            raise AiError(Trouble.SLOW, perhaps_charged=True)
        if len(content) > MOST_BYTES:
            raise AiError(Trouble.NONSENSE, perhaps_charged=True)
    return content


def _trouble(error: requests.RequestException) -> AiError:
    if isinstance(error, requests.ConnectTimeout | requests.exceptions.SSLError | requests.exceptions.ProxyError):
        return AiError(Trouble.DOWN)
    if isinstance(error, requests.ConnectionError) and isinstance(
        getattr(error.args[0] if error.args else None, "reason", None), NewConnectionError
    ):
        return AiError(Trouble.DOWN)
    if isinstance(error, requests.exceptions.InvalidURL | requests.exceptions.MissingSchema):
        return AiError(Trouble.REFUSED)
    return AiError(Trouble.SLOW, perhaps_charged=True)
