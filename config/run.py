"""`make run`: prepare everything, then run the Procfile's processes until Ctrl-C."""

import fcntl
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import django
import environ
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.utils.translation import gettext as _

from config import embedded, greeting, supervisor

ROOT = Path(__file__).resolve().parent.parent
DEMO_PEOPLE = 150  # of each partner: enough for the pages of statistics to look alive
PORTS = {"sandbox": "SANDBOX_PORT", "standin": "STANDIN_PORT"}  # processes that not every run needs


class CannotRun(Exception):
    """A sentence for the person at the terminal."""


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        defaults_for_development()
        from django.conf import settings

        with only_one(settings.DATA_DIR):
            if supervisor.stop_leftovers(settings.DATA_DIR):
                say("Stopped what an earlier run had left behind.")
            for setting in ("PORT", *(PORTS[process] for process in PORTS.keys() - without())):
                check_port(setting, int(os.environ[setting]))
            prepare()
            return supervisor.run(
                ROOT / "Procfile",
                without=without(),
                data_dir=settings.DATA_DIR,
                greeting=lambda: greeting.when_ready(sandbox_url() if uses_sandbox() else ""),
            )
    except KeyboardInterrupt:
        return 0
    except (CannotRun, CommandError, ImproperlyConfigured, embedded.EmbeddedServerError) as error:
        print(f"make run: {error}", file=sys.stderr)
    except OperationalError as error:
        print(f"make run: PostgreSQL at DATABASE_URL can't be used: {error}", file=sys.stderr)
    return 1


def defaults_for_development() -> None:
    """What `make run` assumes where neither the environment nor .env says otherwise."""
    environ.Env.read_env(ROOT / ".env")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    os.environ.setdefault("DEBUG", "1")
    os.environ.setdefault("PORT", "8000")
    os.environ.setdefault("SANDBOX_PORT", "8081")
    os.environ.setdefault("STANDIN_PORT", "8082")
    for setting in ("PORT", *PORTS.values()):
        check_number(setting)
    os.environ.setdefault("TELEGRAM_API_URL", sandbox_url())
    if uses_sandbox():
        os.environ.setdefault("TELEGRAM_LINK_URL", sandbox_url())
    if uses_standin():  # also instead of a real key in .env: it must cost nothing
        url = f"http://127.0.0.1:{os.environ['STANDIN_PORT']}"
        os.environ.update(YANDEX_LLM_URL=url, YANDEX_IAM_URL=url, YANDEX_FOLDER_ID="b1gdemo", YANDEX_API_KEY="demo")


def check_number(setting: str) -> None:
    value = os.environ[setting]
    if not (value.isascii() and value.isdecimal() and 0 < int(value) < 65_536):
        raise CannotRun(f"{setting}={value} is no port. Choose a number from 1 to 65535: make run {setting}=8010")


def sandbox_url() -> str:
    return f"http://127.0.0.1:{os.environ['SANDBOX_PORT']}"


def uses_sandbox() -> bool:
    return os.environ["TELEGRAM_API_URL"].rstrip("/") == sandbox_url()


def uses_standin() -> bool:
    """`make run YANDEX_STANDIN=1`: a model of straw, to try answers, thumbs and costs without a key."""
    return os.environ.get("YANDEX_STANDIN", "") not in ("", "0")


def without() -> set[str]:
    used = {"sandbox": uses_sandbox(), "standin": uses_standin()}
    return {process for process, is_used in used.items() if not is_used}


@contextmanager
def only_one(data_dir: Path) -> Iterator[None]:
    """One supervisor per DATA_DIR. The lock goes however the process ends, and forks don't inherit it."""
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "run.lock").open("a+") as lock:
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CannotRun(
                f"it already runs with the data in {data_dir}. Stop that one first (Ctrl-C there)."
            ) from None
        yield


def check_port(setting: str, port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise CannotRun(
                f"port {port} is taken by another program. Choose a free one: make run {setting}={port + 10}"
            ) from None


def prepare() -> None:
    embedded.ensure()
    django.setup()
    say(_("Bringing the database up to date…"))
    connection.ensure_connection()  # else the checks would only say that nobody answers
    call_command("migrate", verbosity=0, interactive=False, skip_checks=False)
    call_command("sync_timetable")
    if uses_sandbox():
        call_command("load_demo", people=DEMO_PEOPLE)


def say(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
