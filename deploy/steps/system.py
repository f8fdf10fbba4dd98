"""Packages, the two servers that the product needs, and its user."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from pyinfra import host
from pyinfra.facts.hardware import Memory
from pyinfra.operations import apt, files, server, systemd
from pyinfra.operations.util import any_changed

from deploy.layout import Layout

ETC = Path(__file__).parents[1] / "etc"
POSTGRES = "18"  # the one that the embedded server is, too
# Debian's own postgresql-common brings the key of PostgreSQL's repository: nothing is trusted that Debian does not.
REPOSITORY = """\
Types: deb
URIs: https://apt.postgresql.org/pub/repos/apt
Suites: bookworm-pgdg
Components: main
Signed-By: /usr/share/postgresql-common/pgdg/apt.postgresql.org.asc
"""
# Case and word stems of Russian must not depend on the language of the machine.
CLUSTER = "initdb_options = '--no-locale --locale-provider=builtin --builtin-locale=C.UTF-8 --encoding=UTF8'\n"
PACKAGES = [
    f"postgresql-{POSTGRES}", f"postgresql-{POSTGRES}-pgvector", "redis-server", "nginx-light", "certbot", "logrotate",
    "openssl", "python3-venv",
]  # fmt: skip


def packages() -> None:
    apt.packages(
        name="What PostgreSQL's repository needs",
        packages=["postgresql-common", "ca-certificates"], update=True, cache_time=86_400, no_recommends=True,
    )  # fmt: skip
    repository = files.put(
        name="PostgreSQL's repository", src=StringIO(REPOSITORY), dest="/etc/apt/sources.list.d/pgdg.sources"
    )
    files.put(
        name="The locale of the databases", src=StringIO(CLUSTER), dest="/etc/postgresql-common/createcluster.conf"
    )
    apt.update(name="Lists of packages", _if=repository.did_change)
    apt.packages(name="PostgreSQL, Redis, nginx and what belongs to them", packages=PACKAGES, no_recommends=True)


def users(layout: Layout) -> None:
    server.group(name="Group", group=layout.user, system=True)
    server.user(
        name="User", user=layout.user, group=layout.user, groups=["redis"], home=layout.data, create_home=False,
        shell="/usr/sbin/nologin", system=True,
    )  # fmt: skip


def servers() -> None:
    sysctl = files.put(name="sysctl", src=str(ETC / "sysctl.conf"), dest="/etc/sysctl.d/60-curator.conf")
    # Unlike `sysctl --system` it is content where the kernel is not this server's own, as in a container.
    systemd.service(name="sysctl now", service="systemd-sysctl", restarted=True, _if=sysctl.did_change)
    journal = files.put(
        name="Journal", src=str(ETC / "journald.conf"), dest="/etc/systemd/journald.conf.d/60-curator.conf"
    )
    systemd.service(name="Journal again", service="systemd-journald", restarted=True, _if=journal.did_change)
    postgres = files.put(
        name="PostgreSQL's memory",
        src=StringIO(postgres_memory(int(host.get_fact(Memory) or 1024))),
        dest=f"/etc/postgresql/{POSTGRES}/main/conf.d/curator.conf",
    )
    systemd.service(
        name="PostgreSQL again", service=f"postgresql@{POSTGRES}-main", restarted=True, _if=postgres.did_change
    )
    own = files.put(
        name="Redis's settings", src=str(ETC / "redis.conf"), dest="/etc/redis/curator.conf", group="redis", mode="640"
    )
    include = files.line(
        name="Redis reads them", path="/etc/redis/redis.conf", line="^include /etc/redis/curator.conf$",
        replace="include /etc/redis/curator.conf",
    )  # fmt: skip
    systemd.service(
        name="Redis again", service="redis-server", restarted=True, enabled=True, _if=any_changed(own, include)
    )


def postgres_memory(megabytes: int) -> str:
    """A quarter for itself, as its manual says; in steps, so that a few megabytes more or less change nothing."""
    quarter = max(128, megabytes // 4 // 64 * 64)
    return f"shared_buffers = {quarter}MB\neffective_cache_size = {2 * quarter}MB\nmax_connections = 300\n"
