"""Applications belong to no partner: whoever holds a link sees that row, operators see all, nobody else any."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, connection, transaction

from partners import tenancy
from partners.models import Application, Partner
from partners.services import application_form
from tests.factories import NOW, make_partner
from tests.partners.applications import make_application

pytestmark = pytest.mark.django_db


def names() -> list[str]:
    with transaction.atomic():
        return sorted(str(application) for application in Application.objects.all())


def test_an_applicant_sees_the_own_row_only() -> None:
    anna, boris = make_application(name="Анна"), make_application(name="Борис")
    key = boris.application.link_key
    with tenancy.application(anna.application.link_key):
        assert names() == ["Анна"]
        assert application_form.find(key=key, now=NOW) is None
        assert Application.objects.filter(pk=boris.application.pk).update(note="взлом") == 0
        assert Application.objects.filter(pk=boris.application.pk).delete()[0] == 0
        with pytest.raises(DatabaseError), transaction.atomic():
            Application.objects.update(link_key=key)
        with pytest.raises(DatabaseError), transaction.atomic():
            Partner.objects.count()
    with tenancy.all_partners():
        assert names() == ["Анна", "Борис"]


def test_without_the_door_a_query_raises_and_behind_a_partners_there_is_none() -> None:
    make_application()
    with pytest.raises(DatabaseError):
        names()
    with tenancy.partner(make_partner().pk):
        assert names() == []
        with pytest.raises(tenancy.DoorError):
            application_form.start(now=NOW)


def test_doors_do_not_open_inside_each_other() -> None:
    started = make_application()
    with tenancy.application(started.application.link_key):
        for other in (tenancy.all_partners(), tenancy.partner(1), tenancy.application(application_form.key_of("x"))):
            with pytest.raises(tenancy.DoorError):
                other.__enter__()
        assert names()


def test_the_link_itself_and_the_secrets_are_not_in_the_table() -> None:
    started = make_application()
    with tenancy.all_partners(), connection.cursor() as cursor:
        cursor.execute("SELECT a::text FROM partners_application a")
        [[row]] = cursor.fetchall()
    assert started.link not in row
    assert started.application.token.reveal().partition(":")[2] not in row
    assert started.link not in repr(started)


def test_the_table_is_walled_for_its_owner_too() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = 'partners_application'::regclass"
        )
        assert cursor.fetchone() == (True, True)
        cursor.execute(
            "SELECT roles::text[], cmd, qual, with_check FROM pg_policies WHERE tablename = 'partners_application'"
        )
        policies = cursor.fetchall()
    rules = {qual for _roles, _command, qual, _check in policies}
    assert rules == {"(link_key = (current_setting('app.application'::text))::uuid)", "true"}
    assert all((command, qual) == ("ALL", check) for _roles, command, qual, check in policies)
