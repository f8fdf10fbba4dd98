"""What operators do with unanswered questions: answer them with a document, or put them aside.

Behind the door to all partners. One transaction: of two operators the second is told that he is too late. The people
are written to by `funnels.services.answering.late`, partner by partner: the rows say who is still to be told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.contrib.auth.models import User
from django.db import IntegrityError
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from content.ai.answer_html import to_messages
from content.knowledge.findings import findings
from content.knowledge.reading import Source
from content.models import Document
from content.models.knowledge import owned_by
from content.services.knowledge import save_source
from content.services.regression import add_lines
from funnels.models import Alert, Question
from funnels.services.answering.waiting import open_questions

MOST_LINES = 5  # wordings that go into the regression set
Outcome = Question.Outcome
WITHOUT_ANSWER = (Outcome.ASIDE, Outcome.IN_PERSON, Outcome.NEEDLESS)


class NotPossible(ValueError):
    """The sentence says why, and what to do."""


def answer(
    *, questions: Collection[int], source: Source, partner_id: int | None, author: User | None, now: datetime
) -> Document:
    """Everybody who asked one of them will be told. `partner_id`: only this partner's bot answers so from now on.

    Raises NotPossible.
    """
    rows = _locked(questions)
    if partner_id is not None and any(row.partner_id != partner_id for row in rows):
        raise NotPossible(_("People of other partners have asked, too: answer for the whole network."))
    if findings(source.title) or findings(source.text):
        raise NotPossible(_("The text has findings: correct them first."))
    if not to_messages(source.text, {}):
        raise NotPossible(_("Nothing of this text can be shown in Telegram: write words."))
    document = Document(partner_id=partner_id, path=source.title[:200])
    if is_taken(title=source.title, partner_id=partner_id):
        raise NotPossible(_("There is a document with this title: choose another title."))
    try:
        save_source(document=document, source=source, now=now)
    except IntegrityError:  # in the same moment, for another group
        raise NotPossible(_("There is a document with this title: choose another title.")) from None
    Question.objects.filter(pk__in=[row.pk for row in rows]).update(
        settled_at=now, outcome=Outcome.DUE, document=document
    )
    wordings = list(dict.fromkeys(row.text for row in rows))[:MOST_LINES]
    add_lines(document=document, questions=wordings, names=_names(rows), added_by=author, now=now)
    return document


def is_taken(*, title: str, partner_id: int | None) -> bool:
    return Document.objects.filter(owned_by(partner_id), collection="", path=title[:200]).exists()


def settle(*, questions: Collection[int], outcome: Question.Outcome, now: datetime) -> int:
    """Without an answer; how many. Raises NotPossible."""
    assert outcome in WITHOUT_ANSWER
    rows = _locked(questions)
    Question.objects.filter(pk__in=[row.pk for row in rows]).update(settled_at=now, outcome=outcome)
    if outcome != Outcome.ASIDE:
        close_alerts(lead_ids={row.lead_id for row in rows if row.lead_id}, now=now)
    return len(rows)


def reopen(*, questions: Collection[int]) -> int:
    """What was put aside waits again; how many."""
    aside = Question.objects.filter(pk__in=questions, outcome=Outcome.ASIDE)
    return aside.update(settled_at=None, outcome="")


def close_alerts(*, lead_ids: Collection[int], now: datetime) -> int:
    """«Нужен ответ» of those for whom nothing waits any more."""
    waits = open_questions().filter(lead=OuterRef("lead"))
    alerts = Alert.objects.filter(
        ~Exists(waits), lead__in=lead_ids, trigger=Alert.Trigger.QUESTION_UNANSWERED, state=Alert.State.OPEN
    )
    return alerts.update(state=Alert.State.HANDLED, settled_at=now, remind_at=None)


def _locked(questions: Collection[int]) -> list[Question]:
    """Locked by number, as everywhere; those that wait no longer are missed by the count."""
    rows = open_questions().filter(pk__in=questions).select_related("lead")
    found = list(rows.select_for_update(of=("self",)).order_by("pk"))
    if not found or len(found) != len(set(questions)):
        raise NotPossible(_("Somebody was quicker with some of these questions. Look at what waits now."))
    return found


def _names(rows: Iterable[Question]) -> set[str]:
    leads = [row.lead for row in rows if row.lead is not None]
    return {name for lead in leads for name in (lead.first_name, lead.last_name, lead.username) if name}
