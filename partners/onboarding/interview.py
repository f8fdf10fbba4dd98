"""Asks for a partner in the terminal: one question at a time, a wrong answer is asked again at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from partners.fields import Secret
from partners.onboarding.config import PartnerConfig, YandexSection
from partners.yaml_model import sentence_of

Answers = dict[str, Any]
YES = {"y", "yes", "д", "да"}


@dataclass(frozen=True, slots=True)
class Question:
    section: str
    key: str
    text: str | Promise
    hidden: bool = False

    @property
    def field(self) -> FieldInfo:
        section: Any = PartnerConfig.model_fields[self.section].annotation
        return YandexSection.model_fields[self.key] if self.section == "yandex" else section.model_fields[self.key]

    @property
    def default(self) -> Any:
        return None if self.field.is_required() else self.field.default


QUESTIONS = (
    Question("partner", "id", gettext_lazy("Short id (a–z, 0–9, -)")),
    Question("partner", "name", gettext_lazy("Name, as leads will see it")),
    Question("partner", "contact", gettext_lazy("Telegram name, @…")),
    Question("partner", "telegram_id", gettext_lazy("Telegram id, a number")),
    Question("partner", "country", gettext_lazy("Country, two letters")),
    Question("partner", "time_zone", gettext_lazy("Time zone")),
    Question("telegram", "bot_token", gettext_lazy("Bot token from @BotFather (not shown)"), hidden=True),
    Question("telegram", "bot_username", gettext_lazy("Bot's name, @…bot")),
    Question("profile", "bot_display_name", gettext_lazy("How the bot introduces itself")),
    Question("profile", "specialization", gettext_lazy("Specialisation (all, weight, energy, business, beauty)")),
    Question("profile", "communication_style", gettext_lazy("Speaks to leads with (ty, vy)")),
    Question("profile", "story", gettext_lazy("Story, in a line")),
    Question("links", "nl_partner_id", gettext_lazy("NL partner id")),
    Question("links", "shop", gettext_lazy("Shop link, https://…")),
    Question("links", "registration", gettext_lazy("Registration link, https://…")),
    Question("telegram", "group_id", gettext_lazy("Group id, -100…")),
    Question("telegram", "group_name", gettext_lazy("Group title")),
    Question("yandex", "folder_id", gettext_lazy("Yandex Cloud folder id")),
)
YANDEX_KEY = Question("yandex", "api_key", gettext_lazy("Yandex Cloud Api-Key (not shown)"), hidden=True)
OPTIONAL = {("yandex", "folder_id")}


@dataclass(frozen=True, slots=True)
class Interviewer:
    """`taken` gives a sentence when an answer, fine by itself, is somebody else's already."""

    ask: Callable[[str], str]
    ask_hidden: Callable[[str], str]
    say: Callable[[str], object]
    taken: Callable[[Question, Any], str]

    def answers(self) -> Answers:
        """What PartnerConfig is made of."""
        answers: Answers = {}
        for question in QUESTIONS:
            self.put(question, answers)
        if answers.get("yandex"):
            self.put(YANDEX_KEY, answers)
        return answers

    def confirms(self, text: str) -> bool:
        return self.ask(f"{text} [y/N] ").strip().lower() in YES

    def put(self, question: Question, answers: Answers) -> None:
        while True:
            given = (self.ask_hidden if question.hidden else self.ask)(prompt(question)).strip()
            optional = not question.field.is_required() or (question.section, question.key) in OPTIONAL
            if not given and optional:
                return
            try:
                value = read(question, given)
            except ValidationError as error:
                problem = sentence_of(error.errors(include_input=False)[0], str(question.text))
            else:
                problem = self.taken(question, value)
            if not problem:
                answers.setdefault(question.section, {})[question.key] = value
                return
            self.say(problem)


def prompt(question: Question) -> str:
    default = question.default
    shown = default if default not in (None, "", PydanticUndefined) and not isinstance(default, Secret) else ""
    return f"{question.text} [{shown}]: " if shown else f"{question.text}: "


def read(question: Question, answer: str) -> Any:
    field = question.field
    kind: Any = Annotated[(field.annotation, *field.metadata)] if field.metadata else field.annotation
    return TypeAdapter(kind, config={"arbitrary_types_allowed": True}).validate_python(answer)


def summary(config: BaseModel) -> Iterator[str]:
    """What is going to be created, line by line; secrets are masked."""
    for section, values in config.model_dump(exclude_defaults=True).items():
        for key, value in values.items():
            if value not in ("", None):
                yield f"  {section}.{key}: {value}"
