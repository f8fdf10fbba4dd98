from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display

from partners import clock
from partners.addresses import telegram_address
from partners.admin.base import PartnersRowAdmin
from partners.models import Destination, Lead, Link


def leads_by(touch: str) -> Coalesce:
    """Counted apart from each other: a join of both would multiply the rows."""
    counted = Lead.objects.filter(**{touch: OuterRef("pk")}).order_by().values(touch).annotate(n=Count("pk"))
    return Coalesce(Subquery(counted.values("n"), output_field=IntegerField()), 0)


@admin.register(Link)
class LinkAdmin(PartnersRowAdmin):
    list_display = ("name", "partner", "deep_link", "material", "author", "first", "last")
    list_filter = (("partner", AutocompleteSelectFilter),)
    list_select_related = ("partner__bot",)
    search_fields = ("code", "campaign", "material", "author")
    fields = ("partner", "code", "campaign", "material", "author", "entry", "deep_link")
    readonly_fields = ("deep_link",)

    class Media:
        js = ("partners/copy.js",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Link]:
        counted = super().get_queryset(request).annotate(first=leads_by("first_link"), last=leads_by("last_link"))
        return counted.defer("partner__bot__token")  # type: ignore[no-any-return]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        fields = super().get_fields(request, obj)
        return fields if obj else [field for field in fields if field != "deep_link"]

    @display(description=_("link"), ordering="campaign")
    def name(self, link: Link) -> str:
        return str(link)

    @display(description=_("address"))
    def deep_link(self, link: Link) -> SafeString | str:
        bot = getattr(link.partner, "bot", None)
        if bot is None or not bot.username:
            return gettext("known after the bot's first start")
        address = telegram_address(bot.username, link.code)
        return format_html(
            '<span class="copyable"><code>{}</code>'
            '<button type="button" class="panel-button" data-copy="{}">{}</button></span>',
            address.partition("://")[2],
            address,
            gettext("Copy"),
        )

    @display(description=_("first touch"), ordering="first")
    def first(self, link: Link) -> int:
        return link.first  # type: ignore[attr-defined, no-any-return]

    @display(description=_("last touch"), ordering="last")
    def last(self, link: Link) -> int:
        return link.last  # type: ignore[attr-defined, no-any-return]

    def save_model(self, request: HttpRequest, obj: Link, form: ModelForm[Any], change: bool) -> None:
        if not change:
            obj.created_at = clock.now()
        super().save_model(request, obj, form, change)


@admin.register(Destination)
class DestinationAdmin(PartnersRowAdmin):
    list_display = ("slot", "partner", "url")
    list_filter = (("partner", AutocompleteSelectFilter),)
    search_fields = ("slot", "url")
    fields = ("partner", "slot", "url")
