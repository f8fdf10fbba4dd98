"""The buttons under a card: settled, how it ended, who speaks with the lead. Pressed twice they do what once does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from botrunner.panel.visit import Messages, Presses, Visit
from content.messages import Html, Message
from funnels.card_text import Headline, Say, named
from funnels.models import Alert
from funnels.panel_words import PanelPress
from funnels.services import takeover
from funnels.services.cards import card, facts_of, settled_card, voice_for
from funnels.services.presets import alert_texts
from funnels.services.statuses import handled, set_status
from partners.models import Lead

Status = Lead.Status
OUTCOMES: dict[Lead.Status, Say] = {
    Status.ORDERED: "outcome_ordered",
    Status.PARTNER: "outcome_partner",
    Status.CONTACTED: "outcome_contacted",
    Status.NOT_INTERESTED: "irrelevant",
}


def of_lead(answer: Callable[[Visit, PanelPress, Lead], Message]) -> Callable[[Visit, PanelPress], Messages]:
    """The wall shows only leads of this partner; anybody else's is as gone as an erased one."""

    def on_press(visit: Visit, press: PanelPress) -> Messages:
        leads = Lead.objects.select_for_update(of=("self",)).select_related("partner", "first_link", "last_link")
        lead = leads.filter(pk=press.id, erased_at=None).first()
        if lead is None:
            return (Message(Html(alert_texts().say["gone"]), edits=True),)
        return (answer(visit, press, lead),)

    return on_press


@of_lead
def done(visit: Visit, press: PanelPress, lead: Lead) -> Message:
    handled(lead=lead, now=visit.now)
    return _settled(visit, lead, "handled", "outcome_question")


@of_lead
def ended(visit: Visit, press: PanelPress, lead: Lead) -> Message:
    """The word of the button is how it ended."""
    status = {"ordered": Status.ORDERED, "partner": Status.PARTNER}.get(press.word, Status.CONTACTED)
    set_status(lead=lead, status=status, now=visit.now)
    return _settled(visit, lead, "handled", OUTCOMES[status])


@of_lead
def irrelevant(visit: Visit, press: PanelPress, lead: Lead) -> Message:
    set_status(lead=lead, status=Status.NOT_INTERESTED, now=visit.now)
    return _settled(visit, lead, "irrelevant", "irrelevant")


@of_lead
def take(visit: Visit, press: PanelPress, lead: Lead) -> Message:
    takeover.take(lead=lead, now=visit.now)
    return _whole(visit, lead)


@of_lead
def show(visit: Visit, press: PanelPress, lead: Lead) -> Message:
    """The card beside the list or the digest that its button stands under."""
    return replace(_whole(visit, lead), edits=False)


@of_lead
def give(visit: Visit, press: PanelPress, lead: Lead) -> Message:
    takeover.give_back(lead=lead, now=visit.now)
    if press.argument == takeover.HEARD:
        voice = voice_for(lead.partner)
        name = Html(f"<b>{named(facts_of(lead=lead, now=visit.now))}</b>")
        return Message(voice.say("returned", {"name": name}))
    return _whole(visit, lead)


def _settled(visit: Visit, lead: Lead, headline: Headline, end: Say) -> Message:
    return replace(settled_card(lead=lead, headline=headline, end=end, now=visit.now), edits=True)


def _whole(visit: Visit, lead: Lead) -> Message:
    """The card again, under the headline of the newest alert, if there ever was one."""
    newest = Alert.objects.filter(lead=lead).order_by("-at", "-pk").first()
    trigger: Headline | Alert.Trigger = Alert.Trigger(newest.trigger) if newest else "no_alert"
    return replace(card(lead=lead, trigger=trigger, now=visit.now), edits=True)


PRESSES: Presses = {
    "done": done,
    "ordered": ended,
    "partner": ended,
    "thinking": ended,
    "irrelevant": irrelevant,
    "card": show,
    "take": take,
    "give": give,
}
