"""The turns outside the funnel: contact, consent, the lead's rights. Behind the partner's door."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from content.messages import Message
from funnels import dialogue
from funnels.contacts import example_phone, shown_phone
from funnels.curator_words import AnswerPress
from funnels.dialogue import Agree, Ask, Asking, AskPartner, Cancel, Card, Known, PhoneLeft, Refuse, Skip, Step, Words
from funnels.engine import State, menu_button
from funnels.moves import Happened
from funnels.services import contacts, offers, rights
from funnels.services.answering import feedback
from funnels.services.scene import Scene, voice_of
from funnels.services.script import Script
from funnels.services.turn_rows import Place
from funnels.wishes import ChangeTopic, Wish
from partners.models import Consent, Lead
from partners.queries import consents_in_force

Talk = Ask | AskPartner | Agree | Refuse | Card | Skip | Cancel | Wish | ChangeTopic | AnswerPress
TALKS = (Ask, AskPartner, Agree, Refuse, Card, Skip, Cancel, Wish, ChangeTopic, AnswerPress, Words)
CANCELS = frozenset({"отмена", "отменить", "cancel"})


@dataclass(frozen=True, slots=True)
class Talked:
    """`is_question`: after these messages the text goes on to the funnel, as a free text like any other."""

    messages: tuple[Message, ...]
    state: State
    events: tuple[Happened, ...] = ()
    is_question: bool = False


def typed(script: Script, place: Place, text: str) -> Cancel | Words | None:
    """What a text means to the dialogue; None while nothing is asked for, and for a button of the menu."""
    if not place.asking or menu_button(script.funnel, text) is not None:
        return None
    return Cancel() if text.strip().casefold() in CANCELS else Words(text)


def talk(*, script: Script, place: Place, act: Talk | Words, update_id: int, now: datetime) -> Talked:
    state = place.state or State(script.version, script.funnel.start, answers=place.answers)
    scene = Scene(voice_of(script), state.step, update_id, now)
    lead = Lead.objects.select_related("partner", "first_link", "last_link").get(pk=place.lead_id)
    match act:
        case Wish() | ChangeTopic():
            return Talked(*_in_order(rights.fulfil(scene=scene, lead=lead, wish=act), state))
        case AnswerPress():
            return Talked(feedback.press(scene=scene, lead=lead, pressed=act), state)
        case Agree("offers", version):
            return Talked(*_in_order(_accept_offers(scene, lead, version), state))
        case _:
            return _dialogue(scene, lead, state, act)


def _in_order(answer: rights.Answer, state: State) -> tuple[tuple[Message, ...], State, tuple[Happened, ...]]:
    messages, events = answer
    return messages, state, events


def _accept_offers(scene: Scene, lead: Lead, version: int) -> rights.Answer:
    voice = scene.voice
    if version != voice.consents.newest("offers").version:
        return (voice.plain("consent_changed"), offers.question(voice)), ()
    return (voice.plain("offers_on", edits=True),), offers.accept(scene=scene, lead=lead, version=version)


def _dialogue(scene: Scene, lead: Lead, state: State, act: dialogue.Act) -> Talked:
    asking = Asking.load(state.asking)
    known = Known(
        consents=Consent.Kind.DATA in consents_in_force(lead),
        version=scene.voice.consents.newest("data").version,
        country=lead.partner.country,
        has_phone=bool(lead.phone),
    )
    step = dialogue.decide(asking, act, known)
    events = [scene.happened("contact_asked")] if isinstance(act, Ask) else []
    for effect in step.effects:
        events += contacts.apply(scene=scene, lead=lead, effect=effect)
    messages = scene.voice.answer(step, asking, _variables(step, known))
    state = replace(state, asking=step.asking.dump() if step.asking else "")
    return Talked(messages, state, tuple(events), step.is_question)


def _variables(step: Step, known: Known) -> dict[str, str]:
    left = next((effect.phone for effect in step.effects if isinstance(effect, PhoneLeft)), "")
    return {"phone": shown_phone(left), "example": example_phone(known.country)}


def left_behind(*, script: Script, place: Place) -> tuple[Message, ...]:
    """Said when a move in the funnel ends the question for the phone: the menu comes back under the field."""
    asking = Asking.load(place.asking)
    if asking is None or asking.stage != "phone":
        return ()
    voice = voice_of(script)
    return (voice.plain("cancelled", keyboard=voice.menu),)
