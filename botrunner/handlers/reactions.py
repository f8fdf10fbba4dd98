from __future__ import annotations

from collections.abc import Mapping

from telegram import Update

from botrunner import parsing
from botrunner.context import Context
from content.services.posts import numbers


async def on_reaction(update: Update, context: Context) -> None:
    """One member of a group shows something else under a message, or nothing any more."""
    change = update.message_reaction
    assert change is not None
    person = parsing.reacting(change)
    if person is None or change.chat.type == change.chat.PRIVATE:
        await context.settle(update)
        return
    await _settle(update, context, change.chat.id, change.message_id, person, parsing.reactions(change.new_reaction))


async def on_counts(update: Update, context: Context) -> None:
    """Channels tell how many there are, not whose."""
    change = update.message_reaction_count
    assert change is not None
    emoji = parsing.reaction_counts(change.reactions)
    await _settle(update, context, change.chat.id, change.message_id, numbers.ALL, emoji)


async def _settle(
    update: Update, context: Context, chat_id: int, message_id: int, person: int, emoji: Mapping[str, int]
) -> None:
    await context.settle(
        update,
        numbers.react,
        partner_id=context.desk.partner_id,
        chat_id=chat_id,
        message_id=message_id,
        person=person,
        emoji=emoji,
        now=context.desk.clock(),
    )
