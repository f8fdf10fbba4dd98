"""Who may import whom, and what pure modules stay away from."""

import ast
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent
APPS = ("partners", "content", "funnels", "analytics", "botrunner")
CONTRACTS: list[dict[str, Any]] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"][
    "contracts"
]
PURE = next(contract["source_modules"] for contract in CONTRACTS if contract["name"].startswith("Pure"))
# Pure by their name, see the table of modules in the README; added to the contract when they appear.
PURE_NAMES = {"engine", "scoring", "timing", "schema", "messages", "reports", "periods", "claims"}
# Come with a package that is required, in the version that it asks for.
PARTS = {"asgiref": "django", "jinja2": "pyinfra", "pydantic-core": "pydantic", "urllib3": "requests"}
CLOCKS = {"now", "utcnow", "today", "time", "monotonic", "localtime"}


def test_the_import_contracts_hold() -> None:
    """In a process of its own: import-linter switches off every logger that there is."""
    command = [sys.executable, "-c", "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout


def test_every_module_with_a_pure_name_is_under_the_contract() -> None:
    found = {f"{app}.{path.stem}" for app in APPS for path in (ROOT / app).glob("*.py") if path.stem in PURE_NAMES}
    assert found - set(PURE) == set()


@pytest.mark.parametrize("module", PURE)
def test_a_pure_module_has_no_database_no_clock_and_no_sleep(module: str) -> None:
    tree = ast.parse((ROOT / f"{module.replace('.', '/')}.py").read_text())
    assert {name for name in imported(tree) if name.startswith(("django.db", "time", "socket"))} == set()
    assert [ast.unparse(call) for call in calls(tree) if reads_a_clock(call)] == []


def imported(tree: ast.Module) -> set[str]:
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
    return names


def calls(tree: ast.Module) -> list[ast.Call]:
    return [node for node in ast.walk(tree) if isinstance(node, ast.Call)]


def reads_a_clock(call: ast.Call) -> bool:
    match call.func:
        case ast.Attribute(value=ast.Name(id="datetime" | "date" | "time" | "timezone"), attr=attribute):
            return attribute in CLOCKS
    return False


@pytest.mark.parametrize(
    ("folders", "requirements"),
    [
        (("config", *APPS), "requirements.txt"),
        (("deploy",), "requirements-deploy.txt"),
        (("tests", "bench"), "requirements-dev.txt"),
    ],
)
def test_what_is_imported_is_required(folders: tuple[str, ...], requirements: str) -> None:
    required = required_by(requirements)
    owners = packages_distributions()
    missing = {
        f"{path.relative_to(ROOT)}: {name}"
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        for name in imported(ast.parse(path.read_text()))
        if (
            distributions := {
                PARTS.get(normal(owner), normal(owner)) for owner in owners.get(name.partition(".")[0], [])
            }
        )
        and not distributions & required
    }
    assert missing == set()


def required_by(requirements: str) -> set[str]:
    lines = (ROOT / requirements).read_text().splitlines()
    names = {normal(re.split(r"[=\[]", line)[0]) for line in lines if line and line[0] not in "#-"}
    included = [line.removeprefix("-r ") for line in lines if line.startswith("-r ")]
    return names.union(*(required_by(name) for name in included))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
