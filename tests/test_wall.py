"""The partner wall: what PostgreSQL lets nobody do, whatever the code above it asks for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.models import Count, Exists, OuterRef, Subquery
from django.db.utils import DataError, ProgrammingError

from funnels.models import Conversation, FunnelEvent, FunnelVersion
from partners import tenancy
from partners.models import Bot, Lead, Link, Partner
from tests.factories import NOW, make_lead, make_partner
from tests.wall_rows import make_full_partner, make_network_version

pytestmark = pytest.mark.django_db

Model = type[models.Model]

# Foreign keys between tables of partners that have no composite constraint, with the reason.
MOSTLY_OF_THE_NETWORK = "most of them belong to the network, which has no partner id to compare"
NOT_COMPOSITE = {
    ("content.RegressionQuestion", "document"): MOSTLY_OF_THE_NETWORK,
    ("content.PictureOrder", "picture"): MOSTLY_OF_THE_NETWORK,
    ("content.Post", "idea"): MOSTLY_OF_THE_NETWORK,
    ("content.Post", "picture"): MOSTLY_OF_THE_NETWORK,
    ("funnels.Conversation", "version"): MOSTLY_OF_THE_NETWORK,
    ("funnels.FunnelEvent", "version"): MOSTLY_OF_THE_NETWORK,
    ("funnels.Question", "document"): MOSTLY_OF_THE_NETWORK,
}
APPEND_ONLY = {"content.PostAct", "content.PostEvent", "funnels.FunnelEvent", "partners.AuditEntry"}
NETWORK_ROWS = {
    "content.Chunk",
    "content.Document",
    "content.Idea",
    "content.MediaItem",
    "content.Offer",
    "content.RegressionQuestion",
    "content.Story",
    "funnels.FunnelVersion",
}


def leads_to_partner(model: Model, seen: frozenset[Model] = frozenset()) -> bool:
    """Whether a chain of foreign keys leads from here to Partner."""
    if model is Partner:
        return True
    if model in seen:
        return False
    targets = [field.related_model for field in model._meta.concrete_fields if field.is_relation]
    return any(isinstance(target, type) and leads_to_partner(target, seen | {model}) for target in targets)


TENANTS = [
    model for model in apps.get_models(include_auto_created=True)
    if leads_to_partner(model) and not model._meta.proxy and model._meta.managed
]  # fmt: skip


def label(model: Model) -> str:
    return model._meta.label


every_tenant = pytest.mark.parametrize("model", TENANTS, ids=label)


@pytest.fixture
def anna() -> Partner:
    return make_full_partner("anna")


@pytest.fixture
def boris(anna: Partner) -> Partner:
    make_network_version()
    return make_full_partner("boris")


@contextmanager
def refused(*errors: type[DatabaseError]) -> Iterator[pytest.ExceptionInfo[DatabaseError]]:
    """The database refuses what is inside; the transaction around goes on."""
    with pytest.raises(errors or DatabaseError) as error, transaction.atomic():
        yield error


def execute(sql: str, *params: Any) -> Any:
    """All rows, or how many rows a statement without a result has changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else cursor.rowcount


def column(model: Model) -> str:
    return "id" if model is Partner else "partner_id"


def row_of(model: Model, partner: Partner) -> models.Model:
    """A row of this partner; fails when `make_full_partner` makes none of this model."""
    with tenancy.all_partners():
        return model._base_manager.get(**{column(model): partner.pk})


# The tables


def test_the_tables_of_partners_are_found() -> None:
    assert {Partner, Bot, Lead, Link, FunnelEvent, Conversation} <= set(TENANTS)


@every_tenant
def test_every_table_with_a_path_to_partner_is_walled(model: Model) -> None:
    table = model._meta.db_table
    [flags] = execute("SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", table)
    assert flags == (True, True)
    found = execute(
        "SELECT roles::text[], cmd, permissive, qual, with_check FROM pg_policies WHERE tablename = %s", table
    )
    [[role]] = execute("SELECT current_user")
    own = f"({column(model)} = (current_setting('app.partner_id'::text))::bigint)"
    commands = {"SELECT", "INSERT"} if label(model) in APPEND_ONLY else {"ALL"}
    expected = set()
    for name, rule in ((role, own), (tenancy.ALL_PARTNERS_ROLE, "true")):
        for command in commands:
            qual, check = rule if command != "INSERT" else None, rule if command != "SELECT" else None
            expected.add((name, command, qual, check))
    if label(model) in NETWORK_ROWS:
        expected.add((role, "SELECT", "(partner_id IS NULL)", None))
    assert {(roles[0], cmd, qual, check) for roles, cmd, _permissive, qual, check in found} == expected
    assert all(len(roles) == 1 and permissive == "PERMISSIVE" for roles, _cmd, permissive, *_ in found)


@every_tenant
def test_references_stay_within_one_partner(model: Model) -> None:
    composite = execute(
        """
        SELECT a.attname FROM pg_constraint c
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
        JOIN pg_attribute p ON p.attrelid = c.conrelid AND p.attnum = c.conkey[2]
        JOIN pg_attribute t ON t.attrelid = c.confrelid AND t.attnum = c.confkey[2]
        WHERE p.attname = 'partner_id' AND t.attname = 'partner_id' AND c.contype = 'f' AND c.convalidated
            AND c.conrelid = %s::regclass AND cardinality(c.conkey) = 2
        """,
        model._meta.db_table,
    )
    needed = {
        field.column
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model in TENANTS and field.related_model is not Partner
        and (label(model), field.name) not in NOT_COMPOSITE
    }  # fmt: skip
    assert {name for (name,) in composite} == needed


def test_exceptions_are_still_needed() -> None:
    for name, field in NOT_COMPOSITE:
        assert apps.get_model(name)._meta.get_field(field).related_model in TENANTS


@pytest.mark.parametrize(
    ("model", "name", "target"),
    [
        (model, field.name, field.related_model)
        for model in TENANTS
        for field in model._meta.concrete_fields
        if field.is_relation and field.related_model in TENANTS and field.related_model is not Partner
        and (label(model), field.name) not in NOT_COMPOSITE
    ],
    ids=lambda value: value if isinstance(value, str) else label(value),
)  # fmt: skip
def test_a_row_cannot_point_at_another_partners_row(
    model: Model, name: str, target: Model, anna: Partner, boris: Partner
) -> None:
    theirs = make_lead(anna) if target is Lead else row_of(target, anna)
    ours = row_of(model, boris)
    if not model._meta.pk.is_relation:
        ours.pk = None
    setattr(ours, name, theirs)
    for field in ("telegram_id", "update_id", "dedupe_key", "position", "path", "person"):
        if hasattr(ours, field):
            setattr(ours, field, 9_999)
    if getattr(model._meta.get_field(name), "unique", False):  # there is room for one only
        with tenancy.all_partners():
            model._base_manager.filter(**{name: theirs}).delete()
    with tenancy.partner(boris.pk), refused(IntegrityError) as error:
        model._base_manager.bulk_create([ours])
        connection.check_constraints()
    assert "same_partner" in str(error.value)


# Without the door


@every_tenant
def test_without_the_door_a_query_raises(model: Model, boris: Partner) -> None:
    for manager in (model._base_manager, model._default_manager):
        with refused(DataError, ProgrammingError):
            list(manager.all())
        with refused(DataError, ProgrammingError):
            manager.count()
    for sql in ("SELECT * FROM {}", "SELECT count(*) FROM {}"):
        with refused(DataError, ProgrammingError):
            execute(sql.format(model._meta.db_table))
    if label(model) in APPEND_ONLY:
        assert execute(f"DELETE FROM {model._meta.db_table}") == 0
    else:
        with refused(DataError, ProgrammingError):
            execute(f"DELETE FROM {model._meta.db_table}")


@pytest.mark.django_db(transaction=True)
def test_without_the_door_a_new_connection_raises_too() -> None:
    make_partner()
    connection.close()
    with pytest.raises(ProgrammingError, match=r"app\.partner_id"):
        Partner.objects.first()


def test_without_the_door_nothing_is_inserted() -> None:
    with refused(DataError, ProgrammingError):
        Partner.objects.create(slug="x", name="X", shop_link="https://x.example", created_at=NOW)


# Behind the door of one partner


@every_tenant
def test_reading_shows_only_own_rows(model: Model, anna: Partner, boris: Partner) -> None:
    theirs, ours = row_of(model, anna), row_of(model, boris)
    table, key = model._meta.db_table, model._meta.pk.column
    with tenancy.partner(boris.pk):
        seen = set(model._base_manager.exclude(**{f"{column(model)}__isnull": True}).values_list("pk", flat=True))
        assert seen == {ours.pk}
        assert not model._base_manager.filter(pk=theirs.pk).exists()
        assert execute(f"SELECT * FROM {table} WHERE {key} = %s", theirs.pk) == []
        assert execute(f"SELECT count(*) FROM {table} WHERE {column(model)} = %s", anna.pk) == [(0,)]
        assert execute(f"SELECT count(*) FROM {table} WHERE true OR {key} = 0") == [(len(model._base_manager.all()),)]


@every_tenant
def test_changing_or_deleting_another_partners_row_does_nothing(model: Model, anna: Partner, boris: Partner) -> None:
    theirs = row_of(model, anna)
    table, key = model._meta.db_table, model._meta.pk.column
    with tenancy.partner(boris.pk):
        assert model._base_manager.filter(pk=theirs.pk).update(**{model._meta.pk.attname: theirs.pk}) == 0
        assert execute(f"UPDATE {table} SET {key} = {key} WHERE {key} = %s", theirs.pk) == 0
        assert execute(f"DELETE FROM {table} WHERE {key} = %s", theirs.pk) == 0
        assert execute(f"DELETE FROM {table} WHERE {column(model)} <> %s", boris.pk) == 0
        assert model._base_manager.filter(pk=theirs.pk)._raw_delete("default") == 0
        theirs._state.adding = False
        if label(model) not in APPEND_ONLY:
            with refused():
                theirs.save(force_update=True)
    assert row_of(model, anna).pk == theirs.pk


@every_tenant
def test_inserting_for_another_partner_is_refused(model: Model, anna: Partner, boris: Partner) -> None:
    ours = row_of(model, boris)
    with tenancy.partner(boris.pk):
        ours.pk = 999_999
        setattr(ours, column(model), 999_999 if model is Partner else anna.pk)
        with refused(ProgrammingError):
            model._base_manager.bulk_create([ours])
        ours._state.adding = True
        with refused(ProgrammingError):
            ours.save(force_insert=True)
        table = model._meta.db_table
        copy = f"INSERT INTO {table} SELECT * FROM {table} WHERE {column(model)} = %s"
        assert execute(copy, anna.pk) == 0


@every_tenant
def test_a_row_cannot_be_given_away(model: Model, anna: Partner, boris: Partner) -> None:
    ours = row_of(model, boris)
    new = 999_999 if model is Partner else anna.pk
    with tenancy.partner(boris.pk):
        mine = model._base_manager.filter(pk=ours.pk)
        if label(model) in APPEND_ONLY:
            assert mine.update(**{column(model): new}) == 0
        else:
            with refused(ProgrammingError):
                mine.update(**{column(model): new})


def test_joins_and_subqueries_do_not_look_over_the_wall(anna: Partner, boris: Partner) -> None:
    with tenancy.partner(boris.pk):
        assert not Lead.objects.filter(partner__slug="anna").exists()
        assert not FunnelEvent.objects.filter(lead__partner__name=anna.name).exists()
        assert not Lead.objects.filter(partner__in=Partner.objects.filter(slug="anna")).exists()
        [lead] = Lead.objects.annotate(
            other=Subquery(Bot.objects.exclude(partner=OuterRef("partner")).values("username")[:1]),
            any=Exists(Partner.objects.filter(slug="anna")),
            partners=Count("partner__bot"),
        )
        assert (lead.other, lead.any, lead.partners) == (None, False, 1)
        assert [partner.slug for partner in Partner.objects.prefetch_related("lead_set")] == ["boris"]
        joined = "SELECT count(*) FROM partners_partner p JOIN partners_lead l ON true JOIN partners_bot b ON true"
        assert execute(joined) == [(1,)]
        with_all = "WITH everyone AS MATERIALIZED (SELECT * FROM partners_lead) SELECT count(*) FROM everyone"
        assert execute(with_all) == [(1,)]
        assert execute("SELECT slug FROM partners_partner UNION SELECT slug FROM partners_partner") == [("boris",)]


def test_upserts_do_not_reach_over_the_wall(anna: Partner, boris: Partner) -> None:
    upsert = """
        INSERT INTO partners_destination (partner_id, slot, url) VALUES (%s, 'blog', 'https://x.example')
        ON CONFLICT (partner_id, slot) DO UPDATE SET url = excluded.url, partner_id = %s
    """
    with tenancy.partner(boris.pk):
        with refused(ProgrammingError):
            execute(upsert, anna.pk, boris.pk)
        with refused(ProgrammingError):
            execute(upsert, boris.pk, anna.pk)


def test_a_foreign_partner_id_shows_nothing(boris: Partner) -> None:
    with tenancy.partner(0):
        assert [model for model in TENANTS if model is not FunnelVersion and model._base_manager.exists()] == []


# Rows of the whole network


def test_network_rows_are_read_by_all_and_changed_by_none(anna: Partner, boris: Partner) -> None:
    for partner in (anna, boris):
        with tenancy.partner(partner.pk):
            network = FunnelVersion.objects.filter(partner=None)
            assert network.count() == 1
            assert network.update(text="Взлом") == 0
            assert execute("DELETE FROM funnels_funnelversion WHERE partner_id IS NULL") == 0
            with refused(ProgrammingError):
                FunnelVersion.objects.create(number=7, text="…", created_at=NOW)
            with refused(ProgrammingError):
                FunnelVersion.objects.filter(partner=partner).update(partner=None)


# Events


@pytest.mark.parametrize("everybody", [False, True])
def test_events_are_append_only(anna: Partner, everybody: bool) -> None:
    with tenancy.all_partners() if everybody else tenancy.partner(anna.pk):
        event = FunnelEvent.objects.get()
        assert FunnelEvent.objects.update(step="other") == 0
        assert execute("UPDATE funnels_funnelevent SET data = '{}'") == 0
        assert execute("DELETE FROM funnels_funnelevent") == 0
        event.step = "other"
        with refused():
            event.save(force_update=True)
        FunnelEvent.objects.create(partner=anna, lead=event.lead, kind=FunnelEvent.Kind.STARTED, at=NOW)
        assert FunnelEvent.objects.count() == 2


# Behind the door to all partners


@every_tenant
def test_operators_see_every_partner(model: Model, anna: Partner, boris: Partner) -> None:
    with tenancy.all_partners():
        seen = set(model._base_manager.values_list(column(model), flat=True))
        assert {anna.pk, boris.pk} <= seen
        if label(model) not in APPEND_ONLY:
            own = model._base_manager.filter(**{f"{column(model)}__in": [anna.pk, boris.pk]})
            assert own.update(**{model._meta.pk.attname: models.F(model._meta.pk.attname)}) == 2


def test_even_operators_cannot_mix_partners(anna: Partner, boris: Partner) -> None:
    theirs = row_of(Link, anna)
    with tenancy.all_partners(), refused(IntegrityError):
        Lead.objects.filter(partner=boris).update(first_link_id=theirs.pk)
        connection.check_constraints()


def test_the_same_person_in_two_bots_is_two_leads(anna: Partner, boris: Partner) -> None:
    make_lead(anna, telegram_id=42)
    make_lead(boris, telegram_id=42)
    with tenancy.partner(anna.pk):
        assert Lead.objects.filter(telegram_id=42).count() == 1
