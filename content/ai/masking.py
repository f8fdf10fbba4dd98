"""Names, phones and addresses of people, taken out of a text before it leaves for a provider. Pure."""

from __future__ import annotations

import re
from collections.abc import Collection
from functools import lru_cache

from content.claims.words import names_somebody

NAME, PHONE, ADDRESS = "[имя]", "[телефон]", "[адрес]"

# Seven digits and more, however they are grouped.
_DIGITS = re.compile(
    r"(?<![\d\w])\+?\d(?:[\s\u00a0\u202f().–—-]{0,3}\d){6,}(?!\d)(?P<money>\s*(?:₽|руб|р\.))?", re.IGNORECASE
)
_FEWEST_OF_A_PHONE = 10  # digits, before a currency behind them says nothing
_ADDRESS = re.compile(
    r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+|@\w{3,}|(?:https?://)?(?:t\.me|vk\.com|wa\.me|instagram\.com)/\S+",
    re.IGNORECASE,
)
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_INTRODUCED = re.compile(r"((?:зовут|мо[её] имя)[\s:—-]+)(?!не|как|его|её|ее|их)[^\W\d_]+(?: [А-ЯЁ][^\W\d_]+){0,2}")
_MASKED = re.compile(
    r"(?:(?:меня|это)\s+)?(?:зовут[\s:—-]+|мо[её] имя[\s:—-]+)?(?:\[(?:имя|телефон|адрес)\][\s,;.!]*)+", re.IGNORECASE
)
# «Вера», «Веру», «Верой», and no «верь».
_ENDINGS = r"(?:а|я|у|ю|ы|и|е|о|й|ь|ой|ей|ою|ею|ом|ем|ём|ью|ии|ию|ия|ием|ым|ого|ому|ая|ую|их)?"
_VOWEL_END = re.compile(r"[аеёиоуыэюяйь]$")


def mask(text: str, names: Collection[str] = ()) -> str:
    """The text without phones, e-mail addresses and accounts, without these names in any of their forms,
    and without whatever the dictionary knows as somebody's name.
    """
    text = _ADDRESS.sub(ADDRESS, text)
    text = _DIGITS.sub(_phone, text)
    text = _WORD.sub(_somebody, _INTRODUCED.sub(rf"\1{NAME}", text))
    words = frozenset(word.casefold() for name in names for word in _WORD.findall(name[:200]) if len(word) > 1)
    return _pattern(words).sub(NAME, text) if words else text


def impersonal(text: str, names: Collection[str] = ()) -> str:
    """What is asked, without who asks: no document knows the person."""
    return _MASKED.sub(" ", mask(text, names))


def _phone(found: re.Match[str]) -> str:
    digits = sum(character.isdigit() for character in found.group())
    money = found["money"] or ""
    return found.group() if money and digits < _FEWEST_OF_A_PHONE else PHONE + money


def _somebody(word: re.Match[str]) -> str:
    return NAME if word.group()[0].isupper() and names_somebody(word.group()) else word.group()


@lru_cache(maxsize=256)
def _pattern(words: frozenset[str]) -> re.Pattern[str]:
    forms = (re.escape(_stem(word)).replace("е", "[её]") + _ENDINGS for word in sorted(words))
    exact = (re.escape(word) for word in sorted(words))
    return re.compile(rf"(?<!\w)(?:{'|'.join([*exact, *forms])})(?!\w)", re.IGNORECASE)


def _stem(word: str) -> str:
    stem = _VOWEL_END.sub("", word)
    return stem if len(stem) > 2 else word
