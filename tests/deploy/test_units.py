"""The systemd units, as systemd itself reads them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from deploy.wish import MOST_RUNNERS

ROOT = Path(__file__).resolve().parents[2]
UNITS = ROOT / "deploy" / "systemd"
SERVICES = sorted(path.name for path in UNITS.glob("*.service"))
INSTANCES = {"curator-bots@.service": "curator-bots@1.service", "nl-bot@.service": "nl-bot@anna.service"}
HOME = "/opt/curator/current/.venv/bin/python"
MOST_EXPOSED = 2.5  # of 10; systemd calls up to 4.5 OK, an unhardened service has 9.6


@pytest.fixture
def unit_path(tmp_path: Path) -> Path:
    """The units where systemd-analyze looks for them, with programs that exist on this machine."""
    if shutil.which("systemd-analyze") is None:
        if os.environ.get("CURATOR_REQUIRE_SERVER_TOOLS"):
            pytest.fail("There is no systemd-analyze: apt-get install systemd")
        pytest.skip("there is no systemd-analyze on this machine")
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    units = tmp_path / "units"
    units.mkdir()
    for path in UNITS.glob("*.*"):
        text = path.read_text()
        for real in (HOME, "/opt/curator/bin/curator-backup-missing"):
            text = text.replace(real, str(program))
        (units / path.name).write_text(text)
    for folder in ("curator-.service.d", "nl-bot@.service.d"):
        (units / folder).mkdir()
        shutil.copy(UNITS / "hardening.conf", units / folder / "10-hardening.conf")
    return units


def analyze(units: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "SYSTEMD_UNIT_PATH": f"{units}:"}
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, check=False, env=environment)


def test_systemd_finds_nothing_wrong(unit_path: Path) -> None:
    names = [INSTANCES.get(name, name) for name in SERVICES]
    done = analyze(unit_path, "verify", "--man=no", *names, "curator.target", "curator-backup.timer")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_mistake_in_a_unit_is_found(unit_path: Path) -> None:
    unit = unit_path / "curator-web.service"
    unit.write_text(unit.read_text().replace("Restart=always", "Restart=sometimes"))
    assert "sometimes" in analyze(unit_path, "verify", "--man=no", "curator-web.service").stderr


def test_every_unit_is_shut_in(unit_path: Path) -> None:
    exposed = {}
    for name in SERVICES:
        done = analyze(
            unit_path, "security", "--offline=true", "--json=short", f"--threshold={MOST_EXPOSED * 10:.0f}",
            INSTANCES.get(name, name),
        )  # fmt: skip
        if done.returncode:
            found = [line["json_field"] for line in json.loads(done.stdout) if line["exposure"]]
            exposed[name] = found or done.stderr
    assert exposed == {}


def test_units_and_procfile_run_the_same_programs() -> None:
    lines = dict(line.split(": exec ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
    wanted = {f"curator-{name}": command for name, command in lines.items() if name not in ("sandbox", "standin")}
    wanted["curator-web"] = (
        wanted["curator-web"].replace("${HOST:-127.0.0.1}", "127.0.0.1").replace("${PORT:-8000}", "8000")
    )
    units = {path.stem.rstrip("@"): command(path) for path in UNITS.glob("curator-*.service")}
    backup = units.pop("curator-backup")
    assert units == wanted
    assert command(UNITS / "nl-bot@.service") == wanted["curator-bots"]
    assert backup == "python manage.py backup"


def test_every_process_without_pages_shows_its_metrics_on_a_port_of_its_own() -> None:
    said = {path.stem: settings["METRICS_PORT"] for path in UNITS.glob("*.service")
            if "METRICS_PORT" in (settings := environment_of(path))}  # fmt: skip
    assert said.keys() == {"curator-bots@", "curator-worker", "curator-ai"}
    template = said.pop("curator-bots@")
    runners = [template.replace("%i", str(number)) for number in range(1, MOST_RUNNERS + 1)]
    ports = [int(port) for port in [*said.values(), *runners]]
    assert len(set(ports)) == len(ports)
    assert all(1024 < port < 32_768 and port != 8000 for port in ports)  # nobody's privilege, no passing connection's


def environment_of(path: Path) -> dict[str, str]:
    lines = (line.partition("=")[2] for line in path.read_text().splitlines() if line.startswith("Environment="))
    return dict(line.split("=", 1) for line in lines)


def command(unit: Path) -> str:
    line = next(line for line in unit.read_text().splitlines() if line.startswith("ExecStart="))
    return line.removeprefix("ExecStart=").replace(HOME, "python").replace("%%", "%")


def test_no_unit_says_what_its_drop_in_takes_back() -> None:
    common = settings_of(UNITS / "hardening.conf")
    for path in UNITS.glob("*.service"):
        assert settings_of(path) & common == set(), path.name


def settings_of(path: Path) -> set[str]:
    found = {line.partition("=")[0] for line in path.read_text().splitlines() if "=" in line and line[0] != "#"}
    return found - {"Environment"}  # adds up


@pytest.mark.parametrize(("age", "code"), [(None, 0), ("25 hours ago", 1), ("27 hours ago", 0)])
def test_the_second_net_makes_a_backup_only_when_the_first_did_not(tmp_path: Path, age: str | None, code: int) -> None:
    if age is not None:
        manifest = tmp_path / "2026-11-22T030000Z" / "manifest.json"
        manifest.parent.mkdir()
        subprocess.run(["touch", "-d", age, manifest], check=True)
    unfinished = tmp_path / ".partial-2026-11-22T050000Z"
    unfinished.mkdir()
    (unfinished / "manifest.json").touch()
    script = ROOT / "deploy" / "host" / "curator-backup-missing"
    assert subprocess.run([script, tmp_path], check=False).returncode == code
