"""Answering a group of questions: write, look at what people will get and what it changes, confirm."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from content.admin.compared import Changes
from content.admin.documents import WHAT_TO_DO
from content.knowledge.reading import Source
from content.knowledge.regression import Line
from content.messages import Message
from content.queries.regression import NEW, Trial
from funnels.admin.inbox_form import AnswerForm, title_from
from funnels.models import Question
from funnels.services.answering import inbox, late
from funnels.services.answering.late import LateAnswer
from funnels.services.answering.waiting import group_of
from funnels.services.preview import html
from partners import clock
from partners.admin.base import PartnersRowAdmin
from partners.models import Bot, Partner

INBOX = "admin:funnels_question_inbox"
Outcome = Question.Outcome


@dataclass(frozen=True, slots=True)
class Look:
    """What would happen: who is told, in which words, and what the bot would answer afterwards."""

    bubbles: Sequence[SafeString | str]
    partner: Partner
    people: int
    partners: int
    tomorrow: int  # of the people: it is night where they are
    untold: Mapping[str, int]
    changes: Changes

    @classmethod
    def at(cls, chosen: Sequence[Question], source: Source, owner: int | None) -> Look:
        now = clock.now()
        bots = dict(Bot.objects.values_list("partner_id", "pk"))
        ends = {row: late.outcome_of(row, bots.get(row.partner_id)) for row in chosen}
        told = {(row.partner_id, row.asker_id): row for row, end in ends.items() if end == Outcome.SENT}
        first = next(iter(told.values()), chosen[0])
        answer = LateAnswer(source.text, source.as_of, first.partner)
        return cls(
            bubbles=[html(Message(text)) for text in answer.html(first, None)],
            partner=first.partner,
            people=len(told),
            partners=len({partner_id for partner_id, _asker in told}),
            tomorrow=sum(late.not_before(row.lead, row.partner, now) > now for row in told.values()),
            untold=dict(Counter(str(end.label) for end in ends.values() if end != Outcome.SENT)),
            changes=_changes(chosen, source, owner),
        )


def _changes(chosen: Sequence[Question], source: Source, owner: int | None) -> Changes:
    fresh = [Line(text, "answer", NEW, source.title, owner) for text in dict.fromkeys(row.text for row in chosen)]
    return Changes.of([Trial(source, NEW, owner, source.title)], fresh=fresh[: inbox.MOST_LINES])


class AnswerPage(PartnersRowAdmin):
    def has_answer_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.has_perm("funnels.answer_question"))

    def answer(self, request: HttpRequest, pk: int) -> HttpResponse:
        if not self.has_answer_permission(request):
            raise PermissionDenied
        group = group_of(pk)
        rows = list(group.questions) if group else []
        if not rows and request.method != "POST":
            messages.info(request, _("This question does not wait any more."))
            return redirect(INBOX)
        posted = numbers(request.POST.getlist("question"))
        chosen = [row for row in rows if row.pk in posted] if request.method == "POST" else rows
        form = self._form(request, chosen)
        look, print_ = None, ""
        if request.method == "POST":
            if len(chosen) != len(posted) or not chosen:
                messages.warning(
                    request, _("Somebody was quicker with some of these questions. Look at what waits now.")
                )
            elif form.is_valid() and not form.found:
                print_ = form.print_of(posted)
                is_seen = "_confirm" in request.POST and request.POST.get("checked") == print_
                if is_seen and self._answered(request, form, chosen):
                    return redirect(INBOX)
                look = Look.at(chosen, form.source, form.partner_id)
        context = {"pk": pk, "rows": rows, "chosen": {row.pk for row in chosen}, "look": look, "print": print_}
        return self._page(request, form, context)

    def _form(self, request: HttpRequest, chosen: Sequence[Question]) -> AnswerForm:
        partners = {row.partner for row in chosen}
        partner = partners.pop() if len(partners) == 1 else None
        if request.method == "POST":
            return AnswerForm(request.POST, partner=partner)
        return AnswerForm(initial={"title": title_from(chosen[0].text), "category": "faq"}, partner=partner)

    def _answered(self, request: HttpRequest, form: AnswerForm, chosen: Sequence[Question]) -> bool:
        try:
            document = inbox.answer(
                questions=[row.pk for row in chosen],
                source=form.source,
                partner_id=form.partner_id,
                author=request.user,  # type: ignore[arg-type]  # a page of the admin has a user
                now=clock.now(),
            )
        except inbox.NotPossible as refused:
            messages.error(request, str(refused))
            return False
        self.log_addition(request, document, _("Answers questions."))
        count = len({(row.partner_id, row.asker_id) for row in chosen})
        done = ngettext(
            "The answer is in the knowledge base. %(n)s person gets it now.",
            "The answer is in the knowledge base. %(n)s people get it now.",
            count,
        )
        messages.success(request, done % {"n": count})
        return True

    def _page(self, request: HttpRequest, form: AnswerForm, context: dict[str, Any]) -> HttpResponse:
        shared = {
            **self.admin_site.each_context(request),
            "title": _("Answer"),
            "opts": self.opts,
            "form": form,
            "found": [(finding, WHAT_TO_DO.get(finding.fault, "")) for finding in form.found],
        }
        return TemplateResponse(request, "admin/funnels/inbox_answer.html", shared | context)


def numbers(texts: Iterable[str]) -> list[int]:
    """Of what came from a form; what is no number is left out."""
    return list(dict.fromkeys(int(text) for text in texts if text.isascii() and text.isdecimal() and len(text) < 18))
