"""What somebody asked for, checked: these values become parts of commands and files on a server."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
HOST = re.compile(rf"{LABEL}(?:\.{LABEL})*")
DOMAIN = re.compile(rf"{LABEL}(?:\.{LABEL})+")
LOGIN = re.compile(r"[a-z_][a-z0-9_-]{0,31}")
PATH = re.compile(r"(?:/[A-Za-z0-9][A-Za-z0-9._-]*)+")
EMAIL = re.compile(r"[A-Za-z0-9._+-]{1,64}@" + DOMAIN.pattern)
RELEASE = re.compile(r"\d{4}-\d\d-\d\d-[0-9a-f]{12}")
MOST_RUNNERS = 64


class Refused(Exception):
    """A sentence for the person at the terminal."""


@dataclass(frozen=True)
class Target:
    """A server and how to get in. `known_hosts`: another file than ~/.ssh/known_hosts."""

    host: str
    user: str = "root"
    port: int = 22
    key: Path | None = None
    known_hosts: Path | None = None

    def __post_init__(self) -> None:
        expect(HOST.fullmatch(self.host.lower()) or is_address(self.host), f"{self.host} is no name of a server.")
        expect(LOGIN.fullmatch(self.user), f"{self.user} is no name of a user.")
        expect(0 < self.port < 65_536, f"{self.port} is no port: 1 to 65535.")
        for file in (self.key, self.known_hosts):
            expect(file is None or file.is_file(), f"There is no file {file}.")


@dataclass(frozen=True)
class Wish:
    """`certificate`: a file on the server, instead of Let's Encrypt. `start`: run it, or only have everything ready."""

    domain: str
    release: str
    archive: str
    runners: int = 2
    email: str = ""
    certificate: str = ""
    certificate_key: str = ""
    start: bool = True

    def __post_init__(self) -> None:
        expect(
            len(self.domain) < 254 and DOMAIN.fullmatch(self.domain),
            f"{self.domain} is no domain, like bots.example.org",
        )
        expect(RELEASE.fullmatch(self.release), f"{self.release} is not the name of a release.")
        expect(0 < self.runners <= MOST_RUNNERS, f"{self.runners} runners? From 1 to {MOST_RUNNERS}.")
        expect(not self.email or EMAIL.fullmatch(self.email), f"{self.email} is no e-mail address.")
        expect(bool(self.certificate) == bool(self.certificate_key), "Say both, --certificate and --certificate-key.")
        for path in (self.certificate, self.certificate_key):
            expect(not path or PATH.fullmatch(path), f"{path} is no plain absolute path on the server.")

    def for_pyinfra(self) -> list[str]:
        return [f"{name}={value}" for name, value in asdict(self).items()]

    @classmethod
    def of(cls, data: Any) -> Wish:
        """pyinfra has read numbers and lists out of the words."""
        words = {name: str(data.get(name, "")) for name in cls.__dataclass_fields__}
        return cls(**{**words, "runners": int(words["runners"]), "start": words["start"] == "True"})  # type: ignore[arg-type]


def expect(is_right: object, sentence: str) -> None:
    if not is_right:
        raise Refused(sentence)


def is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
