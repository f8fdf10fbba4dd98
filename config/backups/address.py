"""Which database: the product's own, or one named by an address."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any

import environ
import psycopg
from django.db import connection

MAINTENANCE = "postgres"  # every server has it; a database cannot be renamed from inside itself


@dataclass(frozen=True)
class Address:
    name: str
    role: str
    password: str = field(repr=False)
    place: Mapping[str, Any]  # host, port, sslmode and the like

    def named(self, name: str) -> Address:
        return replace(self, name=name)

    def connect(self, **options: Any) -> psycopg.Connection:
        return psycopg.connect(self.for_programs(), password=self.password or None, **options)

    def for_programs(self) -> str:
        """Without the password: everybody on the machine sees the arguments of a program."""
        return psycopg.conninfo.make_conninfo(dbname=self.name, user=self.role, **self.place)

    def environment(self) -> dict[str, str]:
        return os.environ | ({"PGPASSWORD": self.password} if self.password else {})

    @property
    def is_on_this_machine(self) -> bool:
        host = str(self.place.get("host", ""))
        return host.startswith("/") or host in ("", "localhost", "127.0.0.1", "::1")


def own() -> Address:
    return _from_django(connection.settings_dict)


def of_url(url: str) -> Address:
    return _from_django(environ.Env.db_url_config(url))


@contextmanager
def django_at(address: Address) -> Iterator[None]:
    """Models and migrations work there for a while. Only in a process of one's own: the connection is the thread's."""
    usual = dict(connection.settings_dict)
    host, port = str(address.place.get("host", "")), str(address.place.get("port", ""))
    there = {"NAME": address.name, "USER": address.role, "PASSWORD": address.password, "HOST": host, "PORT": port}
    options = {key: value for key, value in address.place.items() if key not in ("host", "port")}
    connection.close()
    connection.settings_dict.update(there | {"OPTIONS": options})
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(usual)


def _from_django(config: Mapping[str, Any]) -> Address:
    place = {"host": config["HOST"], "port": config["PORT"], **config.get("OPTIONS", {})}
    known = {
        key: str(value) for key, value in place.items() if value not in (None, "") and isinstance(value, str | int)
    }
    return Address(config["NAME"], config["USER"], config["PASSWORD"], known)
