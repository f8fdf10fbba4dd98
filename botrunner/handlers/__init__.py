"""Ten lines each: parse, one act, answer."""

from __future__ import annotations

from typing import Any

from telegram import Update
from telegram.ext import (
    BaseHandler,
    CallbackQueryHandler,
    ChatMemberHandler,
    MessageHandler,
    MessageReactionHandler,
    TypeHandler,
    filters,
)

from botrunner.context import Context
from botrunner.handlers import groups, membership, private, reactions

PRIVATE = filters.ChatType.PRIVATE & filters.UpdateType.MESSAGE

TOPIC_NAMED = filters.StatusUpdate.FORUM_TOPIC_CREATED | filters.StatusUpdate.FORUM_TOPIC_EDITED
EACH_PERSON = MessageReactionHandler.MESSAGE_REACTION_UPDATED
HOW_MANY = MessageReactionHandler.MESSAGE_REACTION_COUNT_UPDATED

# Shared by all bots: a handler keeps no state.
HANDLERS: tuple[BaseHandler[Any, Context, Any], ...] = (
    CallbackQueryHandler(private.on_press),
    MessageHandler(PRIVATE, private.on_message),
    ChatMemberHandler(membership.on_my_status, ChatMemberHandler.MY_CHAT_MEMBER),
    MessageHandler(filters.StatusUpdate.MIGRATE, groups.on_migration),
    MessageHandler(TOPIC_NAMED, groups.on_topic),
    MessageHandler(filters.ChatType.GROUPS & filters.UpdateType.MESSAGE, groups.on_message),
    MessageReactionHandler(reactions.on_reaction, message_reaction_types=EACH_PERSON),
    MessageReactionHandler(reactions.on_counts, message_reaction_types=HOW_MANY),
    TypeHandler(Update, groups.ignore),
)
