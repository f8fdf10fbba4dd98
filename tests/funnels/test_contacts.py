"""Phones and e-mail addresses as people type them."""

from __future__ import annotations

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnels.contacts import Fault, NoPhone, example_phone, masked_phone, read_email, read_phone, shown_phone

COUNTRIES = ("RU", "KZ", "BY", "UZ", "KG", "GE", "AM", "TR", "DE")


@pytest.mark.parametrize(
    ("text", "country", "expected"),
    [
        ("+7 916 123-45-67", "RU", "+79161234567"),
        ("8 (916) 123-45-67", "RU", "+79161234567"),
        ("9161234567", "RU", "+79161234567"),
        ("79161234567", "UZ", "+79161234567"),  # the plus is missing, the country code is not
        ("90 123 45 67", "UZ", "+998901234567"),
        ("8 029 123-45-67", "BY", "+375291234567"),
        ("8 701 123 45 67", "KZ", "+77011234567"),
        ("0555 12 34 56", "GE", "+995555123456"),
        ("0532 123 45 67", "TR", "+905321234567"),
        ("091 123456", "AM", "+37491123456"),
        ("0151 23456789", "DE", "+4915123456789"),
        ("0700 123 456", "KG", "+996700123456"),
        ("мой номер 8 916 123-45-67, звоните вечером", "RU", "+79161234567"),
        ("+79161234567 после 18", "RU", "+79161234567"),
        ("8 916 123 45 67 доб. 5", "RU", "+79161234567"),
    ],
)
def test_numbers(text: str, country: str, expected: str) -> None:
    assert read_phone(text, country) == expected


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "no_number"),
        ("позвоните вечером", "no_number"),
        ("мне 35 лет", "no_number"),
        ("²", "no_number"),
        ("8-800-FLOWERS", "no_number"),
        ("8916123456", "wrong_number"),
        ("+7 916 123-45-678", "wrong_number"),
        ("+79161234567 или +79161234568", "several_numbers"),
        ("+79161234567" + " " * 100, "no_number"),
    ],
)
def test_what_is_no_number(text: str, fault: Fault) -> None:
    with pytest.raises(NoPhone) as error:
        read_phone(text, "RU")
    assert error.value.fault == fault


@given(st.text(max_size=120), st.sampled_from(COUNTRIES))
def test_any_text_is_a_valid_number_or_refused(text: str, country: str) -> None:
    try:
        phone = read_phone(text, country)
    except NoPhone:
        return
    assert phonenumbers.is_valid_number(phonenumbers.parse(phone))
    assert phone[0] == "+"
    assert len(phone) <= 20


@given(st.integers(900_000_0000, 999_999_9999), st.sampled_from(["{}", "8{}", "+7{}", "7{}", "тел. 8-{}"]))
def test_a_russian_number_is_read_however_it_is_written(number: int, form: str) -> None:
    text = form.format(number)
    if phonenumbers.is_valid_number(phonenumbers.parse(f"+7{number}")):
        assert read_phone(text, "RU") == f"+7{number}"


@pytest.mark.parametrize("country", [*COUNTRIES, "ZZ"])
def test_the_example_of_a_country_is_accepted_there(country: str) -> None:
    assert read_phone(example_phone(country), country).startswith("+")


def test_a_number_as_it_is_shown() -> None:
    assert shown_phone("+79161234567") == "+7 916 123-45-67"
    assert shown_phone("old") == "old"
    assert masked_phone("+79161234567") == "+7 ••• 67"
    assert masked_phone("") == ""


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" Ivan@Example.COM ", "Ivan@example.com"),
        ("mailto:a@b.ru", "a@b.ru"),
        ("нет", None),
        ("a@b", None),
        ("a b@c.ru", None),
        ("a@b.ru\nBcc: x@y.ru", None),
        (f"{'a' * 260}@b.ru", None),
    ],
)
def test_addresses(text: str, expected: str | None) -> None:
    assert read_email(text) == expected
