"""A partner's folder on the disk: what is read must lie in it, what is written must stay private."""

from __future__ import annotations

import os
import stat
import tempfile
from pathlib import Path

from django.utils.translation import gettext as _

from partners.strict_yaml import FileError, Problem


def refuse(file: Path | str, sentence: str, *, line: int = 1, key: str = "") -> FileError:
    return FileError([Problem(str(file), line, key, "folder", sentence)])


def read_file(path: Path, *, max_bytes: int) -> str:
    """UTF-8 text of a regular file. Raises FileError; a symbolic link is never followed."""
    try:
        # O_NONBLOCK: a pipe in the place of the file must not make us wait
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        if path.is_symlink():
            raise refuse(path, _("This is a symbolic link. Put the file itself here.")) from None
        raise refuse(path, _("Cannot be read: %(reason)s.") % {"reason": error.strerror}) from None
    with os.fdopen(handle, "rb") as file:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise refuse(path, _("This is not a file."))
        data = file.read(max_bytes + 1)
    if len(data) > max_bytes:
        raise refuse(path, _("The file is larger than %(size)s KB.") % {"size": max_bytes // 1024})
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise refuse(path, _("This is not UTF-8 text. Save the file as UTF-8."), line=line) from None


def check_folder(folder: Path) -> None:
    """Raises FileError unless this is a plain path to a real folder."""
    if ".." in folder.parts:
        raise refuse(folder, _("“..” is not allowed in the path. Write the path to the folder itself."))
    if folder.is_symlink():
        raise refuse(folder, _("This is a symbolic link. Write the path to the folder itself."))
    if folder.exists() and not folder.is_dir():
        raise refuse(folder, _("This is not a folder."))


def make_private_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise refuse(folder, _("Cannot be made: %(reason)s.") % {"reason": error.strerror}) from None


def write_private_file(path: Path, text: str) -> None:
    """Whole or not at all, readable by its owner only from the first byte on."""
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f"{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        os.replace(draft, path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
