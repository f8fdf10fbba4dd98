"""The knowledge base: documents written here or brought as files."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.core.files import File
from django.db.models import Count, Q, QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AllValuesCheckboxFilter, AutocompleteSelectFilter, DropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from content.admin.compared import Changes
from content.ai.accounts import network_yandex
from content.knowledge.findings import findings
from content.knowledge.reading import MAX_BYTES, MAX_LETTERS, ReadError, Source, read
from content.models import Document
from content.models.knowledge import owned_by
from content.queries.regression import NEW, Trial
from content.queries.vectors import progress
from content.russian import number
from content.services import knowledge
from partners import clock
from partners.admin.base import PanelAdmin

WHAT_TO_DO = {
    "link": _(
        "A link of one person or one day: the sentence is not quoted. Write {shop_link} or {registration_link} instead."
    ),
    "slot": _("There is no such slot: {shop_link} and {registration_link} are filled with the partner's own."),
    "person": _("A phone, an address or an account. The sentence is not quoted: take it out."),
    "claim": _(
        "A promise that may not be made: a cure, an income, a result. It is not quoted. Say what is in it instead."
    ),
    "instruction": _("An order to the assistant. This passage is not used: take the order out."),
}


class DocumentForm(ModelForm):  # type: ignore[type-arg]  # a generic only for mypy
    file = forms.FileField(
        label=_("File"),
        required=False,
        help_text=_(
            "Markdown, text, PDF or DOCX instead of a text. A title and dates typed here go before the file's own."
        ),
    )
    text = forms.CharField(
        label=_("Text (Markdown)"),
        required=False,
        max_length=MAX_LETTERS,
        strip=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 24}),
    )
    source: Source

    class Meta:
        model = Document
        fields = ("partner", "title", "category", "text", "created_on", "updated_on", "as_of", "expires_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False

    @property
    def is_trial(self) -> bool:
        return "_try" in self.data

    def is_valid(self) -> bool:
        """What is only tried is shown once more, and not saved."""
        return super().is_valid() and not self.is_trial

    def trial(self) -> Trial:
        owner = self.cleaned_data.get("partner")
        stored = self.instance
        if stored._state.adding:
            return Trial(self.source, NEW, owner.pk if owner else None, stored.path)
        return Trial(self.source, stored.pk, stored.partner_id, stored.path)

    def clean_file(self) -> Source | None:
        file: File[bytes] | None = self.cleaned_data["file"]
        if file is None:
            return None
        name = PurePath(file.name or "").name
        if (file.size or 0) > MAX_BYTES:
            raise ValidationError(_("The file is larger than %(limit)s MB: split it.") % {"limit": MAX_BYTES >> 20})
        try:
            return read(name, file.read())
        except ReadError as error:
            raise ValidationError(str(error)) from None

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        file: Source | None = values.get("file")
        text = file.text if file else (values.get("text") or "").replace("\r\n", "\n").strip()
        title = values.get("title") or (file.title if file else "")
        if "file" not in self.errors and not text:
            self.add_error("text", _("Write a text, or choose a file."))
        if not title and not file:
            self.add_error("title", _("Write a title."))
        self.source = Source(
            title=title,
            category=values.get("category") or (file.category if file else ""),
            text=text,
            created=values.get("created_on") or (file.created if file else None),
            updated=values.get("updated_on") or (file.updated if file else clock.now().date()),
            as_of=values.get("as_of") or (file.as_of if file else None),
            expires=values.get("expires_on") or (file.expires if file else None),
            torn=file.torn if file else self.instance.torn,
        )
        if self.instance._state.adding and title:
            self._refuse_double(title, values.get("partner"))
        return values

    def _refuse_double(self, title: str, partner: Any) -> None:
        self.instance.path = title[:200]
        stored = Document.objects.filter(owned_by(partner.pk if partner else None), collection="")
        if stored.filter(path=self.instance.path).exists():
            self.add_error("title", _("There is a document with this title: open it and change it there."))


class StateFilter(DropdownFilter):
    title = _("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            ("live", _("in use")),
            ("expired", _("expired")),
            ("retired", _("retired")),
            ("findings", _("with findings")),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Document]) -> QuerySet[Document]:
        today = clock.now().date()
        states = {
            "live": Q(pk__in=Document.objects.live(today)),
            "expired": Q(expires_on__lte=today, retired_at=None),
            "retired": Q(retired_at__isnull=False),
            "findings": ~Q(findings=[]),
        }
        return queryset.filter(states[self.value()]) if self.value() in states else queryset


@admin.register(Document)
class DocumentAdmin(PanelAdmin):
    form = DocumentForm
    change_form_template = "admin/content/document.html"
    list_before_template = "admin/content/document_list.html"
    list_display = ("title", "category", "for_whom", "state", "as_of", "expires_on", "passages", "found")
    list_select_related = ("partner",)
    list_filter = (
        ("category", AllValuesCheckboxFilter),
        ("partner", AutocompleteSelectFilter),
        StateFilter,
    )
    search_fields = ("title", "path", "text")
    autocomplete_fields = ("partner",)
    actions = ("retire_chosen",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Document]:
        rows: QuerySet[Document] = super().get_queryset(request)
        return rows.annotate(passage_count=Count("chunks"))

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        changelist.result_list = changelist.result_list.defer("text")
        return changelist

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        vectors = progress(clock.now().date())
        shown = vectors.total and (vectors.done or network_yandex())
        counts = {"done": number(vectors.done), "total": number(vectors.total)} if shown else None
        page: HttpResponse = super().changelist_view(request, {**(extra_context or {}), "vectors": counts})
        return page

    def get_fieldsets(self, request: HttpRequest, obj: Document | None = None) -> Any:
        about = ["title", ("category", "partner")] if obj is None else ["title", ("category", "for_whom")]
        checked = [(None, {"fields": ("what_to_do",)})] if obj and obj.findings else []
        return (
            *checked,
            (None, {"fields": [*about, "file", "text"]}),
            (_("Dates"), {"fields": (("created_on", "updated_on"), ("as_of", "expires_on"))}),
            *([(_("Where it comes from"), {"fields": (("came_from", "shown_state"),)})] if obj else []),
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Document | None = None) -> tuple[str, ...]:
        return ("for_whom", "what_to_do", "came_from", "shown_state") if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Document | None = None) -> bool:
        return False  # retired documents stay: answers that quoted them name them

    @display(description=_("for whom"), ordering="partner__name")
    def for_whom(self, document: Document) -> str:
        return str(document.partner or _("the whole network"))

    @display(description=_("state"), label={"live": "success", "expired": "warning", "retired": "danger"})
    def state(self, document: Document) -> tuple[str, str]:
        if document.retired_at is not None:
            return "retired", gettext("retired")
        if document.expires_on is not None and document.expires_on <= clock.now().date():
            return "expired", gettext("expired")
        return "live", gettext("in use")

    @display(description=_("state"))
    def shown_state(self, document: Document) -> str:
        _kind, words = self.state(document)
        return str(words)

    @display(description=_("passages"), ordering="passage_count")
    def passages(self, document: Document) -> int:
        count: int = document.passage_count  # type: ignore[attr-defined]
        return count

    @display(description=_("findings"))
    def found(self, document: Document) -> str:
        return str(len(document.findings)) if document.findings else "—"

    @display(description=_("What to correct"))
    def what_to_do(self, document: Document) -> SafeString:
        return format_html_join(
            "",
            '<p class="panel-faint">{}: <b>{}</b><br>{}</p>',
            (
                (gettext("Line %s") % row["line"], row["quote"], WHAT_TO_DO.get(row["fault"], ""))
                for row in document.findings
            ),
        )

    @display(description=_("folder"))
    def came_from(self, document: Document) -> str:
        if not document.collection:
            return gettext("written here")
        values = {"folder": document.collection, "file": document.path}
        return gettext("%(folder)s/%(file)s: the next load of this folder replaces what is changed here.") % values

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        form = context["adminform"].form
        if isinstance(form, DocumentForm) and form.is_trial and not form.errors:
            context["changes"] = Changes.of([form.trial()])
            context["brought"] = bool(form.files)
            context["found"] = [(found, WHAT_TO_DO[found.fault]) for found in findings(form.source.text)]
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    def save_model(self, request: HttpRequest, obj: Document, form: ModelForm[Any], change: bool) -> None:
        assert isinstance(form, DocumentForm)
        knowledge.save_source(document=obj, source=form.source, now=clock.now())
        if obj.findings:
            count = len(obj.findings)
            sentence = ngettext(
                "Saved. %(n)s place should be corrected.", "Saved. %(n)s places should be corrected.", count
            )
            messages.warning(request, sentence % {"n": count})

    @action(description=_("Retire: quote them no longer"))
    def retire_chosen(self, request: HttpRequest, queryset: QuerySet[Document]) -> None:
        for document in queryset.filter(retired_at=None):
            knowledge.retire(document=document, now=clock.now())
        messages.success(request, gettext("They are no longer quoted. Open one and save it to use it again."))
