"""What is found in a post before a person sees it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from content.messages import Html
from content.posts.checks import Finding, Post, check, passes
from content.posts.facts import Advert, NotAdvert
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


def post(text: str = TEXT, kind: Kind = "tips") -> Post:
    return Post(Html(text), shipped().types[kind], products=products())


def codes(checked: Post) -> list[str]:
    return [finding.code for finding in check(checked)]


def found(text: str, code: str) -> Finding:
    return next(finding for finding in check(post(text)) if finding.code == code)


def test_a_good_post_passes() -> None:
    assert check(post()) == []


@pytest.mark.parametrize("text", ["", "  \n", "<b> </b>"])
def test_an_empty_post_is_blocked(text: str) -> None:
    assert codes(post(text)) == ["empty"]


@pytest.mark.parametrize("text", [f"<b>{TEXT}", f"{TEXT} <u", f"{TEXT} <script>", f"{TEXT} a & b"])
def test_what_telegram_cannot_read_is_blocked(text: str) -> None:
    assert codes(post(text)) == ["html"]


def test_telegrams_limit_blocks_and_the_readers_patience_only_warns() -> None:
    long = TEXT.replace("Если комочки", "Порошок. " * 60 + "Если комочки")
    assert codes(post(long)) == ["length"]
    assert passes(check(post(long)))
    assert "too_long_for_telegram" in codes(post(TEXT.replace("Если комочки", "Порошок. " * 500 + "Если комочки")))


def test_a_caption_is_shorter() -> None:
    long = TEXT.replace("Если комочки", "Порошок. " * 70 + "Если комочки")
    assert "too_long_for_telegram" in codes(replace(post(long), caption=True))
    assert "too_long_for_telegram" not in codes(post(long))


def test_the_advert_mark_counts_too() -> None:
    text = TEXT.replace("Если комочки", "Я" * (1020 - len("Где хранить") - 440) + " Если комочки")
    marked = replace(post(text), caption=True, mark=Advert("2Vtz" * 20, "ИП Петрова"))
    assert "too_long_for_telegram" in codes(marked)


def test_a_short_post_is_only_warned_of() -> None:
    assert codes(post("Где стоит банка?")) == ["length"]


def test_other_tags_are_warned_of_once_each() -> None:
    assert codes(post(TEXT.replace("сухом", "<u>сухом</u>"))) == ["tag"]


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
def test_foreign_links_and_contacts_are_blocked(link: str) -> None:
    text = TEXT.replace("А где", f"{link} А где")
    finding = found(text, "foreign_link")
    assert finding.level == "blocks"
    assert text[finding.start : finding.end] in link


def test_slots_are_the_partners_own_and_others_are_unknown() -> None:
    assert check(post(TEXT.replace("А где", "Магазин: {shop_link}. А где"))) == []
    assert codes(post(TEXT.replace("А где", "{my_link} А где"))) == ["unknown_slot"]


def test_a_claim_is_shown_where_it_stands() -> None:
    text = TEXT.replace("А где", "Порошок лечит гастрит. А где")
    finding = found(text, "claim_cure")
    assert text[finding.start : finding.end].startswith(("лечит", "Порошок"))


def test_urgency_needs_a_real_last_day() -> None:
    text = TEXT.replace("А где", "Скидка действует до завтра. А где")
    assert "claim_deadline" in codes(post(text))
    assert "claim_deadline" not in codes(replace(post(text), until=date(2026, 11, 30)))


def test_a_supplement_must_say_what_it_is() -> None:
    zinc = next(product for product in products() if product.key == "zinc")
    assert codes(replace(post(), product=zinc)) == ["missing_supplement"]
    told = post(TEXT.replace("А где", "БАД. Не является лекарственным средством. А где"))
    assert check(replace(told, product=zinc)) == []


def test_food_with_vitamins_is_no_supplement() -> None:
    food = next(product for product in products() if product.key == "ed_smart")
    assert check(replace(post(TEXT.replace("А где", "Внутри витамины. А где")), product=food)) == []


def test_children_and_income_need_their_sentences() -> None:
    assert codes(post(TEXT.replace("А где", "Детям такой порошок не дают. А где"))) == ["missing_children"]
    assert check(post(TEXT.replace("не на солнце", "подальше от детей"))) == []
    assert codes(post(kind="business")) == ["missing_income", "missing_income"]


def test_a_promotion_needs_its_mark_or_a_name() -> None:
    promo = post(kind="promo")
    assert codes(promo) == ["advert_mark"]
    assert check(replace(promo, mark=Advert("2Vtz", "ИП Петрова"))) == []
    assert check(replace(promo, mark=NotAdvert("Мария Петрова"))) == []


@pytest.mark.parametrize(
    ("mark", "code"),
    [
        (Advert("", "ИП Петрова"), "advert_incomplete"),
        (Advert("2V", " "), "advert_incomplete"),
        (NotAdvert(" "), "advert_nobody"),
    ],
)
def test_half_a_mark_is_none(mark: Advert | NotAdvert, code: str) -> None:
    assert codes(replace(post(), mark=mark)) == [code]


def test_a_repetition_is_blocked_and_names_the_earlier_post(english: None) -> None:
    again = replace(post(TEXT.replace("А где стоит ваша банка?", "Пригодилось?")), earlier=[Earlier(42, prints(TEXT))])
    (finding,) = check(again)
    assert finding.code == "alike"
    assert "post 42" in finding.sentence


def test_two_products_are_one_too_many() -> None:
    assert codes(post(TEXT.replace("А где", "Metaboost или Energy Pro? А где"))) == ["several_products"]
    assert check(post(TEXT.replace("А где", "Например, ED Smart Milky. А где"))) == []
    metaboost = next(product for product in products() if product.key == "metaboost")
    named = replace(
        post(TEXT.replace("А где", "БАД. Не является лекарственным средством. Energy Pro. А где")), product=metaboost
    )
    assert codes(named) == ["several_products"]


@pytest.mark.parametrize(
    "ending", ["Пишите в комментариях.", "А у вас?", "Посмотреть можно тут: {shop_link}.", "Расскажи!"]
)
def test_a_question_or_an_invitation_ends_a_post(ending: str) -> None:
    assert check(post(TEXT.replace("А где стоит ваша банка?", ending))) == []


def test_a_post_that_just_stops_is_warned_of() -> None:
    assert codes(post(TEXT.replace("А где стоит ваша банка?", "Вот и всё."))) == ["ending"]


def test_hashtags_are_blocked_and_entities_are_none() -> None:
    assert codes(post(TEXT.replace("А где", "#польза А где"))) == ["hashtag"]
    assert check(post(TEXT.replace("А где", "&#33; А где"))) == []


def test_what_blocks_comes_first() -> None:
    assert codes(post("<u>Коротко</u> #тег")) == ["hashtag", "length", "tag", "ending"]
