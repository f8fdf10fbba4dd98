"""An answer that is written in the panel reaches the chat in which it was asked for."""

from __future__ import annotations

import pytest

from content.knowledge.reading import Source
from funnels.models import Question
from funnels.services.answering import inbox
from funnels.tasks import send_late_answers
from partners import clock, tenancy
from partners.models import Bot
from tests.botrunner.disasters import until
from tests.botrunner.walking import open_bot, the_lead
from tests.funnels.question_samples import unanswered
from tests.runner import RunnerThread
from tests.telegram import SandboxServer

TEXT = "Да, в Армению доставляем за неделю: [в магазине]({shop_link})."


@pytest.mark.django_db(transaction=True)
def test_it_comes_with_its_question_and_can_be_rated(anna: Bot, tg: SandboxServer) -> None:
    with RunnerThread(tg.url):
        chat = open_bot(tg)
        question = unanswered(the_lead(anna), "Есть ли доставка в <Армению>?", asked_at=clock.now())
        source = Source("Доставка в Армению", "", TEXT)
        with tenancy.all_partners():
            inbox.answer(questions=[question.pk], source=source, partner_id=None, author=None, now=clock.now())
        send_late_answers()
        message = chat.wait_text("доставляем за неделю")
        assert message.text.startswith("💬 Твой вопрос:\nЕсть ли доставка в <Армению>?")
        assert "{shop_link}" not in message.text
        chat.press("👍")
        until(lambda: thumb(question) == 1, "the thumb is kept")


def thumb(question: Question) -> int | None:
    with tenancy.all_partners():
        return Question.objects.get(pk=question.pk).thumb
