"""What pyinfra does not ask of a server by itself."""

from __future__ import annotations

from collections.abc import Iterable

from pyinfra.api import FactBase, QuoteString, StringCommand


class SettingNames(FactBase[list[str]]):
    """The names that a file of settings gives a value to. Never the values: they would travel, and be shown by -vv."""

    default = list

    def command(self, path: str) -> StringCommand:
        return StringCommand("sed", "-n", QuoteString("s/^\\([A-Z_]*\\)=..*$/\\1/p"), QuoteString(path), "2>/dev/null",
                             "||", "true")  # fmt: skip

    def process(self, output: Iterable[str]) -> list[str]:
        return list(output)


class Exists(FactBase[bool]):
    """Also through a link."""

    default = bool

    def command(self, path: str) -> StringCommand:
        return StringCommand("test", "-e", QuoteString(path), "&&", "echo", "yes", "||", "true")

    def process(self, output: Iterable[str]) -> bool:
        return "yes" in output


class DatabaseIsPrepared(FactBase[bool]):
    default = bool

    def command(self, database: str) -> StringCommand:
        query = "SELECT 'yes' FROM pg_extension WHERE extname = 'vector'"
        return StringCommand("runuser", "-u", "postgres", "--", "psql", "-AtX", "-d", QuoteString(database), "-c",
                             QuoteString(query), "2>/dev/null", "||", "true")  # fmt: skip

    def process(self, output: Iterable[str]) -> bool:
        return "yes" in output
