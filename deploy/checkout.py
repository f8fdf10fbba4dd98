"""The code that is to run: a commit of this checkout, as an archive."""

from __future__ import annotations

import subprocess
from pathlib import Path

from deploy.wish import Refused

ROOT = Path(__file__).resolve().parents[1]


def release_of(ref: str, root: Path = ROOT) -> str:
    """Day and beginning of the commit. Raises Refused."""
    commit = git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
    if not commit:
        raise Refused(f"{ref} is no commit of {root}.")
    day = git(root, "show", "--no-patch", "--format=%cs", commit)
    return f"{day}-{commit[:12]}"


def archive(ref: str, into: Path, root: Path = ROOT) -> Path:
    """What is committed, nothing else: no .env, no var/, nothing half done."""
    path = into / "code.tar.gz"
    command = ["git", "-C", str(root), "archive", "--format=tar.gz", f"--output={path}", release_of(ref, root)[-12:]]
    if subprocess.run(command, check=False).returncode:
        raise Refused(f"git archive of {ref} failed.")
    return path


def has_changes(root: Path = ROOT) -> bool:
    return bool(git(root, "status", "--porcelain", "--untracked-files=no"))


def git(root: Path, *arguments: str) -> str:
    try:
        done = subprocess.run(["git", "-C", str(root), *arguments], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise Refused("There is no git on this computer: install it.") from None
    return done.stdout.strip() if done.returncode == 0 else ""
