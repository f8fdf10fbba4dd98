"""What a lead did, as sentences for people: labels and titles come from the funnel that the lead saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext as _

from content import template
from content.messages import Style
from funnels import callbacks
from funnels.answer_steps import is_answer_step
from funnels.contact_words import told
from funnels.loader import FunnelFileError, load_funnel
from funnels.models import Enrollment
from funnels.schema import Funnel


@dataclass(frozen=True, slots=True)
class Sentence:
    icon: str
    text: str


@lru_cache(maxsize=32)
def funnel_of(text: str) -> Funnel | None:
    """None if the text cannot be read: a timeline is shown in any case."""
    try:
        return load_funnel(text, "funnel").funnel
    except FunnelFileError:
        return None


def sentence(kind: str, step: str, data: Mapping[str, Any], funnel: Funnel | None, style: Style) -> Sentence:
    """Texts are plain: escaping is the template's."""
    values = {"screen": screen_title(funnel, step), "button": button_label(funnel, step, data, style)}
    match kind:
        case "started":
            return Sentence("🚀", _("opened the bot"))
        case "screen_shown":
            return Sentence("📄", _("saw the screen “%(screen)s”") % values)
        case "button_pressed" if data.get("action") == "menu":
            return Sentence("👆", _("pressed “%(button)s” of the keyboard") % values)
        case "button_pressed":
            return Sentence("👆", _("pressed “%(button)s” on the screen “%(screen)s”") % values)
        case "outdated_pressed":
            return Sentence("⏳", _("pressed an old button of the screen “%(screen)s”") % values)
        case "question_asked":
            return Sentence("❓", _("wants to ask a question, on the screen “%(screen)s”") % values)
        case "link_clicked" if is_answer_step(step):
            return Sentence("🔗", _("followed the link “%(link)s” under an answer") % {"link": link_name(data)})
        case "link_clicked":
            values["link"] = link_name(data)
            return Sentence("🔗", _("followed the link “%(link)s” on the screen “%(screen)s”") % values)
        case "warmup_sent" if data.get("missed"):
            return Sentence("💤", _("a warm-up message came too late and was left out: %(step)s") % {"step": step})
        case "warmup_sent":
            return Sentence("💌", _("a warm-up message was planned: %(step)s") % {"step": step})
        case "sequence_entered":
            return Sentence("📬", _("entered the sequence “%(step)s”") % {"step": step})
        case "sequence_ended":
            values = {"step": step, "reason": _reason(str(data.get("reason", "")))}
            return Sentence("📪", _("the sequence “%(step)s” ended: %(reason)s") % values)
        case "bot_blocked":
            return Sentence("⛔", _("blocked the bot"))
        case "bot_unblocked":
            return Sentence("👋", _("unblocked the bot"))
    return Sentence(*(told(kind, data) or ("•", kind)))


def _reason(reason: str) -> str:
    return str(dict(Enrollment.Exit.choices).get(reason, _("all messages sent")))


def screen_title(funnel: Funnel | None, step: str) -> str:
    found = funnel.steps.get(step) if funnel else None
    return (found.title if found else "") or step


def link_name(data: Mapping[str, Any]) -> str:
    slot = str(data.get("slot", ""))
    return {"shop": _("shop"), "registration": _("registration")}.get(slot, slot)


def button_label(funnel: Funnel | None, step: str, data: Mapping[str, Any], style: Style) -> str:
    action = str(data.get("action", ""))
    if funnel is None:
        return str(data.get("to", action))
    if action == callbacks.BACK:
        return template.label(funnel.notices.back, style)
    if action == callbacks.HOME:
        return template.label(funnel.notices.home, style)
    if action == "menu":
        return _menu_label(funnel, str(data.get("to", "")), style)
    buttons = [button for row in funnel.steps[step].buttons for button in row] if step in funnel.steps else []
    if action.isdigit() and int(action) < len(buttons):
        return template.label(buttons[int(action)].text, style)
    return action


def _menu_label(funnel: Funnel, target: str, style: Style) -> str:
    buttons = (button for row in funnel.menu for button in row)
    found = next((button for button in buttons if getattr(button, "to", None) == target), None)
    return template.label(found.text, style) if found else target
