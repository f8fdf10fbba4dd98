from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from partners.health import LANES, WORDS, Trouble, health_of
from partners.models import Bot, BotVitals
from tests.factories import NOW

pytestmark = pytest.mark.django_db  # Russian words


def bot(**fields: Any) -> Bot:
    values = {"state": "running", "wanted_at": NOW, "heartbeat_at": NOW, "running_generation": 1}
    return Bot(**values | fields)


@pytest.mark.parametrize(
    ("fields", "vitals", "expected"),
    [
        ({}, {}, set()),
        ({"state": "failed", "trouble": "token"}, {}, {Trouble.TOKEN}),
        ({"state": "failed", "trouble": "conflict"}, {}, {Trouble.CONFLICT}),
        ({"state": "failed"}, {}, {Trouble.DOWN}),
        ({"heartbeat_at": NOW - timedelta(minutes=2)}, {}, {Trouble.DOWN}),
        ({"wanted": "stopped", "state": "failed", "trouble": "token"}, {"aside_hour": 9}, set()),
        ({}, {"waiting": {"0": 60}}, set()),
        ({}, {"waiting": {"0": 61}}, {Trouble.QUEUE}),
        ({}, {"waiting": {"4": 7_200}}, set()),
        ({}, {"aside_hour": 3, "failed_hour": 10}, {Trouble.ERRORS}),
        ({}, {"failed_hour": 9, "aside_hour": 2}, set()),
        ({}, {"calls_hour": 49, "throttled_hour": 49}, set()),
        ({}, {"calls_hour": 50, "throttled_hour": 10}, {Trouble.ERRORS}),
        ({}, {"ai_hour": 5, "ai_failed_hour": 3}, {Trouble.AI}),
        ({}, {"ai_hour": 4, "ai_failed_hour": 3}, set()),
        ({}, {"ai_hour": 1, "ai_failed_hour": 1, "ai_rests": True}, {Trouble.AI}),
        ({"state": "failed"}, {"waiting": {"0": 600}, "aside_hour": 9}, {Trouble.DOWN}),
    ],
)
def test_what_is_wrong_with_a_bot(fields: dict[str, Any], vitals: dict[str, Any], expected: set[Trouble]) -> None:
    health = health_of(bot(**fields), BotVitals(**vitals), NOW)
    assert set(health.troubles) == expected
    assert health.needs_attention == bool(expected)


def test_its_words_are_those_of_the_incident() -> None:
    refused = health_of(bot(state="failed", trouble="token"), None, NOW)
    assert refused.word == str(WORDS[Trouble.TOKEN])
    slow = health_of(bot(), BotVitals(waiting={"1": 300}), NOW)
    assert str(WORDS[Trouble.QUEUE]) in slow.word
    assert str(LANES[1][1]) in slow.word
