"""The raw ASGI application to which Telegram brings updates: checked, committed, and only then answered with 200.

Several may run, in `runbots --webhook` or alone (see asgi.py); any of them takes the updates of any bot.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from http import HTTPStatus
from typing import Any

from botrunner.services.webhooks import Arrived
from botrunner.turns import Clock
from botrunner.webhooks.address import is_secret, telegram_id_in
from botrunner.webhooks.directory import Directory
from botrunner.webhooks.gather import Gather, NotStored, Unfit

LARGEST = 1_000_000  # bytes; Telegram's own stay far below
LARGEST_ID = 2**63 - 1
SECRET = b"x-telegram-bot-api-secret-token"

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
S = HTTPStatus


class Receiver:
    def __init__(self, *, clock: Clock) -> None:
        self._gather, self._directory = Gather(clock=clock), Directory()

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        assert scope["type"] == "http"
        status = await self._answer(scope, receive)
        body = b"" if status == S.OK else status.phrase.encode()
        headers = [(b"content-length", str(len(body)).encode()), (b"content-type", b"text/plain")]
        if status == S.REQUEST_ENTITY_TOO_LARGE:
            headers.append((b"connection", b"close"))  # what has not been read is not worth reading
        await send({"type": "http.response.start", "status": int(status), "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _answer(self, scope: Message, receive: Receive) -> HTTPStatus:
        telegram_id = telegram_id_in(scope["path"])
        if telegram_id is None:
            return S.NOT_FOUND
        if scope["method"] != "POST":
            return S.METHOD_NOT_ALLOWED
        if not is_secret(telegram_id, _header(scope["headers"], SECRET)):
            return S.FORBIDDEN
        body = await _body(receive)
        if body is None:
            return S.REQUEST_ENTITY_TOO_LARGE
        update_id = _update_id(body)
        return S.BAD_REQUEST if update_id is None else await self._store(telegram_id, update_id, body)

    async def _store(self, telegram_id: int, update_id: int, body: bytes) -> HTTPStatus:
        try:
            to = await self._directory.find(telegram_id)
            if to is None:
                return S.NOT_FOUND
            if not to.is_wanted:  # a stopped bot's updates wait at Telegram, as they do with polling
                return S.SERVICE_UNAVAILABLE
            await self._gather.store(Arrived(to, update_id, body.decode()))
        except Unfit:
            return S.BAD_REQUEST
        except (NotStored, TimeoutError):
            return S.SERVICE_UNAVAILABLE
        return S.OK


def _header(headers: Iterable[tuple[bytes, bytes]], wanted: bytes) -> bytes:
    return next((value for name, value in headers if name == wanted), b"")


async def _body(receive: Receive) -> bytes | None:
    """None if there is too much of it."""
    body = b""
    while True:
        message = await receive()
        body += bytes(message.get("body", b""))
        if len(body) > LARGEST:
            return None
        if not message.get("more_body"):
            return body


def _update_id(body: bytes) -> int | None:
    """None if it is no update."""
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        return None
    update_id = update.get("update_id") if isinstance(update, dict) else None
    return update_id if type(update_id) is int and 0 <= update_id <= LARGEST_ID else None
