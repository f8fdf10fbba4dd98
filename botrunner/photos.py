"""Telegram's own numbers of pictures: each picture is uploaded once for each bot, also after a restart."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from telegram.error import BadRequest

from botrunner.db import in_all_partners
from botrunner.services import photos

log = logging.getLogger(__name__)

Key = tuple[int, str]  # the bot's Telegram id and the picture's path under MEDIA_ROOT
Put = Callable[[str | bytes], Awaitable[tuple[int, str]]]

# How Telegram refuses a number: of another bot, mistyped, or of a file that it no longer has.
_REFUSED = re.compile(r"file.?id|file identifier|file.?reference|file of type", re.IGNORECASE)

# What is not here is looked up in the rows, once in a process.
_known: dict[Key, str] = {}
# Of pictures that are looked up or uploaded: whoever else needs one waits for the first, but for no second one.
_first: dict[Key, asyncio.Event] = {}


async def send(bot_id: int, picture: str, put: Put) -> int | None:
    """The number of the message, None if there is no such picture.

    `put` sends the picture by its number or as a file, and tells the message's number and the picture's.
    """
    key = bot_id, picture
    if key in _known:
        return await _send(key, put)
    if under_way := _first.get(key):
        await under_way.wait()
        return await _send(key, put)
    _first[key] = asyncio.Event()
    try:
        await _look_up(key)
        return await _send(key, put)
    finally:
        _first.pop(key).set()


async def _send(key: Key, put: Put) -> int | None:
    if file_id := _known.get(key):
        try:
            message_id, _same = await put(file_id)
        except BadRequest as error:
            if not _REFUSED.search(error.message):
                raise
            log.warning("the picture %s is uploaded again: %s", key[1], error.message)
            await _forget(key, file_id)
        else:
            return message_id
    path = _path(key)
    if not path.is_file():
        return None
    message_id, file_id = await put(path.read_bytes())
    _known[key] = file_id
    await _remember(key, file_id)
    return message_id


async def _look_up(key: Key) -> None:
    bot_id, picture = key
    found = await in_all_partners(photos.stored, bot_id=bot_id, path=picture)
    if found and not _is_newer(_path(key), found[1]):
        _known[key] = found[0]


async def _remember(key: Key, file_id: str) -> None:
    """The message has been sent: whatever happens here, it must not seem lost."""
    bot_id, picture = key
    try:
        # The real time, which the sandbox does not move: it is compared with the file's.
        await in_all_partners(photos.remember, bot_id=bot_id, path=picture, file_id=file_id, at=timezone.now())
    except Exception:
        log.exception("the number of the picture %s is not kept", picture)


async def _forget(key: Key, file_id: str) -> None:
    if _known.get(key) == file_id:
        del _known[key]
    bot_id, picture = key
    await in_all_partners(photos.forget, bot_id=bot_id, path=picture, file_id=file_id)


def _is_newer(path: Path, uploaded: datetime) -> bool:
    """Somebody has put another file in its place."""
    return path.is_file() and datetime.fromtimestamp(path.stat().st_mtime, UTC) > uploaded


def _path(key: Key) -> Path:
    return Path(settings.MEDIA_ROOT) / key[1]
