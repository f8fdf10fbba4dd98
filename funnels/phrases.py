"""What the bot says outside the funnel: the shape of the files in presets/texts. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from content import template
from content.messages import Html
from funnels import dialogue
from funnels.facts import PartnerFacts
from funnels.schema import Label, Part, Text
from funnels.wishes import Topic

OwnSay = Literal[
    "offers_on", "offers_off", "stopped", "settings_on", "settings_off", "privacy", "revoked",
    "nothing_to_revoke", "export_ready", "export_soon", "forget_question", "forgotten", "already_forgotten",
    "kept", "help", "snoozed",
]  # fmt: skip
ButtonName = Literal[
    "share_phone", "cancel", "skip_email", "contact", "stop", "export", "revoke", "forget", "erase", "keep",
    "privacy", "settings", "unsubscribe",
]  # fmt: skip
PrivacyLine = Literal["phone", "email", "consent_data", "consent_offers"]
Command = Literal["menu", "contact", "support", "settings", "stop", "privacy", "export", "forget_me", "help"]
# "consent" is no phrase: it has a file and versions of its own.
SAYS = frozenset(get_args(dialogue.Say)) - {"consent"} | frozenset(get_args(OwnSay))


class Phrases(Part):
    format: Literal[1]
    say: dict[str, Text]
    buttons: dict[ButtonName, Label]
    topics: dict[Topic, Label]
    privacy_lines: dict[PrivacyLine, Text]
    commands: dict[Command, Annotated[str, Field(min_length=1, max_length=256)]]

    @model_validator(mode="after")
    def nothing_is_missing(self) -> Self:
        needed = {
            "say": SAYS,
            "buttons": get_args(ButtonName),
            "topics": get_args(Topic),
            "privacy_lines": get_args(PrivacyLine),
            "commands": get_args(Command),
        }
        for name, keys in needed.items():
            if missing := set(keys) - set(getattr(self, name)):
                raise ValueError(f"{name}: {', '.join(sorted(missing))} missing")
        return self


class ConsentText(Part):
    """One version of what a person agrees to. Once published it never changes."""

    version: Annotated[int, Field(ge=1, le=9_999)]
    title: Annotated[str, Field(min_length=1, max_length=120)]
    what: Text
    purpose: Text
    by_whom: Text
    how_long: Text
    withdrawal: Text
    agree: Label
    decline: Label


class Consents(Part):
    format: Literal[1]
    consents: dict[dialogue.Kind, Annotated[tuple[ConsentText, ...], Field(min_length=1)]]
    labels: dict[Literal["what", "purpose", "by_whom", "how_long", "withdrawal"], Label]

    @model_validator(mode="after")
    def versions_are_counted(self) -> Self:
        for kind in get_args(dialogue.Kind):
            versions = [text.version for text in self.consents.get(kind, ())]
            if versions != list(range(1, len(versions) + 1)) or not versions:
                raise ValueError(f"{kind}: versions must be 1, 2, 3 and so on")
        return self

    def newest(self, kind: dialogue.Kind) -> ConsentText:
        return self.consents[kind][-1]


def say(text: str, partner: PartnerFacts, variables: Mapping[str, str] | None = None) -> Html:
    """The text as this partner's bot says it."""
    name = " ".join(partner.name.split())[:80]
    return template.render(text, partner.style, {"partner_name": name, **(variables or {})})


def consent_html(consents: Consents, kind: dialogue.Kind, partner: PartnerFacts) -> Html:
    """The newest text: what, what for, by whom, how long, how to withdraw."""
    text = consents.newest(kind)
    parts = [f"<b>{say(text.title, partner)}</b>\n"]
    parts += [f"<b>{label}:</b> {say(getattr(text, name), partner)}" for name, label in consents.labels.items()]
    return Html("\n".join(parts))
