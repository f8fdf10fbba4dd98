"""Partners' own texts: which there are, and the page on which one is written beside the network's."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display

from content.differences import changes
from funnels.models import TextOverride
from funnels.services import overrides
from funnels.services.overrides import Place
from funnels.services.preview import spoken
from partners import clock
from partners.admin.base import PartnersRowAdmin, ReadOnlyAdmin
from partners.models import Partner

PAGE = "admin:funnels_own_text"
LONGEST = 12_000  # more than any message may have: the check says so, and nothing that was typed is cut
STATES = {
    "in force": _("in force"),
    "network changed": _("the network has changed its text"),
    "orphaned": _("no longer sent"),
}


@admin.register(TextOverride)
class OwnTextAdmin(ReadOnlyAdmin, PartnersRowAdmin):
    list_display = ("message", "partner", "shown_state", "author", "changed_at")
    list_display_links = ("message",)
    list_select_related = ("partner", "author")
    list_filter = (("partner", AutocompleteSelectFilter),)
    search_fields = ("sequence", "step", "text")
    ordering = ("-changed_at", "-pk")
    actions = None

    def get_urls(self) -> list[URLPattern]:
        page = self.admin_site.admin_view(self.page)
        name = PAGE.partition(":")[2]
        return [path("<int:partner_id>/<slug:sequence>/<slug:step>/", page, name=name), *super().get_urls()]

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        places = overrides.places(changelist.result_list)
        for row in changelist.result_list:
            row.place = places[row.pk]
        return changelist

    @display(description=_("message"), ordering="sequence")
    def message(self, own: TextOverride) -> str:
        return str(own.place.title)  # type: ignore[attr-defined]  # put there by get_changelist_instance

    @display(description=_("state"), label={"in force": "success", "network changed": "warning", "orphaned": None})
    def shown_state(self, own: TextOverride) -> tuple[str, Any]:
        state = own.place.state  # type: ignore[attr-defined]
        return state, STATES[state]

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> HttpResponse:
        own: TextOverride | None = self.get_object(request, object_id)
        if own is None or not self.has_view_permission(request, own):
            raise Http404
        return redirect(PAGE, own.partner_id, own.sequence, own.step)

    def page(self, request: HttpRequest, partner_id: int, sequence: str, step: str) -> HttpResponse:
        if not request.user.has_perm("funnels.change_textoverride"):
            raise PermissionDenied
        partner = Partner.objects.filter(pk=partner_id).first()
        where: dict[str, Any] = {"partner_id": partner_id, "sequence": sequence, "step": step}
        place = overrides.place_of(**where)
        if partner is None or (place.step is None and place.own is None):
            raise Http404
        if request.method != "POST":
            return self._show(request, partner, place, where)
        try:
            messages.success(request, self._act(request, where))
        except overrides.TextRefused as refused:
            typed = request.POST.get("text", "")[:LONGEST]
            return self._show(request, partner, place, where, typed, refused.sentences)
        if overrides.place_of(**where).step is None:
            return redirect("admin:funnels_textoverride_changelist")
        return redirect(PAGE, *where.values())

    def _act(self, request: HttpRequest, where: dict[str, Any]) -> str:
        match request.POST.get("action"):
            case "keep":
                overrides.accept(**where)
                return gettext("Your text stays. You will be told when the network changes its text again.")
            case "clear":
                overrides.clear(**where)
                return gettext("The network's text is in force again.")
        typed = request.POST.get("text", "")[:LONGEST]
        author = request.user if isinstance(request.user, User) else None
        own = overrides.set_text(**where, text=typed, author=author, now=clock.now())
        if own is None:
            return gettext("This is the network's text: it is in force.")
        return gettext("Saved. Whoever has not got this message yet gets this text.")

    def _show(
        self,
        request: HttpRequest,
        partner: Partner,
        place: Place,
        where: dict[str, Any],
        typed: str | None = None,
        problems: list[str] | None = None,
    ) -> HttpResponse:
        own, network = place.own, place.step.text if place.step else ""
        text = typed if typed is not None else own.text if own else network
        context = {
            **self.admin_site.each_context(request),
            "title": place.title,
            "opts": self.opts,
            "partner": partner,
            "place": place,
            "where": where,
            "text": text,
            "problems": problems or [],
            "changes": list(changes(own.base, network)) if own and place.state == "network changed" else [],
            "said": spoken(text, partner),
            "network_said": spoken(network, partner),
        }
        return TemplateResponse(request, "admin/funnels/sequence_text.html", context)
