"""In the partner's group the curator answers whoever speaks to the bot."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytest_django import Settings

from funnels.models import Question
from funnels.services.groups import without_mention
from partners import tenancy
from partners.models import Bot, Lead, Partner
from tests.botrunner.test_updates import GROUP, GROUP_ID, message_of
from tests.botrunner.walking import push, wait_until_closed
from tests.funnels.curator import DELIVERY, questions, write
from tests.runner import RunnerThread
from tests.telegram import SandboxServer

ANONYMOUS = {"id": 1_087_968_824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}


def own_group(bot: Bot, chat_id: int) -> Partner:
    with tenancy.all_partners():
        Partner.objects.filter(pk=bot.partner_id).update(group_id=chat_id)
        return Partner.objects.get(pk=bot.partner_id)


def test_the_answer_quotes_the_question_in_its_topic(
    anna: Bot, tg: SandboxServer, settings: Settings, tmp_path: Path
) -> None:
    settings.DATA_DIR = tmp_path
    write(DELIVERY, "Доставка")
    member = tg.person("Иван")
    group = tg.group("Клуб", forum=True, owner=member, bots=["anna_bot"])
    own_group(anna, group.id)
    chat = member.enter(group)
    topic = chat.new_topic("Вопросы")
    with RunnerThread(tg.url):
        asked = chat.send("Скажите, @Anna_Bot, сколько идёт доставка?", thread_id=topic)
        answer = chat.wait_text("от трёх до семи рабочих дней")
        assert (answer.thread_id, answer.reply_to, answer.buttons) == (topic, asked.id, [])
        again = chat.send("а доставка бесплатна?", reply_to=answer.id)
        chat.wait_for(lambda c: [m.reply_to for m in c.bot_messages] == [asked.id, again.id])
        chat.send("@anna_bot!", thread_id=topic)
        assert chat.wait_text("в личных сообщениях").thread_id == topic
    with tenancy.partner(anna.partner_id):
        rows = Question.objects.order_by("pk").values_list("text", "asker_id", "chat_id", "thread_id")
        assert list(rows) == [
            ("Скажите сколько идёт доставка?", member.id, group.id, topic),
            ("а доставка бесплатна?", member.id, group.id, topic),
        ]
        assert not Lead.objects.exists()


def test_who_writes_for_the_group_asks_as_the_group(anna: Bot, tg: SandboxServer) -> None:
    partner = own_group(anna, GROUP_ID)
    said = message_of(1, "@anna_bot, когда встреча?", sender=ANONYMOUS, sender_chat=GROUP)
    with RunnerThread(tg.url):
        push(tg, anna, "message", said | {"chat": GROUP})
        wait_until_closed(anna, 1)
    assert [(question.asker_id, question.text) for question in questions(partner)] == [(GROUP_ID, "когда встреча?")]


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("@Anna_bot, сколько стоит?", "сколько стоит?"),
        ("сколько стоит, @anna_bot", "сколько стоит"),
        ("@anna_bot\n@anna_bot — сколько?", "сколько?"),
        ("пишите на me@anna_bot и @anna_botanist", "пишите на me@anna_bot и @anna_botanist"),
        ("@anna_bot", ""),
    ],
)
def test_the_name_of_the_bot_is_no_part_of_the_question(text: str, question: str) -> None:
    assert without_mention(text, "anna_bot") == question
