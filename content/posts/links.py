"""The links of a post: slots until it is published, then the partner's own. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape as escape_attribute

from content.markup import shorten, visible
from content.messages import Html, escape
from content.posts.facts import Advert, Mark

LABELS: Mapping[str, str] = {"shop_link": "магазин NL", "registration_link": "страница регистрации"}
TITLE, LITTLE = 60, 20  # characters
SLOT = re.compile(rf"\{{({'|'.join(LABELS)})\}}")


def published(text: Html, *, links: Mapping[str, str], mark: Mark | None) -> Html:
    """As it is sent: with the addresses of its partner by slot, and with the advert mark.

    A slot without an address leads to the partner's shop.
    """
    linked = SLOT.sub(lambda slot: _link(LABELS[slot[1]], links.get(slot[1]) or links["shop_link"]), text)
    return Html(f"{linked}{advert_line(mark)}")


def advert_line(mark: Mark | None) -> Html:
    if not isinstance(mark, Advert):
        return Html("")
    return Html(f"\n\nРеклама. {escape(mark.advertiser)}. erid: {escape(mark.erid)}")


def chat_link(chat_id: int, thread_id: int | None) -> str:
    """Where members find the topic, or the chat; empty for a group that has no such address."""
    supergroup = str(chat_id).removeprefix("-100")
    if supergroup == str(chat_id):
        return ""
    return f"https://t.me/c/{supergroup}/{thread_id or 1}"


def seen(text: str) -> str:
    """What the reader sees of a post with slots."""
    return SLOT.sub(lambda slot: LABELS[slot[1]], visible(text))


def message_url(chat_id: int, thread_id: int | None, message_id: int) -> str:
    """For members of the group; empty where Telegram has no addresses of messages: in small groups."""
    chat = str(chat_id)
    if not chat.startswith("-100"):
        return ""
    return "/".join(["https://t.me/c", chat[4:], *([str(thread_id)] if thread_id else []), str(message_id)])


def title_of(text: str) -> str:
    """The first line as it is read, for lists; with the next one where it says too little by itself."""
    first, *others = [line.strip() for line in seen(text).splitlines() if line.strip()] or [""]
    return shorten(" ".join([first, *others[:1]]) if len(first) < LITTLE else first, TITLE)


def _link(label: str, address: str) -> str:
    return f'<a href="{escape_attribute(address)}">{label}</a>'
