"""Whether a link answers; and that nobody can make the server look around at home."""

from __future__ import annotations

import socket
from typing import Any

import pytest
from django.test import override_settings

from partners.services.web_links import MOST_REDIRECTS, check_link
from tests.web_server import serving

SITE = {
    "/": (200, ""),
    "/no-head": (200, ""),
    "/robots": (403, ""),
    "/broken": (503, ""),
    "/moved": (302, "/"),
    "/round": (302, "/round"),
    "/home": (302, "http://192.168.1.1/admin"),
    "/file": (302, "file:///etc/passwd"),
    "/q?a=1": (200, ""),
}


@override_settings(DEBUG=True)
@pytest.mark.parametrize(
    ("path", "ok"),
    [
        ("", True),
        ("/", True),
        ("/no-head", True),
        ("/robots", True),
        ("/moved", True),
        ("/q?a=1", True),
        ("/broken", False),
        ("/absent", False),
        ("/round", False),
        ("/home", False),
        ("/file", False),
    ],
)
def test_links(path: str, ok: bool) -> None:
    with serving(SITE) as address:
        answer = check_link(address + path)
    assert (answer.ok, bool(answer.advice)) == (ok, not ok)


@override_settings(DEBUG=True)
def test_a_circle_ends() -> None:
    seen: list[str] = []
    with serving(SITE, seen) as address:
        check_link(f"{address}/round")
    assert len(seen) == MOST_REDIRECTS + 1


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "10.0.0.5", "192.168.0.1", "169.254.169.254", "172.16.0.1", "0.0.0.0", "100.64.0.1", "::1",
     "::ffff:127.0.0.1", "fd00::1", "fe80::1", "224.0.0.1"],
)  # fmt: skip
def test_a_name_that_leads_home_is_refused_before_a_connection(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    def resolve(*_arguments: Any, **_named: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, 443))]

    def connect(*_arguments: Any) -> None:
        raise AssertionError("it connected")

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket.socket, "connect", connect)
    assert not check_link("https://shop.example/").ok


def test_loopback_is_for_development_only() -> None:
    seen: list[str] = []
    with serving(SITE, seen) as address:
        assert not check_link(address).ok
    assert seen == []


@pytest.mark.parametrize(
    "url", ["", "ftp://x.example/", "https://", "http://[", "javascript:alert(1)", "https://нет .рф"]
)
def test_what_is_no_web_address(url: str) -> None:
    assert not check_link(url).ok


@override_settings(DEBUG=True)
def test_nobody_listens() -> None:
    with serving(SITE) as address:
        pass
    assert not check_link(address).ok
