"""Ten lines each: parse, one act, answer."""

from __future__ import annotations

from typing import Any

from telegram import Update
from telegram.ext import (
    BaseHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    MessageHandler,
    TypeHandler,
    filters,
)

from botrunner.context import Context
from botrunner.handlers import groups, membership, private

PRIVATE = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE

# Shared by all bots: a handler keeps no state.
HANDLERS: tuple[BaseHandler[Any, Context, Any], ...] = (
    CallbackQueryHandler(private.on_press),
    MessageHandler(PRIVATE, private.on_message),
    ChatMemberHandler(membership.on_my_status, ChatMemberHandler.MY_CHAT_MEMBER),
    MessageHandler(filters.StatusUpdate.MIGRATE, groups.on_migration),
    MessageHandler(filters.ChatType.GROUPS & filters.UpdateType.MESSAGE, groups.on_message),
    TypeHandler(Update, groups.ignore),
)
