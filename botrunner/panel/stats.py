"""/my_stats: the same numbers as on the pages. For the partner and the helpers."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from analytics.periods import parse
from analytics.queries.overview import overview
from analytics.queries.tallies import Whose, counted_at
from analytics.stats_message import StatsVoice
from botrunner.panel.visit import Commands, Messages, Presses, Visit
from content.messages import Message
from funnels.panel_words import PanelCommand, PanelPress
from funnels.services.presets import stats_texts
from funnels.stats_texts import PeriodName
from partners.models import Partner


def command(visit: Visit, command: PanelCommand) -> Messages:
    name = stats_texts().period(command.argument or "week")
    return (_stats(visit, name, edits=False) if name else _voice(visit).wrong(),)


def press(visit: Visit, press: PanelPress) -> Messages:
    name = stats_texts().period(press.argument) or "week"
    return (_stats(visit, name, edits=True),)


def _stats(visit: Visit, name: PeriodName, *, edits: bool) -> Message:
    zone = ZoneInfo(Partner.objects.values_list("time_zone", flat=True).get(pk=visit.partner_id))
    period = parse(name, today=visit.now.astimezone(zone).date())
    counted = counted_at()
    fresh = counted.astimezone(zone) if counted else None
    found = overview(Whose(visit.partner_id), period)
    return _voice(visit).message(found, period, fresh, chosen=name, edits=edits)


def _voice(visit: Visit) -> StatsVoice:
    return StatsVoice(stats_texts(), visit.script.partner.style)


PRESSES: Presses = {"stats": press}
COMMANDS: Commands = {"/my_stats": command}
