"""The digest as one message that is read at a glance on a phone. Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from content import russian, template
from content.messages import Button, Html, Message, Style
from funnels.digest import Digest, Figure, Waiting
from funnels.digest_texts import DigestTexts, short
from funnels.panel_words import panel_data

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """A paragraph with the buttons that belong to it."""

    text: str
    buttons: Rows = ()


@dataclass(frozen=True, slots=True)
class Writer:
    """How a partner's bot speaks to the partner."""

    texts: DigestTexts
    style: Style

    def message(self, digest: Digest) -> Message:
        parts = [part for section in SECTIONS if (part := section(self, digest)) is not None]
        return Message(
            Html("\n\n".join(part.text for part in parts)),
            buttons=tuple(row for part in parts for row in part.buttons),
        )

    def line(self, text: str, **variables: str) -> Html:
        return template.render(text, self.style, variables)

    def lead_button(self, lead: Waiting) -> Button:
        """«Иван · 78 баллов», which opens the card."""
        values = {"name": short(lead.name), "points": self.texts.counted(lead.score, "points")}
        return Button(self.texts.button("lead", self.style, values), panel_data("card", lead.lead_id))


def _numbers(writer: Writer, digest: Digest) -> Section:
    said = writer.texts.digest
    title = writer.line(said["title"], day=russian.day_and_month(digest.day))
    if digest.is_calm:
        return Section(f"{title}\n\n{writer.line(said['calm'])}")
    told = [figure for figure in digest.figures if figure.metric == "new" or figure.people or figure.week]
    lines = [_figure(writer, figure) for figure in told]
    return Section("\n".join([title, "", *lines]))


def _figure(writer: Writer, figure: Figure) -> Html:
    people, usual = russian.number(figure.people), russian.number(figure.usual)
    return writer.line(
        writer.texts.digest["line"], name=writer.texts.figures[figure.metric], people=people, usual=usual
    )


def _hot(writer: Writer, digest: Digest) -> Section | None:
    if not digest.hot_count:
        return None
    count = digest.hot_count
    text = writer.line(writer.texts.digest["hot"], leads=writer.texts.counted(count, "hot"))
    rows: Rows = tuple((writer.lead_button(lead),) for lead in digest.hot)
    if count > len(digest.hot):
        label = writer.texts.button("all_hot", writer.style, {"count": str(count)})
        rows = (*rows, (Button(label, panel_data("hot")),))
    return Section(text, rows)


def _taken(writer: Writer, digest: Digest) -> Section | None:
    if not digest.taken_count:
        return None
    count, texts = digest.taken_count, writer.texts
    text = writer.line(texts.digest["taken"], dialogues=texts.counted(count, "taken"))
    if count > len(digest.taken):
        text = Html(f"{text}\n{writer.line(texts.digest['more'], count=str(count - len(digest.taken)))}")
    return Section(text, tuple((_give_back(writer, lead),) for lead in digest.taken))


def _give_back(writer: Writer, lead: Waiting) -> Button:
    label = writer.texts.button("give_back", writer.style, {"name": short(lead.name)})
    return Button(label, panel_data("give", lead.lead_id, "heard"))


def _legend(writer: Writer, digest: Digest) -> Section | None:
    return None if digest.is_calm else Section(writer.line(writer.texts.digest["legend"]))


SECTIONS: tuple[Callable[[Writer, Digest], Section | None], ...] = (_numbers, _hot, _taken, _legend)
