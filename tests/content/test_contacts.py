"""Whatever leads away from the answer, and what only looks like it."""

from __future__ import annotations

import pytest

from content.contacts import contacts

LINKS = [
    "https://evil.example/a?b=1",
    "www.evil.example",
    "evil-shop.com",
    "EVIL.COM",
    "tg://resolve?domain=evil",
    "javascript:alert(1)",
    "t.me/evil",
    "магазин.рф",
    "ｅｖｉｌ．ｃｏｍ",
    "ev\u200bil.c\u200bom",
    "evil.соm",
    "evil[.]com",
    "evil dot com",
    "evil точка ру",
    "evil . com",
    "192.168.0.1/shop",
]
PEOPLE = [
    "@evil_shop",
    "＠evil_shop",
    "evil@mail.example",
    "+7 912 345-67-89",
    "8 (912) 345 67 89",
    "89123456789",
    "+375291234567",
    "телеграм: evil_shop",
    "в вотсап evil2000",
]
FINE = [
    "Цена 34 000 ₽, 1 000 000 ₽, 2026-01-31, 8 800 ₽",
    "M1 — 750 PV — 5 % — 1 312,50 ₽; M2 — 1 500 PV — 10 % — 5 250 ₽",
    "750 — 1 500 — 3 000 — 5 500 — 8 000 — 10 000 — 16 000",
    "Офис: г.Москва, ул.Ленина, д.5",
    "Energy Diet Smart. Коктейль на завтрак.",
    "+1 2 3 4 5\n1\n2\n3\n4\n5\n6",
    "Пишите партнёру в Telegram, он ответит. Energy Diet.",
    "{shop_link} и {registration_link}",
    "Точка выдачи рядом с домом, работает 10:00–21:00",
    "Витамины B9, B12, K2 и D3: 12 капсул, 1.5 г",
]


@pytest.mark.parametrize("text", LINKS)
def test_links(text: str) -> None:
    assert "link" in {contact.kind for contact in contacts(f"Пишите: {text} сегодня")}


@pytest.mark.parametrize("text", PEOPLE)
def test_people(text: str) -> None:
    found = list(contacts(f"Пишите: {text} сегодня"))
    assert {contact.kind for contact in found} == {"person"}
    assert any(f"Пишите: {text} сегодня"[contact.start : contact.end] in text for contact in found)


@pytest.mark.parametrize("text", FINE)
def test_no_contacts(text: str) -> None:
    assert list(contacts(text)) == []
