"""Plans of posts: a crontab, told in words and with its next runs while it is typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter
from unfold.decorators import display

from content.models import PostPlan
from content.posts.crontab import BadCrontab, checked, upcoming
from content.posts.crontab_words import sentence
from content.services.posts import plans
from partners import clock
from partners.access import membership_of, sees_all_partners
from partners.admin.base import PartnersRowAdmin, PartnersRowForm
from partners.models import Partner
from partners.templatetags.panel import local

LIST = "admin:content_postplan_changelist"
RUNS = 5
LONGEST = 200  # of what is looked at while it is typed


@dataclass(frozen=True, slots=True)
class Look:
    """`runs` are by the clock of `zone`; `problem` says what to write instead."""

    zone: str
    sentence: str = ""
    runs: tuple[datetime, ...] = ()
    problem: str = ""

    @classmethod
    def at(cls, crontab: str, zone: str, now: datetime) -> Look:
        place = ZoneInfo(zone)
        try:
            crontab = checked(crontab, place, now)
        except BadCrontab as error:
            return cls(zone, problem=str(error))
        runs = (run.astimezone(place).replace(tzinfo=None) for run in upcoming(crontab, place, now, RUNS))
        return cls(zone, sentence(crontab), tuple(runs))


class PlanForm(PartnersRowForm):
    class Meta:
        model = PostPlan
        fields = ("partner", "kind", "crontab", "enabled")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        partner = values.get("partner") or Partner.objects.filter(pk=self.instance.partner_id).first()
        if values.get("crontab") and partner:
            try:
                values["crontab"] = checked(values["crontab"], ZoneInfo(partner.time_zone), clock.now())
            except BadCrontab as error:
                self.add_error("crontab", str(error))
            else:
                self._refuse_double(partner, values.get("kind") or self.instance.kind, values["crontab"])
        return values

    def _refuse_double(self, partner: Partner, kind: str, crontab: str) -> None:
        others = PostPlan.objects.filter(partner=partner, kind=kind, crontab=crontab).exclude(pk=self.instance.pk)
        if others.exists():
            self.add_error("crontab", _("There is such a plan already."))


@admin.register(PostPlan)
class PostPlanAdmin(PartnersRowAdmin):
    form = PlanForm
    change_form_template = "admin/content/plan.html"
    list_before_template = "admin/content/plan_bar.html"
    list_display = ("kind", "partner", "readable", "next_run", "trouble", "enabled")
    list_filter = (
        ("partner", AutocompleteSelectFilter),
        ("kind", ChoicesDropdownFilter),
        "enabled",
    )
    ordering = ("partner__name", "kind", "next_at", "pk")
    fields = ("partner", "kind", "crontab", "enabled")
    actions = None

    class Media:
        js = ("content/plan.js",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("look/", view(require_GET(self.look)), name="content_postplan_look"),
            path("week/", view(require_POST(self.week)), name="content_postplan_week"),
            *super().get_urls(),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [*super().get_readonly_fields(request, obj), *(["kind"] if obj else [])]

    @display(description=_("when"), ordering="crontab")
    def readable(self, plan: PostPlan) -> str:
        return sentence(plan.crontab) or plan.crontab

    @display(description=_("next"), ordering="next_at")
    def next_run(self, plan: PostPlan) -> str:
        return f"{local(plan.next_at, plan.partner):%d.%m.%Y, %H:%M}" if plan.enabled and plan.next_at else "—"

    @display(description=_("last failure"))
    def trouble(self, plan: PostPlan) -> str:
        return f"{plan.reason} ({plan.failures})" if plan.failures else "—"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form: ModelForm[Any] = context["adminform"].form
        typed = form["crontab"].value() if "crontab" in form.fields else form.instance.crontab
        zone = self._zone(request, str(form.instance.partner_id or form.data.get("partner") or ""))
        context["look"] = Look.at(typed[:LONGEST], zone, clock.now()) if typed else None
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def look(self, request: HttpRequest) -> HttpResponse:
        """What is typed, told in words; nothing is kept."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        zone = self._zone(request, request.GET.get("partner", ""))
        look = Look.at(request.GET.get("crontab", "")[:LONGEST], zone, clock.now())
        return render(request, "admin/content/plan_look.html", {"look": look})

    def week(self, request: HttpRequest) -> HttpResponse:
        """The week that the types propose, for a partner without plans."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        partner = _partner(request, request.POST.get("partner", ""))
        if partner is None:
            messages.error(request, gettext("Choose a partner."))
            return redirect(LIST)
        count = plans.propose_week(partner_id=partner.pk, now=clock.now())
        if count:
            done = ngettext("%(n)s plan was made.", "%(n)s plans were made.", count)
            messages.success(request, done % {"n": count})
        else:
            messages.warning(request, gettext("This partner has plans already: change those."))
        return redirect(LIST)

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        partners = Partner.objects.filter(postplan=None).order_by("name").values_list("pk", "name")
        own = {"without_plans": partners if self.has_add_permission(request) else ()}
        response: HttpResponse = super().changelist_view(request, own | (extra_context or {}))
        return response

    def save_model(self, request: HttpRequest, obj: PostPlan, form: ModelForm[Any], change: bool) -> None:
        now = clock.now()
        if change:
            plans.change_plan(plan=obj, crontab=obj.crontab, enabled=obj.enabled, now=now)
            return
        saved = plans.save_plan(
            partner_id=obj.partner_id,
            kind=obj.kind,  # type: ignore[arg-type]  # a choice of the form
            crontab=obj.crontab,
            enabled=obj.enabled,
            now=now,
        )
        obj.pk = saved.pk

    def delete_model(self, request: HttpRequest, obj: PostPlan) -> None:
        plans.delete_plan(plan=obj)

    def _zone(self, request: HttpRequest, typed: str) -> str:
        partner = _partner(request, typed)
        return partner.time_zone if partner else str(settings.TIME_ZONE)


def _partner(request: HttpRequest, typed: str) -> Partner | None:
    """Whom an operator has chosen; else whose login it is."""
    membership = membership_of(request.user)
    if not sees_all_partners(request.user):
        return membership.partner if membership else None
    number = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 18 else 0
    return Partner.objects.filter(pk=number).first()
