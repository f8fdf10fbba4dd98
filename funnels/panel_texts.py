"""What the panel says to a partner and to helpers: the shape of presets/texts/panel.yaml. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Literal, Self, get_args

from pydantic import Field, model_validator

from content import template
from content.messages import Button, Html, Message
from funnels.facts import PartnerFacts
from funnels.panel_words import panel_data
from funnels.phrases import say
from funnels.schema import Label, Part, Text

Say = Literal[
    "help_owner", "help_helper", "cancelled",
    "links", "links_none", "links_line", "links_page", "link", "link_gone", "ask_label", "wrong_label",
    "too_many_links", "no_address",
    "settings", "saved", "set_name", "set_story", "set_shop", "set_registration", "set_style", "set_digest",
    "set_work", "set_quiet", "set_zone", "set_notify", "wrong_name", "wrong_story", "wrong_link", "wrong_clock",
    "wrong_hours", "wrong_quiet", "wrong_zone", "nothing", "always", "never",
    "helpers", "helpers_none", "helper", "helper_unknown", "invitation", "helper_asks", "helper_in", "helper_refused",
    "helpers_full", "drop_sure", "dropped", "invitation_gone",
    "guest_helper", "guest_owner", "guest_accepted", "guest_declined", "guest_in", "guest_is_owner", "guest_own_link",
    "guest_already", "fault_unknown", "fault_taken", "fault_expired", "fault_bound",
]  # fmt: skip
ButtonName = Literal[
    "back", "new_link", "all_links", "share", "newer", "older", "new_helper", "drop_helper", "drop_surely", "let_in",
    "keep_out", "accept", "accept_owner", "decline", "field_name", "field_story", "field_shop", "field_registration",
    "field_style", "field_digest", "field_work", "field_quiet", "field_zone", "field_notify", "empty", "style_ty",
    "style_vy", "notify_on", "notify_off",
]  # fmt: skip
CommandName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,31}$")]
Description = Annotated[str, Field(min_length=3, max_length=256)]
Rows = tuple[tuple[Button, ...], ...]


class PanelTexts(Part):
    """`commands` stand in the order of the menu that Telegram shows, and of /help."""

    format: Literal[1]
    commands: dict[CommandName, Description]
    say: dict[Say, Text]
    buttons: dict[ButtonName, Label]

    @model_validator(mode="after")
    def nothing_is_missing(self) -> Self:
        for name, keys in {"say": Say, "buttons": ButtonName}.items():
            if missing := set(get_args(keys)) - set(getattr(self, name)):
                raise ValueError(f"{name}: {', '.join(sorted(missing))} missing")
        return self

    def described(self, names: Iterable[str]) -> list[tuple[str, str]]:
        """Those of the commands with what they do, in their order."""
        wanted = set(names)
        return [(name, text) for name, text in self.commands.items() if name in wanted]

    def message(
        self,
        key: Say,
        partner: PartnerFacts,
        values: Mapping[str, str] | None = None,
        *,
        buttons: Rows = (),
        edits: bool = False,
    ) -> Message:
        return Message(self.line(key, partner, values), buttons=buttons, edits=edits)

    def line(self, key: Say, partner: PartnerFacts, values: Mapping[str, str] | None = None) -> Html:
        return say(self.say[key], partner, values)

    def button(self, name: ButtonName, partner: PartnerFacts, word: str, id_: int = 0, argument: str = "") -> Button:
        return Button(template.label(self.buttons[name], partner.style), panel_data(word, id_, argument))
