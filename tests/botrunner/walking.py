"""Walking a lead through the shipped funnel, and looking at what it left behind."""

from __future__ import annotations

from typing import Any

from botrunner.models import InboxUpdate
from funnels.models import FunnelEvent
from partners import tenancy
from partners.models import Bot, Lead
from tests.botrunner.disasters import of_funnel, until
from tests.telegram import ChatDriver, MessageView, SandboxServer

WELCOME = "С чего начнём?"
TO_PRODUCT = (
    "🍎 Хочу улучшить здоровье",
    "🔥 Похудеть",
    "И что с этим делать?",
    "Да, подбери",
    "5–10 кг",
)


def screen(chat: ChatDriver) -> MessageView | None:
    """The newest screen of the funnel."""
    return next((message for message in reversed(chat.bot_messages) if of_funnel(message)), None)


def open_bot(tg: SandboxServer, name: str = "Иван", username: str = "anna_bot", code: str = "") -> ChatDriver:
    chat = tg.person(name).open(username)
    chat.start(code)
    chat.wait_for(screen)
    return chat


def go(chat: ChatDriver, *labels: str) -> MessageView:
    """Presses one button after the other, each on the screen that the one before brought. The last screen."""
    for label in labels:
        before = screen(chat)
        chat.press(label)
        chat.wait_for(lambda c, before=before: screen(c) != before)  # type: ignore[misc]
    last = screen(chat)
    assert last is not None
    return last


def events(bot: Bot, telegram_id: int | None = None) -> list[tuple[str, str]]:
    """Kind and step of what happened at the bot, the oldest first."""
    with tenancy.partner(bot.partner_id):
        happened = FunnelEvent.objects.order_by("pk")
        if telegram_id is not None:
            happened = happened.filter(lead__telegram_id=telegram_id)
        return list(happened.values_list("kind", "step"))


def the_lead(bot: Bot) -> Lead:
    with tenancy.partner(bot.partner_id):
        return Lead.objects.get()


def inbox_rows(bot: Bot, **conditions: Any) -> list[InboxUpdate]:
    with tenancy.partner(bot.partner_id):
        return list(InboxUpdate.objects.filter(bot=bot, **conditions).order_by("update_id"))


def wait_until_closed(bot: Bot, count: int) -> None:
    """Until so many updates are answered or set aside, and none waits."""

    def closed() -> bool:
        rows = inbox_rows(bot)
        return len(rows) >= count and all(row.answered_at or row.failed_at for row in rows)

    until(closed, f"{count} updates are closed")


def wait_for_state(bot: Bot, **fields: Any) -> Bot:
    def arrived() -> bool:
        with tenancy.all_partners():
            bot.refresh_from_db()
        return all(getattr(bot, name) == value for name, value in fields.items())

    until(arrived, f"bot {bot.pk} gets {fields}")
    return bot


def push(tg: SandboxServer, bot: Bot, kind: str, payload: dict[str, Any]) -> None:
    """An update as Telegram could send it, whatever a person could really do."""
    tg.do(lambda: tg.world.push(tg.world.state.bots[bot.telegram_id], kind, payload))
