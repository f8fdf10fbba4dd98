"""What the bot does in a group, where it is spoken to."""

from __future__ import annotations

import re
from datetime import datetime

from django.conf import settings

from content import template
from content.messages import Button, Message
from funnels.facts import Facts, LeadFacts
from funnels.models import Question
from funnels.render import render_notice
from funnels.services.answering.ask import ask
from funnels.services.script import script_for
from partners.models import Partner

MENTION = r"[\s,]{0,9}(?<!\w)@%s(?!\w)[\s,:;—–-]*"  # with the signs around it


def ask_in_group(
    *,
    partner_id: int,
    chat_id: int,
    thread_id: int,
    message_id: int,
    asker_id: int,
    text: str,
    username: str,
    now: datetime,
) -> tuple[Message, ...]:
    """What somebody asks in the partner's own group becomes a question to the curator, who answers it there.

    Without a question, and in groups of others, who speaks to the bot is invited to the private chat.
    """
    question = without_mention(text, username)
    is_asked = any(map(str.isalnum, question)) and not question.startswith("/")
    if not is_asked or not Partner.objects.filter(pk=partner_id, group_id=chat_id).exists():
        return invitation(partner_id=partner_id, username=username, now=now)
    asked = Question(
        partner_id=partner_id,
        asker_id=asker_id,
        chat_id=chat_id,
        thread_id=thread_id,
        message_id=message_id,
        text=question,
        asked_at=now,
    )
    ask(partner_id=partner_id, questions=[asked])
    return ()


def without_mention(text: str, username: str) -> str:
    """What is said to the bot."""
    return re.sub(MENTION % re.escape(username), " ", text, flags=re.IGNORECASE).strip()


def invitation(*, partner_id: int, username: str, now: datetime) -> tuple[Message, ...]:
    script = script_for(partner_id=partner_id, now=now)
    notices = script.funnel.notices
    facts = Facts(LeadFacts(), script.partner, script.products, script.plan, link=lambda slot, step: "")
    text = render_notice(notices.group, facts).text
    label = template.label(notices.group_button, script.partner.style)
    return (Message(text, buttons=((Button(label, url=f"{settings.TELEGRAM_LINK_URL}/{username}?start=group"),),)),)
