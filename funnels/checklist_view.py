"""The first week as messages. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from content import template
from content.messages import Button, Html, Message, Style
from funnels.checklist import DAYS, FirstWeek, Task, bar
from funnels.guide_texts import NUDGES, ChecklistTexts, Turn
from funnels.panel_words import panel_data

DAY, TASK = "week_day", "week_task"


@dataclass(frozen=True, slots=True)
class ChecklistView:
    """`done`: whether the product has seen it by itself, by task. `today` is counted from 1."""

    texts: ChecklistTexts
    style: Style
    week: FirstWeek
    done: Mapping[str, bool]
    today: int

    def day(self, number: int, *, edits: bool = True) -> Message:
        day = self.week.days[number - 1]
        text = self.texts.line(
            "day",
            self.style,
            number=str(number),
            title=day.title,
            today=self._today(),
            progress=self._progress(),
            tasks=Html("\n\n".join(self._task(task) for task in day.tasks)),
        )
        rows = [
            (Button(self._mark(task) + self._label(task), panel_data(TASK, number, task.key)),) for task in day.tasks
        ]
        return Message(text, buttons=(*rows, self._turns(number)), edits=edits)

    def finished(self, *, edits: bool = False) -> Message:
        text = self.texts.line("finished", self.style, progress=self._progress())
        return Message(text, buttons=((self.texts.button("look", self.style, DAY, 1),),), edits=edits)

    def offer(self) -> Message:
        return Message(self.texts.line("offer", self.style), buttons=(self._open(),))

    def nudge(self, step: int) -> Message:
        task = self.week.open_task(self.done)
        name = self._label(task) if task else ""
        text = self.texts.line(NUDGES[step], self.style, task=name, progress=self._progress())
        return Message(text, buttons=(self._open(),))

    def _open(self) -> tuple[Button, ...]:
        """0: the day on which there is something to do, as a message of its own."""
        return (self.texts.button("open", self.style, DAY, 0),)

    def _today(self) -> Html:
        if self.today > DAYS:
            return self.texts.line("late", self.style)
        return self.texts.line("today", self.style, number=str(self.today))

    def _progress(self) -> Html:
        done, total = self.week.counted(self.done), len(self.week.tasks)
        return self.texts.line("progress", self.style, bar=bar(done, total), done=str(done), total=str(total))

    def _task(self, task: Task) -> Html:
        how = template.render(task.how, self.style, {})
        said = self.texts.line("task", self.style, mark=self._mark(task), label=self._label(task), how=how)
        seen = self.texts.line("seen", self.style) if self.done.get(task.key) else ""
        return Html(f"{said}{seen}")

    def _label(self, task: Task) -> str:
        return template.label(task.label, self.style)

    def _mark(self, task: Task) -> str:
        return "✅ " if task.key in self.done else "☐ "

    def _turns(self, number: int) -> tuple[Button, ...]:
        turns = []
        if number > 1:
            turns.append(self._turn("earlier", number - 1))
        if number < DAYS:
            turns.append(self._turn("later", number + 1))
        return tuple(turns)

    def _turn(self, name: Turn, number: int) -> Button:
        text = template.render(self.texts.buttons[name], self.style, {"number": str(number)})
        return Button(text, panel_data(DAY, number))
