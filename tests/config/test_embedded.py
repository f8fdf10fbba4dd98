"""Real servers in a directory of their own; the machine's processes are killed here, never mocked."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import psycopg
import pytest
import redis
from cryptography.fernet import Fernet
from django.db import connection

from config.embedded import EmbeddedServerError, addresses, database_url, development_secret, lease, redis_url
from config.embedded import postgres as postgres_server
from config.embedded.owner import check_owner

HOLD = """
import pathlib, sys
from config.embedded import lease
lease.take(pathlib.Path(sys.argv[1]))
print("up", flush=True)
input()
"""


@pytest.fixture(scope="module")
def data_dir(servers_dir: Path) -> Iterator[Path]:
    directory = servers_dir / "data"
    directory.mkdir()
    # what an interrupted first start leaves behind
    (directory / "postgres.new").mkdir()
    (directory / "postgres.new" / "PG_VERSION").write_text("18")
    lease.take(directory)
    yield directory
    lease.leave(directory)
    assert not is_up(directory)


def is_up(directory: Path) -> bool:
    try:
        psycopg.connect(database_url(directory)).close()
    except psycopg.OperationalError:
        return False
    return True


def execute(directory: Path, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(database_url(directory), autocommit=True) as own:
        cursor = own.execute(statement)
        return cursor.fetchall() if cursor.description else []


def hold(directory: Path) -> subprocess.Popen[str]:
    """Another process that uses the servers until its input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", HOLD, str(directory)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 10
    while any(psutil.pid_exists(pid) and psutil.Process(pid).status() != "zombie" for pid in pids):
        assert time.monotonic() < deadline


def kill_servers(directory: Path) -> None:
    postmaster = int((addresses.postgres_dir(directory) / "postmaster.pid").read_text().split()[0])
    with redis.from_url(redis_url(directory)) as client:
        redis_server = int(client.info("server")["process_id"])
    for pid in (postmaster, redis_server):
        os.kill(pid, signal.SIGKILL)
    wait_until_gone([postmaster, redis_server])


def test_a_killed_server_leaves_a_lock_and_a_socket_and_starts_again_with_its_data(data_dir: Path) -> None:
    execute(data_dir, "CREATE TABLE IF NOT EXISTS kept AS SELECT 1 AS value")
    kill_servers(data_dir)
    assert (addresses.postgres_dir(data_dir) / "postmaster.pid").exists()
    assert addresses.redis_socket(data_dir).exists()

    lease.take(data_dir)

    assert execute(data_dir, "SELECT value FROM kept") == [(1,)]
    with redis.from_url(redis_url(data_dir)) as client:
        assert client.ping()


def test_a_lock_whose_process_id_another_program_got_is_healed(data_dir: Path) -> None:
    kill_servers(data_dir)
    lock = addresses.postgres_dir(data_dir) / "postmaster.pid"
    lines = lock.read_text().split("\n")
    lock.write_text("\n".join([str(os.getpid()), *lines[1:]]))

    lease.take(data_dir)

    assert is_up(data_dir)


def test_processes_that_start_at_once_share_the_servers_and_the_last_one_stops_them(data_dir: Path) -> None:
    lease.leave(data_dir)
    assert not is_up(data_dir)
    with hold(data_dir) as first, hold(data_dir) as second, hold(data_dir) as third:
        for holder in (first, second, third):
            assert holder.stdout
            assert holder.stdout.readline() == "up\n"

        first.communicate("\n", timeout=120)
        assert is_up(data_dir)
        second.kill()  # a killed process gives its lease back as well
        second.wait(60)
        assert is_up(data_dir)
        third.communicate("\n", timeout=120)
        assert not is_up(data_dir)
    lease.take(data_dir)


def test_a_deep_directory_still_gets_sockets_that_fit() -> None:
    deep = Path("/srv") / ("x" * 90) / "var"
    other = Path("/srv") / ("y" * 90) / "var"
    for directory in (deep, Path("/srv/curator/var")):
        longest = max(
            bytes(addresses.postgres_socket_dir(directory) / ".s.PGSQL.5432"),
            bytes(addresses.redis_socket(directory)),
            key=len,
        )
        assert len(longest) <= addresses.LONGEST_SOCKET_PATH
    assert addresses.postgres_socket_dir(deep) != addresses.postgres_socket_dir(other)


def test_servers_of_a_deep_directory_run(servers_dir: Path) -> None:
    directory = servers_dir / ("deep" * 25)
    lease.take(directory)
    try:
        assert is_up(directory)
        assert addresses.postgres_socket_dir(directory).stat().st_mode & 0o077 == 0
    finally:
        lease.leave(directory)
        assert not is_up(directory)


def test_another_users_socket_directory_is_refused(tmp_path: Path) -> None:
    os.symlink(tmp_path, tmp_path / "link")
    with pytest.raises(EmbeddedServerError, match="belongs to another user"):
        check_owner(tmp_path / "link")


def test_a_server_that_can_not_start_says_why(data_dir: Path) -> None:
    lease.leave(data_dir)
    configuration = addresses.postgres_dir(data_dir) / "postgresql.conf"
    good = configuration.read_text()
    configuration.write_text(good + "no_such_setting = 1\n")
    try:
        with pytest.raises(EmbeddedServerError, match="no_such_setting"):
            postgres_server.start(data_dir)
    finally:
        configuration.write_text(good)
        lease.take(data_dir)


@pytest.mark.django_db
def test_the_role_can_not_bypass_the_wall() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolinherit, rolcanlogin FROM pg_roles "
            "WHERE rolname LIKE 'curator%' ORDER BY rolname"
        )
        assert cursor.fetchall() == [
            ("curator", False, False, False, False, True),
            ("curator_all_partners", False, False, False, True, False),
        ]
        cursor.execute("SELECT current_user, session_user")
        assert cursor.fetchone() == ("curator", "curator")
        cursor.execute(
            "SELECT inherit_option, set_option, admin_option FROM pg_auth_members WHERE member = 'curator'::regrole"
        )
        assert cursor.fetchall() == [(False, True, False)]


@pytest.mark.django_db
def test_the_operators_role_may_use_every_new_table_and_change_no_structure() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE fresh (id bigserial PRIMARY KEY)")
        for privilege in ("SELECT", "INSERT", "UPDATE", "DELETE"):
            cursor.execute("SELECT has_table_privilege('curator_all_partners', 'fresh', %s)", [privilege])
            assert cursor.fetchone() == (True,)
        cursor.execute("SELECT has_sequence_privilege('curator_all_partners', 'fresh_id_seq', 'USAGE')")
        assert cursor.fetchone() == (True,)
        cursor.execute("SELECT has_table_privilege('curator_all_partners', 'fresh', 'TRUNCATE')")
        assert cursor.fetchone() == (False,)


@pytest.mark.django_db
def test_russian_letters_fold_and_russian_words_are_stemmed_on_every_machine() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT lower('ЁЛКА'), to_tsvector('витамины')::text, '[1,2]'::vector::text")
        assert cursor.fetchone() == ("ёлка", "'витамин':1", "[1,2]")


def test_a_development_secret_is_made_once_and_is_private(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        values = set(pool.map(lambda _: development_secret(tmp_path, "SECRET_KEY"), range(8)))
    assert len(values) == 1
    assert (tmp_path / "secrets" / "SECRET_KEY").stat().st_mode & 0o077 == 0
    assert len(list((tmp_path / "secrets").iterdir())) == 1
    Fernet(development_secret(tmp_path, "FIELD_ENCRYPTION_KEYS"))
