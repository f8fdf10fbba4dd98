"""Where a text leads away: addresses, hosts, accounts, mail, telephones, however they are disguised. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple

from content.claims.letters import read

Kind = Literal["link", "person"]

# Whatever Telegram makes a link of by itself: addresses, bare names of hosts, accounts.
_HOST = (
    r"(?!г\.москва)(?:[\w-]{1,63}\.){1,10}"
    r"(?:[a-z]{2,24}|xn--[a-z0-9-]+|рф|рус|москва|дети|онлайн|сайт|орг|ком|бел|укр|қаз)(?![\w-])"
)
ADDRESS = re.compile(
    r"(?:[a-z][a-z0-9+.-]{1,20}:)?//\S+"
    r"|(?:mailto|tel|tg|javascript):\S+"
    rf"|(?<![\w.+-])[\w.+-]+@{_HOST}"
    rf"|(?<![\w-]){_HOST}(?:[:/?#]\S*)?"
    r"|(?<!\d)\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\S*)?(?!\d)"
    r"|@[a-z0-9_]{3,}",
    re.IGNORECASE,
)
_SPELLED = re.compile(
    r"[\w-]{2,63}(?:\s?[\[(]\s?(?:\.|dot|точка)\s?[\])]\s?|\s(?:dot|точка)\s)[a-zа-я]{2,10}(?!\w)"
    r"|[\w-]{2,63}(?:\s\.\s?|\.\s)(?:com|ru|net|org|рф)(?!\w)"
)
_ACCOUNT = re.compile(
    r"(?:telegram|телег\w*|тг|whatsapp|в[ао]т?цап\w*|в[ао]тсап\w*|vk|вк|instagram|инст\w*)\s*[:—–-]?\s*"
    r"[a-z](?=\w*[_\d])\w{4,}"
)
_PHONE = re.compile(r"(?<!\w)(?:\+\d(?:[ ().-]{0,2}\d){9,13}|[78](?:[ ().-]{0,2}\d){10})(?!\d)")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = str.maketrans("асеорхукмті", "aceopxykmti")


class Contact(NamedTuple):
    kind: Kind
    start: int
    end: int


def contacts(text: str) -> Iterator[Contact]:
    """Their places in the text; one may be told twice."""
    letters = read(text)
    seen = _WORD.sub(_one_alphabet, letters.plain)
    for pattern in (ADDRESS, _SPELLED, _ACCOUNT, _PHONE):
        for match in pattern.finditer(seen):
            person = pattern in (_ACCOUNT, _PHONE) or "@" in match[0].partition("/")[0]
            yield Contact("person" if person else "link", letters.starts[match.start()], letters.ends[match.end() - 1])


def _one_alphabet(word: re.Match[str]) -> str:
    """«соm» with Russian letters in it is no Russian word, and is read like "com"."""
    return word[0].translate(_LATIN) if re.search("[a-z]", word[0]) else word[0]
