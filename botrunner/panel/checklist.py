"""/checklist: the partner's first week, three tasks a day."""

from __future__ import annotations

from botrunner.panel.visit import Commands, Messages, Presses, Visit
from content.messages import Message
from funnels.checklist_view import DAY, TASK
from funnels.models import Checklist
from funnels.panel_words import PanelCommand, PanelPress
from funnels.services import checklists
from funnels.services.presets import first_week


def command(visit: Visit, _command: PanelCommand) -> Messages:
    return (_shown(visit, _checklist(visit), edits=False),)


def day(visit: Visit, press: PanelPress) -> Messages:
    """Day 0 is what there is to do, as a message of its own: its button stands under a nudge."""
    return (_shown(visit, _checklist(visit), day=press.id, edits=press.id > 0),)


def task(visit: Visit, press: PanelPress) -> Messages:
    checklist = _checklist(visit)
    was_finished = checklist.finished_at is not None
    found = next((task for task in first_week().tasks if task.key == press.argument), None)
    if found is not None:
        checklists.toggle(checklist=checklist, task=found, now=visit.now)
    page = _shown(visit, checklist, day=press.id, edits=True)
    if checklist.finished_at is None or was_finished:
        return (page,)
    return (page, _shown(visit, checklist, edits=False))


def _checklist(visit: Visit) -> Checklist:
    return checklists.open_week(partner_id=visit.partner_id, now=visit.now)


def _shown(visit: Visit, checklist: Checklist, *, day: int = 0, edits: bool) -> Message:
    return checklists.shown(checklist=checklist, now=visit.now, day=day, edits=edits)


COMMANDS: Commands = {"/checklist": command}
PRESSES: Presses = {DAY: day, TASK: task}
