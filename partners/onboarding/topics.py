"""The topics of a group as a partner's folder names them, by a type of post, and as the group itself does. Pure."""

from __future__ import annotations

from collections.abc import Mapping

NAMES = {
    "product": "Продукты",
    "business": "Бизнес",
    "success_story": "Истории успеха",
    "motivation": "Истории успеха",
    "tips": "Обучение",
    "news": "Новости",
    "promo": "Новости",
    "faq": "Вопросы",
    "myth_busting": "Вопросы",
}
_KEYS = {name: key for key, name in reversed(NAMES.items())}  # the first type of each


def as_stored(topics: Mapping[str, int]) -> dict[str, int]:
    """A key that is no type of post is kept as it is."""
    return {NAMES.get(key, key): topic for key, topic in topics.items()}


def as_written(topics: Mapping[str, int]) -> dict[str, int]:
    return {_KEYS.get(name, name): topic for name, topic in topics.items()}
