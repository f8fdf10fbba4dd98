"""Web logins and what they may see."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as StockUserAdmin
from django.contrib.auth.models import Group, User
from django.db.models import Model, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import StackedInline
from unfold.decorators import action, display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from partners import clock
from partners.admin.base import PanelAdmin
from partners.models import Authenticator, Membership
from partners.services.second_factor import reset
from partners.witness import address_of

admin.site.unregister(User)
admin.site.unregister(Group)


class MembershipForm(ModelForm):  # type: ignore[type-arg]  # a generic only for mypy
    def clean(self) -> dict[str, Any]:
        """Said beside the field: an inline does not show what concerns the whole row."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        of_network = values.get("role") in Membership.NETWORK_ROLES
        if "role" in values and of_network == bool(values.get("partner")):
            self.add_error("partner", _("Who works for the whole network has no partner; a partner's login needs one."))
        return values


class MembershipInline(StackedInline):
    model = Membership
    form = MembershipForm
    fields = (("role", "partner"),)
    autocomplete_fields = ("partner",)
    extra = 1
    max_num = 1


@admin.register(User)
class UserAdmin(StockUserAdmin, PanelAdmin):  # type: ignore[type-arg]  # a generic only for mypy
    """Permissions are not given one by one: the role of the membership says everything."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    inlines = (MembershipInline,)
    list_display = ("username", "full_name", "role", "partner", "is_active", "has_second_factor", "last_login")
    list_filter = ("is_active", "membership__role")
    list_select_related = ("membership__partner", "authenticator")
    search_fields = ("username", "first_name", "last_name", "membership__partner__name")
    filter_horizontal = ()
    actions = ("reset_second_factor",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": (("first_name", "last_name"), "email", "is_active")}),
    )
    add_fieldsets = ((None, {"classes": ("wide",), "fields": ("username", "password1", "password2")}),)

    @action(description=_("Reset the second factor"), permissions=["change"])
    def reset_second_factor(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        """For whoever has lost phone and codes: they come in by password, and set up a new one."""
        by = request.user if isinstance(request.user, User) else None
        mine = [user for user in queryset if self.has_change_permission(request, user)]
        done = [str(user) for user in mine if reset(user=user, by=by, now=clock.now(), address=address_of(request))]
        messages.success(request, gettext("Second factors removed: %(names)s") % {"names": ", ".join(done) or "—"})

    @display(description=_("second factor"), boolean=True)
    def has_second_factor(self, user: User) -> bool:
        found: Authenticator | None = getattr(user, "authenticator", None)
        return found is not None and found.confirmed

    @display(description=_("person"), ordering="first_name")
    def full_name(self, user: User) -> str:
        return user.get_full_name()

    @display(description=_("role"), ordering="membership__role")
    def role(self, user: User) -> str:
        membership: Membership | None = getattr(user, "membership", None)
        if membership is None:
            return str(_("superuser")) if user.is_superuser else "—"
        return membership.get_role_display()

    @display(description=_("partner"), ordering="membership__partner__name")
    def partner(self, user: User) -> str:
        membership: Membership | None = getattr(user, "membership", None)
        return str(membership.partner) if membership and membership.partner else "—"

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """An operator must not become a superuser by setting a superuser's password."""
        if isinstance(obj, User) and obj.is_superuser and not request.user.is_superuser:
            return False
        return super().has_change_permission(request, obj)
