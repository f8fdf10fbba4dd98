"""How the door to the partners' rows opens and closes, and who may open the one to all of them."""

from __future__ import annotations

import ast
import asyncio
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from asgiref.sync import sync_to_async
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.test import RequestFactory

from config import database_roles, embedded
from config.embedded import postgres
from partners import tenancy
from partners.checks import wall_check
from partners.middleware import PartnerDoorMiddleware
from partners.models import Lead, Partner
from tests.factories import make_lead, make_partner
from tests.personas import colleague, make_user, operator, owner, stranger

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("analytics", "botrunner", "config", "content", "funnels", "partners")

# Whoever sees all partners at once. A new line here needs a reason that a reviewer believes.
OPENS_ALL = {
    ("config/backups/settling.py", "carry_on"),  # after a move everything goes on where it was
    ("analytics/management/commands/generate_network.py", "handle"),  # a network in an empty database
    ("analytics/services/days.py", "count_days"),  # everybody's questions and AI calls
    ("analytics/services/rollups.py", "_roll_up"),  # everybody's events are counted, and the sums over the network
    ("analytics/services/rollups.py", "count_leads"),
    ("analytics/services/rollups.py", "recount"),
    ("botrunner/db.py", "in_all_partners"),  # the supervisor looks after everybody's bots
    ("botrunner/services/operator_news.py", "_settle"),
    ("botrunner/services/operator_news.py", "mail"),  # whatever is wrong, with whomever
    ("botrunner/services/watch.py", "look"),  # everybody's bots
    ("botrunner/tasks.py", "forget_old_watches"),  # a sweep
    ("botrunner/tasks.py", "prune_inbox"),  # a sweep
    ("botrunner/tasks.py", "sweep_outbox"),  # a sweep
    ("config/backups/settling.py", "settle"),  # everybody's bots, messages and posts after a restore
    ("content/migrations/0018_post_totals_wall.py", "count"),  # of everybody's posts
    ("content/migrations/0012_posts_wall.py", "close_up"),  # everybody's messages get other lanes
    ("content/migrations/0012_posts_wall.py", "make_room"),
    ("content/management/commands/check_ai.py", "configured"),  # whose accounts there are
    ("content/management/commands/evaluate_answers.py", "handle"),  # everybody's regression lines
    ("content/management/owner.py", "door_of"),  # rows of the whole network
    ("content/management/owner.py", "owner_of"),
    ("content/services/vectors.py", "_embed_waiting"),  # whose passages have no vector
    ("content/services/vectors.py", "_embedded"),  # rows of the whole network
    ("content/tasks.py", "build_indexes"),  # whose documents have changed
    ("content/tasks.py", "count_posts"),  # whose posts are young
    ("content/tasks.py", "find_drafts"),  # whose posts nobody writes
    ("content/tasks.py", "publish_posts"),  # whose posts are due, or on their way
    ("content/tasks.py", "run_post_plans"),  # whose plans are due
    ("content/tasks.py", "find_pictures"),  # whose pictures are to be ordered or looked at
    ("funnels/management/commands/load_demo.py", "handle"),
    ("funnels/management/commands/load_demo.py", "load_people"),
    ("funnels/services/brake.py", "_look"),  # whose messages have just failed
    ("funnels/tasks.py", "finish_broadcasts"),  # whose broadcasts have nothing left to send
    ("funnels/tasks.py", "find_questions"),  # whose questions nobody thinks about
    ("funnels/tasks.py", "look_after_newcomers"),  # whose first week begins, who is to be reminded of it
    ("funnels/tasks.py", "plan_warmups"),  # whose sequences are due
    ("funnels/tasks.py", "repeat_alerts"),  # whose alerts are due again
    ("funnels/tasks.py", "rescore_leads"),  # whose scores are due
    ("funnels/tasks.py", "send_late_answers"),  # whose people are to be told an answer
    ("funnels/tasks.py", "tell_of_posts"),  # whose new posts somebody wants to hear of
    ("funnels/tasks.py", "send_digests"),  # whose digest is due
    ("funnels/tasks.py", "tell_post_troubles"),  # whose posts have failed
    ("funnels/tasks.py", "show_posts"),  # whose posts wait for a decision unseen
    ("partners/access.py", "membership_of"),  # whose login it is decides which door opens
    ("partners/management/commands/create_partner.py", "create"),
    ("partners/management/commands/create_partner.py", "taken"),
    ("partners/management/commands/deploy_partner.py", "from_application"),
    ("partners/management/commands/deploy_partner.py", "wait_for_test"),
    ("partners/management/commands/deploy_partner.py", "wish"),
    ("partners/management/commands/export_partner.py", "stored_config"),
    ("partners/management/commands/import_applications.py", "store"),
    ("partners/management/commands/import_partner.py", "import_folder"),
    ("partners/management/commands/manage_partners.py", "express"),
    ("partners/management/commands/manage_partners.py", "look"),
    ("partners/management/commands/manage_partners.py", "read"),
    ("partners/management/commands/rotate_encryption_keys.py", "next_batch"),
    ("partners/services/audit.py", "record"),  # who failed to come in belongs to nobody
    ("partners/middleware.py", "door_for"),  # operators' pages
    ("partners/tasks.py", "forget_applications"),  # those that nobody finished
    ("partners/tasks.py", "forget_invitations"),  # a sweep
}
# Nobody else may speak to PostgreSQL about the wall.
KNOWS_THE_WALL = {
    "config/backups/database.py",  # a backup holds everybody's rows
    "config/database_roles.py",
    "partners/apps.py",
    "partners/checks.py",
    "partners/tenancy.py",
}
WALL_WORDS = (
    "app.partner_id",
    "curator_all_partners",
    "ALL_PARTNERS_ROLE",
    "SET ROLE",
    "LOCAL ROLE",
    "RESET ROLE",
)


def sources() -> Iterator[tuple[str, str]]:
    for app in SOURCES:
        for file in sorted((ROOT / app).rglob("*.py")):
            yield file.relative_to(ROOT).as_posix(), file.read_text(encoding="utf-8")


def openers(text: str) -> set[str]:
    """The outermost function around each use of `all_partners`, called or handed on."""
    found: set[str] = set()

    def walk(node: ast.AST, function: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Attribute) and child.attr == "all_partners":
                found.add(function)
            if isinstance(child, ast.Name | ast.alias) and "all_partners" in (
                getattr(child, "id", ""), getattr(child, "name", "")
            ):  # fmt: skip
                found.add(function)
            is_function = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            walk(child, child.name if is_function and not function else function)  # type: ignore[attr-defined]

    walk(ast.parse(text), "")
    return found


def test_who_sees_all_partners_is_known() -> None:
    found = {(path, name) for path, text in sources() for name in openers(text)}
    assert found == OPENS_ALL


def test_the_search_finds_every_way_to_write_it() -> None:
    text = """
from partners.tenancy import all_partners
from partners import tenancy as t
class C:
    def method(self):
        def inner():
            with t.all_partners(): pass
door = all_partners
async def handed_on(): return run(t.all_partners)
"""
    assert openers(text) == {"", "method", "handed_on"}


def test_only_the_door_speaks_to_postgresql_about_the_wall() -> None:
    assert {path for path, text in sources() if any(word in text for word in WALL_WORDS)} == KNOWS_THE_WALL


def names() -> list[str]:
    return list(Partner.objects.order_by("slug").values_list("slug", flat=True))


def is_closed() -> bool:
    try:
        with transaction.atomic():
            names()
    except DatabaseError:
        return tenancy.current_door() is None
    return False


@pytest.fixture
def two() -> tuple[Partner, Partner]:
    return make_partner("anna"), make_partner("boris")


# One door at a time


@pytest.mark.django_db
def test_doors_open_and_close_one_after_the_other(two: tuple[Partner, Partner]) -> None:
    anna, boris = two
    for _round in range(2):
        with tenancy.partner(anna.pk):
            assert names() == ["anna"]
        assert is_closed()
        with tenancy.all_partners():
            assert names() == ["anna", "boris"]
        assert is_closed()
        with tenancy.partner(boris.pk):
            assert names() == ["boris"]
        assert is_closed()


@pytest.mark.django_db
def test_the_same_door_may_be_opened_again_inside(two: tuple[Partner, Partner]) -> None:
    anna, _boris = two
    with tenancy.partner(anna.pk):
        with tenancy.partner(anna.pk):
            assert names() == ["anna"]
        assert names() == ["anna"]
    with tenancy.all_partners():
        with tenancy.all_partners():
            assert len(names()) == 2
        assert len(names()) == 2
    assert is_closed()


@pytest.mark.django_db
def test_another_door_inside_is_refused_and_the_first_stays(two: tuple[Partner, Partner]) -> None:
    anna, boris = two
    with tenancy.partner(anna.pk):
        for other in (tenancy.partner(boris.pk), tenancy.all_partners()):
            with pytest.raises(tenancy.DoorError):
                other.__enter__()
            assert names() == ["anna"]
    with tenancy.all_partners(), pytest.raises(tenancy.DoorError):
        tenancy.partner(anna.pk).__enter__()
    assert is_closed()


@pytest.mark.django_db
@pytest.mark.parametrize("everybody", [False, True])
def test_an_error_closes_the_door_and_takes_back_what_was_done(two: tuple[Partner, Partner], everybody: bool) -> None:
    anna, _boris = two
    for error in (ValueError, KeyboardInterrupt, GeneratorExit):
        with pytest.raises(error):
            rename_and_fail(tenancy.all_partners() if everybody else tenancy.partner(anna.pk), error)
        assert is_closed()
    with pytest.raises(DatabaseError), tenancy.partner(anna.pk), connection.cursor() as cursor:
        cursor.execute("SELECT 1 / 0")
    assert is_closed()
    with tenancy.partner(anna.pk):
        assert Partner.objects.get().name == anna.name


def rename_and_fail(door: AbstractContextManager[None], error: type[BaseException]) -> None:
    with door:
        assert Partner.objects.filter(slug="anna").update(name="Взлом") == 1
        raise error


@pytest.mark.django_db
def test_a_caught_database_error_inside_leaves_the_door_open(two: tuple[Partner, Partner]) -> None:
    anna, _boris = two
    with tenancy.partner(anna.pk):
        with pytest.raises(DatabaseError), tenancy.partner(anna.pk), connection.cursor() as cursor:
            cursor.execute("SELECT 1 / 0")
        assert names() == ["anna"]
    assert is_closed()


@pytest.mark.django_db
def test_a_rolled_back_door_closes_too(two: tuple[Partner, Partner]) -> None:
    with tenancy.all_partners():
        transaction.set_rollback(True)
    assert is_closed()


@pytest.mark.django_db
@pytest.mark.parametrize("hostile", ["1 OR 1=1", "", "1; DROP TABLE partners_lead", None])
def test_a_partner_id_is_a_number(hostile: Any) -> None:
    with pytest.raises((ValueError, TypeError)):
        tenancy.partner(hostile).__enter__()
    assert tenancy.current_door() is None


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_around_the_door_closes_with_its_own(two: tuple[Partner, Partner]) -> None:
    anna, _boris = two
    for door in (tenancy.partner(anna.pk), tenancy.all_partners()):
        with door:
            assert "anna" in names()
        assert is_closed()
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_user = session_user, coalesce(current_setting('app.partner_id', true), '')")
            assert cursor.fetchone() == (True, "")


# Threads


@pytest.mark.django_db(transaction=True)
def test_two_threads_two_partners(two: tuple[Partner, Partner]) -> None:
    both_open = threading.Barrier(2)
    seen: dict[str, list[str]] = {}

    def look(partner: Partner) -> None:
        try:
            with tenancy.partner(partner.pk):
                both_open.wait(60)
                seen[partner.slug] = names()
        finally:
            connection.close()

    threads = [threading.Thread(target=look, args=[partner]) for partner in two]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert seen == {"anna": ["anna"], "boris": ["boris"]}
    assert tenancy.current_door() is None


@pytest.mark.django_db(transaction=True)
def test_concurrent_tasks_do_not_share_a_door(two: tuple[Partner, Partner]) -> None:
    def look(partner: Partner) -> list[str]:
        try:
            with tenancy.partner(partner.pk):
                return names()
        finally:
            connection.close()

    async def everybody() -> list[list[str]]:
        looks = (sync_to_async(look, thread_sensitive=sensitive) for sensitive in (True, False))
        return await asyncio.gather(*(one(partner) for one in looks for partner in two for _ in range(3)))

    assert asyncio.run(everybody()) == [["anna"]] * 3 + [["boris"]] * 3 + [["anna"]] * 3 + [["boris"]] * 3


# Web requests


def show_leads(request: HttpRequest) -> HttpResponse:
    return HttpResponse(",".join(Lead.objects.order_by("pk").values_list("first_name", flat=True)))


class LazyResponse(SimpleTemplateResponse):
    """The query runs while the template is rendered."""

    @property
    def rendered_content(self) -> str:
        return show_leads(HttpRequest()).content.decode()


def show_leads_lazily(request: HttpRequest) -> SimpleTemplateResponse:
    return LazyResponse("")


def fail(request: HttpRequest) -> HttpResponse:
    raise ValueError(names())


def ask(user: Any, view: Any = show_leads) -> str:
    request = RequestFactory().get("/")
    request.user = user
    middleware = PartnerDoorMiddleware(lambda _request: HttpResponse())
    response = middleware.process_view(request, view, [], {})
    assert response is None or isinstance(response, HttpResponse)
    return "" if response is None else response.content.decode()


@pytest.fixture
def with_leads(two: tuple[Partner, Partner]) -> Partner:
    anna, boris = two
    make_lead(anna, first_name="Лид Анны")
    make_lead(boris, first_name="Лид Бориса")
    return anna


@pytest.mark.django_db
@pytest.mark.parametrize("view", [show_leads, show_leads_lazily])
def test_each_persona_sees_what_is_theirs(with_leads: Partner, view: Any) -> None:
    assert ask(owner(with_leads), view) == "Лид Анны"
    assert ask(colleague(with_leads), view) == "Лид Анны"
    assert ask(stranger(), view) == ""
    assert ask(operator(), view) == "Лид Анны,Лид Бориса"
    assert is_closed()


@pytest.mark.django_db
@pytest.mark.parametrize("nobody", ["anonymous", "no membership", "not active"])
def test_whoever_has_no_partner_gets_no_door(with_leads: Partner, nobody: str) -> None:
    user: Any = AnonymousUser()
    if nobody == "no membership":
        user = make_user()
    if nobody == "not active":
        user = owner(with_leads)
        user.is_active = False
    assert ask(user) == ""
    assert tenancy.current_door() is None


@pytest.mark.django_db
def test_a_view_that_fails_closes_the_door(with_leads: Partner) -> None:
    with pytest.raises(ValueError, match="anna"):
        ask(owner(with_leads), fail)
    assert is_closed()


# The role of the connection


@pytest.mark.django_db
def test_the_connections_role_stays_behind_the_wall() -> None:
    assert wall_check(databases=["default"]) == []
    assert wall_check(databases=None) == []
    call_command("check", databases=["default"])


@pytest.mark.django_db
@pytest.mark.parametrize(
    "setting", ["SET row_security = off", "SET LOCAL SESSION AUTHORIZATION postgres", "SET ROLE postgres"]
)
def test_the_role_cannot_lift_the_wall(two: tuple[Partner, Partner], setting: str) -> None:
    anna, _boris = two
    with tenancy.partner(anna.pk), pytest.raises(DatabaseError):
        read_after(setting)


def read_after(setting: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(setting)
        names()


ROLES = {
    "SUPERUSER": "partners.E001",
    "BYPASSRLS": "partners.E001",
    f"IN ROLE {tenancy.ALL_PARTNERS_ROLE} INHERIT": "partners.E001",
    "NOINHERIT": "partners.E003",
}


@pytest.fixture
def connect_as(transactional_db: None) -> Iterator[Callable[[str], None]]:
    """`connect_as(options)` connects Django as a new role with these options."""
    if embedded.database_url(settings.DATA_DIR) != settings.DATABASE_URL:
        pytest.skip("only the embedded server lets us make roles")
    role, user = f"wall_test_{os.getpid()}", connection.settings_dict["USER"]
    superuser = psycopg.connect(postgres.superuser_conninfo(settings.DATA_DIR), autocommit=True)

    def connect(options: str) -> None:
        superuser.execute(f"CREATE ROLE {role} LOGIN {options}")
        connection.close()
        connection.settings_dict["USER"] = role

    yield connect
    connection.close()
    connection.settings_dict["USER"] = user
    superuser.execute(f"DROP ROLE {role}")
    superuser.close()


@pytest.mark.parametrize(("options", "problem"), ROLES.items())
def test_a_role_that_does_not_fit_the_wall_fails_the_check(
    connect_as: Callable[[str], None], options: str, problem: str
) -> None:
    connect_as(options)
    [error] = wall_check(databases=["default"])
    assert error.id == problem
    assert "prepare_database" in str(error.hint)


def test_the_role_of_the_door_has_one_name() -> None:
    assert database_roles.ALL_PARTNERS_ROLE == tenancy.ALL_PARTNERS_ROLE
