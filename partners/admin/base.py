"""What the admin pages share: whose row it is, and secrets that go in but never come out."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminPasswordWidget, UnfoldAdminTextareaWidget

from partners.access import membership_of, sees_all_partners
from partners.audit_values import snapshot
from partners.fields import Secret
from partners.models import AuditEntry
from partners.witness import note


class PanelAdmin(ModelAdmin):
    list_per_page = 50
    show_full_result_count = False
    list_filter_submit = True
    compressed_fields = True
    warn_unsaved_form = True

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        """Somebody else's row and a row that never was look alike."""
        raise Http404

    def hidden_lookups(self, request: HttpRequest) -> tuple[str, ...]:
        """Fields that an address may not filter by: `?phone__startswith=` would tell a number digit by digit."""
        return ()

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        filters = {getattr(one, "parameter_name", None) for one in self.get_list_filter(request)}
        is_hidden = lookup not in filters and lookup.split("__", 1)[0] in self.hidden_lookups(request)
        return not is_hidden and super().lookup_allowed(lookup, value, request)

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        note(request, AuditEntry.Action.ADD, obj, after=snapshot(obj))
        return super().log_addition(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for row in queryset:
            note(request, AuditEntry.Action.DELETE, row, before=snapshot(row))
        return super().log_deletions(request, queryset)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        for formset in formsets:
            keys = [each.instance.pk for each in formset.initial_forms if each.has_changed()]
            stored = formset.model._base_manager.filter(pk__in=keys) if keys else ()
            formset.stored = {row.pk: snapshot(row) for row in stored}
        super().save_related(request, form, formsets, change)

    def construct_change_message(self, request: HttpRequest, form: Any, formsets: Any, add: bool = False) -> Any:
        """Here Django shows what has become of the inlines; the row itself is compared by the witness."""
        for formset in formsets or ():
            for row in formset.new_objects:
                note(request, AuditEntry.Action.ADD, row, after=snapshot(row))
            for row, _changed in formset.changed_objects:
                note(request, AuditEntry.Action.CHANGE, row, before=formset.stored.get(row.pk), after=snapshot(row))
            for row in formset.deleted_objects:
                note(request, AuditEntry.Action.DELETE, row, before=snapshot(row))
        return super().construct_change_message(request, form, formsets, add)


class ReadOnlyAdmin(PanelAdmin):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class PartnersRowForm(forms.ModelForm):  # type: ignore[type-arg]  # a generic only for mypy
    """A row of a partner's login: the partner is set here, whatever was sent."""

    own_partner_id: int | None = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.own_partner_id is not None and self.instance._state.adding:
            self.instance.partner_id = self.own_partner_id

    def _get_validation_exclusions(self) -> set[str]:
        """Uniqueness within the partner is checked although the form has no such field."""
        excluded: set[str] = super()._get_validation_exclusions()  # type: ignore[misc]  # Django's own, unnamed in its stubs
        return excluded - {"partner"}


class PartnersRowAdmin(PanelAdmin):
    """Rows with a partner: operators choose whose, once; a partner's login never sees the field."""

    form = PartnersRowForm
    autocomplete_fields = ("partner",)
    list_select_related: tuple[str, ...] = ("partner",)

    def get_form(self, request: HttpRequest, obj: Model | None = None, change: bool = False, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, change=change, **kwargs)
        membership = membership_of(request.user)
        own = membership.partner_id if membership else None
        return type(form.__name__, (form,), {"own_partner_id": own})

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        return self._for(request, super().get_fields(request, obj))

    def get_list_display(self, request: HttpRequest) -> list[str]:
        return self._for(request, super().get_list_display(request))

    def get_list_filter(self, request: HttpRequest) -> list[Any]:
        return self._for(request, super().get_list_filter(request))

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> list[str]:
        fixed = ["partner"] if obj is not None and sees_all_partners(request.user) else []
        return [*super().get_readonly_fields(request, obj), *fixed]

    def _for(self, request: HttpRequest, names: Any) -> list[Any]:
        if sees_all_partners(request.user):
            return list(names)
        return [name for name in names if name != "partner" and (not isinstance(name, tuple) or name[0] != "partner")]


class SecretInput(UnfoldAdminPasswordWidget):
    """Never shows what it holds, not even after a mistake elsewhere in the form."""

    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "new-password"}, render_value=False)


class SecretTextarea(UnfoldAdminTextareaWidget):
    def __init__(self) -> None:
        super().__init__(attrs={"autocomplete": "off", "spellcheck": "false", "rows": 3})

    def format_value(self, value: Any) -> str:
        return ""


class SecretFormField(forms.CharField):
    """Empty means: keep what is stored. `clean` gives a Secret."""

    def clean(self, value: Any) -> Secret:
        return Secret(super().clean(value))

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)
