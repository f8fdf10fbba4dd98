from __future__ import annotations

from telegram import Update

from botrunner import parsing
from botrunner.context import Context
from botrunner.replies import Replies
from botrunner.services.group_talk import Said, hear
from content.services.posts import topics
from partners.services.groups import migrate_group


async def on_message(update: Update, context: Context) -> None:
    """Groups are ignored, except for answers to posts and for who speaks to the bot."""
    message, username = update.effective_message, context.bot.username
    assert message is not None
    to_bot, answers = parsing.addresses_bot(update, username, context.bot.id), parsing.answered(message)
    if not to_bot and answers is None:
        await context.settle(update)
        return
    thread_id, desk = parsing.topic(message), context.desk
    said = Said(
        chat_id=message.chat.id,
        thread_id=thread_id,
        message_id=message.message_id,
        asker_id=parsing.asker_id(message),
        text=parsing.group_text(message),
        answers=answers,
        to_bot=to_bot,
        by_name=parsing.mentions(message, username),
    )
    where = Replies(message.chat.id, (), thread_id=thread_id)
    await context.settle(
        update, hear, where, partner_id=desk.partner_id, said=said, username=username, now=desk.clock()
    )


async def on_migration(update: Update, context: Context) -> None:
    message = update.effective_message
    assert message is not None
    old_id = message.migrate_from_chat_id or message.chat.id
    new_id = message.migrate_to_chat_id or message.chat.id
    desk = context.desk
    await context.settle(update, migrate_group, partner_id=desk.partner_id, old_id=old_id, new_id=new_id)


async def on_topic(update: Update, context: Context) -> None:
    """People make or rename a topic: bots cannot list them, this is how they hear of them."""
    message = update.effective_message
    assert message is not None
    named = message.forum_topic_created or message.forum_topic_edited
    await context.settle(
        update,
        topics.heard,
        partner_id=context.desk.partner_id,
        chat_id=message.chat.id,
        thread_id=message.message_thread_id or message.message_id,
        name=parsing.clean(named.name if named else "", 128),
    )


async def ignore(update: Update, context: Context) -> None:
    await context.settle(update)
