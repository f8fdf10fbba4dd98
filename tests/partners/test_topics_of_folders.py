"""Topics in a partner's folder are named by a type of post, in the group by the words people see."""

from __future__ import annotations

import pytest

from content.posts.kinds import shipped
from partners import tenancy
from partners.models import Partner
from partners.onboarding.topics import NAMES, as_stored, as_written
from partners.services.partners import config_of
from tests.factories import make_partner


def test_the_names_are_those_of_the_types() -> None:
    assert {kind: entry.topic for kind, entry in shipped().types.items()} == NAMES


def test_what_is_written_comes_back() -> None:
    stored = as_stored({"product": 11, "tips": 12, "own_topic": 13})
    assert stored == {"Продукты": 11, "Обучение": 12, "own_topic": 13}
    assert as_written(stored) == {"product": 11, "tips": 12, "own_topic": 13}
    assert as_stored(as_written({name: number for number, name in enumerate(set(NAMES.values()), 1)}))


@pytest.mark.django_db
def test_a_partner_with_topics_of_the_bot_is_exported() -> None:
    partner: Partner = make_partner(topics={"Истории успеха": 7, "Вопросы": 8})
    with tenancy.all_partners():
        assert config_of(partner).topics == {"success_story": 7, "faq": 8}
