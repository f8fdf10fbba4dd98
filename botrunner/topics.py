"""Makes the topics of a group that posts go to, and looks whether the known ones are still there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from telegram import Bot, Chat, ChatMemberAdministrator, ChatMemberOwner
from telegram.error import BadRequest, Forbidden, TelegramError

from botrunner.api import call
from botrunner.application import KnownBot
from botrunner.db import in_all_partners, in_partner
from botrunner.points import Point
from botrunner.services import fleet
from botrunner.services.grouptopics import Place
from botrunner.transport import SharedRequest
from content.services.posts import topics

GONE = ("thread not found", "topic_deleted", "topic_id_invalid")


async def make_topics(place: Place, *, bot_id: int, request: SharedRequest, api_url: str) -> list[Point]:
    """Each topic is remembered as soon as it is made."""
    if place.group_id is None:
        advice = _("Enter the group id in the partner's form.")
        return [Point("group", False, _("No group is entered"), advice)]
    keys = await in_all_partners(fleet.keys_of, bot_id=bot_id)
    bot = KnownBot(token=keys.token, api_url=api_url, request=request, me=None)
    try:
        return await _look(bot, place, place.group_id)
    except (BadRequest, Forbidden):
        advice = _("Add the bot to the group as an administrator and check the id: it starts with -100.")
        return [Point("group", False, _("The group cannot be seen"), advice)]
    except TelegramError as error:
        return [Point("telegram", False, _("Connection to Telegram"), error.message)]


async def _look(bot: Bot, place: Place, group_id: int) -> list[Point]:
    chat = await bot.get_chat(group_id)
    if chat.type == Chat.CHANNEL or not chat.is_forum:
        await _forget(place, group_id, set(place.topics.values()))
        return [Point("no_topics", True, _("No topics here: posts go to “%(title)s” itself") % {"title": chat.title})]
    member = await bot.get_chat_member(group_id, int(bot.token.partition(":")[0]))  # its own number
    may_make = isinstance(member, ChatMemberOwner) or (
        isinstance(member, ChatMemberAdministrator) and bool(member.can_manage_topics)
    )
    points = [await _topic(bot, place, group_id, name, may_make=may_make) for name in topics.needed()]
    if may_make or all(point.ok for point in points):
        return points
    advice = _("Make the bot an administrator who may manage topics, then ask again.")
    return [Point("rights", False, _("The bot may not make topics"), advice), *points]


async def _topic(bot: Bot, place: Place, group_id: int, name: str, *, may_make: bool) -> Point:
    thread_id = place.topics.get(name)
    if thread_id is not None:
        if await _is_there(bot, group_id, thread_id):
            return Point(name, True, _("“%(name)s” is there") % {"name": name})
        await _forget(place, group_id, {thread_id})
    if not may_make:
        advice = _("Make a topic with this name in the group: the bot will see it.")
        return Point(name, False, _("There is no topic “%(name)s”") % {"name": name}, advice)
    try:
        made: Mapping[str, Any] = await call(bot, "createForumTopic", {"chat_id": group_id, "name": name})
    except TelegramError as error:
        return Point(name, False, _("“%(name)s” could not be made") % {"name": name}, error.message)
    thread_id = int(made["message_thread_id"])
    await in_partner(
        place.partner_id,
        topics.remember,
        partner_id=place.partner_id,
        chat_id=group_id,
        name=name,
        thread_id=thread_id,
    )
    return Point(name, True, _("“%(name)s” is made") % {"name": name})


async def _is_there(bot: Bot, group_id: int, thread_id: int) -> bool:
    """«печатает…» in the topic leaves no trace, and fails where there is none."""
    action = {"chat_id": group_id, "message_thread_id": thread_id, "action": "typing"}
    try:
        await call(bot, "sendChatAction", action)
    except BadRequest as error:
        if any(sign in error.message.casefold() for sign in GONE):
            return False
        raise
    return True


async def _forget(place: Place, group_id: int, thread_ids: set[int]) -> None:
    if thread_ids:
        await in_partner(
            place.partner_id, topics.forget, partner_id=place.partner_id, chat_id=group_id, thread_ids=thread_ids
        )
