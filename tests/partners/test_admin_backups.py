from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from partners import tenancy
from partners.backup_health import backup_health
from partners.models import AuditEntry, Backup
from tests.factories import NOW, make_partner
from tests.personas import client_of, colleague, operator, owner, stranger

pytestmark = pytest.mark.django_db

LIST, MAKE = "admin:partners_backup_changelist", "admin:partners_backup_make"


def make_backup(**fields: object) -> Backup:
    number = Backup.objects.count()
    values = {"name": f"n{number}", "state": "done", "asked_at": NOW, "finished_at": NOW, "rows": 12, "bytes": 5_000}
    return Backup.objects.create(**values | fields)


def test_an_operator_sees_them_and_asks_for_one_and_for_a_check() -> None:
    client, backup = client_of(operator(), "en"), make_backup()
    page = client.get(reverse(LIST)).content.decode()
    assert "never restored" in page
    assert "not encrypted" in page
    client.post(reverse(MAKE))
    assert Backup.objects.get(name="").state == "wanted"
    client.post(reverse("admin:partners_backup_check", args=[backup.pk]))
    backup.refresh_from_db()
    assert backup.check_state == "wanted"
    with tenancy.all_partners():
        assert AuditEntry.objects.filter(action="press", place__contains="backup").count() == 2


@pytest.mark.parametrize("who", [owner, colleague])
def test_partners_do_not_even_see_them(who: object) -> None:
    client, backup = client_of(who(make_partner())), make_backup()  # type: ignore[operator]
    check = reverse("admin:partners_backup_check", args=[backup.pk])
    assert {client.get(reverse(LIST)).status_code, client.post(reverse(MAKE)).status_code} == {403}
    assert client.get(reverse("admin:partners_backup_fragment")).status_code == 403
    assert client.post(check).status_code == 403
    assert "backup" not in client.get(reverse("admin:index")).content.decode()
    assert Backup.objects.count() == 1


def test_a_stranger_is_refused_and_a_link_does_nothing() -> None:
    assert client_of(stranger()).post(reverse(MAKE)).status_code == 403
    assert client_of(operator()).get(reverse(MAKE)).status_code == 405
    assert not Backup.objects.exists()


def test_thirty_rows_cost_what_one_costs() -> None:
    client = client_of(operator())
    counts = []
    for number in (1, 29):
        for _row in range(number):
            make_backup()
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(reverse(LIST))
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_the_home_page_says_how_old_the_last_proven_one_is() -> None:
    client = client_of(operator(), "en")
    assert "No backup has been proven" in client.get(reverse("admin:index")).content.decode()
    make_backup(verified_at=NOW, check_state="proven")
    assert "Last proven backup" in client.get(reverse("admin:index")).content.decode()


def test_an_error_is_shown_escaped() -> None:
    make_backup(state="failed", error="<script>")
    page = client_of(operator()).get(reverse(LIST)).content.decode()
    assert "&lt;script&gt;" in page


def test_health_is_old_after_a_missed_night_and_unproven_after_a_missed_week() -> None:
    nothing = backup_health(NOW)
    assert (nothing.age, nothing.is_old, nothing.is_unproven, nothing.tone) == (None, True, True, "bad")
    make_backup(verified_at=NOW)
    fresh = backup_health(NOW + timedelta(hours=25))
    assert (fresh.is_old, fresh.is_unproven, fresh.tone) == (False, False, "good")
    assert backup_health(NOW + timedelta(hours=27)).is_old
    make_backup(asked_at=NOW + timedelta(days=9))
    late = backup_health(NOW + timedelta(days=9))
    assert (late.is_old, late.is_unproven, late.tone) == (False, True, "wait")
    make_backup(state="failed", finished_at=NOW + timedelta(days=9), error="The disk is too full")
    assert backup_health(NOW + timedelta(days=9)).last_error == "The disk is too full"
