"""The self-test beside Telegram: links and the cloud, each with what to do about it."""

from __future__ import annotations

import pytest
from django.test import override_settings

from botrunner.outside import outside_points
from botrunner.services import fleet
from botrunner.services.fleet import Outside
from partners import tenancy
from partners.fields import Secret
from tests.factories import make_bot, make_partner
from tests.web_server import serving
from tests.yandex import api_key_account, running_cloud, service_account

pytestmark = pytest.mark.django_db


def points_of(outside: Outside) -> dict[str, bool]:
    points = outside_points(outside)
    assert all(point.title and (point.ok or point.advice) for point in points)
    return {point.code: point.ok for point in points}


@override_settings(DEBUG=True)
def test_links_that_answer_and_one_that_does_not() -> None:
    with serving({"/shop": (200, "")}) as site:
        found = points_of(Outside(f"{site}/shop", f"{site}/gone", has_cloud=False, cloud=None))
    assert found == {"shop_link": True, "registration_link": False, "yandex": True}


def test_the_cloud_with_each_kind_of_key_with_a_wrong_one_and_with_none() -> None:
    with running_cloud():
        for make, fields, ok in (
            (api_key_account, {}, True),
            (service_account, {}, True),
            (api_key_account, {"api_key": Secret("AQVNwrong")}, False),
            (api_key_account, {"api_key": Secret("")}, False),
        ):
            partner = make_partner(registration_link="")
            bot = make_bot(partner)
            make(partner, **fields)
            with tenancy.all_partners():
                outside = fleet.outside_of(bot_id=bot.pk)
            assert points_of(outside) == {"shop_link": False, "yandex": ok}
