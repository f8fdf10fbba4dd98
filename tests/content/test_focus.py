"""Which sections of the passages are quoted."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from content.ai.types import Passage
from content.knowledge.focus import MOST, focused, sections
from content.queries.retrieval import synonyms

DELIVERY = Passage(
    "Доставка",
    "# Доставка\n\nЗаказ привозит служба доставки.\n\n## Сколько стоит доставка\n\nЦена зависит от города и веса.\n\n"
    "## Сколько ждать посылку\n\nСрок магазин называет рядом со способом доставки.\n\n## Пустой раздел",
)
RETURNS = Passage(
    "Возврат", "## Можно ли вернуть\n\nДо получения — в любое время.\n\n## Деньги\n\nПриходят за десять дней."
)


def quoted(question: str, *passages: Passage) -> list[tuple[int, str]]:
    best = focused(question, passages, synonyms())
    return [(number, section.text.partition("\n")[0]) for number, section in best]


def test_the_section_that_answers() -> None:
    assert quoted("сколько стоит доставка", DELIVERY, RETURNS) == [(0, "## Сколько стоит доставка")]
    assert quoted("сколько ждать посылку", DELIVERY, RETURNS) == [(0, "## Сколько ждать посылку")]
    assert quoted("когда придут деньги за возврат", DELIVERY, RETURNS)[0] == (1, "## Деньги")


def test_a_text_without_headings_is_one_section() -> None:
    plain = Passage("Доставка", "Заказ привозит служба доставки.")
    assert focused("доставка", [plain], synonyms()) == [(0, plain)]


def test_nothing_in_common_leaves_the_best_passage() -> None:
    assert focused("абракадабра", [DELIVERY, RETURNS], synonyms()) == [(0, DELIVERY)]


def test_of_equals_the_better_passage_comes_first() -> None:
    again = Passage("Доставка ещё раз", DELIVERY.text)
    assert quoted("сколько ждать посылку", DELIVERY, again)[0] == (0, "## Сколько ждать посылку")


def test_a_heading_alone_is_no_section() -> None:
    assert [section.text.partition("\n")[0] for section in sections(DELIVERY)] == [
        "# Доставка",
        "## Сколько стоит доставка",
        "## Сколько ждать посылку",
    ]


@settings(max_examples=50)
@given(st.text(max_size=200), st.lists(st.text(alphabet="абв #\n", max_size=100), max_size=4))
def test_whatever_is_written_something_is_quoted(question: str, texts: list[str]) -> None:
    passages = [Passage("Заголовок", text) for text in texts]
    best = focused(question, passages, synonyms())
    assert len(best) <= MOST
    assert bool(best) == bool(passages)
    for number, section in best:
        assert section.text.strip() in passages[number].text
