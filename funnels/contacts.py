"""Phone numbers and e-mail addresses as people type them. Pure: libphonenumber's tables, no look-ups."""

from __future__ import annotations

from typing import Literal

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from phonenumbers import Leniency, NumberParseException, PhoneNumberFormat, PhoneNumberMatcher

LONGEST_TYPED = 100  # a longer text is no phone number, whatever digits it contains
LONGEST_EMAIL = 254
FEWEST_WITH_COUNTRY = 11  # digits from which on a number may be international although its plus is missing

Fault = Literal["no_number", "several_numbers", "wrong_number"]


class NoPhone(ValueError):
    """The text is not one valid phone number; `fault` says why."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault: Fault = fault


def read_phone(text: str, country: str) -> str:
    """The number in E.164; without a country code it is one of `country` (two letters). Raises NoPhone."""
    digits = sum(character.isdigit() for character in text)
    if not digits or len(text) > LONGEST_TYPED:
        raise NoPhone("no_number")
    found = {_e164(match.number) for match in PhoneNumberMatcher(text, country, leniency=Leniency.VALID)}
    if len(found) > 1:
        raise NoPhone("several_numbers")
    number = found.pop() if found else _whole(text, country, digits)
    if number is None:
        raise NoPhone("wrong_number" if digits >= 5 else "no_number")
    return number


def _whole(text: str, country: str, digits: int) -> str | None:
    """The text as one number: people also write 7916… and mean +7916…."""
    attempts = [text] if digits < FEWEST_WITH_COUNTRY or "+" in text else [text, f"+{text.strip()}"]
    for attempt in attempts:
        try:
            number = phonenumbers.parse(attempt, country)
        except NumberParseException:
            continue
        if phonenumbers.is_valid_number(number) and not _has_letters(attempt):
            return _e164(number)
    return None


def _has_letters(text: str) -> bool:
    """libphonenumber would read letters as the digits of a telephone's keys."""
    return any(character.isalpha() for character in text)


def _e164(number: phonenumbers.PhoneNumber) -> str:
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def shown_phone(e164: str) -> str:
    """+79161234567 as +7 916 123-45-67."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(e164), PhoneNumberFormat.INTERNATIONAL)
    except NumberParseException:
        return e164


def example_phone(country: str) -> str:
    """How a mobile number of the country looks."""
    kind = phonenumbers.PhoneNumberType.MOBILE
    examples = (phonenumbers.example_number_for_type(region, kind) for region in (country, "RU"))
    number = next(example for example in examples if example is not None)
    return phonenumbers.format_number(number, PhoneNumberFormat.INTERNATIONAL)


def masked_phone(e164: str) -> str:
    """For people who may know that there is a number, but not which."""
    return f"{e164[:2]} ••• {e164[-2:]}" if e164 else ""


def read_email(text: str) -> str | None:
    """The address, or None if the text is none."""
    address = text.strip().removeprefix("mailto:")
    if len(address) > LONGEST_EMAIL:
        return None
    try:
        validate_email(address)
    except ValidationError:
        return None
    name, _at, domain = address.rpartition("@")
    return f"{name}@{domain.lower()}"
