"""The engine, decision by decision."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from content.messages import Style
from funnels.engine import (
    Decision,
    Event,
    Home,
    MenuPress,
    Press,
    Start,
    State,
    Text,
    Unsupported,
    decide,
    needs_newest,
    text_event,
)
from funnels.loader import load_funnel
from funnels.moves import merge
from funnels.schema import Answers
from tests.funnels.samples import GOOD, broken, chain, facts

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
FUNNEL = load_funnel(GOOD, "a.yaml").funnel
CLIENT = Answers(intent="client")
LOSING = Answers(intent="client", pain="weight")
AT_SHAKE = State(7, "shake", ("start", "health"), LOSING)


def after(state: State | None, event: Event, *, version: int = 7, style: Style = "vy") -> Decision:
    return decide(FUNNEL, version, state, event, facts(style=style), NOW)


def kinds(decision: Decision) -> list[tuple[str, str]]:
    assert all(happened.at == NOW for happened in decision.events)
    return [(happened.kind, happened.step) for happened in decision.events]


def shown(decision: Decision) -> list[str]:
    return [message.text for message in decision.messages]


def test_start_greets_with_the_keyboard_and_shows_the_start() -> None:
    decision = after(None, Start())
    greeting, screen = decision.messages
    assert greeting.text == "Здравствуйте, Анна! Я автоматический помощник: Мария."
    assert greeting.keyboard == (("🍎 Здоровье", "❓ Задать вопрос"), ("🏠 Главное меню",))
    assert (screen.text, screen.edits) == ("Выбирайте, Анна.", False)
    assert decision.state == State(7, "start")
    assert kinds(decision) == [("started", "start"), ("screen_shown", "start")]


def test_start_through_a_link_enters_elsewhere() -> None:
    decision = after(AT_SHAKE, Start("kids"))
    assert decision.state == State(7, "kids", (), LOSING)
    assert kinds(decision) == [("started", "kids"), ("screen_shown", "kids")]
    assert decision.events[0].data == {"entry": "kids"}


def test_start_through_an_unknown_entry_is_an_ordinary_start() -> None:
    decision = after(AT_SHAKE, Start("lost"))
    assert (decision.state.step, decision.state.path) == ("start", ())
    assert decision.events[0].data == {}


def test_a_button_leads_on_and_its_answers_are_kept() -> None:
    decision = after(State(7, "start"), Press(7, "start", "0"))
    assert decision.state == State(7, "health", ("start",), CLIENT)
    assert kinds(decision) == [("button_pressed", "start"), ("screen_shown", "health")]
    assert decision.events[0].data == {"action": "0", "to": "health", "set": {"intent": "client"}}
    assert [message.edits for message in decision.messages] == [True]
    assert decision.answers == CLIENT


def test_a_button_of_a_screen_further_up_in_the_chat() -> None:
    decision = after(AT_SHAKE, Press(7, "start", "1"))
    assert (decision.state.step, decision.state.path) == ("pay", ("start",))
    assert decision.answers == Answers(intent="business", goal="10_30k")


def test_a_button_of_a_screen_that_is_not_on_the_path() -> None:
    decision = after(State(7, "pay", ("start",)), Press(7, "health", "1"))
    assert (decision.state.step, decision.state.path) == ("kids", ("health",))


@pytest.mark.parametrize("path", [("start", "health"), ("pay", "health"), ()])
def test_a_button_to_the_start_begins_a_new_path(path: tuple[str, ...]) -> None:
    decision = after(State(7, "kids", path), Press(7, "kids", "1"))
    assert (decision.state.step, decision.state.path) == ("start", ())


def test_the_path_is_bounded_and_a_circle_closes_it() -> None:
    funnel = load_funnel(chain(30), "a.yaml").funnel
    state = State(7, "kids", ("start", "health"))
    for step in ["kids", *(f"s{number}" for number in range(1, 26))]:
        action = "1" if step == "kids" else "0"
        state = decide(funnel, 7, state, Press(7, step, action), facts(), NOW).state
    assert (state.step, state.path) == ("s26", tuple(f"s{number}" for number in range(6, 26)))
    circle = load_funnel(chain(30).replace("to: s30", "to: s10"), "a.yaml").funnel
    state = decide(circle, 7, State(7, "s29", ("s9", "s10", "s28")), Press(7, "s29", "0"), facts(), NOW).state
    assert (state.step, state.path) == ("s10", ("s9",))


@pytest.mark.parametrize(
    ("state", "pressed", "step", "path"),
    [
        (AT_SHAKE, "shake", "health", ("start",)),
        (AT_SHAKE, "health", "start", ()),
        (AT_SHAKE, "pay", "start", ()),  # not on the path: the parent in the tree
        (State(7, "kids", ("pay",)), "kids", "pay", ()),  # how the lead came, not how the tree grows
        (State(7, "kids"), "kids", "health", ()),  # came through a link
    ],
)
def test_back(state: State, pressed: str, step: str, path: tuple[str, ...]) -> None:
    decision = after(state, Press(7, pressed, "b"))
    assert (decision.state.step, decision.state.path) == (step, path)
    assert kinds(decision) == [("button_pressed", pressed), ("screen_shown", step)]
    assert decision.messages[0].edits


def test_home_by_an_inline_button_edits() -> None:
    decision = after(AT_SHAKE, Press(7, "shake", "h"))
    assert decision.state == State(7, "start", (), LOSING)
    assert decision.messages[0].edits
    assert kinds(decision) == [("button_pressed", "shake"), ("screen_shown", "start")]


def test_home_works_from_every_version_and_moves_to_the_newest() -> None:
    decision = after(AT_SHAKE, Press(5, "gone", "h"), version=9)
    assert decision.state == State(9, "start", (), LOSING)


def test_home_by_a_command_is_a_new_message() -> None:
    decision = after(AT_SHAKE, Home())
    assert not decision.messages[0].edits
    assert kinds(decision) == [("screen_shown", "start")]


def test_a_button_of_the_menu_leaves_the_tree() -> None:
    decision = after(State(7, "pay", ("start",)), MenuPress("🍎 Здоровье"), version=9)
    assert decision.state == State(9, "health", (), CLIENT)
    assert not decision.messages[0].edits
    assert kinds(decision) == [("button_pressed", "pay"), ("screen_shown", "health")]
    assert decision.events[0].data == {"action": "menu", "to": "health", "set": {"intent": "client"}}


@pytest.mark.parametrize("event", [MenuPress("❓ Задать вопрос"), Press(7, "shake", "1")])
def test_asking_keeps_the_place(event: Event) -> None:
    decision = after(AT_SHAKE, event)
    assert decision.state == AT_SHAKE
    assert shown(decision) == ["Напишите вопрос."]
    assert not decision.messages[0].edits
    assert kinds(decision) == [("question_asked", "shake")]


@pytest.mark.parametrize("event", [Text(12), MenuPress("Старая кнопка")])
def test_a_text_keeps_the_place_and_is_not_in_the_event(event: Event) -> None:
    decision = after(AT_SHAKE, event, version=9)
    assert decision.state == AT_SHAKE
    assert shown(decision) == []  # the curator answers
    assert kinds(decision) == [("message_received", "shake")]
    assert decision.events[0].data == {"length": 12 if isinstance(event, Text) else 13}


def test_what_is_not_text() -> None:
    decision = after(AT_SHAKE, Unsupported())
    assert (decision.state, decision.events) == (AT_SHAKE, ())
    assert shown(decision) == ["Пока понимаю только текст."]


@pytest.mark.parametrize(
    "press",
    [
        Press(6, "health", "0"),  # another version
        Press(7, "gone", "0"),
        Press(7, "health", "9"),
        Press(7, "shake", "0"),  # a link has no callback
        Press(7, "start", "b"),  # the start has no way back
        Press(7, "gone", "b"),
    ],
)
def test_an_old_button_shows_the_current_screen_again(press: Press) -> None:
    decision = after(AT_SHAKE, press)
    notice, screen = decision.messages
    assert notice.text == "Это меню обновилось."
    assert screen.buttons[-1][0].callback == "f:7:shake:b"
    assert not screen.edits
    assert decision.state == AT_SHAKE
    assert kinds(decision) == [("outdated_pressed", press.step)]
    assert decision.events[0].data == {"version": press.version, "action": press.action}


@pytest.mark.parametrize("state", [None, State(6, "shake"), State(7, "gone")])
def test_an_old_button_of_someone_without_a_place_shows_the_start(state: State | None) -> None:
    decision = after(state, Press(7, "health", "0"))
    assert shown(decision) == ["Это меню обновилось.", "Выбирайте, Анна."]
    assert decision.state == State(7, "start")
    assert kinds(decision) == [("outdated_pressed", "health"), ("screen_shown", "start")]


def test_a_text_of_someone_unknown() -> None:
    decision = after(None, Text(5))
    assert decision.state == State(7, "start")
    assert kinds(decision) == [("message_received", "start")]


@pytest.mark.parametrize(
    ("event", "newest"),
    [
        (Start(), True),
        (Home(), True),
        (MenuPress("🏠 Главное меню"), True),
        (Press(7, "shake", "h"), True),
        (Press(7, "shake", "b"), False),
        (Press(7, "shake", "0"), False),
        (Text(1), False),
        (Unsupported(), False),
    ],
)
def test_which_version_decides(event: Event, newest: bool) -> None:
    assert needs_newest(event) is newest


def test_labels_of_the_keyboard_are_known_in_either_form() -> None:
    funnel = load_funnel(broken('text: "❓ Задать вопрос"', 'text: "[[Спроси|Спросите]]"'), "a.yaml").funnel
    assert text_event(funnel, "Спроси") == MenuPress("Спроси")
    assert text_event(funnel, "Спросите") == MenuPress("Спросите")
    assert text_event(funnel, "[[Спроси|Спросите]]") == Text(19)
    assert text_event(funnel, "спроси") == Text(6)


@pytest.mark.parametrize(
    ("old", "said", "merged"),
    [
        ("", "intent=client", "intent=client"),
        ("intent=client", "pain=kids", "intent=client pain=kids"),
        ("pain=weight detail=keep", "pain=kids", "pain=kids"),
        ("pain=weight detail=keep", "pain=kids detail=all", "pain=kids detail=all"),
        ("pain=weight detail=keep", "pain=weight", "pain=weight detail=keep"),
        ("intent=client pain=weight detail=keep", "intent=business", "intent=business"),
        ("intent=business goal=unsure", "intent=client", "intent=client"),
        ("intent=client pain=weight", "intent=client", "intent=client pain=weight"),
        ("intent=client pain=weight", "", "intent=client pain=weight"),
    ],
)
def test_another_choice_makes_those_under_it_void(old: str, said: str, merged: str) -> None:
    assert merge(answers(old), answers(said)) == answers(merged)


def answers(text: str) -> Answers:
    return Answers.model_validate(dict(pair.split("=") for pair in text.split()))
