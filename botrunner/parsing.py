"""Telegram's objects as our words."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable

from telegram import (
    CallbackQuery,
    Chat,
    Message,
    MessageOriginChannel,
    MessageReactionUpdated,
    ReactionCount,
    ReactionType,
    ReactionTypeEmoji,
    Update,
    User,
)

from botrunner.replies import Replies
from funnels import engine, wishes
from funnels.callbacks import AskNow, Jump, Press, decode, decode_outside
from funnels.curator_words import AnswerPress, decode_answer
from funnels.dialogue import Cancel, Card
from funnels.panel_words import PanelCommand, PanelPress, decode_panel
from funnels.services.turn_rows import Person
from funnels.services.turns import Act, Opened, Typed

MAX_NAME = 64
MAX_TEXT = 4_096
# They turn round the text that stands after a name.
DIRECTION_MARKS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
BLANK_LETTERS = "\u115f\u1160\u2800\u3164\uffa0"
MAX_PHONE = 32
OWN_EMOJI = re.compile(r"</?tg-emoji[^>]*>")  # bots may not send them; the plain emoji inside stays


def person(user: User) -> Person:
    return Person(
        telegram_id=user.id,
        first_name=name(user.first_name),
        last_name=name(user.last_name),
        username=clean(user.username, MAX_NAME),
        language_code=clean(user.language_code, 16),
    )


def clean(text: str | None, limit: int) -> str:
    """Without what PostgreSQL cannot store: NUL and halves of surrogate pairs."""
    return (text or "")[:limit].replace("\0", "").encode("utf-8", "ignore").decode()


def name(text: str | None) -> str:
    """Without what only changes the look of its surroundings; empty if nothing can be seen of it."""
    shown = DIRECTION_MARKS.sub("", clean(text, MAX_NAME))
    shown = "".join(" " if unicodedata.category(sign) == "Cc" else sign for sign in shown).strip()
    return shown if any(map(_is_visible, shown)) else ""


def _is_visible(sign: str) -> bool:
    return not sign.isspace() and sign not in BLANK_LETTERS and unicodedata.category(sign) not in ("Cf", "Mn")


def act(message: Message) -> Act:
    """What a private message means."""
    if message.contact is not None and message.from_user is not None:
        return Card(clean(message.contact.phone_number, MAX_PHONE), message.contact.user_id == message.from_user.id)
    if message.text is None:
        return engine.Unsupported()
    text = clean(message.text, MAX_TEXT)
    if not text.startswith("/"):
        return Typed(text, formatted(message))
    command, _space, argument = text.partition(" ")
    match command.partition("@")[0].lower():  # phones begin with a capital letter
        case "/start":
            return Opened(argument.strip()[:64])
        case "/menu":
            return engine.Home()
        case "/cancel":
            return Cancel()
        case other:
            return wishes.COMMANDS.get(other) or PanelCommand(other[:32], argument.strip())


def formatted(message: Message) -> str:
    """In the tags that our texts know; empty for a plain text."""
    if not message.entities:
        return ""
    html = OWN_EMOJI.sub("", message.text_html)
    html = html.replace('<span class="tg-spoiler">', "<tg-spoiler>").replace("</span>", "</tg-spoiler>")
    return clean(html.replace("<blockquote expandable>", "<blockquote>"), 4 * MAX_TEXT)


def press(query: CallbackQuery) -> Press | Jump | AskNow | wishes.Tapped | AnswerPress | PanelPress | None:
    data = query.data or ""
    return decode(data) or decode_outside(data) or wishes.decode(data) or decode_answer(data) or decode_panel(data)


def where(chat: Chat, pressed: Message | None = None) -> Replies:
    """Where the answer goes; `pressed` is the message whose button was pressed."""
    if pressed is None:
        return Replies(chat.id, ())
    return Replies(chat.id, (), message_id=pressed.message_id, has_picture=bool(pressed.photo))


def addresses_bot(update: Update, username: str, bot_id: int) -> bool:
    """Whether a person's message in a group mentions the bot or replies to it."""
    message = update.effective_message
    if message is None or _by_bot(message) or message.is_automatic_forward:  # a channel's post: it asks nothing
        return False
    return _replies_to(message, bot_id) or mentions(message, username)


def topic(message: Message) -> int:
    """0 where there are no topics."""
    return (message.message_thread_id or 0) if message.is_topic_message else 0


def asker_id(message: Message) -> int:
    """Of a person, else of the group or channel in whose name somebody writes."""
    sender = message.sender_chat or message.from_user
    return sender.id if sender else message.chat.id


def group_text(message: Message) -> str:
    return clean(_words(message), MAX_TEXT)


def mentions(message: Message, username: str) -> bool:
    return bool(username) and bool(re.search(rf"(?<!\w)@{username}(?!\w)", _words(message), re.IGNORECASE))


def answered(message: Message) -> tuple[int, int] | None:
    """Chat and number of the message that a person's message replies to.

    In the discussion group of a channel that is the post in the channel itself.
    """
    original = message.reply_to_message
    if original is None or original.forum_topic_created or _by_bot(message) or message.is_automatic_forward:
        return None
    origin = original.forward_origin
    if original.is_automatic_forward and isinstance(origin, MessageOriginChannel):
        return origin.chat.id, origin.message_id
    return message.chat.id, original.message_id


OTHER = "✨"  # a sticker or a paid reaction: Telegram has no plain emoji for it


def reactions(shown: Iterable[ReactionType]) -> dict[str, int]:
    return dict(Counter(map(_sign, shown)))


def reaction_counts(counts: Iterable[ReactionCount]) -> dict[str, int]:
    signs: Counter[str] = Counter()
    for count in counts:
        signs[_sign(count.type)] += count.total_count
    return dict(signs)


def reacting(change: MessageReactionUpdated) -> int | None:
    """A person, or the chat in whose name somebody reacts; None for a bot."""
    if change.user is not None:
        return None if change.user.is_bot else change.user.id
    return change.actor_chat.id if change.actor_chat else None


def _sign(reaction: ReactionType) -> str:
    return clean(reaction.emoji, 8) if isinstance(reaction, ReactionTypeEmoji) else OTHER


def _words(message: Message) -> str:
    return message.text or message.caption or ""


def _by_bot(message: Message) -> bool:
    """An administrator who writes anonymously comes as a bot, too, but on behalf of the group."""
    return message.from_user is not None and message.from_user.is_bot and message.sender_chat is None


def _replies_to(message: Message, bot_id: int) -> bool:
    original = message.reply_to_message
    # What is written in a topic "replies" to the message that opened the topic.
    if original is None or original.from_user is None or original.forum_topic_created is not None:
        return False
    return original.from_user.id == bot_id
