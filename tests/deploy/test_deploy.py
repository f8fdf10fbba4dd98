"""`manage.py deploy` over a real sshd.

Really done: folders, programs, settings with secrets, units, nginx's site, the self-signed certificate, all under a
folder. Only planned, against the facts of this machine: packages, users, kernel, servers, units being started.
"""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import tarfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from jinja2 import Template

from config.backups.address import of_url
from deploy import checkout, remote
from deploy.layout import Layout
from deploy.wish import Target, Wish
from tests.deploy.sshd import require

TRIAL = Path("tests/deploy/trial.py")
RELEASE = "2026-11-22-0123456789ab"


def wish(archive: Path) -> Wish:
    archive.write_bytes(b"code")
    return Wish(domain="bots.example.org", release=RELEASE, archive=str(archive))


def run(target: Target, root: Path, *, check: bool = False, site: Path = TRIAL) -> dict[str, Any]:
    data = [f"root={root}", *wish(root.parent / "code.tar.gz").for_pyinfra()]
    command = remote.pyinfra(target, data, check=check, site=site, json=True)
    command = [word for word in command if word != "--sudo"]  # whoever runs the tests is who logs in
    done = subprocess.run(command, cwd=checkout.ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert secrets_in(root).isdisjoint((done.stdout + done.stderr).split())
    return dict(json.loads(done.stdout))


def secrets_in(root: Path) -> set[str]:
    env = Path(Layout(str(root)).env)
    return {value for name, value in settings_in(env).items() if name in ("SECRET_KEY", "FIELD_ENCRYPTION_KEYS")}


def settings_in(env: Path) -> dict[str, str]:
    lines = env.read_text().splitlines() if env.exists() else []
    return {name: value for name, _equals, value in (line.partition("=") for line in lines)}


def picture(root: Path) -> dict[str, tuple[int, int, bytes]]:
    """Everything there is, with its rights."""
    return {
        str(path.relative_to(root)): (
            stat.S_IMODE(path.lstat().st_mode),
            path.lstat().st_mtime_ns,
            path.read_bytes() if path.is_file() else b"",
        )
        for path in root.rglob("*")
    }


def test_a_second_run_changes_nothing(server: Target, tmp_path: Path) -> None:
    root = tmp_path / "root"
    layout = Layout(str(root))
    run(server, root)
    settings = settings_in(Path(layout.env))
    assert settings["PUBLIC_URL"] == "https://bots.example.org"
    assert (
        of_url(settings["DATABASE_URL"]).for_programs() == f"dbname=curator user={server.user} host=/var/run/postgresql"
    )
    assert all(len(secret) > 40 for secret in secrets_in(root))
    assert len(secrets_in(root)) == 2
    rights = {path: oct(stat.S_IMODE(Path(path).stat().st_mode))[-3:] for path in (layout.env, layout.tls, layout.data)}
    assert rights == {layout.env: "640", layout.tls: "750", layout.data: "711"}

    with Path(layout.env).open("a") as file:
        file.write("OPERATOR_TELEGRAM_IDS=42\n")  # an operator's own line
    before = picture(root)
    totals = run(server, root)["results"]["totals"]
    assert picture(root) == before
    assert totals["no_change"] == totals["hosts"]  # of every operation


def test_nginx_accepts_the_site(tmp_path: Path) -> None:
    require("nginx", "openssl")
    layout = Layout(str(tmp_path))
    Path(layout.tls).mkdir(parents=True)
    key, certificate = f"{layout.tls}/privkey.pem", f"{layout.tls}/fullchain.pem"
    made = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=x"]
    subprocess.run(
        ["openssl", "req", "-x509", *made, "-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL
    )
    template = (checkout.ROOT / "deploy/nginx/curator.conf.j2").read_text()
    site = Template(template).render(layout=layout, domain="bots.example.org")
    # Checking a site also opens its ports, and only root may open these.
    site = re.sub(r"listen (\[::\]:)?(80|443)", lambda port: f"listen {port[1] or ''}1{int(port[2]) + 8000}", site)
    config = tmp_path / "nginx.conf"
    config.write_text(f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{site}\n}}\n")
    path = f"{os.environ['PATH']}:/usr/sbin"
    command = ["nginx", "-t", "-q", "-e", "stderr", "-c", str(config), "-p", str(tmp_path)]
    done = subprocess.run(command, env={**os.environ, "PATH": path}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_check_shows_the_whole_way_and_goes_none_of_it(server: Target, tmp_path: Path) -> None:
    plan = run(server, tmp_path / "root", check=True, site=remote.SITE)["plan"]
    planned = [operation["name"] for operation in plan if operation["hosts_with_change"]]
    wanted = ["PostgreSQL, Redis, nginx and what belongs to them", "User", "env", "Secrets, made there",
              "nginx", f"Build {RELEASE}", "Roles and database", "curator-bots@2.service", f"Switch to {RELEASE}",
              "A certificate of Let's Encrypt"]  # fmt: skip
    assert [name for name in planned if name in wanted] == wanted
    assert not Path("/opt/curator").exists()


def test_a_server_with_another_key_is_not_talked_to(server: Target, tmp_path: Path) -> None:
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", tmp_path / "other"], check=True)
    known = tmp_path / "known_hosts"
    known.write_text(f"[127.0.0.1]:{server.port} {(tmp_path / 'other.pub').read_text()}")
    stranger = replace(server, known_hosts=known)
    done = subprocess.run(
        remote.pyinfra(stranger, [], check=True), cwd=checkout.ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert subprocess.run(remote.ssh(stranger, "true"), capture_output=True, check=False).returncode == 255


def test_what_is_sent_arrives_as_it_is(server: Target) -> None:
    """sshd hands everything to a shell over there."""
    nasty = "a b; $(id) `id` 'x' \"y\" * \\"
    done = subprocess.run(remote.ssh(server, "printf", "%s", nasty), capture_output=True, text=True, check=False)
    assert done.stdout == nasty


@pytest.mark.parametrize(
    "words",
    [
        ["-oProxyCommand=id"], ["@local"], ["a,b"], ["deploy/site.py"], ["x;id"], ["host", "--user", "root;id"],
        ["host", "--port", "0"], ["host", "--key", "/nonexistent"], ["host", "--ref", "--output=/etc/passwd"],
        ["host", "--domain", "x.org; return 200"], ["host", "--domain", "localhost"], ["host", "--runners", "0"],
        ["host", "--certificate", "/a/b.pem"], ["host", "--email", "a@b"],
        ["host", "--certificate", "/a;b", "--certificate-key", "/a"],
    ],
)  # fmt: skip
def test_what_is_no_name_is_refused_in_a_sentence(words: list[str]) -> None:
    with pytest.raises((CommandError, SystemExit)) as refused:
        call_command("deploy", "--domain", "bots.example.org", "--", *words) if words[0][0] == "-" else call_command(
            "deploy", "--domain", "bots.example.org", *words
        )
    assert "Traceback" not in str(refused.value)


def test_only_what_is_committed_is_deployed(tmp_path: Path) -> None:
    git = ["git", "-C", str(tmp_path), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    (tmp_path / "manage.py").write_text("")
    (tmp_path / ".gitignore").write_text(".env\n")
    for words in (["init", "-q"], ["add", "."], ["commit", "-q", "-m", "x"]):
        subprocess.run([*git, *words], check=True)
    (tmp_path / ".env").write_text("SECRET_KEY=x")
    assert not checkout.has_changes(tmp_path)
    (tmp_path / "manage.py").write_text("half done")
    assert checkout.has_changes(tmp_path)
    into = tmp_path / "out"
    into.mkdir()
    with tarfile.open(checkout.archive("HEAD", into, tmp_path)) as tar:
        assert sorted(tar.getnames()) == [".gitignore", "manage.py"]
        assert tar.getmember("manage.py").size == 0
