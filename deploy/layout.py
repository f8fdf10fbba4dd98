"""Where things are on a server."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Layout:
    """`root` is a folder only where somebody tries the steps out; then `owner` need not be root either."""

    root: str = ""
    owner: str = "root"
    user: str = "curator"
    web: str = "www-data"

    @property
    def home(self) -> str:
        return f"{self.root}/opt/curator"

    @property
    def current(self) -> str:
        return f"{self.home}/current"

    @property
    def programs(self) -> str:
        return f"{self.home}/bin"

    @property
    def releases(self) -> list[str]:
        """The program that builds and switches them, with what it must know in another place than /."""
        elsewhere = ["--root", self.root, "--user", self.user] if self.root else []
        return [f"{self.programs}/curator-release", *elsewhere]

    @property
    def incoming(self) -> str:
        return f"{self.home}/incoming"

    @property
    def settings(self) -> str:
        return f"{self.root}/etc/curator"

    @property
    def stopped(self) -> str:
        """While this file is there, nothing starts."""
        return f"{self.settings}/stopped"

    @property
    def env(self) -> str:
        return f"{self.settings}/env"

    @property
    def tls(self) -> str:
        return f"{self.settings}/tls"

    @property
    def data(self) -> str:
        return f"{self.root}/var/lib/curator"

    @property
    def backups(self) -> str:
        return f"{self.root}/var/backups/curator"

    @property
    def logs(self) -> str:
        return f"{self.root}/var/log/curator"

    @property
    def acme(self) -> str:
        return f"{self.root}/var/www/curator-acme"

    def etc(self, path: str) -> str:
        return f"{self.root}/etc/{path}"
