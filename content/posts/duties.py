"""What a post must say beside what it wants to say: of supplements, of children, of income. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import groupby
from operator import itemgetter

from content.knowledge.words import lemmas
from content.markup import fault
from content.messages import Html
from content.posts.facts import ProductFacts
from content.posts.kinds import Duty, PostType
from content.posts.links import seen

CHILDREN = "kids"  # the category of the catalogue
_CONDITION = re.compile(
    r"\b(?:личн|покуп|услов|нет)[^.!?]{0,60}\b70 PV\b|\b70 PV\b[^.!?]{0,60}\b(?:личн|покуп|услов)", re.IGNORECASE
)
SENTENCES: Mapping[Duty, tuple[tuple[re.Pattern[str], str], ...]] = {
    "supplement": (
        (re.compile("не является лекарственным средством", re.IGNORECASE), "БАД. Не является лекарственным средством."),
    ),
    "children": (
        (
            re.compile("посовет(?:уй(?:тесь|ся)|оваться) с педиатром", re.IGNORECASE),
            "Пост для взрослых. Если речь о ребёнке, стоит посоветоваться с педиатром.",
        ),
    ),
    "income": (
        (_CONDITION, "Условие выплаты — личные покупки на 70 PV за месяц."),
        (re.compile("доход не гарантирует", re.IGNORECASE), "Доход не гарантируется."),
    ),
}
EVERY_SENTENCE = " ".join(sentence for sentences in SENTENCES.values() for _said, sentence in sentences)
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


def with_duties(text: Html, kind: PostType, product: ProductFacts | None) -> Html:
    """With what is missing before the last paragraph, which is the question to the reader."""
    owed = missing(seen(text), kind, product)
    if not owed:
        return text
    lines = (" ".join(sentence for _duty, sentence in group) for _duty, group in groupby(owed, key=itemgetter(0)))
    said = "\n".join(f"<i>{line}</i>" for line in lines)
    body, _gap, last = text.rpartition("\n\n")
    before = Html("\n\n".join(filter(None, [body, said, last])))
    return Html(f"{text}\n\n{said}") if fault(before) else before  # the gap stood inside of a tag


def without_duties(text: str) -> str:
    """The text without the sentences that many posts share."""
    for sentences in SENTENCES.values():
        for _said, sentence in sentences:
            text = text.replace(sentence, " ")
    return text


def always(kind: PostType, product: ProductFacts | None) -> list[Duty]:
    """What a post of this type about this product owes whatever its words are."""
    owing: dict[Duty, bool] = {
        "supplement": bool(product and product.supplement),
        "children": bool(product and product.category == CHILDREN),
        "income": "income" in kind.duties,
    }
    return [duty for duty, needed in owing.items() if needed]


def _owed(text: str, kind: PostType, product: ProductFacts | None) -> list[Duty]:
    found = frozenset(lemmas(text))
    spoken: dict[Duty, bool] = {
        "supplement": not product and bool(found & _WORDS["supplement"]),  # food has vitamins in it too
        "children": _FOR_CHILDREN.search(text) is not None,
        "income": bool(found & _WORDS["income"]),
    }
    return [duty for duty in SENTENCES if spoken[duty] or duty in always(kind, product)]
