"""What a partner reads of an overview in a chat. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from analytics.periods import Period
from analytics.reports.overview import PATH, Overview
from analytics.reports.rates import Rate
from content import russian
from content.messages import Button, Html, Image, Message, Style
from content.pictures.funnel import Stage, funnel_png
from funnels.milestones import Did
from funnels.panel_words import panel_data
from funnels.stats_texts import PeriodName, StatsLine, StatsTexts

ALWAYS = PATH  # also when nobody did it; the other deeds only where somebody did


@dataclass(frozen=True, slots=True)
class StatsVoice:
    texts: StatsTexts
    style: Style

    def message(
        self, overview: Overview, period: Period, counted_at: datetime | None, *, chosen: PeriodName, edits: bool
    ) -> Message:
        """`counted_at` in the partner's zone."""
        buttons = self._buttons(chosen)
        if counted_at is None:
            return Message(self._line("not_counted"), buttons=buttons, edits=edits)
        told = days_of(period)
        if overview.is_empty:
            return Message(self._line("nobody", period=told), buttons=buttons, edits=edits)
        parts = [self._line("title", period=told), self._deeds(overview)]
        if overview.arrived[Did.CAME]:
            parts.append(self._line("rates", rates=self._rates(overview)))
        parts.append(self._line("definition", clock=f"{counted_at:%H:%M}"))
        image = self._picture(overview, told) if overview.arrived[Did.CAME] else None
        return Message(Html("\n\n".join(parts)), buttons=buttons, image=image, edits=edits)

    def wrong(self) -> Message:
        names = ", ".join(words[0].lower() for words in self.texts.periods.values())
        return Message(self._line("wrong", periods=names))

    def _deeds(self, overview: Overview) -> Html:
        lines = []
        for deed, figure in overview.deeds.items():
            if deed in ALWAYS or figure.now or figure.before:
                change = self._line("change", before=russian.number(figure.before)) if figure.before else ""
                name, people = self.texts.deeds[deed], russian.number(figure.now)
                lines.append(self._line("line", deed=name, people=people, change=change))
        return Html("\n".join(lines))

    def _rates(self, overview: Overview) -> str:
        told = []
        for deed, label in self.texts.rates.items():
            share, before = overview.rate(deed), overview.rate_before(deed)
            key: StatsLine = "rate" if before.value is None else "rate_before"
            told.append(self._line(key, share=percent(share), deed=label, before=percent(before)))
        return ", ".join(told)

    def _picture(self, overview: Overview, told: str) -> Image:
        first = overview.arrived[Did.CAME]
        stages = [
            Stage(self.texts.deeds[deed], f"{russian.number(people)} · {percent(Rate(people, first))}", people / first)
            for deed, people in overview.path
        ]
        return Image("funnel.png", funnel_png(self._line("picture", period=told), stages))

    def _buttons(self, chosen: PeriodName) -> tuple[tuple[Button, ...], ...]:
        buttons = [
            Button(f"• {words[0]}" if name == chosen else words[0], panel_data("stats", 0, name))
            for name, words in self.texts.periods.items()
        ]
        return tuple(buttons[:3]), tuple(buttons[3:])

    def _line(self, key: StatsLine, **variables: str) -> Html:
        return self.texts.line(self.texts.stats[key], self.style, **variables)


def percent(rate: Rate) -> str:
    """«12 %»; «0,4 %» where a whole number would say nothing."""
    if rate.value is None:
        return "—"
    share = 100 * rate.value
    told = f"{share:.1f}".replace(".", ",") if 0 < share < 1 else f"{share:.0f}"
    return f"{told}{russian.NARROW_SPACE}%"


def days_of(period: Period) -> str:
    """«22 ноября», «16–22 ноября», «24 октября – 22 ноября»."""
    first, last = period.first, period.last
    if first == last:
        return russian.day_and_month(last)
    if (first.year, first.month) == (last.year, last.month):
        return f"{first.day}–{russian.day_and_month(last)}"
    year = f" {first.year}" if first.year != last.year else ""
    return f"{russian.day_and_month(first)}{year} – {russian.day_and_month(last)}{' ' + str(last.year) if year else ''}"
