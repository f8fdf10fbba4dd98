"""The seven sections of an application: what is asked, in the order of the form.

Everything but the secrets and the confirmations is stored as it was typed. What an answer must look like says
the same shape that files and the interview have (`PartnerConfig`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from partners.onboarding import places

Kind = Literal["line", "text", "choice", "tick", "secret", "file"]
Words = str | Promise
YES = "yes"  # what a ticked box is stored as


@dataclass(frozen=True, slots=True)
class Asked:
    """`path`: where the answer stands in `PartnerConfig`; none for what only the application knows."""

    name: str
    label: Words
    path: tuple[str, str] | None = None
    help: Words = ""
    kind: Kind = "line"
    required: bool = False
    example: str = ""
    choices: tuple[tuple[str, Words], ...] = ()
    longest: int = 500
    autocomplete: str = "off"
    keyboard: str = ""  # of a phone: tel, url, numeric


@dataclass(frozen=True, slots=True)
class Section:
    number: int
    title: Words
    intro: Words
    questions: tuple[Asked, ...]


YOU = Section(
    1,
    _("About you"),
    _("Leads see your name; your contact and phone are for us and for whoever asks to be called."),
    (
        Asked("name", _("Your name and surname"), ("partner", "name"), required=True, longest=120, autocomplete="name"),
        Asked(
            "contact",
            _("Your name in Telegram"),
            ("partner", "contact"),
            _("Telegram → Settings → Username. It begins with @."),
            required=True,
            example="@anna_petrova",
            longest=64,
        ),
        Asked(
            "phone",
            _("Phone"),
            ("partner", "phone"),
            _("With the country's code."),
            required=True,
            example="+7 916 123-45-67",
            longest=32,
            autocomplete="tel",
            keyboard="tel",
        ),
        Asked("country", _("Country"), ("partner", "country"), kind="choice", required=True, choices=places.COUNTRIES),
        Asked(
            "time_zone",
            _("Time zone"),
            ("partner", "time_zone"),
            _("Your digest comes by this clock, and nobody is written to at night."),
            kind="choice",
            required=True,
            choices=places.ZONES,
        ),
    ),
)
BOT = Section(
    2,
    _("Your bot"),
    _("Make a bot in @BotFather with /newbot and copy the token that he sends you."),
    (
        Asked(
            "token",
            _("Bot token"),
            ("telegram", "bot_token"),
            _("It is checked with Telegram at once, kept encrypted and never shown again."),
            kind="secret",
            required=True,
            example="123456789:AAF…",
            longest=200,
        ),
        Asked(
            "bot_username",
            _("Bot's name in Telegram"),
            ("telegram", "bot_username"),
            _("Filled in by itself when the token is checked."),
            example="anna_wellness_bot",
            longest=64,
        ),
        Asked(
            "display_name",
            _("How the bot introduces itself"),
            ("profile", "bot_display_name"),
            _("“Hello! I am …” It always says that it is an automatic assistant."),
            example="Помощник Анны",
            longest=64,
        ),
    ),
)
GROUP = Section(
    3,
    _("Your group"),
    _("Posts go to your Telegram group, each kind to its topic. Without a group the bot only talks with leads."),
    (
        Asked(
            "group_id",
            _("Group id"),
            ("telegram", "group_id"),
            _("A number that starts with -100. The guide shows where to find it."),
            example="-1001234567890",
            longest=20,
        ),
        Asked("group_title", _("Group title"), ("telegram", "group_name"), longest=255),
        Asked("bot_is_admin", _("The bot is an administrator of the group"), kind="tick"),
        Asked("topics_are_on", _("Topics are switched on in the group's settings"), kind="tick"),
        Asked("bot_may_manage", _("The bot may manage topics and delete messages"), kind="tick"),
        Asked(
            "make_topics",
            _("Let the bot make the topics itself"),
            help=_("Products, Business, Success stories, Learning, News, Questions: only those that are missing."),
            kind="tick",
        ),
    ),
)
YANDEX = Section(
    4,
    _("Yandex Cloud"),
    _(
        "Your own account pays for the curator's answers. It may wait: without it the bot quotes the knowledge base. "
        "An Api-Key is enough, or the key file of a service account."
    ),
    (
        Asked("folder_id", _("Folder id"), ("yandex", "folder_id"), example="b1g…", longest=64),
        Asked("api_key", _("Api-Key"), ("yandex", "api_key"), kind="secret", example="AQVN…", longest=400),
        Asked(
            "key_file",
            _("Key file of the service account"),
            None,
            _("JSON, at most 1 MB. It is read, kept encrypted and never shown again."),
            kind="file",
        ),
        Asked(
            "service_account_id",
            _("Service account id"),
            ("yandex", "service_account_id"),
            _("The key file fills it in."),
            example="aje…",
            longest=64,
        ),
        Asked("key_id", _("Key id"), ("yandex", "key_id"), _("The key file fills it in."), example="aje…", longest=64),
    ),
)
LINKS = Section(
    5,
    _("NL links"),
    _("Your buyers and newcomers are led only by your own links."),
    (
        Asked("nl_partner_id", _("NL partner id"), ("links", "nl_partner_id"), example="007-1234567", longest=40),
        Asked(
            "shop_link",
            _("Shop link"),
            ("links", "shop"),
            required=True,
            example="https://…",
            autocomplete="url",
            keyboard="url",
        ),
        Asked(
            "registration_link",
            _("Registration link"),
            ("links", "registration"),
            _("If it is empty, “Register” leads to the shop."),
            example="https://…",
            autocomplete="url",
            keyboard="url",
        ),
    ),
)
STYLE = Section(
    6,
    _("What you do and how you speak"),
    _("The bot speaks as your assistant, so let it know you."),
    (
        Asked(
            "specialization",
            _("Specialisation"),
            ("profile", "specialization"),
            kind="choice",
            required=True,
            choices=tuple(Partner.Specialization.choices),
        ),
        Asked(
            "style",
            _("How the bot addresses people"),
            ("profile", "communication_style"),
            kind="choice",
            required=True,
            choices=tuple(Partner.Style.choices),
        ),
        Asked(
            "story",
            _("Your story"),
            ("profile", "story"),
            _("A few honest sentences: how you came to NL, what you like. No cures, no promises of income."),
            kind="text",
            longest=4_000,
        ),
    ),
)
CONSENTS = Section(
    7,
    _("The last words"),
    _("Read, tick, and send the application."),
    (
        Asked("comments", _("Anything else we should know"), kind="text", longest=2_000),
        Asked(
            "consent_data",
            _("I agree that my data is processed to run my bot, until I ask to have it removed"),
            kind="tick",
            required=True,
        ),
        Asked(
            "consent_rules",
            _("I accept the rules of honest selling: no cures, no promises of income, no invented people"),
            kind="tick",
            required=True,
        ),
    ),
)

SECTIONS = (YOU, BOT, GROUP, YANDEX, LINKS, STYLE, CONSENTS)
QUESTIONS = {asked.name: asked for section in SECTIONS for asked in section.questions}
SECRETS = ("token", "api_key", "private_key")  # columns of their own, encrypted
# Of the texts above: a changed one gets the next number, and whoever agreed before is asked anew.
CONSENT_VERSIONS = {"consent_data": 1, "consent_rules": 1}
