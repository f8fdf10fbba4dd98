"""What the partner is told about a lead, as texts: the shape of presets/texts/alerts.yaml, and the card. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from content import template
from content.markup import shorten
from content.messages import Html, Style, escape
from content.russian import lasting
from funnels.schema import Funnel, GoButton, Label, Part
from funnels.score_words import explain
from funnels.scoring import Band, Score, band

Headline = Literal[
    "contact_left", "contact_updated", "link_clicked", "high_engagement", "registration_started",
    "question_unanswered", "handled", "irrelevant", "contact_removed", "no_alert",
]  # fmt: skip
Line = Literal[
    "person", "mention", "phone", "duplicate", "email", "interest", "goal", "place", "score", "reason", "since",
    "source", "taken", "words", "quote",
]  # fmt: skip
Say = Literal[
    "outcome_question", "outcome_ordered", "outcome_partner", "outcome_contacted", "irrelevant", "contact_removed",
    "heard", "heard_other", "heard_call", "returned", "gone",
]  # fmt: skip
ButtonName = Literal[
    "write", "done", "later", "irrelevant", "take", "give", "ordered", "partner", "thinking", "change",
]  # fmt: skip
Phrase = Annotated[str, Field(min_length=1, max_length=400)]

SOURCE = "lead"  # of everything in the outbox that tells the partner about a lead
REASONS = 2  # of the score
NEWEST, OLDER = 2_000, 300  # UTF-16 units of a quoted message; with everything else a card stays below 4,096
SHORT = 130  # of names, addresses and labels


class AlertTexts(Part):
    format: Literal[1]
    headlines: dict[Headline, Phrase]
    lines: dict[Line, Phrase]
    bands: dict[Band, Phrase]
    say: dict[Say, Phrase]
    buttons: dict[ButtonName, Label]

    @model_validator(mode="after")
    def nothing_is_missing(self) -> Self:
        kinds = {"headlines": Headline, "lines": Line, "bands": Band, "say": Say, "buttons": ButtonName}
        for name, keys in kinds.items():
            if missing := set(get_args(keys)) - set(getattr(self, name)):
                raise ValueError(f"{name}: {', '.join(sorted(missing))} missing")
        return self


@dataclass(frozen=True, slots=True)
class CardFacts:
    """What is known of a lead; empty fields are left out. `words` are the last messages, the newest first."""

    name: str
    telegram_id: int
    username: str = ""
    phone: str = ""  # as it is shown
    has_duplicate: bool = False
    email: str = ""
    interest: str = ""
    goal: str = ""
    place: str = ""
    score: Score | None = None
    came_at: datetime | None = None
    source: str = ""
    is_taken: bool = False
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CardVoice:
    texts: AlertTexts
    style: Style

    def card(self, headline: Headline, facts: CardFacts, now: datetime) -> Html:
        parts = [self.headline(headline), "", *self.person(facts), *self._interests(facts)]
        parts += [*self._history(facts, now), *self._words(facts)]
        return Html("\n".join(parts))

    def short(self, headline: Headline, facts: CardFacts, *, end: Say) -> Html:
        """A card that is settled: whom it was about, and how it ended."""
        parts = [self.headline(headline), "", *self.person(facts), *self._interests(facts), "", self.say(end)]
        return Html("\n".join(parts))

    def headline(self, headline: Headline) -> Html:
        return template.render(self.texts.headlines[headline], self.style, {})

    def say(self, key: Say, variables: Mapping[str, str] | None = None) -> Html:
        return template.render(self.texts.say[key], self.style, variables or {})

    def label(self, name: ButtonName) -> str:
        return template.label(self.texts.buttons[name], self.style)

    def person(self, facts: CardFacts) -> Iterator[Html]:
        username = f"@{facts.username}" if facts.username else ""
        yield self._line("person", name=named(facts), username=username)
        if not (facts.username or facts.phone):
            yield self._line("mention")
        if facts.phone:
            yield self._line("phone", phone=shorten(facts.phone, SHORT))
        if facts.has_duplicate:
            yield self._line("duplicate")
        if facts.email:
            yield self._line("email", email=shorten(facts.email, 2 * SHORT))

    def quote(self, text: str, longest: int = NEWEST) -> Html:
        return self._line("quote", text=shorten(text.strip(), longest))

    def _interests(self, facts: CardFacts) -> Iterator[Html]:
        if facts.interest:
            yield self._line("interest", interest=shorten(facts.interest, 2 * SHORT))
        if facts.goal:
            yield self._line("goal", goal=shorten(facts.goal, SHORT))

    def _history(self, facts: CardFacts, now: datetime) -> Iterator[Html]:
        if facts.place:
            yield self._line("place", place=shorten(facts.place, SHORT))
        if facts.score is not None:
            yield self._line("score", score=str(facts.score.total), band=self.texts.bands[band(facts.score.total)])
            for line in facts.score.lines[:REASONS]:
                yield self._line("reason", reason=explain(line, now))
        if facts.came_at is not None:
            yield self._line("since", since=lasting(now - facts.came_at))
        if facts.source:
            yield self._line("source", source=shorten(facts.source, 2 * SHORT))
        if facts.is_taken:
            yield self._line("taken")

    def _words(self, facts: CardFacts) -> Iterator[Html]:
        if facts.words:
            yield self._line("words")
        for at, text in reversed(list(enumerate(facts.words))):
            yield self.quote(text, OLDER if at else NEWEST)

    def _line(self, line: Line, **variables: str) -> Html:
        return Html(template.render(self.texts.lines[line], self.style, variables).rstrip(" "))


def named(facts: CardFacts) -> Html:
    """The name; where there is nothing else to write to, it leads to the chat: Telegram refuses no such mention."""
    name = escape(shorten(" ".join(facts.name.split()), SHORT))
    if facts.username or facts.telegram_id < 0:
        return name
    return Html(f'<a href="tg://user?id={facts.telegram_id}">{name}</a>')


def answer_labels(funnel: Funnel, answers: Mapping[str, str], style: Style) -> dict[str, str]:
    """What a lead said, in the words of the buttons: {"pain": "weight"} is {"pain": "🔥 Похудеть"}."""
    found: dict[str, str] = {}
    for step in funnel.steps.values():
        for button in (button for row in step.buttons for button in row if isinstance(button, GoButton)):
            for name, value in answers.items():
                if value and getattr(button.set, name) == value:
                    found.setdefault(name, template.label(button.text, style))
    return {name: found.get(name, value) for name, value in answers.items() if value}
