"""Which menu of the panel Telegram shows to whom, as far as we have told it."""

from __future__ import annotations

from partners.fastsql import fetch
from partners.models import Bot
from partners.services import bots

NO_CHAT = ""  # Telegram knows no chat with this person yet: the menu is told when they open it

TOLD = "UPDATE partners_bot SET panel_menus = panel_menus || jsonb_build_object(%s::text, %s::text) WHERE id = %s"
GONE = "UPDATE partners_bot SET panel_menus = panel_menus - %s::text WHERE id = %s"
OPENED = """
UPDATE partners_bot SET panel_menus = panel_menus - %s::text
WHERE partner_id = %s AND panel_menus ->> %s = %s RETURNING id
"""


def remember(*, bot_id: int, telegram_id: int, menu: str) -> None:
    """Behind the operators' door, like `forget`."""
    fetch(TOLD, [str(telegram_id), menu, bot_id])


def forget(*, bot_id: int, telegram_id: int) -> None:
    fetch(GONE, [str(telegram_id), bot_id])


def chat_is_open(*, partner_id: int, telegram_id: int) -> None:
    """Behind the partner's door: this person has just written to the bot."""
    for (bot_id,) in fetch(OPENED, [str(telegram_id), partner_id, str(telegram_id), NO_CHAT]):
        bots.notify(Bot(pk=bot_id))
