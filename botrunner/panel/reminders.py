"""«😴 Напомнить через 3 ч» under a card."""

from __future__ import annotations

from botrunner.panel.leads import of_lead
from botrunner.panel.visit import Presses, Visit
from content.messages import Message
from funnels.panel_words import PanelPress
from funnels.services.reminders import remind_later
from partners.models import Lead


@of_lead
def later(visit: Visit, press: PanelPress, lead: Lead) -> Message:
    return remind_later(lead=lead, now=visit.now)


PRESSES: Presses = {"later": later}
