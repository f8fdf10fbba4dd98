"""«Вопросы куратору»: everything that was asked, and how it was answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import display

from content.ai.troubles import sentence_of
from content.messages import Html, Message
from content.russian import roubles
from funnels.admin.inbox import InboxPages
from funnels.models import Question
from funnels.services.preview import html
from partners import clock
from partners.admin.base import ReadOnlyAdmin
from partners.templatetags.panel import ago

State = Question.State
THUMBS = {1: "👍", -1: "👎"}

REASONS = {
    "lacking": _("the documents say too little"),
    "failed": _("something went wrong: see the log"),
    "passed_on": _("the answer did not help"),
    "too_many": _("too many questions in a short time"),
    "courtesy": _("no question: a greeting, thanks"),
    "medical": _("medical"),
    "injection": _("an attempt to change the rules"),
    "offtopic": _("off the subject"),
    "erased": _("was erased"),
    "blocked": _("the bot is blocked"),
    "taken": _("a person has the dialogue"),
}


class ThumbFilter(DropdownFilter):
    title = _("thumb")
    parameter_name = "thumb"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("1", "👍"), ("-1", "👎"), ("none", _("none"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Question]) -> QuerySet[Question]:
        chosen = {"1": Q(thumb=1), "-1": Q(thumb=-1), "none": Q(thumb=None)}
        return queryset.filter(chosen[self.value()]) if self.value() in chosen else queryset


class BadFilter(DropdownFilter):
    title = _("quality")
    parameter_name = "quality"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("bad", _("bad: a thumb down, no answer, or a model that failed"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Question]) -> QuerySet[Question]:
        bad = Q(thumb=-1) | Q(state=State.UNANSWERED) | ~Q(falls=[])
        return queryset.filter(bad) if self.value() == "bad" else queryset


@admin.register(Question)
class QuestionAdmin(InboxPages, ReadOnlyAdmin):
    list_display = ("question", "person", "partner", "shown_state", "shown_thumb", "who", "cost", "asked")
    list_select_related = ("partner", "lead")
    list_filter = (
        ("partner", AutocompleteSelectFilter),
        ("state", ChoicesDropdownFilter),
        ThumbFilter,
        BadFilter,
        ("outcome", ChoicesDropdownFilter),
    )
    search_fields = ("text", "lead__first_name", "lead__last_name", "lead__username")
    ordering = ("-asked_at", "-pk")
    actions = None

    @display(description=_("question"), ordering="text")
    def question(self, row: Question) -> str:
        return " ".join(row.text.split())[:80] or str(_("erased"))

    @display(description=_("lead"), ordering="lead__first_name")
    def person(self, row: Question) -> str:
        return str(row.lead or _("in the group"))

    @display(
        description=_("state"),
        ordering="state",
        label={"answered": "success", "unanswered": "danger", "refused": "warning", "waiting": "info"},
    )
    def shown_state(self, row: Question) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description=_("thumb"), ordering="thumb")
    def shown_thumb(self, row: Question) -> str:
        return THUMBS.get(row.thumb or 0, "")

    @display(description=_("answered by"), ordering="provider")
    def who(self, row: Question) -> str:
        return f"{row.provider} ⚠" if row.falls else row.provider or "—"

    @display(description=_("cost"), ordering="roubles")
    def cost(self, row: Question) -> str:
        return roubles(row.roubles) if row.roubles else "—"

    @display(description=_("asked"), ordering="asked_at")
    def asked(self, row: Question) -> str:
        return ago(row.asked_at, clock.now())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        row: Question | None = self.get_object(request, object_id)
        if row is None or not self.has_view_permission(request, row):
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "title": _("Question to the curator"),
            "opts": self.opts,
            "original": row,
            "question": row,
            "reason": REASONS.get(row.reason, row.reason),
            "bubbles": list(_bubbles(row)),
            "falls": list(_falls(row)),
            "thumb": THUMBS.get(row.thumb or 0, ""),
            "cost": roubles(row.roubles) if row.roubles else "",
            "waits": row.state == State.UNANSWERED and row.settled_at is None and bool(row.text),
            "may_answer": self.has_answer_permission(request),
        }
        return TemplateResponse(request, "admin/funnels/question.html", context)


def _falls(row: Question) -> Iterator[tuple[str, str]]:
    """Who did not answer, and what to do about it."""
    for fall in row.falls:
        provider, _colon, trouble = fall.partition(": ")
        yield provider, sentence_of(trouble)


def _bubbles(row: Question) -> list[SafeString | str]:
    return [html(Message(Html(text))) for text in row.answer]
