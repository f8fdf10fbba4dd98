"""A broadcast as its author sees it before anybody else does."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext

from content import markup
from funnels.admin.broadcast_form import BroadcastForm
from funnels.models import Broadcast
from funnels.segments import Segment
from funnels.services.audience import Audience, count
from funnels.services.broadcast_drafts import preview, problems_of


@dataclass(frozen=True, slots=True)
class Look:
    """`html` is empty while the text cannot be shown; `sentences` are what keeps it from being confirmed."""

    audience: Audience | None
    sentences: list[str]
    html: SafeString | str = ""
    buttons: list[str] = field(default_factory=list)
    picture: str = ""
    length: int = 0
    limit: int = markup.MESSAGE_LIMIT

    @classmethod
    def of(cls, broadcast: Broadcast, audience: Audience | None, sentences: list[str] | None = None) -> Look:
        message = preview(broadcast)
        text = message.text if message else ""
        is_shown = message is not None and not markup.fault(text)
        return cls(
            audience=audience,
            sentences=sentences or [],
            # Telegram's few tags are safe for a browser, too, when there is nothing else in the text.
            html=mark_safe(text) if is_shown else "",
            buttons=[button.text for row in message.buttons for button in row] if message else [],
            picture=broadcast.picture.url if broadcast.picture and broadcast.picture.name != "chosen" else "",
            length=markup.telegram_length(markup.visible(text)),
            limit=markup.CAPTION_LIMIT if broadcast.picture else markup.MESSAGE_LIMIT,
        )


def look_at(form: BroadcastForm, now: datetime) -> Look | None:
    """None until it is known whose it is."""
    broadcast = form.instance
    if not broadcast.partner_id:
        return None
    sentences = [str(error) for errors in form.errors.values() for error in errors]
    audience = None
    if not form.errors:
        segment = Segment.read(broadcast.segment)
        audience = count(partner_id=broadcast.partner_id, segment=segment, now=now)
        if not audience.eligible:
            sentences.append(gettext("Nobody of these people may be written to: choose others."))
    # What is wrong with the form has not reached the broadcast.
    sentences += [problem.sentence for problem in problems_of(broadcast)] if not form.errors else []
    return Look.of(broadcast, audience, sentences)
