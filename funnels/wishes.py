"""What a lead may ask for at any moment, and the 64 bytes behind its buttons: `c:{word}[:{…}]`. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, get_args

from funnels.dialogue import Agree, Ask, AskPartner, Cancel, Kind, Refuse, Skip

Topic = Literal["tips", "offers", "business", "posts"]
Word = Literal["stop", "revoke", "settings", "privacy", "export", "help", "forget", "keep", "no_offers", "snooze"]


@dataclass(frozen=True, slots=True)
class Wish:
    """`no_offers`: «Нет» to the question about offers; `revoke`: takes the contact and its consent back;
    `keep`: «Оставить» instead of erasure; `snooze`: «Не сейчас» under a warm-up message."""

    word: Word


@dataclass(frozen=True, slots=True)
class ChangeTopic:
    topic: Topic
    wanted: bool


@dataclass(frozen=True, slots=True)
class Erase:
    """The confirmed /forget_me."""


Tapped = Ask | Agree | Refuse | Skip | Cancel | Wish | ChangeTopic | Erase

CONTACT = "c:contact"  # what other screens and sequences put under «Хочу, чтобы мне позвонили»
REFUSE, SKIP, CANCEL, ERASE = "c:refuse", "c:skip", "c:cancel", "c:erase"
WORDS: tuple[Word, ...] = get_args(Word)

_FIXED: dict[str, Tapped] = {
    CONTACT: Ask(),
    REFUSE: Refuse(),
    SKIP: Skip(),
    CANCEL: Cancel(),
    ERASE: Erase(),
    **{f"c:{word}": Wish(word) for word in WORDS},
}
_AGREE = re.compile(r"c:agree:(data|offers):([1-9][0-9]{0,3})")
_TOPIC = re.compile(r"c:topic:(tips|offers|business|posts):(on|off)")


def is_right(act: object) -> bool:
    """Whether it is answered even while the partner speaks with the lead instead of the bot."""
    match act:
        case Wish(word):
            return word != "help"
        case Agree(kind):
            return kind == "offers"
        case _:
            return isinstance(act, ChangeTopic)


def wish(word: Word) -> str:
    return f"c:{word}"


def agree(kind: Kind, version: int) -> str:
    return f"c:agree:{kind}:{version}"


def topic(name: Topic, *, wanted: bool) -> str:
    return f"c:topic:{name}:{'on' if wanted else 'off'}"


def decode(data: str) -> Tapped | None:
    """None for everything that the functions above do not make: the data comes from outside."""
    if fixed := _FIXED.get(data):
        return fixed
    if found := _AGREE.fullmatch(data):
        return Agree(found[1], int(found[2]))  # type: ignore[arg-type]  # one of the two
    if found := _TOPIC.fullmatch(data):
        return ChangeTopic(found[1], found[2] == "on")  # type: ignore[arg-type]  # one of the four
    return None


COMMANDS: dict[str, Ask | AskPartner | Wish] = {
    "/contact": Ask(),
    "/support": AskPartner(),
    "/settings": Wish("settings"),
    "/stop": Wish("stop"),
    "/privacy": Wish("privacy"),
    "/export": Wish("export"),
    "/forget_me": Wish("forget"),
    "/help": Wish("help"),
}
