"""Sends replies. What may have arrived is never sent a second time; an edit may be, it changes nothing twice."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import Any

import telegram
from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, NetworkError, RetryAfter, TelegramError

from botrunner import photos
from botrunner.api import call
from botrunner.departures import Departures
from botrunner.rendering import caption_params, markup, text_params
from botrunner.replies import Replies
from botrunner.transport import NotSent
from content.messages import Document, Message
from partners.metrics import SENDS

log = logging.getLogger(__name__)

LONGEST_PAUSE = 15.0
GIVE_UP_AFTER = 600.0  # seconds without Telegram, after which a reply is stale

# (bot id, chat id, message id) of a replaced screen → the message that took its place, and whether it is a picture.
_gave_way: dict[tuple[int, int, int], tuple[int, bool]] = {}
MOST_REMEMBERED = 10_000


class Undelivered(RuntimeError):
    """The reply did not arrive, or nobody knows; the sentence says why."""


class Blocked(Undelivered):
    """The person blocked the bot or deleted the account."""


async def deliver(bot: Bot, replies: Replies, departures: Departures) -> None:
    """Waits while Telegram is away or asks to slow down.

    Raises Undelivered, after it has tried every message, or InvalidToken.
    """
    lost: Undelivered | None = None
    for message in replies.messages:
        try:
            await _persistently(bot, replies, message, departures)
        except Blocked:
            SENDS.labels("answer", "blocked").inc()
            raise
        except Undelivered as error:
            SENDS.labels("answer", "failed").inc()
            lost = lost or error
        else:
            SENDS.labels("answer", "sent").inc()
    if lost is not None:
        raise lost


async def _persistently(bot: Bot, replies: Replies, message: Message, departures: Departures) -> None:
    pause, waited = 0.5, 0.0
    while True:
        place = await departures.reply()
        try:
            await _put(bot, replies, message)
            return
        except RetryAfter as error:
            wait = float(error._retry_after.total_seconds()) + 0.1
        except Forbidden as error:
            raise Blocked(error.message) from None
        except InvalidToken:
            raise
        except BadRequest as error:
            raise Undelivered(error.message) from None
        except NetworkError as error:
            if not (isinstance(error, NotSent) or _repeatable(replies, message)):
                raise Undelivered(f"unknown: {error.message}") from None
            wait, pause = pause, min(pause * 2, LONGEST_PAUSE)
        except TelegramError as error:
            raise Undelivered(error.message) from None
        finally:
            departures.answered(place)
        waited += wait
        if waited > GIVE_UP_AFTER:
            raise Undelivered("Telegram was away for too long")
        await asyncio.sleep(wait)


def _repeatable(replies: Replies, message: Message) -> bool:
    return message.edits and bool(replies.message_id) and not message.is_photo and not replies.has_picture


async def _put(bot: Bot, replies: Replies, message: Message) -> None:
    if not (message.edits and replies.message_id):
        await send(bot, replies, message)
        return
    screen = _successor(bot, replies)
    if message.is_photo or screen.has_picture:
        # A picture cannot become a text, nor a text a picture: the old screen makes room for the new one.
        message_id = await send(bot, replies, message)
        _remember(bot, screen, message_id, has_picture=message.is_photo)
        await _remove(bot, screen)
    else:
        await _edit(bot, screen, message)


def _successor(bot: Bot, replies: Replies) -> Replies:
    """The screen that stands where the pressed one was: of a double tap the second press comes too late."""
    key = (bot.id, replies.chat_id, replies.message_id)
    while key in _gave_way:
        message_id, has_picture = _gave_way[key]
        replies = replace(replies, message_id=message_id, has_picture=has_picture)
        key = (bot.id, replies.chat_id, message_id)
    return replies


def _remember(bot: Bot, screen: Replies, message_id: int, *, has_picture: bool) -> None:
    _gave_way[bot.id, screen.chat_id, screen.message_id] = message_id, has_picture
    if len(_gave_way) > MOST_REMEMBERED:
        del _gave_way[next(iter(_gave_way))]


async def send(bot: Bot, replies: Replies, message: Message) -> int:
    """The number of the new message."""
    target: dict[str, Any] = {"chat_id": replies.chat_id}
    if replies.thread_id:
        target["message_thread_id"] = replies.thread_id
    if message.reply_to:  # the person may have deleted it meanwhile
        target["reply_parameters"] = {"message_id": message.reply_to, "allow_sending_without_reply": True}
    if message.picture:
        return await _send_picture(bot, target, message)
    if message.image:
        return (await _send_photo(bot, target, message, message.image.png)).message_id
    if message.document:
        return await _send_document(bot, target, message, message.document)
    return _number(await call(bot, "sendMessage", target | text_params(message)))


def _number(sent: dict[str, Any]) -> int:
    return int(sent["message_id"])


async def _edit(bot: Bot, replies: Replies, message: Message) -> None:
    place = {"chat_id": replies.chat_id, "message_id": replies.message_id}
    try:
        await call(bot, "editMessageText", place | text_params(message))
    except BadRequest as error:
        if "not modified" in error.message:
            return
        # The library starts Telegram's sentence with a capital.
        if "essage to edit not found" not in error.message and "can't be edited" not in error.message:
            raise
        await send(bot, replies, message)


async def _remove(bot: Bot, replies: Replies) -> None:
    try:
        await call(bot, "deleteMessage", {"chat_id": replies.chat_id, "message_id": replies.message_id})
    except TelegramError:
        log.info("an old screen could not be removed")


async def _send_document(bot: Bot, target: dict[str, Any], message: Message, document: Document) -> int:
    sent = await bot.send_document(
        document=document.text.encode(), filename=document.name, caption=message.text, parse_mode="HTML", **target
    )
    return sent.message_id


async def _send_picture(bot: Bot, target: dict[str, Any], message: Message) -> int:
    async def put(photo: str | bytes) -> tuple[int, str]:
        if isinstance(photo, str):
            return _number(await call(bot, "sendPhoto", target | {"photo": photo} | caption_params(message))), photo
        sent = await _send_photo(bot, target, message, photo)
        return sent.message_id, sent.photo[-1].file_id

    number = await photos.send(bot.id, message.picture, put)
    if number is None:
        log.warning("the picture %s is missing, sending the text alone", message.picture)
        number = _number(await call(bot, "sendMessage", target | text_params(message)))
    return number


async def _send_photo(bot: Bot, target: dict[str, Any], message: Message, photo: bytes) -> telegram.Message:
    return await bot.send_photo(
        photo=photo, caption=message.text, parse_mode="HTML", api_kwargs=markup(message), **target
    )
