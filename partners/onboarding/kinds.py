"""The kinds of values in a partner's files. A rule that a model field has is asked of the model field."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator
from pydantic_core import PydanticCustomError

from partners.fields import Secret
from partners.models import Partner
from partners.services.bots import TokenRefused, telegram_id_of

MAX_SECRET = 10_000  # characters; a 4096-bit private key has about 3,300
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\x80-\x9f\ud800-\udfff]")
PRIVATE_KEY = re.compile(r"-----BEGIN ([A-Z ]*PRIVATE KEY)-----\n.+\n-----END \1-----\n?", re.DOTALL)
STYLES = {
    Partner.Style.INFORMAL: {"ty", "ты", "informal", "неформальный", "неформально", "на ты"},
    Partner.Style.FORMAL: {"vy", "вы", "formal", "формальный", "формально", "на вы"},
}


def refusal(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("refused", "{sentence}", {"sentence": sentence})


def rule(model: type[models.Model], name: str) -> AfterValidator:
    """The model field's own checks."""
    field = model._meta.get_field(name)

    def check(value: Any) -> Any:
        try:
            return field.clean(value, None)  # type: ignore[union-attr]  # no relation is asked for
        except ValidationError as error:
            raise refusal(" ".join(error.messages)) from None

    return AfterValidator(check)


def matches(pattern: str, sentence: str | Promise) -> AfterValidator:
    def check(value: str) -> str:
        if value and not re.fullmatch(pattern, value):
            raise refusal(str(sentence))
        return value

    return AfterValidator(check)


def _choice(names: Mapping[str, set[str]]) -> Callable[[Any], str]:
    by_name = {name: value for value, others in names.items() for name in {value, *others}}

    def choose(value: Any) -> str:
        chosen = by_name.get(str(value).strip(" «»\"'").lower())
        if chosen is None:
            raise refusal(_("Write one of: %(choices)s.") % {"choices": ", ".join(names)})
        return chosen

    return choose


def _printable(value: str) -> str:
    text = value.replace("\r\n", "\n").strip()
    if CONTROL.search(text):
        raise refusal(_("There is an invisible control character in it: type the text anew."))
    return text


def _one_line(value: str) -> str:
    if "\n" in value:
        raise refusal(_("It must stand on one line."))
    return value


def _digits_are_text(value: Any) -> Any:
    """`nl_partner_id: 12345` is a number for YAML."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _username(value: str) -> str:
    for start in ("https://t.me/", "http://t.me/", "t.me/", "@"):
        value = value.removeprefix(start)
    return value


def _with_zone(value: Any) -> Any:
    """A day or a time without a zone is meant in UTC."""
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    return value.replace(tzinfo=UTC) if isinstance(value, datetime) and value.tzinfo is None else value


def _secret(check: Callable[[Secret], Secret]) -> PlainValidator:
    """An empty text is a secret that was not given."""

    def read(value: Any) -> Secret:
        secret = value if isinstance(value, Secret) else Secret(value.strip() if isinstance(value, str) else "?")
        if len(secret.reveal()) > MAX_SECRET or CONTROL.search(secret.reveal()):
            raise refusal(_("This is too long, or has invisible characters in it: copy it anew."))
        return check(secret) if secret else secret

    return PlainValidator(read)


def _token(secret: Secret) -> Secret:
    try:
        telegram_id_of(secret)
    except TokenRefused as error:
        raise refusal(str(error)) from None
    return secret


def _private_key(secret: Secret) -> Secret:
    """Yandex puts a line of warning before the key; an .env file may hold \\n for the line breaks."""
    text = secret.reveal().replace("\\n", "\n").replace("\r\n", "\n")
    start = text.find("-----BEGIN")
    if start < 0 or not PRIVATE_KEY.fullmatch(text[start:]):
        raise refusal(_("This is not a private key: it goes from -----BEGIN PRIVATE KEY----- to the END line."))
    return Secret(text[start:])


def _api_key(secret: Secret) -> Secret:
    if re.search(r"\s", secret.reveal()):
        raise refusal(_("An Api-Key has no spaces or line breaks: copy it anew."))
    return secret


Text = Annotated[str, AfterValidator(_printable)]
Line = Annotated[Text, BeforeValidator(_digits_are_text), AfterValidator(_one_line)]
Country = Annotated[
    Line,
    AfterValidator(str.upper),
    matches("[A-Z]{2}", gettext_lazy("A country is two letters, like RU or KZ.")),
    Field(min_length=2),
]
Contact = Annotated[
    Line,
    AfterValidator(lambda value: value and f"@{_username(value)}"),
    matches("@[A-Za-z][A-Za-z0-9_]{3,31}", gettext_lazy("A contact is a Telegram name, like @anna_petrova.")),
]
BotName = Annotated[
    Line,
    AfterValidator(_username),
    matches("[A-Za-z][A-Za-z0-9_]{3,31}", gettext_lazy("A bot's name is like anna_wellness_bot.")),
]
PersonId = Annotated[int, Field(gt=0, lt=2**52)]
GroupId = Annotated[int, Field(lt=0, gt=-(2**52))]
TopicName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,30}$")]
TopicId = Annotated[int, Field(gt=0, lt=2**31)]
Moment = Annotated[datetime, AfterValidator(_with_zone)]
Style = Annotated[str, BeforeValidator(_choice(STYLES))]
Specialization = Annotated[str, BeforeValidator(_choice({value: set() for value in Partner.Specialization}))]
Token = Annotated[Secret, _secret(_token)]
PrivateKey = Annotated[Secret, _secret(_private_key)]
ApiKey = Annotated[Secret, _secret(_api_key)]
