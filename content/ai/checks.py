"""What a model wrote, read before a person does. Pure.

An answer with a finding is not sent: the documents are quoted instead, see `content.ai.extractive`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from content.ai.answer_html import to_messages
from content.ai.figures import strange_figures
from content.ai.troubles import Trouble
from content.ai.types import Passage, Prompt
from content.claims import find_claims
from content.claims.letters import read, undisguised
from content.contacts import contacts
from content.markup import visible

_LEAK = 40  # letters in a row that stand in the rules, however they are spaced: about six words
_WHO = (
    r"человек|врач|доктор|педиатр|терапевт|эндокринолог|кардиолог|гинеколог|диетолог|нутрициолог|медик|медсестра"
    r"|фармацевт|провизор|психолог|женщина|мужчина|девушка|парень|мама"
)
_IMPOSTOR = re.compile(
    rf"\bя\W{{1,3}}(?:(?:же|и|есть|ваш\w*|тво\w+|лично|тоже|сам\w*|такой|такая|жив\w+|настоящ\w+|реальн\w+|обычн\w+|"
    rf"дипломированн\w+|практикующ\w+|профессиональн\w+|опытн\w+|детск\w+)\s+){{0,4}}(?:{_WHO})\b"
    r"|\bя\s+(?:(?:вовсе|совсем|точно)\s+)?не\s+(?:бот|робот|программа|машина|автомат|нейросеть|ии|искусственн\w+)\b"
    rf"|\bкак\s+(?:\w+\s+)?(?:{_WHO})\b,?\s+(?:я|могу|рекомендую|советую|скажу|говорю|назнач\w+)"
    r"|\b(?:назначаю|прописываю|ставлю)\s+(?:вам|тебе|диагноз|лечение|курс)"
    r"|\bi\W{0,2}a?m\s+(?:an?\s+|not\s+an?\s+)?(?:\w+\s+)?(?:human|person|doctor|physician|bot|robot)\b"
)
_MARK = re.compile(r"[<‹]\s*/?\s*(?:документ|вопрос|о партнере|факты|замечание|причина)\b")
_DATA = re.compile(r"\n<(?:документ|факты)>")  # the rules stand before it
_STORY = re.compile(r"<о партнёре>.*?</о партнёре>", re.DOTALL)
_PACKED = re.compile(r"\b[a-z0-9][a-z0-9+/=]{39,}|(?:[0-9a-f]{2}[ :]){20,}|(?:\\u[0-9a-f]{4}){5,}")
_WORD = re.compile(r"[^\W\d_]+")
_OWN = re.compile("[а-я]")
_SHORT = 40  # letters: so much may be names of products only


@dataclass(frozen=True, slots=True)
class Finding:
    """`trouble` is the reason that an operator reads."""

    trouble: Trouble
    quote: str


def verdict(text: str, *, passages: Sequence[Passage], prompt: Prompt) -> tuple[Finding, ...]:
    """Why this may not be sent; empty if it may. `passages`: those that stood in the prompt."""
    text = f"{text}\n\n{_shown(text)}"
    seen = _seen(text)
    documents = [f"{one.title}\n{one.text}" for one in passages]
    return tuple(
        Finding(trouble, quote[:200])
        for trouble, quotes in (
            (Trouble.LEAK, _leaks(seen, prompt)),
            (Trouble.LANGUAGE, _foreign(seen, _seen("\n".join(documents)))),
            (Trouble.CONTACT, (text[found.start : found.end] for found in contacts(text))),
            (Trouble.IMPOSTOR, (found[0] for found in _IMPOSTOR.finditer(seen))),
            (Trouble.CLAIM, (claim.quote for claim in find_claims(text))),
            (Trouble.FIGURE, strange_figures(seen, *documents)),
        )
        for quote in quotes
    )


def _seen(text: str) -> str:
    return undisguised(read(text).plain)


def _shown(text: str) -> str:
    """What tags and entities hide in the text is plain here."""
    return "\n".join(map(visible, to_messages(text, {})))


def _leaks(seen: str, prompt: Prompt) -> Iterator[str]:
    yield from (found[0] for found in _MARK.finditer(seen))
    head = _STORY.sub("", _DATA.split(prompt.system)[0])
    rules, said = _squeezed(_seen(head)), _squeezed(seen)
    secret = {rules[at : at + _LEAK] for at in range(len(rules) - _LEAK + 1)}
    for told in (said, said[::-1]):
        at = next((at for at in range(len(told) - _LEAK + 1) if told[at : at + _LEAK] in secret), None)
        if at is not None:
            yield told[at : at + _LEAK]


def _squeezed(seen: str) -> str:
    return "".join(filter(str.isalpha, seen))


def _foreign(seen: str, known: str) -> Iterator[str]:
    """An answer is Russian: anything else is a mistake of the model, or the rules in another language or code.

    Names that stand in the documents are nobody's language.
    """
    names = frozenset(_WORD.findall(known))
    words = [word for word in _WORD.findall(seen) if word not in names or _OWN.search(word)]
    own = sum(len(word) for word in words if _OWN.search(word))
    foreign = sum(map(len, words)) - own
    if not _WORD.search(seen) or (foreign and not own) or (foreign > _SHORT and foreign > own * 2):
        yield seen.strip()
    yield from (found[0] for found in _PACKED.finditer(seen))
