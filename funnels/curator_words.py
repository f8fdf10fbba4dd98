"""What the curator says of its own, and the data of the buttons under an answer: `q:{question}:{what}`. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal, NamedTuple

from content import template
from content.knowledge.courtesy import Courtesy
from content.knowledge.gate import Refusal
from content.markup import MESSAGE_LIMIT, shorten, telegram_length, visible
from content.messages import Button, Html, Message
from content.russian import lasting
from funnels import wishes
from funnels.curator_texts import ButtonName, CuratorTexts, Line, OwnSay
from funnels.facts import PartnerFacts

PressedButton = Literal["up", "down", "sources", "pass"]
Thumb = Literal[1, -1]
Rows = tuple[tuple[Button, ...], ...]
CHOSEN = " ✓"
LONGEST_TITLE = 200
MOST_TITLES = 3  # offered where there is no answer

_DATA = re.compile(r"q:([1-9][0-9]{0,17}):(up|down|sources|pass)")


@dataclass(frozen=True, slots=True)
class AnswerPress:
    """A pressed button under an answer of the curator; `question` is claimed, not checked."""

    question: int
    button: PressedButton


class Title(NamedTuple):
    """A document that an answer rests on."""

    text: str
    as_of: date | None = None


def answer_data(question: int, button: PressedButton) -> str:
    return f"q:{question}:{button}"


def decode_answer(data: str) -> AnswerPress | None:
    """None for everything that `answer_data` does not make: the data comes from outside."""
    found = _DATA.fullmatch(data)
    return AnswerPress(int(found[1]), found[2]) if found else None  # type: ignore[arg-type]  # one of the four


@dataclass(frozen=True, slots=True)
class CuratorVoice:
    texts: CuratorTexts
    partner: PartnerFacts

    def unknown(self, near: Sequence[str] = ()) -> Message:
        """`near`: titles of documents that come near to what was asked."""
        rows = ((Button(self._label("contact"), wishes.CONTACT),),)
        if not near:
            return Message(self.say("unknown"), buttons=rows)
        lines = self._lines([Title(title) for title in dict.fromkeys(near)][:MOST_TITLES])
        return Message(self.say("unknown_near", titles=lines), buttons=rows)

    def group_unknown(self, private: str) -> Message:
        """`private`: the address of the private chat. A group passes nothing on: whoever asks may be no lead."""
        return Message(self.say("group_unknown"), buttons=((Button(self._label("private"), url=private),),))

    def refusal(self, refusal: Refusal) -> Message:
        return Message(self.say(refusal))

    def courtesy(self, courtesy: Courtesy) -> Message:
        return Message(self.say(courtesy))

    def too_many(self, wait: timedelta) -> Message:
        return Message(self.say("too_many", wait=lasting(wait)))

    def noted(self, answer: Sequence[Html]) -> tuple[Html, ...]:
        """With the line that it was no human who answered."""
        *before, last = answer
        together = Html(f"{last}\n\n{self.say('note')}")
        if telegram_length(visible(together)) > MESSAGE_LIMIT:
            return (*answer, self.say("note"))
        return (*before, together)

    def answer(
        self, question: int, answer: Sequence[Html], *, thumb: int | None = None, sources: bool, above: Rows = ()
    ) -> tuple[Message, ...]:
        """`answer`: the HTML of its messages. The last one carries the buttons, those in `above` first."""
        *before, last = answer
        up, down = (self._thumb(question, "up", thumb == 1), self._thumb(question, "down", thumb == -1))
        rows: Rows = ((up, down), (self._press(question, "sources"),)) if sources else ((up, down),)
        return (*map(Message, before), Message(last, buttons=(*above, *rows)))

    def thumb_up(self) -> Message:
        return Message(self.say("thumb_up"))

    def thumb_down(self, question: int) -> Message:
        return Message(self.say("thumb_down"), buttons=((self._press(question, "pass"),),))

    def passed_on(self) -> Message:
        """In place of the offer to pass it on."""
        return Message(self.say("passed_on"), edits=True)

    def sources(self, titles: Sequence[Title]) -> Message:
        return Message(self.say("sources", titles=self._lines(titles)) if titles else self.say("no_sources"))

    def gone(self) -> Message:
        return Message(self.say("gone"))

    def say(self, key: OwnSay | Refusal | Courtesy, **variables: str) -> Html:
        name = " ".join(self.partner.name.split())[:80]
        return self._render(self.texts.say[key], {"partner_name": name, **variables})

    def _lines(self, titles: Sequence[Title]) -> Html:
        return Html("\n".join(self._line(title) for title in titles))

    def _line(self, title: Title) -> Html:
        key: Line = "dated_title" if title.as_of else "title"
        as_of = f"{title.as_of:%d.%m.%Y}" if title.as_of else ""
        return self._render(self.texts.lines[key], {"title": shorten(title.text, LONGEST_TITLE), "date": as_of})

    def _render(self, text: str, variables: Mapping[str, str]) -> Html:
        return template.render(text, self.partner.style, variables)

    def _thumb(self, question: int, button: PressedButton, chosen: bool) -> Button:
        plain = self._press(question, button)
        return Button(plain.text + CHOSEN, plain.callback) if chosen else plain

    def _press(self, question: int, button: PressedButton) -> Button:
        return Button(self._label(button), answer_data(question, button))

    def _label(self, name: ButtonName) -> str:
        return template.label(self.texts.buttons[name], self.partner.style)
