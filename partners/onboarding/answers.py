"""What an application's answers amount to: the mistakes in them, and the configuration of a partner."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import phonenumbers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from partners.models import Application
from partners.onboarding.config import PartnerConfig
from partners.onboarding.interview import Question, read
from partners.onboarding.sections import CONSENT_VERSIONS, QUESTIONS, SECRETS, SECTIONS, YES, Asked, Section
from partners.strict_yaml import FileError, Lines
from partners.yaml_model import checked, sentence_of

# Where the rule's own sentence would not tell a person what to do.
MISTAKES = {
    "group_id": gettext_lazy("A group's id is a number like -1001234567890. The guide shows where to find it."),
    "shop_link": gettext_lazy("Paste the whole link from your NL account: it begins with https://."),
    "registration_link": gettext_lazy("Paste the whole link from your NL account: it begins with https://."),
}
Problems = dict[str, str]  # question -> a sentence that says what to do


def problems_of(application: Application, sections: Iterable[Section] = SECTIONS) -> Problems:
    told = told_by(application)
    found: Problems = {}
    for section in sections:
        for asked in section.questions:
            if problem := problem_of(asked, told.get(asked.name, "")):
                found[asked.name] = problem
    for name, problem in _together(told).items():
        if any(asked.name == name for section in sections for asked in section.questions):
            found.setdefault(name, problem)
    return found


def told_by(application: Application) -> dict[str, str]:
    """Every answer, the secrets too: not for showing."""
    secrets = {name: getattr(application, name).reveal() for name in SECRETS}
    consents = {name: YES if _agreed(application, name) else "" for name in CONSENT_VERSIONS}
    return {name: str(value) for name, value in application.answers.items()} | secrets | consents


def _agreed(application: Application, name: str) -> bool:
    """To the text of today: who agreed to an older one is asked anew."""
    return bool(application.consents.get(name, {}).get("version") == CONSENT_VERSIONS[name])


def problem_of(asked: Asked, answer: str) -> str:
    """A sentence that says what to do; empty if the answer will do."""
    if not answer:
        return _required(asked) if asked.required else ""
    if len(answer) > asked.longest and asked.kind not in ("tick", "secret"):
        return _("At most %(longest)s characters, please: there are %(n)s.") % {
            "longest": asked.longest,
            "n": len(answer),
        }
    if asked.name == "phone":
        return (
            ""
            if phone_of(answer)
            else _("This is no phone number. Write it with the country's code: +7 916 123-45-67.")
        )
    if asked.path is None or asked.kind == "tick":
        return ""
    try:
        read(Question(*asked.path, asked.label), normal(asked, answer))
    except ValidationError as error:
        said = sentence_of(error.errors(include_input=False)[0], str(asked.label))
        return str(MISTAKES.get(asked.name, said))
    return ""


def config_of(application: Application, *, slug: str) -> PartnerConfig:
    """What `save_partner` makes the partner of. Raises FileError where an answer will not do."""
    told = told_by(application)
    data: dict[str, Any] = {"partner": {"id": slug}, "telegram": {}, "links": {}, "profile": {}}
    for name, asked in QUESTIONS.items():
        if asked.path and told.get(name):
            section, key = asked.path
            data.setdefault(section, {})[key] = normal(asked, told[name])
    if told["private_key"]:
        data.setdefault("yandex", {})["private_key"] = told["private_key"]
    if application.bot_username:
        data["telegram"]["bot_username"] = application.bot_username
    data["partner"]["phone"] = phone_of(told.get("phone", ""), told.get("country", "")) or told.get("phone", "")
    return checked(data, Lines(_("application"), {}), PartnerConfig)


def is_complete(application: Application) -> bool:
    try:
        config_of(application, slug="x")
    except FileError:
        return False
    return not problems_of(application)


def phone_of(text: str, country: str = "") -> str:
    """As E.164; empty if it is none."""
    try:
        number = phonenumbers.parse(text, country or "RU")
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def slug_of(application: Application) -> str:
    """A proposal for the partner's id, from the Telegram name or the bot's."""
    told = str(application.answers.get("contact") or application.bot_username)
    words = re.sub(r"[^a-z0-9_-]", "", told.rpartition("/")[2].lower().removeprefix("@"))[:40].strip("_-")
    return words or f"partner{application.pk}"


def _required(asked: Asked) -> str:
    if asked.kind == "tick":
        return _("Without this we cannot run your bot: please read and tick it.")
    if asked.kind == "choice":
        return _("Please choose.")
    return _("Please fill this in.")


def normal(asked: Asked, answer: str) -> str:
    """Spaces inside of numbers come with copying; https:// does not, from the address bar of a phone."""
    answer = answer.strip()
    if asked.name == "group_id":
        return re.sub(r"\s", "", answer).replace("−", "-").replace("–", "-")
    if asked.name == "contact":
        return re.sub(r"^(?:https?://)?t\.me/", "@", answer)
    if asked.name in ("shop_link", "registration_link") and "://" not in answer:
        return f"https://{answer}"
    return answer


def _together(told: Mapping[str, str]) -> Problems:
    """What only shows when several answers are looked at."""
    found: Problems = {}
    has_key = told["api_key"] or told["private_key"]
    if has_key and not told.get("folder_id"):
        found["folder_id"] = _("A key without its folder cannot be used: copy the folder id from the console.")
    if told.get("folder_id") and not has_key:
        found["api_key"] = _("Give an Api-Key or the key file, or clear the folder id: it may also wait.")
    if told["private_key"] and not told["api_key"]:
        for name in ("service_account_id", "key_id"):
            if not told.get(name):
                found[name] = _("The key file needs it: copy it from the console.")
    if told.get("group_id"):
        for name in ("bot_is_admin", "topics_are_on", "bot_may_manage"):
            if told.get(name) != YES:
                found[name] = _("Do this in Telegram and tick it, or clear the group id: the group may also wait.")
    return found


def shown(asked: Asked, application: Application) -> str:
    """For people: secrets are masked, choices are in words."""
    if asked.name in SECRETS:
        return str(getattr(application, asked.name))
    if asked.kind == "file":
        return str(application.private_key)
    value = str(application.answers.get(asked.name, ""))
    if asked.kind == "tick":
        return "✅" if value == YES else ""
    return str(dict(asked.choices).get(value, value))
