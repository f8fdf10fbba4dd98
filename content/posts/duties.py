"""What a post must say beside what it wants to say: of supplements, of children, of income. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from content.knowledge.words import lemmas
from content.posts.facts import ProductFacts
from content.posts.kinds import Duty, PostType

CHILDREN = "kids"  # the category of the catalogue
SENTENCES: Mapping[Duty, tuple[tuple[re.Pattern[str], str], ...]] = {
    "supplement": (
        (re.compile("не является лекарственным средством", re.IGNORECASE), "БАД. Не является лекарственным средством."),
    ),
    "children": (
        (
            re.compile("посоветуй(?:тесь|ся) с педиатром", re.IGNORECASE),
            "Решает взрослый, и не в одиночку: посоветуйтесь с педиатром.",
        ),
    ),
    "income": (
        (re.compile(r"\b70 PV\b", re.IGNORECASE), "Условие выплаты — личные покупки на 70 PV за месяц."),
        (re.compile("доход не гарантирует", re.IGNORECASE), "Доход не гарантируется."),
    ),
}
# What is kept out of the reach of children is not for them.
_FOR_CHILDREN = re.compile(r"\b(?:детям|реб[её]н\w+|для детей|подростк\w+|малыш\w*|дошкольник\w*)\b", re.IGNORECASE)
_WORDS: Mapping[Duty, frozenset[str]] = {
    "supplement": frozenset({"бад", "добавка", "витамин", "омега", "коллаген", "магний", "цинк", "карнитин"}),
    "income": frozenset({"доход", "заработок", "заработать", "зарабатывать", "выплата", "вознаграждение", "прибыль"}),
}


def missing(text: str, kind: PostType, product: ProductFacts | None) -> list[tuple[Duty, str]]:
    """The sentences that a text (without tags) still owes."""
    spaced = " ".join(text.split())  # a no-break space is a space
    return [
        (duty, sentence)
        for duty in _owed(text, kind, product)
        for said, sentence in SENTENCES[duty]
        if not said.search(spaced)
    ]


def without_duties(text: str) -> str:
    """The text without the sentences that many posts share."""
    for sentences in SENTENCES.values():
        for _said, sentence in sentences:
            text = text.replace(sentence, " ")
    return text


def _owed(text: str, kind: PostType, product: ProductFacts | None) -> Iterator[Duty]:
    found = frozenset(lemmas(text))
    if product.supplement if product else found & _WORDS["supplement"]:  # food has vitamins in it too
        yield "supplement"
    if (product and product.category == CHILDREN) or _FOR_CHILDREN.search(text):
        yield "children"
    if "income" in kind.duties or found & _WORDS["income"]:
        yield "income"
