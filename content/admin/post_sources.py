"""What only some posts are made of: stories with consent, promotions with a last day, ideas."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import OuterRef, QuerySet, Subquery
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminFileFieldWidget, UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from content.models import Idea, Offer, Post, Story
from content.posts.export import MAX_BYTES, SOURCE_LENGTH, Export, ExportError, read_export
from content.services.posts import ideas, stories
from partners import clock
from partners.admin.base import PanelAdmin, ReadOnlyAdmin
from partners.models import Partner


class ForWhomAdmin(PanelAdmin):
    """Rows of the network or of one partner."""

    autocomplete_fields: tuple[str, ...] = ("partner",)
    list_select_related = ("partner",)
    actions: tuple[str, ...] | None = None

    @display(description=_("for whom"), ordering="partner__name")
    def for_whom(self, row: Story | Offer | Idea) -> str:
        return str(row.partner or _("the whole network"))

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        if not change:
            obj.added_at = clock.now()
        super().save_model(request, obj, form, change)


class ToldFilter(DropdownFilter):
    title = _("state")
    parameter_name = "told"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("may be told")), ("no", _("withdrawn"))]

    def queryset(self, request: HttpRequest, rows: QuerySet[Story]) -> QuerySet[Story]:
        return rows if self.value() is None else rows.filter(retired_at__isnull=self.value() == "yes")


@admin.register(Story)
class StoryAdmin(ForWhomAdmin):
    list_display = ("beginning", "for_whom", "consent", "told")
    list_filter = (("partner", AutocompleteSelectFilter), ToldFilter)
    search_fields = ("text", "consent")
    fields = ("text", "consent", "partner")
    actions = ("withdraw_chosen", "tell_chosen")

    @display(description=_("story"))
    def beginning(self, story: Story) -> str:
        words = " ".join(story.text.split())
        return f"{words[:80]}…" if len(words) > 80 else words

    @display(description=_("state"), label={"told": "success", "withdrawn": None})
    def told(self, story: Story) -> tuple[str, Any]:
        return ("withdrawn", _("withdrawn")) if story.retired_at else ("told", _("may be told"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whose consent there was stays known."""
        return False

    @action(description=_("The consent was withdrawn: tell them no longer"), permissions=["change"])
    def withdraw_chosen(self, request: HttpRequest, queryset: QuerySet[Story]) -> None:
        stories.withdraw(stories=queryset.values_list("pk", flat=True), now=clock.now())
        messages.success(request, gettext("These stories are not told any more."))

    @action(description=_("They may be told again"), permissions=["change"])
    def tell_chosen(self, request: HttpRequest, queryset: QuerySet[Story]) -> None:
        stories.tell_again(stories=queryset.values_list("pk", flat=True))
        messages.success(request, gettext("These stories may be told."))


class OfferForm(forms.ModelForm):  # type: ignore[type-arg]  # a generic only for mypy
    def clean_until(self) -> Any:
        until = self.cleaned_data["until"]
        if "until" in self.changed_data and until < clock.now().date():
            raise ValidationError(_("This day is over."))
        return until


@admin.register(Offer)
class OfferAdmin(ForWhomAdmin):
    form = OfferForm
    list_display = ("title", "for_whom", "until", "running")
    list_filter = (("partner", AutocompleteSelectFilter),)
    search_fields = ("title", "terms")
    ordering = ("-until", "-pk")
    fields = ("title", "terms", "until", "partner")

    @display(description=_("state"), label={"running": "success", "over": None})
    def running(self, offer: Offer) -> tuple[str, Any]:
        return ("running", _("runs")) if offer.until >= clock.now().date() else ("over", _("is over"))


class ImportForm(forms.Form):
    file = forms.FileField(
        label=_("File result.json"),
        widget=UnfoldAdminFileFieldWidget,
        help_text=_("Telegram Desktop: open the channel, ⋮ → Export chat history → format JSON, without media."),
    )
    source = forms.CharField(
        label=_("Name of the channel"),
        max_length=SOURCE_LENGTH,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text=_("If it is to be another one than in the file."),
    )
    partner = forms.ModelChoiceField(
        Partner.objects.none(),
        label=_("only for the partner"),
        required=False,
        empty_label=_("the whole network"),
        widget=UnfoldAdminSelectWidget,
    )
    export: Export

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["partner"].queryset = Partner.objects.order_by("name")  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        file = self.cleaned_data["file"]
        try:
            self.export = read_export(file.read(MAX_BYTES + 1))
        except ExportError as error:
            raise ValidationError(str(error)) from None
        return file


@admin.register(Idea)
class IdeaAdmin(ReadOnlyAdmin, ForWhomAdmin):
    list_display = ("topic", "popularity", "written_on", "source", "for_whom", "used", "write")
    list_filter = (
        ("partner", AutocompleteSelectFilter),
        ("kind", ChoicesDropdownFilter),
    )
    search_fields = ("topic", "source")
    list_before_template = "admin/content/idea_bar.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Idea]:
        posts = Post.objects.filter(idea=OuterRef("pk")).order_by("-created_at")
        rows: QuerySet[Idea] = super().get_queryset(request)
        return rows.annotate(used=Subquery(posts.values("created_at")[:1]))

    @display(description=_("used"), ordering="used")
    def used(self, idea: Idea) -> str:
        moment = idea.used  # type: ignore[attr-defined]  # annotated
        return f"{timezone.localtime(moment):%d.%m.%Y}" if moment else "—"

    @display(description=_("post"))
    def write(self, idea: Idea) -> SafeString:
        link = '<span class="panel"><a class="panel-button" href="{}?idea={}">{}</a></span>'
        return format_html(link, reverse("admin:content_post_add"), idea.pk, _("Write a post"))

    def get_urls(self) -> list[URLPattern]:
        own = path("import/", self.admin_site.admin_view(self.take_in), name="content_idea_import")
        return [own, *super().get_urls()]

    def take_in(self, request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm("content.add_idea"):
            raise PermissionDenied
        form = ImportForm(request.POST or None, request.FILES or None)
        if request.method == "POST" and form.is_valid() and self._taken(request, form):
            return redirect("admin:content_idea_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": gettext("Ideas from a channel"),
            "opts": self.opts,
            "form": form,
        }
        return TemplateResponse(request, "admin/content/idea_import.html", context)

    def _taken(self, request: HttpRequest, form: ImportForm) -> bool:
        partner, source = form.cleaned_data["partner"], form.cleaned_data["source"].strip()
        try:
            taken = ideas.take_in(export=form.export, partner_id=partner.pk if partner else None, source=source)
        except ExportError as error:
            form.add_error("source", str(error))
            return False
        done = ngettext(
            "%(n)s new idea; known already: %(known)s; without words: %(skipped)s.",
            "%(n)s new ideas; known already: %(known)s; without words: %(skipped)s.",
            taken.new,
        )
        messages.success(request, done % {"n": taken.new, "known": taken.known, "skipped": taken.skipped})
        return True
