"""Whoever opens an invitation into the panel: nobody yet, so their acts come here before the desk."""

from __future__ import annotations

from collections.abc import Callable

from botrunner.panel.visit import Messages, Visit
from botrunner.panel.words import button, told
from content.messages import Message
from funnels.panel_texts import Say
from funnels.panel_words import PanelPress
from funnels.services.panel_notes import tell_person
from funnels.services.script import forget_script
from funnels.services.turn_rows import Person
from funnels.services.turns import Opened, Turn
from partners.models import Invitation
from partners.services import invitations
from partners.services.invitations import Fault, Refused

Kind, State = Invitation.Kind, Invitation.State
FAULTS: dict[Fault, Say] = {
    "unknown": "fault_unknown",
    "taken": "fault_taken",
    "expired": "fault_expired",
    "bound": "fault_bound",
    "full": "fault_unknown",
}


def answer(visit: Visit, turn: Turn) -> Messages | None:
    """None for everybody who comes without an invitation."""
    try:
        match turn.act:
            case Opened(code) if invitations.looks_like_token(code):
                return (_opened(visit, turn.person, code),)
            case PanelPress(word) if word in PRESSES:
                return (PRESSES[word](visit, turn.act),)
    except Refused as refused:
        return (told(visit, FAULTS[refused.fault]),)
    return None


def _opened(visit: Visit, person: Person, token: str) -> Message:
    if visit.telegram_id in visit.script.panel_ids:  # the link stays good for whom it is meant
        return told(visit, "guest_own_link" if visit.role == "owner" else "guest_already")
    name = " ".join(filter(None, (person.first_name, person.last_name))) or f"id {person.telegram_id}"
    invitation = invitations.open_link(
        partner_id=visit.partner_id,
        token=token,
        telegram_id=person.telegram_id,
        name=name,
        username=person.username,
        now=visit.now,
    )
    return _state(visit, invitation, edits=False)


def _accept(visit: Visit, press: PanelPress) -> Message:
    known = {"partner_id": visit.partner_id, "invitation_id": press.id}
    invitation = invitations.accept(**known, telegram_id=visit.telegram_id, now=visit.now)
    if invitation.state == State.ACCEPTED and visit.script.owner_id is not None:
        _ask_owner(visit, invitation, visit.script.owner_id)
    forget_script(visit.partner_id)
    return _state(visit, invitation, edits=True)


def _decline(visit: Visit, press: PanelPress) -> Message:
    known = {"partner_id": visit.partner_id, "invitation_id": press.id}
    return _state(visit, invitations.decline(**known, telegram_id=visit.telegram_id, now=visit.now), edits=True)


def _state(visit: Visit, invitation: Invitation, *, edits: bool) -> Message:
    owners = invitation.kind == Kind.OWNER
    match invitation.state:
        case State.OPENED:
            yes = button(visit, "accept_owner" if owners else "accept", "inv_yes", invitation.pk)
            rows = ((yes,), (button(visit, "decline", "inv_no", invitation.pk),))
            return told(visit, "guest_owner" if owners else "guest_helper", buttons=rows, edits=edits)
        case State.ACCEPTED:
            return told(visit, "guest_accepted", edits=edits)
        case State.CONFIRMED:
            return told(visit, "guest_is_owner" if owners else "guest_in", edits=edits)
        case _:
            return told(visit, "guest_declined", edits=edits)


def _ask_owner(visit: Visit, invitation: Invitation, owner_id: int) -> None:
    values = {"name": invitation.name, "username": f" (@{invitation.username})" if invitation.username else ""}
    rows = (
        (button(visit, "let_in", "inv_ok", invitation.pk),),
        (button(visit, "keep_out", "inv_nope", invitation.pk),),
    )
    tell_person(
        partner_id=visit.partner_id,
        telegram_id=owner_id,
        key=f"invitation:{invitation.pk}",
        message=told(visit, "helper_asks", values, buttons=rows),
        now=visit.now,
    )


PRESSES: dict[str, Callable[[Visit, PanelPress], Message]] = {"inv_yes": _accept, "inv_no": _decline}
