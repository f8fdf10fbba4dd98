from __future__ import annotations

from telegram import Chat, ChatMember, Update

from botrunner.context import Context
from funnels.services.presence import mark_blocked, mark_unblocked


async def on_my_status(update: Update, context: Context) -> None:
    """A lead blocked or unblocked the bot. What happens in groups is not about leads."""
    change = update.my_chat_member
    assert change is not None
    if change.chat.type != Chat.PRIVATE:
        await context.settle(update)
        return
    service = mark_blocked if change.new_chat_member.status == ChatMember.BANNED else mark_unblocked
    await context.settle(
        update,
        service,
        partner_id=context.desk.partner_id,
        telegram_id=change.chat.id,
        now=context.desk.clock(),
    )
