"""What happened to a lead besides the funnel: contact, consents, what the partner did. As sentences. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _


def told(kind: str, data: Mapping[str, Any]) -> tuple[str, str] | None:
    """The icon and the sentence; None for events of another kind."""
    match kind:
        case "contact_asked":
            return "☎️", _("wants to be called")
        case "contact_left":
            return "📱", _left(data)
        case "contact_removed":
            return "🚫", _("the contact was removed")
        case "consent_given":
            version = {"to": _what(data), "version": data.get("version", "")}
            return "✅", _("agreed to %(to)s, text %(version)s") % version
        case "consent_withdrawn":
            return "↩️", _("withdrew the consent to %(to)s") % {"to": _what(data)}
        case "unsubscribed":
            return "🔕", _("stopped promotional messages")
        case "topic_changed":
            return "⚙️", _topic(data)
        case "support_asked":
            return "🙋", _("asked the partner personally")
        case "dialogue_taken":
            return "🙋", _("a person took the dialogue over")
        case "dialogue_returned":
            return "🤖", _("the dialogue went back to the bot")
        case "status_changed":
            return "🏷️", _("the status was set: %(status)s") % {"status": _status(data)}
        case "data_exported":
            return "📄", _("took a copy of the data")
        case "erased":
            return "🗑", _("had all personal data erased")
    return None


def _left(data: Mapping[str, Any]) -> str:
    sentence = _("left an e-mail") if data.get("what") == "email" else _("has left a phone")
    if not data.get("duplicates"):
        return sentence
    return _("%(left)s that another lead has, too: perhaps the same person") % {"left": sentence}


def _what(data: Mapping[str, Any]) -> str:
    kinds = {"data": _("the use of personal data"), "offers": _("promotional messages")}
    return kinds.get(str(data.get("to")), str(data.get("to", "")))


def _status(data: Mapping[str, Any]) -> str:
    names = {
        "contacted": _("contacted"),
        "ordered": _("ordered"),
        "partner": _("became a partner"),
        "not_interested": _("not interested"),
    }
    return names.get(str(data.get("to")), str(data.get("to", "")))


def _topic(data: Mapping[str, Any]) -> str:
    names = {"tips": _("tips"), "offers": _("special offers"), "business": _("business")}
    topic = {"topic": names.get(str(data.get("topic")), str(data.get("topic", "")))}
    return (_("wants messages on: %(topic)s") if data.get("wanted") else _("no more messages on: %(topic)s")) % topic
