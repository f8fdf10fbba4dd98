"""The answers outside the funnel as messages with their buttons. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from content import template
from content.messages import Button, Html, Message
from funnels import wishes
from funnels.dialogue import Asking, Kind, Say, Step
from funnels.facts import PartnerFacts
from funnels.phrases import ButtonName, Consents, OwnSay, Phrases, consent_html, say
from funnels.render import Keyboard

Rows = tuple[tuple[Button, ...], ...]


@dataclass(frozen=True, slots=True)
class Voice:
    """A partner's bot outside the funnel; `menu` is the persistent keyboard."""

    phrases: Phrases
    consents: Consents
    partner: PartnerFacts
    menu: Keyboard

    def answer(self, step: Step, before: Asking | None, variables: Mapping[str, str]) -> tuple[Message, ...]:
        """`before`: what was being asked for when the step was taken."""
        messages = tuple(self._said(key, variables) for key in step.say)
        if _asks_phone(before) and not _asks_phone(step.asking):
            return self.with_menu(messages)
        return messages

    def with_menu(self, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """The keyboard with «Отправить мой номер» makes room for the menu again."""
        free = next((at for at, message in enumerate(messages) if not message.buttons), None)
        if free is None:
            return (*messages, self.plain("cancelled", keyboard=self.menu))
        return (*messages[:free], replace(messages[free], keyboard=self.menu), *messages[free + 1 :])

    def plain(
        self,
        key: Say | OwnSay,
        variables: Mapping[str, str] | None = None,
        *,
        buttons: Rows = (),
        keyboard: Keyboard = (),
        edits: bool = False,
    ) -> Message:
        text = say(self.phrases.say[key], self.partner, variables)
        return Message(text, buttons=buttons, keyboard=keyboard, edits=edits)

    def consent(self, kind: Kind, *, decline: str) -> Message:
        """The newest text with its two buttons; `decline` is what the second one means."""
        text = self.consents.newest(kind)
        agree = Button(self.label(text.agree), wishes.agree(kind, text.version))
        rows = ((agree,), (Button(self.label(text.decline), decline),))
        return Message(consent_html(self.consents, kind, self.partner), buttons=rows)

    def button(self, name: ButtonName, callback: str) -> Button:
        return Button(self.label(self.phrases.buttons[name]), callback)

    def label(self, text: str) -> str:
        return template.label(text, self.partner.style)

    def line(self, text: str, variables: Mapping[str, str]) -> Html:
        return say(text, self.partner, variables)

    def _said(self, key: Say, variables: Mapping[str, str]) -> Message:
        match key:
            case "consent":
                return self.consent("data", decline=wishes.REFUSE)
            case "ask_phone" | "ask_phone_again":
                cancel = self.label(self.phrases.buttons["cancel"])
                asked = self.plain(key, variables, keyboard=((cancel,),))
                return replace(asked, contact_key=self.label(self.phrases.buttons["share_phone"]))
            case "ask_email" | "wrong_email":
                return self.plain(key, variables, buttons=((self.button("skip_email", wishes.SKIP),),))
            case "ask_question":
                return self.plain(key, variables, buttons=((self.button("cancel", wishes.CANCEL),),))
            case _:
                return self.plain(key, variables)


def _asks_phone(asking: Asking | None) -> bool:
    return asking is not None and asking.stage == "phone"
