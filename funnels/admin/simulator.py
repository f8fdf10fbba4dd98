"""«Проиграть»: a funnel or a sequence as one lead would live it. Nothing is saved: the page carries the lead's acts."""

from __future__ import annotations

import zoneinfo
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django import forms
from django.contrib import admin
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget, UnfoldAdminTimeWidget

from funnels.admin.simulator_page import Page
from funnels.models import FunnelVersion
from funnels.services.playing import world_for
from funnels.services.script import NothingToSay
from funnels.services.versions import problems_of
from funnels.simulator import LONGEST_ACT, MOST_ACTS, play
from funnels.stage import Setup
from funnels.timing import QuietHours
from partners import clock
from partners.access import sees_all_partners
from partners.models import Partner
from partners.models.partner import validate_time_zone
from partners.strict_yaml import FileError

LONGEST_LIFE = 20_000  # characters of the signed field
ZONES = (
    "Europe/Kaliningrad", "Europe/Moscow", "Europe/Samara", "Asia/Yekaterinburg", "Asia/Omsk", "Asia/Novosibirsk",
    "Asia/Irkutsk", "Asia/Vladivostok", "Asia/Kamchatka", "Asia/Almaty", "Asia/Tashkent", "Asia/Bishkek",
    "Asia/Tbilisi", "Asia/Yerevan", "Europe/Minsk", "Europe/Istanbul", "Europe/Berlin",
)  # fmt: skip


class SetupForm(forms.Form):
    """Who lives through it. Every field has a value to fall back on, so that a mistake stops nothing."""

    name = forms.CharField(label=_("first name"), max_length=64, required=False, widget=UnfoldAdminTextInputWidget())
    style = forms.ChoiceField(label=_("style"), choices=Partner.Style, widget=UnfoldAdminSelectWidget())
    zone = forms.CharField(
        label=_("time zone"),
        max_length=64,
        validators=[validate_time_zone],
        widget=UnfoldAdminTextInputWidget(attrs={"list": "simulator-zones"}),
    )
    quiet_from = forms.TimeField(label=_("quiet hours from"), widget=UnfoldAdminTimeWidget(format="%H:%M"))
    quiet_to = forms.TimeField(label=_("quiet hours to"), widget=UnfoldAdminTimeWidget(format="%H:%M"))

    def setup(self, begun: datetime) -> Setup:
        values: dict[str, Any] = {**self.initial, **getattr(self, "cleaned_data", {})}
        return Setup(
            begun=begun,
            zone=zoneinfo.ZoneInfo(values["zone"]),
            quiet=QuietHours(values["quiet_from"], values["quiet_to"]),
            style=values["style"],
            name=values["name"],
        )


@dataclass(frozen=True, slots=True)
class Past:
    """When the simulated life began, and what the lead has done since."""

    begun: datetime
    acts: tuple[str, ...] = ()

    def dump(self, version: FunnelVersion) -> str:
        return signing.dumps([self.begun.isoformat(), *self.acts], salt=_salt(version), compress=True)

    @classmethod
    def load(cls, carried: str, version: FunnelVersion) -> Past | None:
        """None for what this page did not write."""
        try:
            begun, *acts = signing.loads(carried[:LONGEST_LIFE], salt=_salt(version))
        except (signing.BadSignature, ValueError):
            return None
        moment = parse_datetime(begun)
        return cls(moment, tuple(acts)) if moment else None

    def then(self, act: str) -> Past:
        if not act or len(act) > LONGEST_ACT or len(self.acts) >= MOST_ACTS:
            return self
        return Past(self.begun, (*self.acts, act))


def _salt(version: FunnelVersion) -> str:
    return f"funnels.simulator.{version.pk}"


def page(request: HttpRequest, pk: int) -> HttpResponse:
    version = _version(request, pk)
    fresh = Past(clock.now().replace(microsecond=0))
    act = request.POST.get("act", "")
    past = Past.load(request.POST.get("life", ""), version) or fresh
    past = fresh if act == "again" else past.then(act)
    form = SetupForm(request.POST if request.method == "POST" else None, initial=_usual(version.partner))
    form.is_valid()
    context = {
        **admin.site.each_context(request),
        "title": _("%(version)s: played as a lead") % {"version": version},
        "version": version,
        "form": form,
        "zones": ZONES,
        "life": past.dump(version),
        "is_full": len(past.acts) >= MOST_ACTS,
        "problems": problems_of(version),
        "may_see_text": request.user.has_perm("funnels.view_funnelversion"),
    }
    try:
        world = world_for(version)
    except (FileError, NothingToSay) as error:
        context["cannot"] = _("There is no pay plan yet.") if isinstance(error, NothingToSay) else ""
    else:
        context["page"] = Page.of(play(world, form.setup(past.begun), past.acts))
    return TemplateResponse(request, "admin/funnels/simulator.html", context)


def _version(request: HttpRequest, pk: int) -> FunnelVersion:
    """Operators see every version; an owner their own ones, and what the network has published."""
    if not request.user.has_perm("funnels.play_funnelversion"):
        raise PermissionDenied
    version = FunnelVersion.objects.select_related("partner").filter(pk=pk).first()
    if version is None:
        raise Http404
    if version.partner is None and version.status == FunnelVersion.Status.DRAFT and not sees_all_partners(request.user):
        raise Http404
    return version


def _usual(partner: Partner | None) -> dict[str, Any]:
    return {
        "name": "Мария",
        "style": partner.communication_style if partner else Partner.Style.FORMAL,
        "zone": partner.time_zone if partner else "Europe/Moscow",
        "quiet_from": partner.quiet_from if partner else time(21),
        "quiet_to": partner.quiet_to if partner else time(10),
    }
