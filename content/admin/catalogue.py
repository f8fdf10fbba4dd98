from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AllValuesCheckboxFilter
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextareaWidget

from content.models import PayPlanVersion, Product
from content.payplan import load_plan
from content.russian import month, roubles
from partners.admin.base import PanelAdmin
from partners.strict_yaml import FileError, Problem


@admin.register(Product)
class ProductAdmin(PanelAdmin):
    list_display = ("thumbnail", "name", "category", "price", "pv", "portions", "supplement", "active")
    list_display_links = ("thumbnail", "name")
    list_filter = (("category", AllValuesCheckboxFilter), "active", "supplement")
    search_fields = ("name", "key", "category")
    fieldsets = (
        (None, {"fields": (("name", "key"), ("category", "active"), "description", "picture")}),
        (_("Price"), {"fields": (("price_rub", "pv"), ("portions", "as_of"))}),
        (_("How it is spoken of"), {"fields": ("supplement", "keywords")}),
    )

    @display(description="")
    def thumbnail(self, product: Product) -> SafeString | str:
        if not product.picture:
            return "—"
        return format_html('<img class="panel-thumbnail" src="{}" alt="" loading="lazy">', product.picture.url)

    @display(description=_("price"), ordering="price_rub")
    def price(self, product: Product) -> str:
        """A price without its date is never shown."""
        return f"{roubles(product.price_rub)}, {month(product.as_of)}"


class PayPlanForm(ModelForm):  # type: ignore[type-arg]  # a generic only for mypy
    text = forms.CharField(
        label=_("table (YAML)"),
        max_length=20_000,
        strip=False,
        widget=UnfoldAdminTextareaWidget(
            attrs={
                "class": "funnel-text",
                "spellcheck": "false",
                "wrap": "off",
                "rows": 30,
                "data-editor": "",
            }
        ),
    )
    problems: tuple[Problem, ...] = ()

    class Meta:
        model = PayPlanVersion
        fields = ("valid_from", "text")

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        text, valid_from = values.get("text"), values.get("valid_from")
        if text and valid_from:
            self._check(text.replace("\r\n", "\n"), valid_from)
        return values

    def _check(self, text: str, valid_from: date) -> None:
        try:
            plan = load_plan(text, "payplan.yaml")
        except FileError as error:
            self.problems = tuple(error.problems)
            raise ValidationError(_("The table has mistakes; they are listed beside the text.")) from None
        if plan.valid_from != valid_from:
            raise ValidationError({"valid_from": _("The table itself says another date: valid_from.")})
        self.cleaned_data["text"] = text


@admin.register(PayPlanVersion)
class PayPlanAdmin(PanelAdmin):
    form = PayPlanForm
    change_form_template = "admin/content/payplan.html"
    list_display = ("name", "levels")
    actions = None

    class Media:
        js = ("content/editor.js",)

    @display(description=_("valid from"), ordering="valid_from")
    def name(self, version: PayPlanVersion) -> str:
        return str(version)

    @display(description=_("levels"))
    def levels(self, version: PayPlanVersion) -> str:
        try:
            return ", ".join(level.code for level in load_plan(version.text, "payplan.yaml").levels)
        except FileError:
            return gettext("the table cannot be read")

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        context["problems"] = context["adminform"].form.problems
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response
