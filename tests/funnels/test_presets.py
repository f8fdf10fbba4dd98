"""The shipped funnels: no problems, a handler behind every button, a way back from every screen."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings

from content.messages import Style
from funnels import graph, wishes
from funnels.callbacks import decode
from funnels.checks import check_text
from funnels.dialogue import Ask
from funnels.engine import MenuPress, Press, Start, State, decide, text_event
from funnels.loader import load_funnel
from funnels.management.commands.check_funnels import product_keys
from funnels.schema import AskButton, ContactButton, Funnel, GoButton, LinkButton, MenuGo
from tests.funnels.samples import facts

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
ROOT = Path(settings.BASE_DIR)
FILES = sorted((ROOT / "funnels" / "presets").glob("*.yaml"))
MOVES = ["button_pressed", "screen_shown"]

shipped = pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)


def load(file: Path) -> Funnel:
    return load_funnel(file.read_text(encoding="utf-8"), file.name).funnel


def test_the_main_funnel_is_shipped() -> None:
    assert "main" in {file.stem for file in FILES}


@shipped
def test_no_problems(file: Path) -> None:
    products = product_keys(ROOT / "content" / "presets" / "products.yaml")
    assert check_text(file.read_text(encoding="utf-8"), file.name, products=products) == []


@shipped
@pytest.mark.parametrize("style", ["ty", "vy"])
def test_every_button_does_what_it_says(file: Path, style: Style) -> None:
    """Walks every screen that a lead can see, and presses every button that is on it."""
    funnel, about = load(file), facts(style=style)
    seen: set[str] = set()
    waiting = [decide(funnel, 1, None, Start(), about, NOW)]
    waiting += [
        decide(funnel, 1, None, MenuPress(button.text), about, NOW)
        for row in funnel.menu
        for button in row
        if isinstance(button, MenuGo)
    ]
    while waiting:
        shown = waiting.pop()
        if shown.state.step in seen:
            continue
        seen.add(shown.state.step)
        step = funnel.steps[shown.state.step]
        own = [button for row in step.buttons for button in row]
        buttons = [button for row in shown.messages[-1].buttons for button in row]
        for written, button in zip(own, buttons, strict=False):
            if isinstance(written, LinkButton):
                assert button.url
                continue
            if isinstance(written, ContactButton):
                assert wishes.decode(button.callback) == Ask()
                continue
            press = decode(button.callback)
            assert press is not None
            decision = decide(funnel, 1, shown.state, press, about, NOW)
            happened = [event.kind for event in decision.events]
            if isinstance(written, AskButton):
                assert (happened, decision.state) == (["question_asked"], shown.state)
            elif isinstance(written, GoButton):
                assert (happened, decision.state.step) == (MOVES, written.to)
                waiting.append(decision)
        assert_has_ways_back(funnel, shown.state, [button.callback for button in buttons[len(own) :]])
    assert seen == funnel.steps.keys()


def assert_has_ways_back(funnel: Funnel, state: State, callbacks: list[str]) -> None:
    if state.step == funnel.start:
        assert callbacks == []
        return
    presses = [decode(callback) for callback in callbacks]
    assert presses == [Press(1, state.step, "b"), Press(1, state.step, "h")]
    for press in presses:
        assert press is not None
        decision = decide(funnel, 1, state, press, facts(), NOW)
        assert [event.kind for event in decision.events] == MOVES
        assert decision.state.step == (
            funnel.start if press.action == "h" else state.path[-1] if state.path else funnel.start
        )


@shipped
def test_back_reaches_the_start_from_every_screen(file: Path) -> None:
    """Even for somebody who came right there through a link."""
    funnel = load(file)
    for key in funnel.steps:
        state, presses = State(1, key), 0
        while state.step != funnel.start:
            state = decide(funnel, 1, state, Press(1, state.step, "b"), facts(), NOW).state
            presses += 1
            assert presses <= len(funnel.steps)


@shipped
def test_the_keyboard_is_understood(file: Path) -> None:
    funnel = load(file)
    for row in funnel.menu:
        for button in row:
            decision = decide(funnel, 1, None, text_event(funnel, button.text), facts(), NOW)
            expected = MOVES if isinstance(button, MenuGo) else ["question_asked"]
            assert [event.kind for event in decision.events] == expected


@shipped
def test_the_drawing_shows_every_step(file: Path) -> None:
    funnel = load(file)
    diagram = graph.layout(funnel)
    assert {node.key for node in diagram.nodes} == funnel.steps.keys()
    tree = [edge for edge in diagram.edges if edge.is_tree]
    assert len(tree) == len(funnel.steps) - 1
