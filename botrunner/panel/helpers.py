"""/invite: who helps the partner, one-time links for new helpers, and an end to it."""

from __future__ import annotations

from urllib.parse import quote

from botrunner.panel.visit import Commands, Messages, Presses, Visit
from botrunner.panel.words import button, line, moment, shortened, told
from content.messages import Button, Html, Message
from funnels.panel_words import PanelCommand, PanelPress, panel_data
from funnels.services.panel_notes import tell_person
from funnels.services.script import forget_script
from partners.addresses import telegram_address
from partners.models import Bot, Invitation, Partner
from partners.services import invitations
from partners.services.invitations import LIFETIME, MOST_HELPERS, Helper, Refused


def command(visit: Visit, _command: PanelCommand) -> Messages:
    return (_list(visit, edits=False),)


def show(visit: Visit, _press: PanelPress) -> Messages:
    return (_list(visit, edits=True),)


def invite(visit: Visit, _press: PanelPress) -> Messages:
    """The link as a message of its own, to be passed on."""
    bot = Bot.objects.select_related("partner").defer("token").filter(partner_id=visit.partner_id).first()
    if bot is None or not bot.username:
        return (told(visit, "no_address"),)
    token = invitations.invite(partner=bot.partner, kind=Invitation.Kind.HELPER, now=visit.now)
    address = telegram_address(bot.username, token)
    share = Button(button(visit, "share", "inv").text, url=f"https://t.me/share/url?url={quote(address, safe='')}")
    values = {"address": address, "until": moment(visit.now + LIFETIME, bot.partner.time_zone)}
    return (told(visit, "invitation", values, buttons=((share,),)),)


def let_in(visit: Visit, press: PanelPress) -> Messages:
    try:
        invitation = invitations.confirm(
            partner_id=visit.partner_id, invitation_id=press.id, by=visit.signature, now=visit.now
        )
    except Refused as refused:
        if refused.fault == "full":
            return (told(visit, "helpers_full", {"most": str(MOST_HELPERS)}, edits=True),)
        return (told(visit, "invitation_gone", edits=True),)
    if invitation.state != Invitation.State.CONFIRMED:
        return (told(visit, "invitation_gone", edits=True),)
    forget_script(visit.partner_id)
    _tell_helper(visit, invitation)
    return (told(visit, "helper_in", {"name": invitation.name}, edits=True),)


def keep_out(visit: Visit, press: PanelPress) -> Messages:
    try:
        invitation = invitations.refuse(partner_id=visit.partner_id, invitation_id=press.id, now=visit.now)
    except Refused:
        return (told(visit, "invitation_gone", edits=True),)
    if invitation.state != Invitation.State.DECLINED:
        return (told(visit, "invitation_gone", edits=True),)
    return (told(visit, "helper_refused", {"name": invitation.name}, edits=True),)


def ask_drop(visit: Visit, press: PanelPress) -> Messages:
    """The number of the press is the helper's Telegram id, as it is in the two below."""
    rows = ((button(visit, "drop_surely", "inv_out", press.id),), (button(visit, "back", "inv"),))
    helper = next((one for one in _helpers(visit) if one.telegram_id == press.id), None)
    if helper is None:
        return (_list(visit, edits=True),)
    return (told(visit, "drop_sure", {"name": _name(visit, helper)}, buttons=rows, edits=True),)


def drop(visit: Visit, press: PanelPress) -> Messages:
    helper = next((one for one in _helpers(visit) if one.telegram_id == press.id), None)
    if helper is None:
        return (_list(visit, edits=True),)
    invitations.remove_helper(partner_id=visit.partner_id, telegram_id=press.id, by=visit.signature, now=visit.now)
    forget_script(visit.partner_id)
    back = ((button(visit, "back", "inv"),),)
    return (told(visit, "dropped", {"name": _name(visit, helper)}, buttons=back, edits=True),)


def _list(visit: Visit, *, edits: bool) -> Message:
    helpers = _helpers(visit)
    named = [line(visit, "helper", {"name": _name(visit, helper)}) for helper in helpers]
    listed = Html("\n".join(named)) or line(visit, "helpers_none")
    label = button(visit, "drop_helper", "inv").text
    drops = [
        (Button(f"{label}: {shortened(_name(visit, helper), 30)}", panel_data("inv_drop", helper.telegram_id)),)
        for helper in helpers
    ]
    rows = (*drops, (button(visit, "new_helper", "inv_new"),))
    return told(visit, "helpers", {"helpers": listed}, buttons=rows, edits=edits)


def _helpers(visit: Visit) -> list[Helper]:
    return invitations.helpers_of(Partner.objects.get(pk=visit.partner_id))


def _name(visit: Visit, helper: Helper) -> str:
    return helper.name or line(visit, "helper_unknown", {"number": str(helper.telegram_id)})


def _tell_helper(visit: Visit, invitation: Invitation) -> None:
    assert invitation.telegram_id is not None  # it is confirmed
    tell_person(
        partner_id=visit.partner_id,
        telegram_id=invitation.telegram_id,
        key=f"invitation:{invitation.pk}:in",
        message=told(visit, "guest_in"),
        now=visit.now,
    )


COMMANDS: Commands = {"/invite": command}
PRESSES: Presses = {
    "inv": show,
    "inv_new": invite,
    "inv_ok": let_in,
    "inv_nope": keep_out,
    "inv_drop": ask_drop,
    "inv_out": drop,
}
