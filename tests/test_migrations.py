"""The migrations make what the models say, also in a database that is full, and back again."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from funnels.models import FunnelEvent
from partners import tenancy
from tests.wall_rows import make_full_partner


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def walled_tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity")
        return {name for (name,) in cursor.fetchall()}


def same_partner_constraints() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE conname LIKE '%same_partner' AND convalidated")
        return {name for (name,) in cursor.fetchall()}


@pytest.fixture
def migrated(transactional_db: None) -> Iterator[None]:
    """Whatever a test does to the tables, the next one finds them whole."""
    yield
    call_command("migrate", verbosity=0)


def migrate(*target: str) -> None:
    call_command("migrate", *target, verbosity=0)


@pytest.mark.usefixtures("migrated")
def test_the_wall_comes_down_and_up_again_around_stored_rows() -> None:
    make_full_partner("anna")
    tables, constraints = walled_tables(), same_partner_constraints()
    migrate("partners", "0001")
    assert walled_tables() == set()
    assert same_partner_constraints() == set()
    migrate()
    assert walled_tables() == tables
    assert same_partner_constraints() == constraints
    with tenancy.all_partners():
        assert FunnelEvent.objects.count() == 1


@pytest.mark.usefixtures("migrated")
def test_the_wall_does_not_go_up_around_rows_that_mix_partners() -> None:
    anna, boris = make_full_partner("anna"), make_full_partner("boris")
    migrate("funnels", "0001")
    mix = "UPDATE funnels_leadmessage SET partner_id = %s WHERE partner_id = %s"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(mix, [boris.pk, anna.pk])
    with pytest.raises(DatabaseError, match="same_partner"):
        migrate()
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM funnels_leadmessage")


@pytest.mark.usefixtures("migrated")
def test_after_migrating_the_door_is_closed() -> None:
    make_full_partner("anna")
    migrate()
    with pytest.raises(DatabaseError):
        FunnelEvent.objects.count()
