"""The release, the database, and what runs."""

from __future__ import annotations

from collections.abc import Callable

from pyinfra import host
from pyinfra.facts.files import Link
from pyinfra.operations import files, server, systemd

from deploy.facts import DatabaseIsPrepared, Exists
from deploy.layout import Layout
from deploy.steps.configuration import DATABASE
from deploy.wish import Wish
from deploy.words import command


def release(layout: Layout, wish: Wish) -> None:
    if host.get_fact(Exists, path=f"{layout.home}/releases/{wish.release}/.whole"):
        return
    archive = f"{layout.incoming}/{wish.release}.tar.gz"
    files.put(name="Code", src=wish.archive, dest=archive, user=layout.owner, mode="600")
    build = command(*layout.releases, "build", wish.release, archive)
    server.shell(name=f"Build {wish.release}", commands=[build])
    files.file(name="Code, no longer needed", path=archive, present=False)


def database(layout: Layout, wish: Wish) -> None:
    """As the server's superuser over its socket: no password exists that could leak."""
    if host.get_fact(DatabaseIsPrepared, database=DATABASE):
        return
    folder = f"{layout.home}/releases/{wish.release}"
    # Of the settings it needs none but the name of the database, and it may not read the file with the others.
    settings = [
        "SECRET_KEY=unused", "FIELD_ENCRYPTION_KEYS=unused", "REDIS_URL=redis://127.0.0.1",
        f"DATABASE_URL=postgresql://{layout.user}@/{DATABASE}?host=/var/run/postgresql",
    ]  # fmt: skip
    prepare = command(
        "runuser", "-u", "postgres", "--", "env", f"--chdir={folder}", *settings, f"{folder}/.venv/bin/python",
        "manage.py", "prepare_database", "--for-tests", "--superuser-url", "postgresql:///postgres?host=/var/run/postgresql",
    )  # fmt: skip
    server.shell(name="Roles and database", commands=[prepare])


def switch(layout: Layout, wish: Wish, changed: Callable[[], bool]) -> None:
    runs = host.get_fact(Link, path=layout.current)
    is_there = bool(runs) and str(runs["link_target"]).endswith(f"/{wish.release}")
    if not wish.start:
        files.file(name="Nothing starts here yet", path=layout.stopped)
    systemd.daemon_reload(name="Units read again", _if=changed)
    for unit in ["curator.target", "curator-backup.timer", *units_of(wish.runners)]:
        systemd.service(name=unit, service=unit, enabled=True, running=None)
    if not wish.start:
        if not is_there:
            ready = command(*layout.releases, "place", wish.release)
            server.shell(name="Ready, not started", commands=[ready])
        return
    if is_there:
        server.shell(name="Start again with what changed", commands=[command(*layout.releases, "restart")], _if=changed)
    else:
        server.shell(name=f"Switch to {wish.release}", commands=[command(*layout.releases, "switch", wish.release)])
    for unit in [*units_of(wish.runners), "curator-backup.timer"]:
        systemd.service(name=f"{unit} runs", service=unit, running=True, enabled=True)


def units_of(runners: int) -> list[str]:
    plain = [f"curator-{name}.service" for name in ("web", "worker", "ai", "beat")]
    return plain + [f"curator-bots@{number}.service" for number in range(1, runners + 1)]


def nginx(site_changed: Callable[[], bool]) -> None:
    """At once: what fails after it must not leave the old site there, for the next run finds the file unchanged."""
    systemd.service(name="nginx", service="nginx", running=True, enabled=True)
    check = command("nginx", "-t", "-q")
    server.shell(name="nginx finds nothing wrong", commands=[check], _if=site_changed)
    systemd.service(name="nginx reads it again", service="nginx", reloaded=True, _if=site_changed)


def certificate(layout: Layout, wish: Wish) -> None:
    if wish.certificate or host.get_fact(Exists, path=f"/etc/letsencrypt/live/{wish.domain}/fullchain.pem"):
        return
    ask = [f"{layout.programs}/curator-certificate", wish.domain, *([wish.email] if wish.email else [])]
    # The name may still point to another server: everything runs, and the next deploy asks again.
    server.shell(name="A certificate of Let's Encrypt", commands=[command(*ask)], _ignore_errors=True)
