"""/reels_templates: scripts by topic, with the partner's own links in them."""

from __future__ import annotations

from botrunner.panel.visit import Commands, Messages, Presses, Visit
from content.training.reels import shipped, topic_called
from funnels.panel_words import PanelCommand, PanelPress
from funnels.reels_view import SCRIPT, TOPICS, ReelsView
from funnels.services.presets import reels_texts
from partners.addresses import telegram_address
from partners.models import Partner


def command(visit: Visit, command: PanelCommand) -> Messages:
    view, topic = _view(visit), topic_called(command.argument)
    if topic is None:
        return (view.all_topics(unknown=bool(command.argument)),)
    return (view.script(topic, 0, edits=False),)


def topics(visit: Visit, _press: PanelPress) -> Messages:
    return (_view(visit).all_topics(edits=True),)


def script(visit: Visit, press: PanelPress) -> Messages:
    view, topic = _view(visit), shipped().get(press.argument)
    return (view.script(topic, press.id) if topic else view.all_topics(edits=True),)


def _view(visit: Visit) -> ReelsView:
    partner = Partner.objects.select_related("bot").get(pk=visit.partner_id)
    links = {
        "bot_link": telegram_address(partner.bot.username) if partner.bot.username else "",
        "shop_link": partner.shop_link,
        "registration_link": partner.registration_link or partner.shop_link,
    }
    return ReelsView(reels_texts(), visit.script.partner.style, shipped(), links)


COMMANDS: Commands = {"/reels_templates": command}
PRESSES: Presses = {TOPICS: topics, SCRIPT: script}
