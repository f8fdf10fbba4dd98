"""People press anything at any moment: random walks over the shipped funnels."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from content.markup import CAPTION_LIMIT, MESSAGE_LIMIT, fault, telegram_length, visible
from content.messages import Message, Style
from funnels.callbacks import decode
from funnels.engine import MAX_PATH, Event, Home, Press, Start, State, Text, Unsupported, decide, text_event
from funnels.facts import Facts
from funnels.loader import load_funnel
from tests.funnels.samples import GOOD, facts

NOW = datetime(2026, 1, 15, 12, tzinfo=UTC)
MAIN = Path(settings.BASE_DIR) / "funnels" / "presets" / "main.yaml"
FUNNELS = [
    load_funnel(GOOD, "a.yaml").funnel,
    load_funnel(MAIN.read_text(encoding="utf-8"), MAIN.name).funnel,
]

pick = st.integers(0, 10_000)


class Walk(RuleBasedStateMachine):
    """One lead of one funnel, pressing what is shown, what was shown and what never existed."""

    @initialize(
        number=st.integers(0, 1),
        name=st.text(max_size=80),
        style=st.sampled_from(["ty", "vy"]),
        story=st.text(),
    )
    def meet(self, number: int, name: str, style: Style, story: str) -> None:
        self.funnel = FUNNELS[number]
        self.facts: Facts = facts(first_name=name, partner=name or "Мария", style=style, story=story)
        self.state: State | None = None
        self.messages: tuple[Message, ...] = ()
        self.presses: list[Press] = []

    def do(self, event: Event) -> None:
        decision = decide(self.funnel, 1, self.state, event, self.facts, NOW)
        self.state, self.messages = decision.state, decision.messages
        buttons = [button for message in self.messages for row in message.buttons for button in row]
        self.presses += [press for button in buttons if (press := decode(button.callback))]
        self.presses = self.presses[-60:]

    @rule(entry=st.none() | st.text(max_size=5))
    def start(self, entry: str | None) -> None:
        self.do(Start(entry))

    @rule(number=pick)
    def start_through_a_link(self, number: int) -> None:
        steps = list(self.funnel.steps)
        self.do(Start(steps[number % len(steps)]))

    @rule(number=pick)
    def press_what_was_shown(self, number: int) -> None:
        if self.presses:
            self.do(self.presses[number % len(self.presses)])

    @rule(number=pick, version=st.integers(0, 2), action=st.sampled_from(["b", "h", *map(str, range(6))]))
    def press_anything(self, number: int, version: int, action: str) -> None:
        steps = [*self.funnel.steps, "gone"]
        self.do(Press(version, steps[number % len(steps)], action))

    @rule(number=pick)
    def press_the_keyboard(self, number: int) -> None:
        labels = [button.text for row in self.funnel.menu for button in row]
        self.do(text_event(self.funnel, labels[number % len(labels)]))

    @rule(event=st.sampled_from([Home(), Text(4096), Unsupported()]))
    def do_something_else(self, event: Event) -> None:
        self.do(event)

    @invariant()
    def the_place_exists(self) -> None:
        if self.state:
            assert {self.state.step, *self.state.path} <= self.funnel.steps.keys()
            assert len(self.state.path) <= MAX_PATH
            assert len({*self.state.path, self.state.step}) == len(self.state.path) + 1

    @invariant()
    def telegram_accepts_every_message(self) -> None:
        for message in self.messages:
            assert fault(message.text) is None
            limit = CAPTION_LIMIT if message.picture else MESSAGE_LIMIT
            assert 0 < telegram_length(visible(message.text).strip()) <= limit
            for button in (button for row in message.buttons for button in row):
                assert 0 < len(button.text) <= 64
                assert bool(button.url) != bool(button.callback)
                assert len(button.callback.encode()) <= 64

    @invariant()
    def back_leads_to_the_start(self) -> None:
        state = self.state
        for _ in range(MAX_PATH + len(self.funnel.steps)):
            if state is None or state.step == self.funnel.start:
                return
            state = decide(self.funnel, 1, state, Press(1, state.step, "b"), self.facts, NOW).state
        raise AssertionError("«Назад» goes in a circle")


TestWalk = Walk.TestCase
TestWalk.settings = hypothesis_settings(max_examples=60, stateful_step_count=30)
