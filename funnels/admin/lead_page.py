"""The page of one lead: who it is, the score with its reasons, what happened, and what to do about it."""

from __future__ import annotations

import zoneinfo
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from content.messages import Style
from funnels.admin.lead_filters import INTEREST_NAMES
from funnels.contacts import masked_phone, shown_phone
from funnels.models import Alert, Conversation, FunnelEvent, FunnelVersion, LeadMessage
from funnels.progress_lead import standings
from funnels.queries import Timeline, scored_events, versions_of
from funnels.score_words import BANDS, explain
from funnels.scoring import Score, band, score
from funnels.services import takeover
from funnels.services.presets import weights
from funnels.services.statuses import BY_HAND, handled, set_status
from funnels.timeline import Sentence, funnel_of, screen_title, sentence
from partners import clock
from partners.admin.base import PanelAdmin
from partners.models import Consent, Lead
from partners.queries import same_phone

PER_PAGE = 100
CHANGE = "admin:partners_lead_change"


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the timeline: a sentence about an event, or the words of a message."""

    at: datetime
    sentence: Sentence | None = None
    words: str = ""


class LeadPage(PanelAdmin):
    def get_urls(self) -> list[URLPattern]:
        act = self.admin_site.admin_view(require_POST(self.act))
        return [path("<int:pk>/act/", act, name="partners_lead_act"), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        lead: Lead | None = self.get_object(request, object_id)
        if lead is None or not self.has_view_permission(request, lead):
            raise Http404
        if not may_read(request):
            raise PermissionDenied
        page: Page[Any] = Paginator(cast(Any, Timeline(lead)), PER_PAGE).get_page(request.GET.get("p"))
        place = Conversation.objects.select_related("version").filter(lead=lead).first()
        context = {
            **self.admin_site.each_context(request),
            "title": str(lead),
            "opts": self.opts,
            "original": lead,
            "lead": lead,
            "interest": INTEREST_NAMES.get(lead.pain, lead.pain),
            "place": screen_title(funnel_of(place.version.text), place.step) if place else "",
            "contact": Contact.of(lead, in_full=may_see_contacts(request)),
            "standings": standings(lead, clock.now()),
            "reckoning": Reckoning.of(lead, clock.now()),
            "alerts": list(Alert.objects.filter(lead=lead, state=Alert.State.OPEN)),
            "may_act": may_act(request) and lead.erased_at is None,
            "statuses": [(status, status.label) for status in BY_HAND if status != lead.status],
            "page": page,
            "days": list(_days(page, lead)),
        }
        return TemplateResponse(request, "admin/funnels/lead.html", context)

    def act(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the buttons of the page do; the same services as the buttons under a card in Telegram."""
        if not may_act(request):
            raise PermissionDenied
        leads: QuerySet[Lead] = self.get_queryset(request).select_for_update(of=("self",)).select_related("partner")
        lead = leads.filter(pk=pk, erased_at=None).first()
        if lead is None:
            raise Http404
        messages.success(request, _act(lead, request.POST.get("do", ""), clock.now()))
        return redirect(CHANGE, pk)


def _act(lead: Lead, word: str, now: datetime) -> str:
    """The sentence that tells what is true now."""
    if word == "done":
        handled(lead=lead, now=now)
        return _("The alerts of this lead are handled.")
    if word == "take":
        takeover.take(lead=lead, now=now)
        return _("The dialogue is yours: the bot does not answer this lead until you return it.")
    if word == "give":
        takeover.give_back(lead=lead, now=now)
        return _("The bot answers this lead again.")
    if word not in BY_HAND:
        raise Http404
    set_status(lead=lead, status=Lead.Status(word), now=now)
    return _("The status is now: %(status)s.") % {"status": lead.get_status_display()}


def may_act(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("partners.handle_lead"))


@dataclass(frozen=True, slots=True)
class Reckoning:
    """The score as it is at this moment, with its reasons in words."""

    score: Score
    band: str
    lines: list[str]

    @classmethod
    def of(cls, lead: Lead, now: datetime) -> Reckoning:
        result = score(scored_events([lead.pk])[lead.pk], now=now, weights=weights())
        return cls(result, BANDS[band(result.total)](), [explain(line, now) for line in result.lines])


def may_read(request: HttpRequest) -> bool:
    """Their words, and their names in Telegram."""
    return bool(request.user.has_perm("partners.read_lead"))


def may_see_contacts(request: HttpRequest) -> bool:
    return bool(request.user.has_perm("partners.view_contact"))


@dataclass(frozen=True, slots=True)
class Contact:
    """What the page tells of a lead's contact: `in_full` or only that it is there."""

    phone: str
    email: str
    in_full: bool
    consents: list[Consent]
    same_phone: list[Lead]

    @classmethod
    def of(cls, lead: Lead, *, in_full: bool) -> Contact:
        return cls(
            phone=shown_phone(lead.phone) if in_full else masked_phone(lead.phone),
            email=lead.email if in_full or not lead.email else "•••",
            in_full=in_full,
            consents=list(lead.consents.all()),
            same_phone=list(same_phone(lead)[:10]) if lead.phone else [],
        )


def _days(page: Page[Any], lead: Lead) -> Iterator[tuple[date, list[Entry]]]:
    """The page's entries by day, in the partner's zone."""
    zone = zoneinfo.ZoneInfo(lead.partner.time_zone)
    rows: list[FunnelEvent | LeadMessage] = list(page)
    versions = versions_of([row for row in rows if isinstance(row, FunnelEvent)])
    style: Style = lead.partner.communication_style  # type: ignore[assignment]
    entries = (_entry(row, versions, style, zone) for row in rows)
    for day, of_day in groupby(entries, key=lambda entry: entry.at.date()):
        yield day, list(of_day)


def _entry(
    row: FunnelEvent | LeadMessage, versions: dict[int, FunnelVersion], style: Style, zone: zoneinfo.ZoneInfo
) -> Entry:
    at = row.at.astimezone(zone).replace(tzinfo=None)  # or the template would bring it back to the server's zone
    if isinstance(row, LeadMessage):
        return Entry(at, words=row.text)
    version = versions.get(row.version_id or 0)
    funnel = funnel_of(version.text) if version else None
    return Entry(at, sentence(row.kind, row.step, row.data, funnel, style))
