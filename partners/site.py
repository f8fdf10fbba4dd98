"""The panel: who may come in, and its home page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from unfold.forms import AuthenticationForm as PanelAuthenticationForm
from unfold.sites import UnfoldAdminSite

from partners.access import membership_of


class LoginForm(PanelAuthenticationForm):
    """A membership is the only switch; Django's `is_staff` means nothing here."""

    def confirm_login_allowed(self, user: User) -> None:
        AuthenticationForm.confirm_login_allowed(self, user)
        if membership_of(user) is None:
            raise ValidationError(_("This login has no access to the panel. Ask the operators."), code="invalid_login")


class PanelSite(UnfoldAdminSite):
    login_form = LoginForm
    index_template = "admin/home.html"

    def has_permission(self, request: HttpRequest) -> bool:
        return membership_of(request.user) is not None

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        from partners.admin import fleet

        home = {**fleet.context(request), "title": _("Fleet"), **(extra_context or {})}
        response: TemplateResponse = super().index(request, home)
        return response

    def get_urls(self) -> list[URLPattern]:
        from partners.admin import fleet

        own = [
            path("fleet/", self.admin_view(fleet.fragment), name="fleet"),
            path("fleet/<int:bot_id>/<slug:command>/", self.admin_view(fleet.command), name="fleet_command"),
        ]
        return [*own, *super().get_urls()]
