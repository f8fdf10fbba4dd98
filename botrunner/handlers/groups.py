from __future__ import annotations

from telegram import Update

from botrunner import parsing
from botrunner.context import Context
from botrunner.replies import Replies
from funnels.services.groups import ask_in_group
from partners.services.groups import migrate_group


async def on_message(update: Update, context: Context) -> None:
    """Groups are ignored, except for who speaks to the bot."""
    if not parsing.addresses_bot(update, context.bot.username, context.bot.id):
        await context.settle(update)
        return
    message = update.effective_message
    assert message is not None
    thread_id = parsing.topic(message)
    desk = context.desk
    await context.settle(
        update,
        ask_in_group,
        Replies(message.chat.id, (), thread_id=thread_id),
        partner_id=desk.partner_id,
        chat_id=message.chat.id,
        thread_id=thread_id,
        message_id=message.message_id,
        asker_id=parsing.asker_id(message),
        text=parsing.group_text(message),
        username=context.bot.username,
        now=desk.clock(),
    )


async def on_migration(update: Update, context: Context) -> None:
    message = update.effective_message
    assert message is not None
    old_id = message.migrate_from_chat_id or message.chat.id
    new_id = message.migrate_to_chat_id or message.chat.id
    desk = context.desk
    await context.settle(update, migrate_group, partner_id=desk.partner_id, old_id=old_id, new_id=new_id)


async def ignore(update: Update, context: Context) -> None:
    await context.settle(update)
