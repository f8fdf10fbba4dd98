"""Scripts of Reels as messages. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from content import template
from content.messages import Button, Html, Message, Style
from content.training.reels import Script, Scripts
from funnels.guide_texts import ReelsTexts
from funnels.panel_words import panel_data

TOPICS, SCRIPT = "reels", "reel"
ROW = 2


@dataclass(frozen=True, slots=True)
class ReelsView:
    """`links` are the partner's own by slot."""

    texts: ReelsTexts
    style: Style
    topics: Mapping[str, Scripts]
    links: Mapping[str, str]

    def all_topics(self, *, unknown: bool = False, edits: bool = False) -> Message:
        text = self.texts.line("unknown_topic" if unknown else "topics", self.style)
        buttons = [Button(topic.title, panel_data(SCRIPT, 0, topic.key)) for topic in self.topics.values()]
        rows = tuple(tuple(buttons[at : at + ROW]) for at in range(0, len(buttons), ROW))
        return Message(text, buttons=rows, edits=edits)

    def script(self, topic: Scripts, number: int, *, edits: bool = True) -> Message:
        """Round and round: behind the last one comes the first."""
        total = len(topic.scripts)
        at = number % total
        turns = (
            self.texts.button("previous", self.style, SCRIPT, (at - 1) % total, topic.key),
            self.texts.button("other", self.style, SCRIPT, (at + 1) % total, topic.key),
        )
        back = self.texts.button("topics", self.style, TOPICS)
        return Message(self._text(topic, topic.scripts[at], at), buttons=(turns, (back,)), edits=edits)

    def _text(self, topic: Scripts, script: Script, at: int) -> Html:
        shots = (
            self.texts.line("shot", self.style, number=str(number), text=self._said(shot))
            for number, shot in enumerate(script.shots, 1)
        )
        return self.texts.line(
            "script",
            self.style,
            topic=topic.title,
            number=str(at + 1),
            total=str(len(topic.scripts)),
            title=script.title,
            hook=self._said(script.hook),
            shots=_lines(shots),
            text=self._said(script.text),
            call=self._said(script.call),
            must=_lines(self.texts.line("must", self.style, text=self._said(said)) for said in script.must),
        )

    def _said(self, text: str) -> Html:
        return template.render(text, self.style, self.links)


def _lines(lines: Iterable[str]) -> Html:
    return Html("\n".join(lines))
