"""One question from its claim to its reply. The model is asked outside of any transaction."""

from __future__ import annotations

import logging
from dataclasses import replace

from content.ai import chain
from content.ai.budget import Spending
from content.ai.calls import Clock
from content.models import AiUse
from content.services.vectors import question_vector
from funnels.services.answering import decide
from funnels.services.answering.claim import Claimed, claimed
from funnels.services.answering.decide import Asking, Thought
from funnels.services.answering.finish import finish
from funnels.services.answering.read import reader_for
from partners import tenancy

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 3


def think(*, partner_id: int, clock: Clock) -> bool:
    """Answers the partner's next question; False if there is none. Outside of any door."""
    with claimed(partner_id=partner_id, now=clock()) as question:
        if question is None:
            return False
        try:
            # More attempts than exceptions are tolerated: processes died over it.
            thought = _thought(question, clock) if question.attempts <= MOST_ATTEMPTS else _gave_up(question, clock)
        except Exception:
            # It stays a question that nobody thinks about, which the tick finds; but not for ever.
            log.exception("Question %s of partner %s was not answered", question.id, partner_id)
            if question.attempts < MOST_ATTEMPTS:
                return True
            thought = _gave_up(question, clock)
        with tenancy.partner(partner_id):
            finish(question, thought, clock())
    return True


def _thought(question: Claimed, clock: Clock) -> Thought:
    with tenancy.partner(question.partner_id):
        reader = reader_for(question, clock())
        if thought := decide.at_once(question, reader):
            return thought
    vector = question_vector(
        partner_id=question.partner_id, question=question.text, key=question.key, names=reader.names, now=clock
    )
    with tenancy.partner(question.partner_id):
        considered = decide.looked_up(question, replace(reader, vector=vector))
    return _asked(considered, clock) if isinstance(considered, Asking) else considered


def _asked(asking: Asking, clock: Clock) -> Thought:
    question = asking.question
    spending = Spending(question.partner_id, question.key, AiUse.Purpose.ANSWER)
    reply = chain.answer(
        spending=spending,
        prompt=asking.prompt,
        passages=asking.reading.passages,
        quotes=asking.reading.quotes,
        slots=asking.reader.slots,
        now=clock,
    )
    return decide.answered(asking, reply)


def _gave_up(question: Claimed, clock: Clock) -> Thought:
    with tenancy.partner(question.partner_id):
        return decide.unknown(question, reader_for(question, clock()), reason=decide.FAILED)
