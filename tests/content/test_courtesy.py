"""Messages without a question, and questions that only begin like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.knowledge.courtesy import SHIPPED, Courtesy, courtesy, load_courtesies
from partners.strict_yaml import FileError

SAID = {
    Courtesy.HELLO: ["Привет", "привет!", "Здравствуйте, Анна 🙏", "добрый день", "Добрый вечер всем", "ку-ку", "hi",
                     "здрасте", "Привет, как дела?", "Доброго времени суток!", "Привет. Ты тут?"],
    Courtesy.THANKS: ["спасибо", "Спасибо большое!", "ок, спасибо 👍", "благодарю вас", "спс", "Нет, спасибо",
                      "Спасибо за подробный ответ", "Здравствуйте, спасибо", "пасиб", "Спасибо, очень помогли"],
    Courtesy.BYE: ["пока", "до свидания", "Всего доброго!", "ну ладно, до связи", "хорошего вечера",
                   "Доброй ночи, пока"],
    Courtesy.BOT: ["ты бот?", "Вы человек?", "Ты робот", "это бот или человек", "привет, ты бот?", "Кто ты?",
                   "а вы кто", "с кем я говорю?", "Я с ботом разговариваю?", "Are you a bot?"],
    Courtesy.HUMAN: ["оператор", "Позовите человека", "хочу поговорить с человеком", "Здравствуйте, позовите оператора",
                     "перезвоните мне пожалуйста"],
    Courtesy.GO_ON: ["да", "Да!", "ага", "да, расскажите", "у меня вопрос", "Здравствуйте! Можно задать вопрос?",
                     "хочу узнать", "Добрый день, подскажите пожалуйста"],
    Courtesy.OK: ["ок", "Ok", "понятно", "ну хорошо", "нет", "не надо", "я подумаю", "Ясно, понятно", "не сейчас"],
    Courtesy.SIGNS: ["👍", "???", "+", "...", "🙏🙏🙏", "", "  ", "❤️", ")))", "—"],
}  # fmt: skip
QUESTIONS = [
    "спасибо, а сколько стоит доставка?",
    "Привет! Сколько стоит коктейль",
    "здравствуйте, где мой заказ",
    "да, а какая цена?",
    "ты бот, а как вернуть деньги",
    "бот для партнёра сколько стоит",
    "пока не пришла посылка",
    "хочу похудеть",
    "хорошо ли он хранится",
    "как стать партнёром",
    "спасибо за заказ, когда придёт?",
    "да или нет: доставка бесплатная?",
    "кто такой куратор",
    "нет доставки в мой город?",
    "ок гугл погода",
    "цена",
    "доставка",
    "коллаген?",
    "привет привет привет привет привет привет привет привет привет привет привет привет привет",
    "123",
    "M3",
    "что?",
    "для Анны",
    "Анна",
    "您好",
    "спасибо 您好",
    "сәлем қанша тұрады",
]


@pytest.mark.parametrize(("expected", "text"), [(kind, text) for kind, texts in SAID.items() for text in texts])
def test_a_courtesy_is_recognised(expected: Courtesy, text: str) -> None:
    assert courtesy(text) is expected


@pytest.mark.parametrize("text", QUESTIONS)
def test_a_question_is_none(text: str) -> None:
    assert courtesy(text) is None


@given(st.text(max_size=200))
def test_any_text_is_read(text: str) -> None:
    assert courtesy(text) in (None, *Courtesy)


def test_a_mistake_in_the_rules_is_told_with_its_line(english: None) -> None:
    text = SHIPPED.read_text(encoding="utf-8").replace("  hello: >-\n    привет", "  hello: >-\n    при@вет")
    with pytest.raises(FileError, match=r"courtesy\.yaml:.*cannot be read"):
        load_courtesies(text, "courtesy.yaml")
