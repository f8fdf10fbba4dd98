"""A broadcast before it is confirmed: written, checked, looked at, tried on its author. Behind a door."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from content.messages import Html, Message
from content.models import OutboxMessage, Product
from content.outbox.promises import Promise, promise
from content.template import TemplateError
from funnels.broadcast_checks import Mark, check_letter, check_mark
from funnels.broadcast_message import Letter
from funnels.facts import LeadFacts, PartnerFacts
from funnels.models import Broadcast
from funnels.panel_words import panel_data
from funnels.segments import Segment
from funnels.services.clicks import Tracked, tracked_url
from funnels.text_checks import named
from partners.models import Bot, Destination, Partner
from partners.strict_yaml import Problem

SLOTS = ("shop", "registration")  # every partner has them
SAMPLE = LeadFacts("Мария")
WRITTEN = ("segment", "text", "picture", "button_text", "button_slot", "erid", "advertiser", "no_advert_by")


class NotPossible(ValueError):
    """The sentence says why, and what to do."""


def create(
    *,
    partner: Partner,
    segment: Segment,
    now: datetime,
    author: User | None = None,
    author_telegram_id: int | None = None,
    **fields: Any,
) -> Broadcast:
    return Broadcast.objects.create(
        partner=partner,
        segment=segment.to_json(),
        author=author,
        author_telegram_id=author_telegram_id,
        created_at=now,
        **fields,
    )


def save(*, broadcast: Broadcast, fields: tuple[str, ...] = WRITTEN) -> None:
    """Keeps what was changed in a draft, finished or not. Raises NotPossible once it is confirmed."""
    _lock_draft(broadcast)
    broadcast.save(update_fields=fields)


def write(*, broadcast: Broadcast, text: str) -> None:
    broadcast.text = text
    save(broadcast=broadcast, fields=("text",))


def mark(*, broadcast: Broadcast, erid: str = "", advertiser: str = "", no_advert_by: str = "") -> None:
    """Without anything: the question of the mark is open again."""
    broadcast.erid, broadcast.advertiser = erid[:64], advertiser.strip()[:200]
    broadcast.no_advert_by = no_advert_by[:120]
    save(broadcast=broadcast, fields=("erid", "advertiser", "no_advert_by"))


def set_button(*, broadcast: Broadcast, text: str, slot: str) -> None:
    broadcast.button_text, broadcast.button_slot = text, slot
    save(broadcast=broadcast, fields=("button_text", "button_slot"))


def ask(*, broadcast: Broadcast, what: Literal["", "text", "mark"], now: datetime) -> None:
    """What the bot takes the author's next words for."""
    broadcast.asks, broadcast.asked_at = what, now if what else None
    save(broadcast=broadcast, fields=("asks", "asked_at"))


def discard(*, broadcast: Broadcast) -> None:
    """Raises NotPossible once it is confirmed: then it can be cancelled."""
    _lock_draft(broadcast)
    broadcast.delete()


def _lock_draft(broadcast: Broadcast) -> None:
    drafts = Broadcast.objects.select_for_update().filter(pk=broadcast.pk, state=Broadcast.State.DRAFT)
    if not drafts.exists():
        raise NotPossible(_("This broadcast is confirmed already: it cannot be changed any more."))


def letter_of(broadcast: Broadcast) -> Letter:
    supplements = Product.objects.filter(supplement=True).values_list("name", flat=True)
    return Letter(
        text=broadcast.text.strip(),
        picture=broadcast.picture.name or "",
        button_text=broadcast.button_text.strip(),
        erid=broadcast.erid,
        advertiser=" ".join(broadcast.advertiser.split()).rstrip("."),
        supplement=bool(named(supplements, broadcast.text)),
    )


def slots_of(partner_id: int) -> list[str]:
    own = Destination.objects.filter(partner_id=partner_id).values_list("slot", flat=True)
    return [*SLOTS, *sorted(set(own) - set(SLOTS))]


def text_problems(broadcast: Broadcast) -> list[Problem]:
    slots = slots_of(broadcast.partner_id) if broadcast.button_slot or broadcast.button_text else []
    return check_letter(letter_of(broadcast), slot=broadcast.button_slot, slots=slots)


def mark_problems(broadcast: Broadcast) -> list[Problem]:
    return check_mark(Mark(broadcast.erid, broadcast.advertiser, broadcast.no_advert_by))


def problems_of(broadcast: Broadcast) -> list[Problem]:
    """Everything that keeps it from being confirmed, as far as it is written by its author."""
    return [*text_problems(broadcast), *mark_problems(broadcast)]


def partner_facts(partner: Partner) -> PartnerFacts:
    return PartnerFacts(partner.name, partner.communication_style, partner.story)  # type: ignore[arg-type]


def preview(broadcast: Broadcast, lead: LeadFacts = SAMPLE) -> Message | None:
    """Exactly what a lead would get, but that nobody is unsubscribed by it; None while the text cannot be read.

    `broadcast.partner` is read.
    """
    link = Tracked(broadcast.partner_id, 0, 0, "broadcast", broadcast.button_slot)  # of nobody: it is not counted
    url = tracked_url(link) if broadcast.button_slot else ""
    try:
        stop = panel_data("bc_sample", broadcast.pk or 0)
        return letter_of(broadcast).message(lead, partner_facts(broadcast.partner), url=url, stop=stop)
    except TemplateError:
        return None


def send_test(*, broadcast: Broadcast, telegram_id: int, note: Html, now: datetime) -> None:
    """To the author's own chat, after a `note` that it is a test. Raises NotPossible."""
    if problems := text_problems(broadcast):
        raise NotPossible(problems[0].sentence)
    bot_id = Bot.objects.filter(partner_id=broadcast.partner_id).values_list("pk", flat=True).first()
    if bot_id is None:
        raise NotPossible(_("The partner has no bot: connect one first."))
    message = preview(broadcast, LeadFacts(broadcast.partner.name.partition(" ")[0]))
    assert message is not None
    key = f"broadcast_test:{broadcast.pk}:{telegram_id}:{now.timestamp()}"
    promises = [
        Promise(telegram_id, f"{key}:{part}", said, not_before=now)
        for part, said in (("note", Message(note)), ("text", message))
    ]
    promise(
        partner_id=broadcast.partner_id,
        bot_id=bot_id,
        lane=OutboxMessage.Lane.ALERT,
        promises=promises,
        now=now,
        source=f"broadcast_test:{broadcast.pk}",
    )
