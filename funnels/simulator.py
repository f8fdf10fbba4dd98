"""A funnel or a sequence as one lead would live it: `play` folds the lead's acts, nothing is kept anywhere. Pure.

The engine, the dialogue and the warm-up are the bot's own; only their rows are missing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from funnels import callbacks, dialogue, engine, wishes
from funnels.contacts import example_phone, shown_phone
from funnels.dialogue import Agree, Asking, Cancel, Card, Known, PhoneLeft
from funnels.lived_warmup import End, LivedWarmup, Moment, Stay
from funnels.moves import NOTHING, Decision, State
from funnels.schema import Answers, Funnel, PayScreen, ProductScreen
from funnels.stage import Setup, Stage, World
from funnels.warmup import variant_text
from funnels.warmup_message import compose
from funnels.wishes import Wish

VERSION = 1  # of the only funnel there is
ORDER_SLOTS = ("shop", "registration")
STEPS = {"hour": timedelta(hours=1), "day": timedelta(days=1)}
MOST_ACTS = 300
LONGEST_ACT = 100


@dataclass(slots=True)
class Life:
    stage: Stage
    warmup: LivedWarmup
    state: State | None = None
    answers: Answers = NOTHING
    agreed: bool = False  # to offers
    offers_asked: bool = False
    consented: bool = False  # to the storing of a contact
    phone: str = ""
    ordered_at: datetime | None = None  # when the lead last followed a link to order
    shut: End | None = None  # what keeps the lead from entering a sequence

    @property
    def now(self) -> datetime:
        return self.stage.now

    @property
    def funnel(self) -> Funnel | None:
        return self.stage.world.funnel

    @property
    def asking(self) -> Asking | None:
        return Asking.load(self.state.asking) if self.state else None

    def begin(self) -> None:
        sequence = self.stage.world.begins
        if sequence is None:
            self.stage.lead("/start")
            self.move(engine.Start())
            return
        entry = sequence.entry
        goal = entry.goals[0] if entry.goals else None
        self.answers = Answers(intent=entry.intent, pain=entry.pain, goal=goal)
        self.agreed = self.offers_asked = True
        self._entered(self.warmup.enter(sequence, self.now))

    def do(self, act: str) -> None:
        """An act that is not on offer, or that nobody ever made, changes nothing."""
        word, _colon, rest = act.partition(":")
        match word:
            case "hour" | "day":
                self.advance(self.now + STEPS[word])
            case "next":
                planned = self.warmup.planned(self.now)
                self.advance(planned.at if planned else self.now)
            case "bought":
                self._left(self.warmup.leave("ordered"))
            case "blocked":
                self._left(self.warmup.leave("blocked"))
                self.shut = "blocked"
            case "stop":
                self.stage.lead("/stop")
                self._wish(Wish("stop"), -1)
            case "phone" if self.stage.contact_key:
                self.stage.lead(self.stage.contact_key)
                self._talk(Card(example_phone(self.stage.world.country), own=True))
            case "key":
                self._type(rest)
            case "press" | "link":
                self._tap(word, rest)

    def advance(self, to: datetime) -> None:
        for moment in self.warmup.live(to):
            self.stage.now = moment.at
            self._warm_up(moment)
        self.stage.now = to

    # -- what the lead does -------------------------------------------------

    def _type(self, rest: str) -> None:
        """A key of the reply keyboard, by its number."""
        keys = [label for row in self.stage.keyboard for label in row]
        if not (rest.isascii() and rest.isdecimal() and int(rest[:3]) < len(keys)):
            return
        label = keys[int(rest[:3])]
        self.stage.lead(label)
        if self.funnel is None or (self.asking and engine.menu_button(self.funnel, label) is None):
            self._talk(Cancel())
        else:
            self.move(engine.text_event(self.funnel, label))

    def _tap(self, word: str, rest: str) -> None:
        """A button, by its line and what stands behind it."""
        number, _colon, data = rest.partition(":")
        line = int(number[:4]) if number.isascii() and number.isdecimal() else -1
        button = self.stage.button(line, data)
        if button is None:
            return
        if word == "press" and button.callback:
            self._press(data, line)
        elif word == "link" and button.url:
            self.stage.note("linked", button.text)
            self.ordered_at = self.now if data in ORDER_SLOTS else self.ordered_at

    def _press(self, data: str, line: int) -> None:
        self.shut = None if self.shut == "blocked" else self.shut  # who presses has unblocked the bot
        tapped = callbacks.decode(data) or callbacks.decode_outside(data) or wishes.decode(data)
        match tapped:
            case callbacks.Press() | callbacks.Jump() | callbacks.AskNow():
                self.move(tapped, line)
            case Agree("offers"):
                self._agree(line)
            case Wish():
                self._wish(tapped, line)
            case dialogue.Ask() | Agree() | dialogue.Refuse() | dialogue.Skip() | Cancel():
                self._talk(tapped)
            case _:
                self.stage.note("unplayed")

    def move(self, event: engine.Event, line: int = -1) -> None:
        if self.funnel is None:
            self.stage.note("no_funnel")
            return
        before, asking = self.answers, self.asking
        decision = engine.decide(self.funnel, VERSION, self.state, event, self.stage.facts, self.now)
        if asking is not None and asking.stage == "phone":
            self.stage.bot(self.stage.voice.plain("cancelled", keyboard=self.stage.voice.menu))
        self.state, self.answers = replace(decision.state, asking=""), decision.answers
        self.stage.answer(decision.messages, line)
        if any(event.kind == "question_asked" for event in decision.events):
            self.stage.note("ask")
        if self.agreed and _branch(before) != _branch(self.answers):
            self._enroll()
        self._offer(self.funnel, decision)

    def _offer(self, funnel: Funnel, decision: Decision) -> None:
        """The question about offers comes under the first product or pay screen."""
        shown = any(event.kind == "screen_shown" for event in decision.events)
        step = funnel.steps.get(decision.state.step)
        if shown and not self.offers_asked and isinstance(step, ProductScreen | PayScreen):
            self.offers_asked = True
            self.stage.bot(self.stage.voice.consent("offers", decline=wishes.wish("no_offers")))

    def _agree(self, line: int) -> None:
        had, self.agreed, self.offers_asked, self.shut = self.agreed, True, True, None
        self.stage.answer([self.stage.voice.plain("offers_on", edits=True)], line)
        if not had:
            self._enroll()

    def _wish(self, wish: Wish, line: int) -> None:
        voice = self.stage.voice
        match wish.word:
            case "stop":
                self.stage.bot(voice.plain("stopped"))
                self._left(self.warmup.leave("unsubscribed"))
                self.agreed, self.shut = False, "unsubscribed"
            case "no_offers":
                self.stage.answer([voice.plain("offers_off", edits=True)], line)
                self._left(self.warmup.leave("unsubscribed"))
                self.agreed = False
            case "snooze":
                self.warmup.snooze(self.now)
                self.stage.bot(voice.plain("snoozed"))
            case _:
                self.stage.note("unplayed")

    def _talk(self, act: dialogue.Act) -> None:
        """About the contact, by the rules of `dialogue`."""
        world, asking = self.stage.world, self.asking
        known = Known(self.consented, world.consents.newest("data").version, world.country, bool(self.phone))
        step = dialogue.decide(asking, act, known)
        for effect in step.effects:
            self.consented = self.consented or isinstance(effect, dialogue.Consented)
            if isinstance(effect, PhoneLeft):
                self._leave_phone(effect.phone)
        values = {"phone": shown_phone(self.phone) if self.phone else "", "example": example_phone(world.country)}
        self.stage.answer(self.stage.voice.answer(step, asking, values))
        start = self.funnel.start if self.funnel else ""
        state = self.state or State(VERSION, start, answers=self.answers)
        self.state = replace(state, asking=step.asking.dump() if step.asking else "")

    def _leave_phone(self, phone: str) -> None:
        self.phone, stay = phone, self.warmup.running
        if stay is not None and stay.sequence.leave_on_contact:
            self._left(self.warmup.leave("contact"))

    # -- what the bot does by itself ----------------------------------------

    def _enroll(self) -> None:
        if self.shut is None:
            before = self.warmup.running
            stay = self.warmup.enroll(self.answers, self.now)
            self._left(before if before is not None and before.end else None)
            self._entered(stay)

    def _warm_up(self, moment: Moment) -> None:
        stay, step = moment.stay, moment.step
        title = step.title or step.key
        if moment.missed:
            self.stage.note("missed", title)
            return
        variant, text = variant_text(step, 0)
        clicked = self.ordered_at is not None and self.ordered_at >= stay.entered_at
        may_ask = not self.phone and not (step.asks_contact and clicked)
        try:
            message = compose(
                facts=self.stage.facts,
                phrases=self.stage.world.phrases,
                sequence=stay.sequence.key,
                step=step,
                text=text,
                may_ask_contact=may_ask,
            )
        except ValueError:  # the talk goes on without it
            self.stage.note("broken", title)
            return
        self.stage.bot(message, f"{title} ({variant})" if step.variants else title)

    def _entered(self, stay: Stay | None) -> None:
        if stay is not None:
            self.stage.note("entered", stay.sequence.title)

    def _left(self, stay: Stay | None) -> None:
        if stay is not None:
            self.stage.note("left", stay.end or "")


def play(world: World, setup: Setup, acts: Iterable[str]) -> Life:
    """What became of the lead after these acts. A mistake in the text ends only the act that meets it."""
    life = Life(Stage(world, setup, setup.begun), LivedWarmup(world.sequences, setup.zone, setup.quiet))
    for act in ("begin", *acts):
        try:
            life.begin() if act == "begin" else life.do(act)
        except (KeyError, ValueError):  # a step that is not there, marks or a delay that cannot be read
            life.stage.note("broken")
    return life


def _branch(answers: Answers) -> tuple[str | None, ...]:
    return answers.intent, answers.pain, answers.goal
