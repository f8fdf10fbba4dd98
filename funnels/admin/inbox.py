"""«Вопросы без ответа»: what waits, and what is done about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST

from content.knowledge.enough import Lacking
from content.queries.nearest import Nearest, nearest
from funnels.admin.inbox_answer import AnswerPage, numbers
from funnels.models import Question
from funnels.services.answering import inbox
from funnels.services.answering.waiting import MOST, Group, Order, waiting
from partners import clock
from partners.access import membership_of, sees_all_partners
from partners.models import Partner

PER_PAGE = 20
MOST_WORDINGS = 5
INBOX = "admin:funnels_question_inbox"
Outcome = Question.Outcome
WHY = {
    None: gettext_lazy("By now the bot would answer from it."),
    Lacking.EVERYTHING: gettext_lazy("It says too little of what is asked."),
    Lacking.THING: gettext_lazy("The question names a thing that no document speaks of."),
    Lacking.PLACE: gettext_lazy("The question names a place that it does not speak of."),
    Lacking.SIGN: gettext_lazy("It has no price, address or code of what is asked about."),
}

BUTTONS = {
    Outcome.ASIDE.value: gettext_lazy("Put it aside"),
    Outcome.IN_PERSON.value: gettext_lazy("Answered in person"),
    Outcome.NEEDLESS.value: gettext_lazy("Needs no answer"),
}


@dataclass(frozen=True, slots=True)
class Row:
    group: Group
    nearest: Nearest | None

    @property
    def wordings(self) -> Sequence[str]:
        return self.group.wordings[:MOST_WORDINGS]

    @property
    def more_wordings(self) -> int:
        return len(self.group.wordings) - len(self.wordings)

    @property
    def percent(self) -> int:
        return round(100 * self.nearest.covered) if self.nearest else 0

    @property
    def why(self) -> str:
        return str(WHY[self.nearest.lacking]) if self.nearest else ""

    @property
    def ids(self) -> str:
        return ",".join(str(question.pk) for question in self.group.questions)


@dataclass(frozen=True, slots=True)
class Wish:
    """What of the inbox somebody wants to see: an operator of any partner, a partner the own questions."""

    partner_id: int | None
    order: Order
    aside: bool
    words: str
    is_operator: bool

    @classmethod
    def of(cls, request: HttpRequest) -> Wish:
        operator = sees_all_partners(request.user)
        membership = membership_of(request.user)
        asked = request.GET.get("partner", "")
        chosen = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 18 else None
        return cls(
            partner_id=chosen if operator else membership.partner_id if membership else 0,
            order="newest" if request.GET.get("order") == "newest" else "people",
            aside=request.GET.get("show") == "aside",
            words=request.GET.get("q", "")[:100].strip(),
            is_operator=operator,
        )

    def groups(self) -> list[Group]:
        found = waiting(partner_id=self.partner_id, aside=self.aside, order=self.order)
        words = self.words.casefold()
        return [group for group in found if any(words in text.casefold() for text in group.wordings)]

    @property
    def owners(self) -> tuple[int | None, ...]:
        return (None, self.partner_id) if self.partner_id else (None,)

    @property
    def query(self) -> str:
        own = {"partner": self.partner_id if self.is_operator else None, "q": self.words}
        own |= {"order": "newest" if self.order == "newest" else "", "show": "aside" if self.aside else ""}
        return "?" + urlencode({name: value for name, value in own.items() if value})


class InboxPages(AnswerPage):
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        return [
            path("inbox/", view(self.inbox), name="funnels_question_inbox"),
            path("inbox/settle/", view(require_POST(self.settle)), name="funnels_question_settle"),
            path("inbox/<int:pk>/", view(self.answer), name="funnels_question_answer"),
            *super().get_urls(),
        ]

    def inbox(self, request: HttpRequest) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        wish = Wish.of(request)
        groups = wish.groups()
        page = Paginator(groups, PER_PAGE).get_page(request.GET.get("p"))
        shown = list(page)
        found = nearest([group.leader.text for group in shown], owners=wish.owners, today=clock.now().date())
        context = {
            **self.admin_site.each_context(request),
            "title": _("Questions without an answer"),
            "opts": self.opts,
            "wish": wish,
            "page": page,
            "rows": [Row(group, near) for group, near in zip(shown, found, strict=True)],
            "questions": sum(len(group.questions) for group in groups),
            "people": sum(group.people for group in groups),
            "most": MOST,
            "partners": Partner.objects.order_by("name").values_list("pk", "name") if wish.is_operator else (),
            "may_answer": self.has_answer_permission(request),
            "reasons": BUTTONS.items(),
            "now": clock.now(),
        }
        return TemplateResponse(request, "admin/funnels/inbox.html", context)

    def settle(self, request: HttpRequest) -> HttpResponse:
        """Without an answer, or back into the inbox."""
        if not self.has_answer_permission(request):
            raise PermissionDenied
        ids, word = numbers(request.POST.get("ids", "").split(",")), request.POST.get("do", "")
        back = redirect(f"{redirect(INBOX).url}{Wish.of(request).query}")
        if word == "reopen":
            count = inbox.reopen(questions=ids)
            messages.success(
                request, ngettext("%(n)s question waits again.", "%(n)s questions wait again.", count) % {"n": count}
            )
        elif word in BUTTONS:
            self._settled(request, ids, Outcome(word))
        return back

    def _settled(self, request: HttpRequest, ids: Sequence[int], outcome: Question.Outcome) -> None:
        try:
            count = inbox.settle(questions=ids, outcome=outcome, now=clock.now())
        except inbox.NotPossible as refused:
            messages.warning(request, str(refused))
        else:
            done = ngettext("%(n)s question: %(outcome)s.", "%(n)s questions: %(outcome)s.", count)
            messages.success(request, done % {"n": count, "outcome": outcome.label})
