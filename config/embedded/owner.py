"""Which system user the servers' files belong to.

PostgreSQL refuses to run as root, so under root it runs as the system user `pgserver`,
who must be able to reach the data directory and the binaries.
"""

import logging
import os
import pwd
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

from config.embedded.errors import EmbeddedServerError

logger = logging.getLogger(__name__)

SYSTEM_USER = "pgserver"
# The servers outlive the process that starts them: nothing of its secrets stays in theirs.
CLEAN_ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C"}


def as_owner() -> dict[str, Any]:
    """Arguments for `subprocess` that run a program as the user who may own a PostgreSQL cluster."""
    if os.geteuid() != 0:
        return {}
    entry = _system_user()
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def make_private_dir(path: Path) -> None:
    """A directory that only the servers' user (and root) can enter."""
    path.mkdir(mode=0o700, exist_ok=True)
    if os.geteuid() == 0:
        entry = _system_user()
        os.chown(path, entry.pw_uid, entry.pw_gid, follow_symlinks=False)
    check_owner(path)
    path.chmod(0o700)


def check_owner(path: Path) -> None:
    """Refuse a directory that somebody else made: he could read or replace what is in it."""
    expected = _system_user().pw_uid if os.geteuid() == 0 else os.geteuid()
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != expected:
        raise EmbeddedServerError(
            f"{path} belongs to another user. Run as the user who made it, remove it or set another DATA_DIR."
        )


def make_reachable(path: Path) -> None:
    """Let the servers' user pass through the parents of `path` (pass, not list), e.g. through /root."""
    if os.geteuid() != 0:
        return
    for parent in path.parents:
        mode = stat.S_IMODE(parent.stat().st_mode)
        if not mode & stat.S_IXOTH:
            logger.warning("Allowed the user %s to pass through %s (chmod o+x).", SYSTEM_USER, parent)
            parent.chmod(mode | stat.S_IXOTH)


def _system_user() -> pwd.struct_passwd:
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        pass
    if not shutil.which("useradd"):
        raise EmbeddedServerError(
            f"PostgreSQL does not run as root. Add a system user {SYSTEM_USER}, run as an ordinary user, "
            "or set DATABASE_URL."
        )
    subprocess.run(["useradd", "--system", SYSTEM_USER], check=True, capture_output=True)
    return pwd.getpwnam(SYSTEM_USER)
