"""Decides what happens when a lead does something. Pure: the bot, the tests and the sandbox share it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from content import template
from content.messages import Message
from funnels import graph
from funnels.callbacks import BACK, HOME, AskNow, Jump, Press
from funnels.facts import Facts
from funnels.moves import (
    NOTHING,
    Decision,
    Event,
    Happened,
    Home,
    Kind,
    MenuPress,
    Start,
    State,
    Text,
    Unsupported,
    merge,
    spoken,
)
from funnels.render import menu_keyboard, render_notice, render_step
from funnels.schema import (
    Answers,
    AskButton,
    ContactButton,
    Funnel,
    GoButton,
    LinkButton,
    MenuAsk,
    MenuButton,
    MenuGo,
    ProductScreen,
)

__all__ = [
    "MAX_PATH",
    "Decision",
    "Event",
    "Happened",
    "Home",
    "MenuPress",
    "Press",
    "Start",
    "State",
    "Text",
    "Unsupported",
    "decide",
    "menu_button",
    "needs_newest",
    "text_event",
]

MAX_PATH = 20


def needs_newest(event: Event) -> bool:
    """Whether the event leaves the screen tree, so that the newest version is to be decided with."""
    return isinstance(event, Start | Home | MenuPress | Jump) or (isinstance(event, Press) and event.action == HOME)


def menu_button(funnel: Funnel, text: str) -> MenuButton | None:
    """The button with this label, in either form: a keyboard may be older than the partner's style."""
    buttons = (button for row in funnel.menu for button in row)
    return next((button for button in buttons if text in template.labels(button.text)), None)


def text_event(funnel: Funnel, text: str) -> MenuPress | Text:
    """What a typed text means: the persistent keyboard types its labels."""
    return MenuPress(text) if menu_button(funnel, text) else Text(len(text))


def decide(funnel: Funnel, version: int, state: State | None, event: Event, facts: Facts, now: datetime) -> Decision:
    """`version` is that of `funnel`: the newest one if `needs_newest(event)`, else the state's."""
    turn = _Turn(funnel, version, state, facts, now)
    match event:
        case Start():
            return turn.start(event.entry)
        case Home():
            return turn.go_home(edits=False)
        case Press():
            return turn.press(event)
        case MenuPress():
            return turn.press_menu(event.text)
        case Jump():
            return turn.jump(event.step)
        case AskNow():
            return turn.ask(turn.kept.step, "warmup")
        case Text():
            return turn.keep_question(event.length)
        case Unsupported():
            return Decision((turn.notice(funnel.notices.unsupported),), turn.kept)


@dataclass(frozen=True, slots=True)
class _Turn:
    """One event of one lead."""

    funnel: Funnel
    version: int
    state: State | None
    facts: Facts
    now: datetime

    @property
    def here(self) -> State:
        """The lead's place in this version of the funnel."""
        if self.state and self.state.version == self.version and self.state.step in self.funnel.steps:
            return self.state
        return State(self.version, self.funnel.start, answers=self.answers)

    @property
    def kept(self) -> State:
        """The lead's place in their own version, which may be older: for events that do not move them."""
        return self.state or self.here

    @property
    def answers(self) -> Answers:
        return self.state.answers if self.state else NOTHING

    def notice(self, text: str) -> Message:
        return render_notice(text, self.facts)

    def happened(self, kind: Kind, step: str, **data: object) -> Happened:
        return Happened(kind, step, self.now, data)

    def show(self, state: State, *before: Happened, edits: bool) -> Decision:
        screen = render_step(self.funnel, self.version, state.step, self.facts, edits=edits)
        step = self.funnel.steps[state.step]
        product = {"product": step.product} if isinstance(step, ProductScreen) else {}
        return Decision((screen,), state, (*before, self.happened("screen_shown", state.step, **product)))

    def start(self, entry: str | None) -> Decision:
        step = entry if entry in self.funnel.steps else None
        state = State(self.version, step or self.funnel.start, answers=self.answers)
        data = {"entry": step} if step else {}
        shown = self.show(state, self.happened("started", state.step, **data), edits=False)
        keyboard = menu_keyboard(self.funnel, self.facts.partner.style)
        greeting = render_notice(self.funnel.notices.greeting, self.facts, keyboard=keyboard)
        return Decision((greeting, *shown.messages), state, shown.events)

    def go_home(self, *before: Happened, edits: bool) -> Decision:
        return self.show(State(self.version, self.funnel.start, answers=self.answers), *before, edits=edits)

    def press_menu(self, text: str) -> Decision:
        button = menu_button(self.funnel, text)
        match button:
            case MenuGo():
                state = State(self.version, button.to, answers=merge(self.answers, button.set))
                pressed = self.happened("button_pressed", self.kept.step, action="menu", **_meaning(button))
                return self.show(state, pressed, edits=False)
            case MenuAsk():
                return self.ask(self.kept.step, "menu")
            case None:
                return self.keep_question(len(text))

    def jump(self, step: str) -> Decision:
        """A step that is gone leads to the main menu: the message with the button may be weeks old."""
        to = step if step in self.funnel.steps else self.funnel.start
        pressed = self.happened("button_pressed", self.kept.step, action="warmup", to=to)
        return self.show(State(self.version, to, answers=self.answers), pressed, edits=False)

    def press(self, press: Press) -> Decision:
        if press.action == HOME:  # every version has it, and it leads out of them
            pressed = self.happened("button_pressed", press.step, action=HOME, to=self.funnel.start)
            return self.go_home(pressed, edits=True)
        known = press.version == self.version and press.step in self.funnel.steps
        if not known or self.here is not self.state:
            return self.outdated(press)
        if press.action == BACK:
            return self.outdated(press) if press.step == self.funnel.start else self.go_back(press.step)
        buttons = [button for row in self.funnel.steps[press.step].buttons for button in row]
        button = buttons[int(press.action)] if int(press.action) < len(buttons) else None
        match button:
            case GoButton():
                return self.go(press, button)
            case AskButton():
                return self.ask(press.step, press.action)
            case LinkButton() | ContactButton() | None:
                return self.outdated(press)

    def go(self, press: Press, button: GoButton) -> Decision:
        path = (*self.path_to(press.step), press.step)
        if button.to in path:
            path = path[: path.index(button.to)]
        elif button.to == self.funnel.start:
            path = ()
        state = State(self.version, button.to, path[-MAX_PATH:], merge(self.answers, button.set))
        pressed = self.happened("button_pressed", press.step, action=press.action, **_meaning(button))
        return self.show(state, pressed, edits=True)

    def go_back(self, step: str) -> Decision:
        path = self.path_to(step)
        target = path[-1] if path else graph.parents(self.funnel).get(step) or self.funnel.start
        pressed = self.happened("button_pressed", step, action=BACK, to=target)
        return self.show(State(self.version, target, path[:-1], self.answers), pressed, edits=True)

    def path_to(self, step: str) -> tuple[str, ...]:
        """How the lead came to a step; people also press buttons of screens further up in the chat."""
        trail = (*self.here.path, self.here.step)
        return trail[: trail.index(step)] if step in trail else ()

    def ask(self, step: str, action: str) -> Decision:
        asked = self.happened("question_asked", step, action=action)
        return Decision((self.notice(self.funnel.notices.ask),), self.kept, (asked,))

    def keep_question(self, length: int) -> Decision:
        received = self.happened("message_received", self.kept.step, length=length)
        return Decision((), self.kept, (received,))  # the curator answers

    def outdated(self, press: Press) -> Decision:
        pressed = self.happened("outdated_pressed", press.step, version=press.version, action=press.action)
        shown = self.show(self.here, pressed, edits=False)
        events = shown.events if self.here is not self.state else (pressed,)
        return Decision((self.notice(self.funnel.notices.outdated), *shown.messages), self.here, events)


def _meaning(button: GoButton | MenuGo) -> dict[str, object]:
    said = spoken(button.set)
    return {"to": button.to, "set": said} if said else {"to": button.to}
