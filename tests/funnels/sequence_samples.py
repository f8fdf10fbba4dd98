"""A small correct sequence that tests break in one place at a time."""

from __future__ import annotations

from funnels.sequence_checks import Names

GOOD_SEQUENCE = """\
format: 1
key: weight
title: Проба
topic: tips
entry: {intent: client, pain: weight}
steps:
  - key: one
    after: 4h
    late: {policy: send, hours: 12}
    text: "Первое, {first_name|друзья}."
    variants:
      - {key: b, text: "Первое иначе."}
      - {key: c, text: "Первое третьим способом."}
    buttons:
      - - {type: go, text: "Выбрать задачу", to: choice}
        - {type: link, text: "🛒 Заказать", slot: shop}
      - - {type: snooze, text: "Не сейчас"}
  - key: two
    after: next_day 18:00
    text: "[[Второе тебе|Второе вам]]."
    picture: two.jpg
  - key: three
    after: 2d
    asks_contact: true
    text: "Третье."
    buttons:
      - - {type: contact, text: "[[Позвони|Позвоните]] мне"}
  - key: four
    after: 72h
    text: "Четвёртое про Zinc. БАД. Не является лекарственным средством"
    buttons:
      - - {type: ask, text: "Спросить"}
      - - {type: snooze, text: "Не сейчас"}
  - key: five
    after: 7d
    late: {policy: skip}
    text: "Пятое: {minimum_pv} PV."
"""

NAMES = Names(
    steps=frozenset({"choice"}),
    slots=frozenset({"shop", "registration"}),
    supplements=("Zinc", "Omega-3 1300 мг", "Collagen, вишня"),
)


def broken_sequence(old: str, new: str) -> str:
    assert GOOD_SEQUENCE.count(old) == 1, f"{old!r} stands {GOOD_SEQUENCE.count(old)} times in the sample"
    return GOOD_SEQUENCE.replace(old, new)
