"""The words of a text as the index knows them: small letters, dictionary forms, numbers in one spelling. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache

from content.claims.words import analyzer

LONGEST = 30  # letters: what is longer is noise, and the index keeps words in fields of one width
_WORD = re.compile(r"\d+(?:[.,]\d+)?|[a-zа-я]+\d{0,3}(?![a-zа-я])|[a-zа-я]+")
_THOUSANDS = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")
_RUSSIAN = re.compile(r"[а-я]+")
_WITH_YO = re.compile(r"[а-яё]+")
_LIKELY = 0.05
# «В12», «б12» and "B12" are one vitamin, «к2» and "K2" one rank.
_CODE = str.maketrans("абвсдекмнорту", "abbcdekmnoptu")

# Little words, politeness, and the verbs that say nothing of the subject, in their dictionary forms.
_STOP_TEXT = """
а без более больше бы был была были было быть в вам вас ведь весь во вот все всего всех вы где да даже для до
его ее если есть еще ж же за здесь и из или им их к как какая какой какие когда кого кому конечно которая
которые который кто ли либо лучше между меня мне много может можно мой моя мы на над надо нас наш не него нее
ней нельзя нет ни них но ну о об он она они оно от очень по под подскажите пожалуйста при про просто раз разве с
сам своя свой себе себя со так такая такой такое там тебя тем теперь то тогда того тоже той только том тот ту
тут ты у уж уже хоть чего чем через что чтоб чтобы чье чья эта эти это этого этой этом этот эту я a an and are
for how i in is of the to what скажите здравствуйте привет расскажите интересно вообще типа чё че чо
хотеть мочь нужный нужно стать знать сказать делать сделать давать дать брать взять иметь
"""
STOP = frozenset(_STOP_TEXT.split())


def words(text: str) -> list[str]:
    """«2 000 PV, В12 — 0,5 г» as 2000, pv, b12, 0.5, г."""
    small = _THOUSANDS.sub("", text.lower().replace("ё", "е"))
    return [_code(word)[:LONGEST] for word in _WORD.findall(small)]


def _code(word: str) -> str:
    if word[-1].isdigit():
        return word.replace(",", ".") if word[0].isdigit() else word.translate(_CODE)
    return word


@dataclass(frozen=True, slots=True)
class Analysis:
    """`forms`: dictionary forms, the likeliest first. `place` is a town or a country."""

    forms: tuple[str, ...]
    known: bool = False
    noun: bool = False
    place: bool = False


@lru_cache(maxsize=100_000)
def analysis(word: str) -> Analysis:
    """Of a word that `words` gave."""
    if not _RUSSIAN.fullmatch(word):
        return Analysis((word,))
    parses = analyzer().parse(word)
    likely = [parse for at, parse in enumerate(parses) if at == 0 or parse.score >= _LIKELY]
    forms = dict.fromkeys(parse.normal_form.replace("ё", "е")[:LONGEST] for parse in likely)
    first = parses[0]
    return Analysis(tuple(forms), bool(first.is_known), "NOUN" in first.tag, "Geox" in first.tag)


def lemma(word: str) -> str:
    return analysis(word).forms[0]


@lru_cache(maxsize=100_000)
def known(word: str) -> bool:
    """Does the dictionary know this very form? With or without «ё»."""
    return bool(_WITH_YO.fullmatch(word)) and bool(analyzer().word_is_known(word))


def lemmas(text: str) -> list[str]:
    return [lemma(word) for word in words(text)]
