"""The prompt: what is in it, in which order it gives way, and what never leaves."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.ai.masking import impersonal, mask
from content.ai.prompt import MOST_TOKENS, Persona, build_prompt
from content.ai.tokens import estimate, estimate_message, shorten_to
from content.ai.types import Passage, Prompt, Turn

ANNA = Persona("Анна Петрова", "ty", story="Я мама двоих детей.", specialization="weight")


def size(prompt: Prompt) -> int:
    return estimate_message(prompt.system) + sum(estimate_message(turn.text) for turn in prompt.turns)


def test_it_says_who_speaks_and_how() -> None:
    prompt = build_prompt(persona=ANNA, passages=[], question="Привет")
    for words in ("Анна Петрова", "«ты»", "контроль веса", "Я мама двоих детей.", "Ты не человек"):
        assert words in prompt.system
    formal = build_prompt(persona=Persona("Анна", "vy"), passages=[], question="Привет")
    assert "«вы»" in formal.system
    assert "Специализация" not in formal.system


def test_documents_come_with_title_and_date_in_their_order() -> None:
    passages = [Passage("Цены", "Коктейль 2 000 ₽", date(2026, 1, 15)), Passage("Доставка", "3 дня")]
    system = build_prompt(persona=ANNA, passages=passages, question="?").system
    assert "<документ>\nЦены (данные на 15.01.2026)\nКоктейль 2 000 ₽\n</документ>" in system
    assert system.index("Цены") < system.index("Доставка")


def test_history_ends_with_the_question_and_begins_with_one() -> None:
    history = [Turn("assistant", "Здравствуйте"), Turn("user", "Раз"), Turn("assistant", "Два")]
    turns = build_prompt(persona=ANNA, passages=[], question="Три", history=history).turns
    assert [turn.role for turn in turns] == ["user", "assistant", "user"]
    assert turns[-1].text == "<вопрос>\nТри\n</вопрос>"


def test_the_oldest_turns_and_the_last_documents_give_way() -> None:
    history = [Turn("user", f"Вопрос {number} " + "слово " * 40) for number in range(20)]
    passages = [Passage(f"Документ {number}", "слово " * 200) for number in range(20)]
    prompt = build_prompt(persona=ANNA, passages=passages, question="?", history=history)
    assert size(prompt) <= MOST_TOKENS
    assert "Вопрос 19" in prompt.turns[-2].text
    assert "Вопрос 0 " not in "".join(turn.text for turn in prompt.turns)
    kept = [number for number in range(20) if f"Документ {number}\n" in prompt.system]
    assert kept == list(range(len(kept)))
    assert len(kept) >= 2


def test_of_a_huge_first_document_the_beginning_is_kept() -> None:
    prompt = build_prompt(persona=ANNA, passages=[Passage("Один", "слово " * 9_000)], question="?")
    assert 2_500 < size(prompt) <= MOST_TOKENS


HOSTILE = st.sampled_from(
    ["</документ>", "<документ>", "</вопрос>", "<вопрос>",
     "＜/документ＞", "</о партнёре>", "<", ">", "\n", "система: ",
     "👍" * 50, "{shop_link}", "漢字" * 30, "слово " * 300, "1234567 " * 50]
)  # fmt: skip
TEXT = st.lists(HOSTILE | st.text(max_size=40), max_size=12).map("".join)


@given(TEXT, TEXT, TEXT, st.lists(st.tuples(TEXT, TEXT), max_size=5), st.lists(TEXT, max_size=6))
def test_no_text_opens_or_closes_a_mark_and_all_of_it_fits(
    name: str, story: str, question: str, documents: list[tuple[str, str]], history: list[str]
) -> None:
    turns = [Turn("user" if number % 2 else "assistant", text) for number, text in enumerate(history)]
    passages = [Passage(title, text) for title, text in documents]
    prompt = build_prompt(persona=Persona(name, "vy", story), passages=passages, question=question, history=turns)
    assert size(prompt) <= MOST_TOKENS
    marks = re.findall(r"</?[^<>]*>", prompt.system)
    assert set(marks) <= {"<о партнёре>", "</о партнёре>", "<документ>", "</документ>"}
    assert [mark[1] == "/" for mark in marks] == [False, True] * (len(marks) // 2)
    for turn in prompt.turns:
        expected = ["<вопрос>", "</вопрос>"] if turn.role == "user" else []
        assert re.findall(r"[<>＜＞]|</?[а-я ]+>", turn.text.removeprefix("<вопрос>").removesuffix("</вопрос>")) == []
        assert re.findall(r"</?[^<>]*>", turn.text) == expected


PHONES = [
    "+7 916 123-45-67", "8 (916) 123 45 67", "89161234567", "8-916-123-45-67", "+77011234567", "916.123.45.67",
    "+49 151 2345 6789", "8\u00a0916\u00a0123\u00a045\u00a067", "123-45-67",
]  # fmt: skip


@pytest.mark.parametrize("phone", PHONES)
def test_phones_do_not_leave(phone: str) -> None:
    assert mask(f"Позвоните мне: {phone}, жду") == "Позвоните мне: [телефон], жду"


@pytest.mark.parametrize(
    "number", ["1 990 ₽", "за 3–7 дней", "200 ккал", "70 PV", "с 10 до 21", "2026", "5 000–10 000 ₽"]
)
def test_other_numbers_do(number: str) -> None:
    assert mask(f"Это {number}?") == f"Это {number}?"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Меня зовут Мария", "Меня зовут [имя]"),
        ("это марии, машу не зовите", "это [имя], машу не зовите"),
        ("МАРИЮ ИВАНОВУ ждут", "[имя] [имя] ждут"),
        ("марина и марианна", "марина и марианна"),
        ("пишите на maria@mail.ru или @maria_i", "пишите на [адрес] или [адрес]"),
        ("вот t.me/maria_i", "вот [адрес]"),
        ("Ольга Сергеевна посоветовала, Оле понравилось", "[имя] [имя] посоветовала, [имя] понравилось"),
        ("меня зовут оля, а как вас зовут?", "меня зовут [имя], а как вас зовут?"),
        ("Доставка в Москву есть? Здравствуйте! Сколько стоит Энерджи Диет? Вкус Капучино", None),
    ],
)
def test_names_and_addresses_do_not_leave(text: str, masked: str | None) -> None:
    assert mask(text, ["Мария", "Иванова"]) == (masked or text)


NAMES = st.text(alphabet="абвгдежзийклмнопрстуфхцчшщэюяёabcdefgh", min_size=2, max_size=12)


@given(st.lists(NAMES, min_size=1, max_size=3), st.sampled_from(PHONES), st.text(max_size=40), st.booleans())
def test_nothing_of_a_lead_is_in_the_prompt(names: list[str], phone: str, noise: str, capital: bool) -> None:
    said = " ".join([noise, *(name.title() if capital else name for name in names), phone, "."])
    prompt = build_prompt(
        persona=Persona("…", "vy"),
        passages=[],
        question=said,
        history=[Turn("user", said), Turn("assistant", said)],
        names=names,
    )
    sent = re.sub(r"</?вопрос>|\[\w+\]", "", "".join(turn.text for turn in prompt.turns))
    assert phone not in sent
    words = set(re.findall(r"\w+", sent.casefold()))
    assert words.isdisjoint(name.casefold() for name in names if name not in noise.casefold())


@given(st.text(max_size=300), st.integers(0, 60))
def test_a_shortened_text_fits(text: str, tokens: int) -> None:
    kept = shorten_to(text, tokens)
    assert estimate(kept) <= tokens
    assert text.startswith(kept)


def test_the_estimate_is_rather_too_large() -> None:
    """YandexGPT counts about 3.5 letters of Russian a token."""
    text = "Сколько стоит коктейль и как его заказать с доставкой в Новосибирск?"
    assert estimate(text) > len(text) / 3.5


@pytest.mark.parametrize(
    ("asked", "left"),
    [
        ("Меня зовут Пётр Кузнецов, +7 916 123-45-67. Сколько идёт доставка?", "Сколько идёт доставка?"),
        ("Здравствуйте, меня зовут Ольга! Сколько идёт доставка?", "Здравствуйте,  Сколько идёт доставка?"),
        ("Это Ольга. Когда привезут заказ?", "Когда привезут заказ?"),
        ("Сколько идёт доставка?", "Сколько идёт доставка?"),
    ],
)
def test_what_is_asked_is_left_without_who_asks(asked: str, left: str) -> None:
    assert impersonal(asked).strip() == left
