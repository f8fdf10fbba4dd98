"""The self-test of a bot: each point with ✅ or ❌ and what to do about it."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from telegram import Bot, ChatMemberAdministrator, ChatMemberOwner
from telegram.error import InvalidToken, TelegramError

from botrunner.application import KnownBot
from botrunner.db import in_all_partners
from botrunner.outside import outside_points
from botrunner.points import Point
from botrunner.services import fleet
from botrunner.transport import SharedRequest
from botrunner.webhooks.address import url_of


async def self_test(*, bot_id: int, request: SharedRequest, api_url: str) -> list[dict[str, Any]]:
    keys = await in_all_partners(fleet.keys_of, bot_id=bot_id)
    group_id = await in_all_partners(fleet.group_of, bot_id=bot_id)
    bot = KnownBot(token=keys.token, api_url=api_url, request=request, me=None)
    try:
        points = await _points(bot, group_id)
    except TelegramError as error:
        points = [Point("telegram", False, _("Connection to Telegram"), error.message)]
    outside = await in_all_partners(fleet.outside_of, bot_id=bot_id)
    points += await asyncio.to_thread(outside_points, outside)
    return [asdict(point) for point in points]


async def _points(bot: Bot, group_id: int | None) -> list[Point]:
    try:
        me = await bot.get_me()
    except InvalidToken:
        advice = _("Take a new token from @BotFather (/token) and enter it in the partner's form.")
        return [Point("token", False, _("Token"), advice)]
    points = [Point("token", True, _("Token: @%(username)s") % {"username": me.username})]
    points.append(await _webhook(bot))
    points.append(_privacy(bool(me.can_read_all_group_messages)))
    if group_id is None:
        advice = _("Enter the group id in the partner's form, if there is a group.")
        return [*points, Point("group", True, _("No group is entered"), advice)]
    return [*points, *await _group(bot, group_id)]


async def _webhook(bot: Bot) -> Point:
    info = await bot.get_webhook_info()
    if settings.WEBHOOK_URL and info.url == url_of(settings.WEBHOOK_URL, bot.id):
        return Point("webhook", True, _("Telegram brings updates to this installation"))
    if not info.url:
        return Point("webhook", True, _("No webhook stands in the way"))
    return Point("webhook", False, _("A webhook is set"), _("Press “Restart”: the bot removes it when it starts."))


def _privacy(reads_all: bool) -> Point:
    if not reads_all:
        return Point("privacy", True, _("Privacy mode is on: in groups the bot sees only what is meant for it"))
    advice = _("In @BotFather: /setprivacy → Enable, then remove the bot from the group and add it again.")
    return Point("privacy", False, _("The bot reads everything in groups"), advice)


async def _group(bot: Bot, group_id: int) -> list[Point]:
    try:
        chat = await bot.get_chat(group_id)
        member = await bot.get_chat_member(group_id, bot.id)
    except TelegramError:
        advice = _("Add the bot to the group as an administrator and check the id: it starts with -100.")
        return [Point("group", False, _("The group cannot be seen"), advice)]
    rights = member if isinstance(member, ChatMemberAdministrator) else None
    is_admin = rights is not None or isinstance(member, ChatMemberOwner)
    points = [
        Point("group", is_admin, _("Administrator of “%(title)s”") % {"title": chat.title or group_id}, "")
        if is_admin
        else Point("group", False, _("The bot is no administrator"), _("Make the bot an administrator of the group."))
    ]
    if not chat.is_forum:
        return [
            *points,
            Point("topics", False, _("The group has no topics"), _("Switch on “Topics” in its settings.")),
        ]
    if rights is not None and not rights.can_manage_topics:
        return [*points, Point("topics", False, _("The bot may not manage topics"), _("Give it that right."))]
    return [*points, Point("topics", True, _("Topics can be created"))]
