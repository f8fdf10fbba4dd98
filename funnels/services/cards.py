"""Cards about leads for the partner's own chat with the bot. Behind the partner's door."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from django.utils import translation

from content.messages import Button, Message
from funnels.card_text import ButtonName, CardFacts, CardVoice, Headline, Say, answer_labels
from funnels.contacts import shown_phone
from funnels.models import Alert, Conversation, LeadMessage
from funnels.panel_words import panel_data
from funnels.queries import scored_events
from funnels.scoring import score
from funnels.services.presets import alert_texts, weights
from funnels.services.versions import MAIN, newest
from funnels.timeline import funnel_of, screen_title
from partners.models import Lead, Link, Partner
from partners.queries import same_phone

Rows = tuple[tuple[Button, ...], ...]
WORDS = 3  # messages on a card
RUSSIAN = "ru"  # whatever language the web page speaks that has caused a card


def card(*, lead: Lead, trigger: Headline | Alert.Trigger, now: datetime, asked: str = "") -> Message:
    """All that the partner needs to know to answer, with the buttons to act. `lead.partner` and its links are read.

    `asked`: the message that it is about, if it may be an older one.
    """
    voice, facts = voice_for(lead.partner), facts_of(lead=lead, now=now)
    if asked and asked not in facts.words:
        facts = replace(facts, words=(asked, *facts.words)[:WORDS])
    with translation.override(RUSSIAN):
        text = voice.card(str(trigger), facts, now)  # type: ignore[arg-type]  # one of them
    return Message(text, buttons=buttons(lead, voice))


def settled_card(*, lead: Lead, headline: Headline, end: Say, now: datetime) -> Message:
    """The short form of a card: in place of the card, with the question what came of it."""
    voice = voice_for(lead.partner)
    with translation.override(RUSSIAN):
        text = voice.short(headline, facts_of(lead=lead, now=now), end=end)
    asks = end == "outcome_question"
    return Message(text, buttons=_rows(_outcomes(lead, voice) if asks else (_change(lead, voice),), lead, voice))


def removed_card(*, lead: Lead, now: datetime) -> Message:
    """The lead has withdrawn the consent to be called: without the contact, which is gone by now."""
    voice = voice_for(lead.partner)
    return Message(voice.short("contact_removed", facts_of(lead=lead, now=now), end="contact_removed"))


def voice_for(partner: Partner) -> CardVoice:
    return CardVoice(alert_texts(), partner.communication_style)  # type: ignore[arg-type]


def buttons(lead: Lead, voice: CardVoice) -> Rows:
    first = (press(lead, voice, "done"), press(lead, voice, "later"))
    second = (press(lead, voice, "irrelevant"), press(lead, voice, "give" if lead.taken_at else "take"))
    return _rows((first, second), lead, voice)


def press(lead: Lead, voice: CardVoice, name: ButtonName, argument: str = "") -> Button:
    return Button(voice.label(name), panel_data(name, lead.pk, argument))


def write_button(lead: Lead, voice: CardVoice) -> tuple[Button, ...]:
    """Opens the chat. Never tg://user?id=…: Telegram refuses a whole message whose button leads to a shy person."""
    address = lead.username or lead.phone  # t.me/+7916… finds whoever lets themselves be found by the number
    return (Button(voice.label("write"), url=f"https://t.me/{quote(address, safe='+')}"),) if address else ()


def facts_of(*, lead: Lead, now: datetime) -> CardFacts:
    place = Conversation.objects.select_related("version").filter(lead=lead).first()
    version = place.version if place else newest(key=MAIN, partner_id=lead.partner_id)
    funnel = funnel_of(version.text) if version else None
    said = {name: getattr(lead, name) for name in ("intent", "pain", "detail", "goal")}
    if funnel is not None:
        said = answer_labels(funnel, said, lead.partner.communication_style)  # type: ignore[arg-type]
    interest = " · ".join(said[name] for name in ("intent", "pain", "detail") if said.get(name))
    words = LeadMessage.objects.filter(lead=lead).order_by("-at", "-pk").values_list("text", flat=True)[:WORDS]
    return CardFacts(
        name=str(lead),
        telegram_id=lead.telegram_id,
        username=lead.username,
        phone=shown_phone(lead.phone) if lead.phone else "",
        has_duplicate=same_phone(lead).exists() if lead.phone else False,
        email=lead.email,
        interest=interest,
        goal=said.get("goal", ""),
        place=screen_title(funnel, place.step) if place else "",
        score=score(scored_events([lead.pk])[lead.pk], now=now, weights=weights()),
        came_at=lead.created_at,
        source=_source(lead),
        is_taken=lead.taken_at is not None,
        words=tuple(words),
    )


def _rows(rows: Rows, lead: Lead, voice: CardVoice) -> Rows:
    write = write_button(lead, voice)
    return (write, *rows) if write else rows


def _outcomes(lead: Lead, voice: CardVoice) -> Rows:
    return (
        (press(lead, voice, "ordered"), press(lead, voice, "partner")),
        (press(lead, voice, "thinking"),),
    )


def _change(lead: Lead, voice: CardVoice) -> tuple[Button, ...]:
    return (Button(voice.label("change"), panel_data("done", lead.pk)),)


def _source(lead: Lead) -> str:
    """The first link and, if it is another one, the last."""
    links = dict.fromkeys(filter(None, (lead.first_link, lead.last_link)))
    return " → ".join(_link_name(link) for link in links)


def _link_name(link: Link) -> str:
    return " · ".join(filter(None, (link.campaign, link.material))) or link.code
