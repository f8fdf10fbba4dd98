"""A real sshd on loopback: an unprivileged port, keys of its own, the current user, gone with the test."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from deploy.wish import Target
from tests.botrunner.disasters import until

SSHD = shutil.which("sshd", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/key.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
SetEnv PATH={path}
"""


def require(*programs: str) -> None:
    missing = [name for name in programs if shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") is None]
    if missing and os.environ.get("CURATOR_REQUIRE_SERVER_TOOLS"):
        pytest.fail(f"Not installed: {', '.join(missing)}")
    if missing:
        pytest.skip(f"not installed on this machine: {', '.join(missing)}")


@contextmanager
def serving(folder: Path, path: str) -> Iterator[Target]:
    """`path`: where programs are looked for over there."""
    require("sshd", "ssh")
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # else it refuses to start as root
    for name in ("host_key", "key"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", folder / name], check=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "sshd_config"
    config.write_text(CONFIG.format(port=port, folder=folder, path=path))
    known = folder / "known_hosts"
    known.write_text(f"[127.0.0.1]:{port} {(folder / 'host_key.pub').read_text()}")
    with (folder / "sshd.log").open("wb") as log:
        server = subprocess.Popen([str(SSHD), "-D", "-e", "-f", config], stderr=log)
    try:
        wait_for(port)
        yield Target("127.0.0.1", pwd.getpwuid(os.geteuid()).pw_name, port, folder / "key", known)
    finally:
        server.terminate()
        server.wait()


def wait_for(port: int) -> None:
    def listens() -> bool:
        with socket.socket() as probe:
            probe.settimeout(1)
            return probe.connect_ex(("127.0.0.1", port)) == 0

    until(listens, "sshd listens")
