"""What the modules of /broadcast share: who may, which broadcast, and how it is shown."""

from __future__ import annotations

from collections.abc import Callable

from botrunner.panel.visit import Messages, Visit
from content.messages import Button, Message
from funnels.models import Broadcast
from funnels.panel_words import PanelPress
from funnels.services import broadcasts
from funnels.services.broadcast_speech import Speech
from partners.models import Partner

State = Broadcast.State
OnPress = Callable[[Visit, PanelPress], Messages | None]
Rows = tuple[tuple[Button, ...], ...]


def speech_for(visit: Visit) -> Speech | None:
    """Only for the partner in person: a helper answers leads, but does not write to all of them."""
    partner = Partner.objects.get(pk=visit.partner_id)
    return Speech.of(partner) if partner.telegram_id == visit.telegram_id else None


def for_partner(answer: Callable[[Visit, Speech, PanelPress], Messages]) -> OnPress:
    def on_press(visit: Visit, press: PanelPress) -> Messages | None:
        speech = speech_for(visit)
        return answer(visit, speech, press) if speech else None

    return on_press


def of_broadcast(answer: Callable[[Visit, Speech, Broadcast], Messages]) -> OnPress:
    """The wall shows only this partner's; one that is gone is told."""

    @for_partner
    def on_press(visit: Visit, speech: Speech, press: PanelPress) -> Messages:
        found = Broadcast.objects.select_related("partner").filter(pk=press.id, partner_id=visit.partner_id).first()
        return answer(visit, speech, found) if found else (speech.plain("gone", edits=True),)

    return on_press


def of_draft(answer: Callable[[Visit, Speech, Broadcast], Messages]) -> OnPress:
    """An old button of one that is confirmed shows how far it is."""

    @of_broadcast
    def on_press(visit: Visit, speech: Speech, broadcast: Broadcast) -> Messages:
        if broadcast.state != State.DRAFT:
            return (shown(visit, speech, broadcast),)
        return answer(visit, speech, broadcast)

    return on_press


def shown(visit: Visit, speech: Speech, broadcast: Broadcast, *, edits: bool = True) -> Message:
    """How far it is; the last look ends it, whatever the tick does."""
    broadcasts.finish(broadcast=broadcast, now=visit.now)
    return speech.progress(broadcast, visit.now, edits=edits)


def only_drop(speech: Speech, draft: Broadcast) -> Rows:
    return ((speech.button("drop", "bc_drop", draft.pk),),)
