"""The SQL for an external server, tried on a second real one."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from config.embedded import addresses, lease
from config.embedded.postgres import superuser_conninfo


@pytest.fixture(scope="module")
def server(servers_dir: Path) -> Iterator[Path]:
    lease.take(servers_dir, redis=False)
    yield servers_dir
    lease.leave(servers_dir)


@pytest.fixture
def _database(settings: Settings) -> None:
    settings.DATABASE_URL = "postgresql://shop:it's%20a%20secret@127.0.0.1/shop"


def superuser_url(server: Path) -> str:
    return f"postgresql://postgres@/postgres?host={quote(str(addresses.postgres_socket_dir(server)), safe='')}"


@pytest.mark.usefixtures("_database")
def test_a_prepared_server_has_the_wall_and_may_be_prepared_again(
    server: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(2):
        call_command("prepare_database", superuser_url=superuser_url(server), for_tests=True)
        assert "secret" not in capsys.readouterr().out
    host = str(addresses.postgres_socket_dir(server))
    with psycopg.connect(host=host, user="shop", dbname="shop", password="it's a secret") as shop:
        shop.execute("CREATE TABLE goods (id bigserial PRIMARY KEY, place vector(3))")
        shop.execute("SET ROLE curator_all_partners")
        shop.execute("INSERT INTO goods DEFAULT VALUES")
        row = shop.execute("SELECT rolsuper, rolbypassrls, rolinherit FROM pg_roles WHERE rolname = 'shop'").fetchone()
        assert row == (False, False, False)


@pytest.mark.usefixtures("_database")
def test_preparing_again_takes_back_what_a_careless_administrator_gave(server: Path) -> None:
    call_command("prepare_database", superuser_url=superuser_url(server))
    with psycopg.connect(superuser_conninfo(server), autocommit=True) as superuser:
        superuser.execute("ALTER ROLE shop SUPERUSER BYPASSRLS INHERIT")
        superuser.execute("GRANT curator_all_partners TO shop WITH INHERIT TRUE")
        call_command("prepare_database", superuser_url=superuser_url(server))
        query = (
            "SELECT rolsuper, rolbypassrls, rolinherit, inherit_option FROM pg_roles "
            "JOIN pg_auth_members ON member = pg_roles.oid WHERE rolname = 'shop'"
        )
        assert superuser.execute(query).fetchall() == [(False, False, False, False)]


@pytest.mark.usefixtures("_database")
def test_the_printed_sql_is_complete_and_keeps_the_password(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("prepare_database", print=True)
    script = capsys.readouterr().out
    assert 'CREATE DATABASE "shop" OWNER "shop"' in script
    assert "secret" not in script


@pytest.mark.usefixtures("_database")
def test_a_refusal_is_a_sentence(server: Path) -> None:
    url = superuser_url(server).replace("postgres@", "curator@", 1)
    with pytest.raises(CommandError, match=r"permission denied|must be"):
        call_command("prepare_database", superuser_url=url)


@pytest.mark.usefixtures("_database", "english")
def test_a_server_without_pgvector_is_told_what_to_install(server: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.database_roles.IN_DATABASE", ("CREATE EXTENSION no_such_extension",))
    with pytest.raises(CommandError, match="Install it"):
        call_command("prepare_database", superuser_url=superuser_url(server))
