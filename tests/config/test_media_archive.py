"""The archive of uploaded files, without a database."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path

import pytest

from config.backups import media
from config.backups.errors import BackupError


def archive(member: tarfile.TarInfo, content: bytes = b"picture") -> io.BytesIO:
    into = io.BytesIO()
    with tarfile.open(fileobj=into, mode="w|") as tar:
        member.size = len(content) if member.isfile() else 0
        tar.addfile(member, io.BytesIO(content))
    into.seek(0)
    return into


def test_files_come_back_readable_for_nginx_and_no_more(tmp_path: Path) -> None:
    member = tarfile.TarInfo("posts/шейк.jpg")
    member.mode = 0o4777
    assert media.unpack(archive(member), tmp_path / "media") == media.Amount(1, 7)
    path = tmp_path / "media" / "posts" / "шейк.jpg"
    assert (path.read_bytes(), path.stat().st_mode & 0o7777) == (b"picture", 0o644)


@pytest.mark.parametrize("name", ["../out.jpg", "posts/../../out.jpg", "{root}/out.jpg", ".", ""])
def test_names_that_lead_elsewhere_are_refused(tmp_path: Path, name: str) -> None:
    member = tarfile.TarInfo(name.format(root=tmp_path))
    with pytest.raises(BackupError):
        media.unpack(archive(member), tmp_path / "media")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("kind", [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.DIRTYPE])
def test_only_files_are_accepted(tmp_path: Path, kind: bytes) -> None:
    member = tarfile.TarInfo("link.jpg")
    member.type, member.linkname = kind, "/etc/passwd"
    with pytest.raises(BackupError, match=r"no file|не файл"):
        media.unpack(archive(member), tmp_path / "media")


def test_an_archive_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    whole = archive(tarfile.TarInfo("a.jpg"), b"x" * 5000).getvalue()
    with pytest.raises(BackupError):
        media.unpack(io.BytesIO(whole[:2000]), tmp_path / "media")
