"""The outbox in words for people. Reasons are stored as short English codes, or are Telegram's own sentences."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

REASONS = {
    # of what failed, or is perhaps sent
    "blocked": _("the bot is blocked"),
    "never opened": _("has never opened the bot"),
    "no answer": _("Telegram did not answer"),
    "interrupted": _("the bot stopped while it was being sent"),
    # of what was not sent
    "arrived": _("a person has seen it in the chat"),
    "asked for silence": _("asked for silence"),
    "cancelled": _("cancelled"),
    "contact": _("left a contact"),
    "contact left": _("left a contact"),
    "contact removed": _("took the contact back"),
    "dropped": _("an operator decided so"),
    "erased": _("was erased"),
    "human": _("a person took over"),
    "human took over": _("a person took over"),
    "no consent": _("no consent"),
    "not_interested": _("not interested"),
    "ordered": _("ordered"),
    "other_branch": _("chose something else"),
    "removed": _("the sequence is gone"),
    "snoozed": _("asked for silence"),
    "too late": _("its time was over"),
    "topic is off": _("does not want the topic"),
    "unsubscribed": _("unsubscribed"),
}

# What Telegram says of one recipient, in lower case. Everything else may be true of all of them.
RECIPIENTS = (
    "blocked",
    "never opened",
    "deactivated",
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "user_is_blocked",
    "bot can't initiate conversation",
)


def reason_words(code: str) -> str:
    """A sentence of Telegram's stays as it is."""
    return str(REASONS.get(code, code)) or gettext("no reason was given")


def is_of_recipient(code: str) -> bool:
    """Whether it failed because of this one recipient."""
    said = code.lower()
    return any(words in said for words in RECIPIENTS)


# Sources that speak of other people than those of the partner whose bot carries the message.
INCIDENTS, APPLICATIONS = "incidents", "applications"


def source_words(source: str) -> str:
    """Whatever promised a message: «broadcast:12», «sequence:weight»."""
    kind, _colon, key = source.partition(":")
    match kind:
        case "broadcast":
            return gettext("broadcast %(number)s") % {"number": key}
        case "sequence":
            return gettext("sequence “%(key)s”") % {"key": key}
        case "lead" | "alert":
            return gettext("alert about a lead")
        case "answer":
            return gettext("answer of the curator")
        case "late-answer":
            return gettext("answer that was found later")
        case "post":
            return gettext("post %(number)s") % {"number": key}
        case "posts":
            return gettext("notice about posts")
        case "operators" | "incidents" | "applications":
            return gettext("notice to the operators")
        case _:
            return source or gettext("unknown")
