"""/topics: the partner asks for the topics of the group; the report comes when the runner has looked."""

from __future__ import annotations

from botrunner.panel.visit import Commands, Messages, Visit
from content.messages import Message
from funnels.panel_words import PanelCommand
from funnels.services.presets import post_texts
from partners.models import Bot
from partners.services.bots import ask_topics


def command(visit: Visit, _command: PanelCommand) -> Messages | None:
    bot = Bot.objects.select_related("partner").defer("token").filter(partner=visit.partner_id).first()
    if bot is None:
        return None
    if bot.partner.group_id is None:
        return (Message(post_texts().line("no_group", visit.script.partner.style)),)
    ask_topics(bot=bot, now=visit.now, asked_by=visit.telegram_id)
    return (Message(post_texts().line("topics", visit.script.partner.style)),)


COMMANDS: Commands = {"/topics": command}
