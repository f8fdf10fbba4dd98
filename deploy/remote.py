"""pyinfra and ssh as programs: every value is an argument of its own, and has been checked (wish.py)."""

from __future__ import annotations

import importlib.util
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.checkout import ROOT
from deploy.wish import Refused, Target

SITE = Path("deploy/site.py")


def pyinfra(target: Target, data: Sequence[str], *, check: bool, site: Path = SITE, json: bool = False) -> list[str]:
    """The command. Raises Refused where pyinfra is missing."""
    if importlib.util.find_spec("pyinfra") is None:
        raise Refused("pyinfra is not installed here. Install it with: pip install -r requirements-deploy.txt")
    command = [
        sys.executable,
        "-m",
        "pyinfra",
        target.host,
        str(site),
        "--user",
        target.user,
        "--port",
        str(target.port),
    ]
    command += ["--dry"] if check else ["--yes"]
    command += ["--json"] if json else []
    command += [] if target.user == "root" else ["--sudo"]
    command += ["--key", str(target.key)] if target.key else []
    known = [f"ssh_known_hosts_file={target.known_hosts}"] if target.known_hosts else []
    for word in [*known, *data]:
        command += ["--data", word]
    return command


def run_pyinfra(target: Target, data: Sequence[str], *, check: bool) -> None:
    if subprocess.run(pyinfra(target, data, check=check), cwd=ROOT, check=False).returncode:
        raise Refused(f"{target.host} is not ready, see above. What ran before goes on running.")


def ssh(target: Target, *command: str) -> list[str]:
    """The arguments of a program on the server; sshd hands them to a shell, so they go quoted."""
    options = ["-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=accept-new", "-o", "ServerAliveInterval=15"]
    options += ["-o", f"UserKnownHostsFile={target.known_hosts}"] if target.known_hosts else []
    options += ["-o", "IdentitiesOnly=yes", "-i", str(target.key)] if target.key else []
    there = command if target.user == "root" else ("sudo", "-n", *command)
    return ["ssh", *options, "-p", str(target.port), "-l", target.user, "--", target.host, shlex.join(there)]
