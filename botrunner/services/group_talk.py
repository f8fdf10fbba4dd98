"""What is said in a group: an answer under a post counts for the post, who speaks to the bot asks the curator."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from content.messages import Message
from content.services.posts.numbers import comment
from funnels.services.groups import ask_in_group


@dataclass(frozen=True, slots=True)
class Said:
    """`answers`: chat and number of the message that it replies to; `to_bot`: by a reply or by its name."""

    chat_id: int
    thread_id: int
    message_id: int
    asker_id: int
    text: str
    answers: tuple[int, int] | None
    to_bot: bool
    by_name: bool


def hear(*, partner_id: int, said: Said, username: str, now: datetime) -> tuple[Message, ...] | None:
    """Under posts people talk to each other: there the curator only answers what asks something, or calls the bot."""
    commented = False
    if said.answers is not None:
        chat_id, message_id = said.answers
        commented = comment(partner_id=partner_id, chat_id=chat_id, message_id=message_id, now=now)
    if not said.to_bot or (commented and not said.by_name and "?" not in said.text):
        return None
    ask = partial(ask_in_group, partner_id=partner_id, chat_id=said.chat_id, thread_id=said.thread_id)
    return ask(message_id=said.message_id, asker_id=said.asker_id, text=said.text, username=username, now=now)
