import json
from typing import Any

import pytest

from config.dependency_audit import verdict


def report(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


CLEAN = {"name": "django", "version": "5.2.19", "vulns": []}
BAD = {"name": "pillow", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["2.0"], "aliases": []}]}
SKIPPED = {"name": "redis", "skip_reason": "Dependency not found on PyPI"}


def test_a_vulnerability_fails_and_says_what_to_install() -> None:
    status, text = verdict(report(CLEAN, BAD, SKIPPED))
    assert status == 1
    assert "pillow 1.0: PYSEC-1, fixed in 2.0" in text


def test_packages_without_one_pass() -> None:
    assert verdict(report(CLEAN, SKIPPED)) == (0, "1 packages have no known vulnerability, 1 could not be asked about.")


@pytest.mark.parametrize("nothing", ["", "no json", "[]", report(SKIPPED, SKIPPED)])
def test_what_could_not_be_asked_is_not_called_clean(nothing: str) -> None:
    status, text = verdict(nothing)
    assert status == 0
    assert text.startswith("NOT audited")
