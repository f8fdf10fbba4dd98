"""The panel: its login and its home page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from unfold.sites import UnfoldAdminSite

from partners import clock
from partners.access import membership_of
from partners.login import LoginForm, settle
from partners.middleware import opens_own_door
from partners.models import AuditEntry
from partners.services.audit import record
from partners.witness import address_of


class PanelSite(UnfoldAdminSite):
    login_form = LoginForm
    index_template = "admin/home.html"

    def has_permission(self, request: HttpRequest) -> bool:
        return membership_of(request.user) is not None

    @opens_own_door
    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        response: HttpResponse = super().login(request, extra_context)
        if request.method == "POST":
            settle(request, response)
        return response

    @opens_own_door
    @method_decorator(never_cache)
    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        if request.method == "POST" and request.user.is_authenticated:
            left = AuditEntry.Action.LOGOUT
            record(actor=request.user, action=left, about=request.user, address=address_of(request), now=clock.now())
        response: HttpResponse = super().logout(request, extra_context)
        return response

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from partners.admin import fleet

        home = {**fleet.context(request), "title": _("Fleet"), **(extra_context or {})}
        response: TemplateResponse = super().index(request, home)
        return response

    def get_urls(self) -> list[URLPattern]:
        from partners.admin import fleet, second_factor

        own = [
            path("fleet/", self.admin_view(fleet.fragment), name="fleet"),
            path("fleet/<int:bot_id>/<slug:command>/", self.admin_view(fleet.command), name="fleet_command"),
            path("second-factor/", second_factor.enter, name="second_factor"),
            path("second-factor/setup/", second_factor.set_up, name="second_factor_setup"),
        ]
        return [*own, *super().get_urls()]
