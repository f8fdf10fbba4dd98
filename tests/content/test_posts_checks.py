"""What is found in a post before a person sees it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from content.markup import CAPTION_LIMIT, visible
from content.messages import Html
from content.posts.checks import Finding, check, passes
from content.posts.facts import Advert, Mark, NotAdvert, ProductFacts
from content.posts.kinds import Kind, shipped
from content.posts.likeness import Earlier, prints
from tests.content.post_samples import products

TEXT = (
    "<b>Где хранить порошок</b>\n\nВ сухом месте, под крышкой, не на солнце и не у плиты. Ложка тоже сухая: "
    "от воды появляются комки. Дату вскрытия удобно подписать прямо на банке, тогда не придётся вспоминать.\n\n"
    "Если комочки мягкие, они рассыпаются ложкой. Твёрдый ком и чужой запах означают, что пора выбросить. "
    "Запасаться на год незачем: порошок покупают столько, сколько успевают использовать до срока на крышке.\n\n"
    "А где стоит ваша банка?"
)


def look(text: str = TEXT, kind: Kind = "tips", **given: Any) -> list[Finding]:
    return check(Html(text), shipped().types[kind], products=products(), **given)


def codes(text: str = TEXT, kind: Kind = "tips", **given: Any) -> list[str]:
    return [finding.code for finding in look(text, kind, **given)]


def ending_with(text: str) -> str:
    """The good post with something before its question."""
    return TEXT.replace("А где", f"{text} А где")


def product(key: str) -> ProductFacts:
    return next(product for product in products() if product.key == key)


def found(text: str, code: str) -> Finding:
    return next(finding for finding in look(text) if finding.code == code)


def test_a_good_post_passes() -> None:
    assert look() == []


@pytest.mark.parametrize("text", ["", "  \n", "<b> </b>"])
def test_an_empty_post_is_blocked(text: str) -> None:
    assert codes(text) == ["empty"]


@pytest.mark.parametrize("text", [f"<b>{TEXT}", f"{TEXT} <u", f"{TEXT} <script>", f"{TEXT} a & b"])
def test_what_telegram_cannot_read_is_blocked(text: str) -> None:
    assert codes(text) == ["html"]


def test_telegrams_limit_blocks_and_the_readers_patience_only_warns() -> None:
    assert codes(ending_with("Порошок. " * 60)) == ["length"]
    assert passes(look(ending_with("Порошок. " * 60)))
    assert codes(ending_with("Порошок. " * 500)) == ["too_long_for_telegram", "length"]


def test_a_caption_is_shorter() -> None:
    long = ending_with("Порошок. " * 70)
    assert codes(long, caption=True) == ["too_long_for_telegram", "length"]
    assert codes(long) == ["length"]


def test_the_advert_mark_counts_too() -> None:
    fits = ending_with("Порошок. " * ((CAPTION_LIMIT - len(visible(TEXT))) // 9 - 1))
    assert "too_long_for_telegram" not in codes(fits, caption=True)
    assert "too_long_for_telegram" in codes(fits, caption=True, mark=Advert("2Vtz", "ИП Петрова"))


def test_a_short_post_is_only_warned_of() -> None:
    assert codes("Где стоит банка?") == ["length"]
    assert passes(look("Где стоит банка?"))


def test_another_tag_is_warned_of_once() -> None:
    assert codes(TEXT.replace("сухом", "<u>сухом</u>")) == ["tag"]


@pytest.mark.parametrize(
    "link",
    [
        '<a href="https://example.com/x">сюда</a>',
        "https://example.com",
        "example.com",
        "@somebody",
        "+7 912 345-67-89",
        "someone@example.com",
    ],
)
def test_foreign_links_and_contacts_are_blocked_where_they_stand(link: str) -> None:
    text = ending_with(link)
    finding = found(text, "foreign_link")
    assert finding.level == "blocks"
    assert text[finding.start : finding.end] in link


def test_slots_are_the_partners_own_and_others_are_unknown() -> None:
    assert look(ending_with("Магазин: {shop_link}.")) == []
    assert codes(ending_with("{my_link}")) == ["unknown_slot"]


def test_a_claim_is_shown_where_it_stands() -> None:
    text = ending_with("Порошок лечит гастрит.")
    finding = found(text, "claim_cure")
    assert finding.level == "blocks"
    assert "лечит" in text[finding.start : finding.end]


def test_urgency_needs_a_real_last_day() -> None:
    hurried = ending_with("Скидка действует до завтра.")
    assert "claim_deadline" in codes(hurried)
    assert "claim_deadline" not in codes(hurried, until=date(2026, 11, 30))


def test_a_supplement_must_say_what_it_is() -> None:
    assert codes(product=product("zinc")) == ["missing_supplement"]
    assert look(ending_with("БАД. Не является лекарственным средством."), product=product("zinc")) == []


def test_food_with_vitamins_is_no_supplement() -> None:
    assert look(ending_with("Внутри витамины."), product=product("ed_smart")) == []
    assert codes(ending_with("Внутри витамины.")) == ["missing_supplement"]


def test_children_and_income_need_their_sentences() -> None:
    assert codes(ending_with("Детям такой порошок не дают.")) == ["missing_children"]
    assert codes(TEXT.replace("не на солнце", "подальше от детей")) == []
    assert codes(kind="business") == ["missing_income", "missing_income"]
    told = "Личные покупки на 70\u202fPV в месяц, доход не гарантируется."
    assert codes(ending_with(told), kind="business") == []
    assert codes(ending_with("Это 43 закупки по 70 PV. Доход не гарантируется."), kind="business") == ["missing_income"]


def test_a_promotion_needs_its_mark_or_a_name() -> None:
    assert codes(kind="promo") == ["advert_mark"]
    assert codes(kind="promo", mark=Advert("2Vtz", "ИП Петрова")) == []
    assert codes(kind="promo", mark=NotAdvert("Мария Петрова")) == []


@pytest.mark.parametrize(
    ("mark", "code"),
    [
        (Advert("", "ИП Петрова"), "advert_incomplete"),
        (Advert("2V", " "), "advert_incomplete"),
        (NotAdvert(" "), "advert_nobody"),
    ],
)
def test_half_a_mark_is_none(mark: Mark, code: str) -> None:
    assert codes(mark=mark) == [code]


def test_a_repetition_is_blocked_and_names_the_earlier_post(english: None) -> None:
    again = TEXT.replace("А где стоит ваша банка?", "Пригодилось?")
    (finding,) = look(again, earlier=[Earlier(42, prints(TEXT))])
    assert finding.code == "alike"
    assert "post 42" in finding.sentence


def test_two_products_are_one_too_many() -> None:
    assert codes(ending_with("Metaboost или Energy Pro?")) == ["several_products"]
    assert codes(ending_with("Например, ED Smart Milky.")) == []
    assert codes(ending_with("Есть и Energy Pro."), product=product("ed_soup")) == ["several_products"]


@pytest.mark.parametrize("ending", ["Пишите в комментариях.", "А у вас?", "Посмотреть: {shop_link}.", "Расскажи!"])
def test_a_question_or_an_invitation_ends_a_post(ending: str) -> None:
    assert look(TEXT.replace("А где стоит ваша банка?", ending)) == []


def test_a_post_that_just_stops_is_warned_of() -> None:
    text = TEXT.replace("А где стоит ваша банка?", "Вот и всё.")
    (finding,) = look(text)
    assert (finding.code, finding.level, text[finding.start : finding.end]) == ("ending", "warns", "Вот и всё.")


def test_hashtags_are_blocked_and_entities_are_none() -> None:
    assert codes(ending_with("#польза")) == ["hashtag"]
    assert codes(ending_with("&#33;")) == []


def test_what_blocks_comes_first() -> None:
    assert codes("<u>Коротко</u> #тег") == ["hashtag", "length", "tag", "ending"]
