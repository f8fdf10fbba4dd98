"""`make audit`: known vulnerabilities of the packages that are installed here.

A vulnerability fails. A machine without the network, or with a mirror of PyPI that has only packages, is told
apart from a clean result, and fails nothing.
"""

from __future__ import annotations

import json
import subprocess
import sys

COMMAND = [sys.executable, "-m", "pip_audit", "--progress-spinner", "off", "--format", "json", "--timeout", "15"]


def main() -> int:
    finished = subprocess.run(COMMAND, capture_output=True, text=True, check=False)
    status, text = verdict(finished.stdout)
    print(text)
    return status


def verdict(report: str) -> tuple[int, str]:
    """The exit status, and what to tell; `report` is pip-audit's JSON, or nothing if it could not ask."""
    try:
        packages = json.loads(report)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return 0, "NOT audited: the vulnerability service can't be reached."
    asked = [package for package in packages if "skip_reason" not in package]
    if not asked:
        return 0, f"NOT audited: the package index here knows no vulnerabilities ({len(packages)} packages)."
    found = [_line(package, one) for package in asked for one in package["vulns"]]
    if found:
        return 1, "\n".join(["Known vulnerabilities:", *found])
    return (
        0,
        f"{len(asked)} packages have no known vulnerability, {len(packages) - len(asked)} could not be asked about.",
    )


def _line(package: dict[str, str], found: dict[str, list[str]]) -> str:
    fixed = ", ".join(found.get("fix_versions", [])) or "no version yet"
    return f"  {package['name']} {package['version']}: {found['id']}, fixed in {fixed}"


if __name__ == "__main__":
    sys.exit(main())
