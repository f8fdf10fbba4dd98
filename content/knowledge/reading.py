"""Reads a file that an operator brings: Markdown with front matter, plain text, PDF, DOCX. Pure."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import Any

from django.utils.translation import gettext as _

from partners.strict_yaml import FileError, Json, read_yaml

MAX_BYTES = 20 * 1024 * 1024
MAX_LETTERS = 1_000_000  # twice as many bytes: as much as Django takes from a form
MAX_PAGES = 1_000
MAX_TITLE = 200

_FRONT = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)
_TITLE = re.compile(r"^#\s+(\S.*)$", re.MULTILINE)
_HEADING_STYLE = re.compile(r"(?:Heading|Заголовок) (\d)")
# Other systems' exports write the second form.
_DATES = {
    "created": ("created", "date_created"),
    "updated": ("updated", "date_updated"),
    "expires": ("expires",),
    "as_of": ("as_of",),
}


class ReadError(ValueError):
    """A file that cannot be taken; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """`text` is Markdown without its front matter. `torn`: the spaces of the text mean little, it comes from a PDF."""

    title: str
    category: str
    text: str
    created: date | None = None
    updated: date | None = None
    as_of: date | None = None
    expires: date | None = None
    torn: bool = False


def read(name: str, content: bytes) -> Source:
    """Raises ReadError."""
    if len(content) > MAX_BYTES:
        raise ReadError(_("%(name)s is larger than %(limit)s MB: split it.") % {"name": name, "limit": MAX_BYTES >> 20})
    suffix = PurePath(name).suffix.lower()
    reader = READERS.get(suffix)
    if reader is None:
        known = ", ".join(sorted(READERS))
        raise ReadError(_("%(name)s: only %(known)s can be read.") % {"name": name, "known": known})
    text = reader(name, content).replace("\r\n", "\n").replace("\x00", "")
    if len(text) > MAX_LETTERS:
        raise ReadError(_("%(name)s has more than %(limit)s letters: split it.") % {"name": name, "limit": MAX_LETTERS})
    source = _source(name, text, torn=suffix == ".pdf")
    if not source.text:
        raise ReadError(_("%(name)s has no text. A scanned PDF must be recognised (OCR) first.") % {"name": name})
    return source


def _source(name: str, text: str, *, torn: bool) -> Source:
    front = _FRONT.match(text)
    values = _front_matter(name, front[1]) if front else {}
    body = text[front.end() :].strip() if front else text.strip()
    heading = _TITLE.search(body)
    title = str(values.get("title") or (heading and heading[1]) or PurePath(name).stem)
    dates = {key: _date(name, values, names) for key, names in _DATES.items()}
    torn = torn or (PurePath(name).suffix.lower() == ".txt" and _looks_torn(body))
    return Source(title.strip()[:MAX_TITLE], str(values.get("category") or "")[:40], body, torn=torn, **dates)


def _front_matter(name: str, text: str) -> dict[str, Json]:
    try:
        values, _lines = read_yaml(text, name)
    except FileError as error:
        raise ReadError(str(error)) from None
    if not isinstance(values, dict):
        raise ReadError(_("%(name)s: between the “---” lines stand lines like “title: …”.") % {"name": name})
    return values


def _date(name: str, values: dict[str, Json], keys: tuple[str, ...]) -> date | None:
    for key in keys:
        if value := values.get(key):
            try:
                return date.fromisoformat(str(value))
            except ValueError:
                sentence = _("%(name)s: “%(key)s” must be a day like 2026-01-31.")
                raise ReadError(sentence % {"name": name, "key": key}) from None
    return None


def _looks_torn(text: str) -> bool:
    """A plain text that a PDF reader wrote: its hyphens stand apart («мыло -пенку»)."""
    return len(re.findall(r"\w -\w", text)) > len(text) / 5_000


def _plain(name: str, content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1251"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ReadError(_("%(name)s is not UTF-8 text: save it as UTF-8.") % {"name": name})


def _pdf(name: str, content: bytes) -> str:
    from pypdf import PdfReader  # here, because few processes ever read one
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ReadError(_("%(name)s is locked with a password: save it without one.") % {"name": name})
        if len(reader.pages) > MAX_PAGES:
            raise ReadError(_("%(name)s has more than %(limit)s pages: split it.") % {"name": name, "limit": MAX_PAGES})
        return "\n\n".join(page.extract_text() for page in reader.pages)
    # A damaged file makes the reader fail in ways that it does not name.
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        if isinstance(error, ReadError):
            raise
        raise ReadError(_("%(name)s is not a whole PDF: save it again.") % {"name": name}) from None


def _docx(name: str, content: bytes) -> str:
    import zipfile

    from docx import Document

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > 10 * MAX_BYTES:
                raise ReadError(_("%(name)s is too large when unpacked: split it.") % {"name": name})
        return "\n\n".join(_blocks(Document(io.BytesIO(content))))
    except (zipfile.BadZipFile, KeyError, ValueError) as error:
        if isinstance(error, ReadError):
            raise
        raise ReadError(_("%(name)s is not a whole DOCX: save it again.") % {"name": name}) from None


def _blocks(document: Any) -> Iterator[str]:
    from docx.table import Table

    for block in document.iter_inner_content():
        if isinstance(block, Table):
            yield _table(block)
        elif block.text.strip():
            style = _HEADING_STYLE.match(block.style.name if block.style else "")
            yield "#" * int(style[1]) + " " + block.text if style and style[1] != "0" else block.text


def _table(table: Any) -> str:
    rows = [[" ".join(cell.text.split()).replace("|", "/") for cell in row.cells] for row in table.rows]
    lines = [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join([lines[0], "|---" * len(rows[0]) + "|", *lines[1:]]) if lines else ""


READERS: dict[str, Callable[[str, bytes], str]] = {
    ".md": _plain, ".markdown": _plain, ".txt": _plain, ".pdf": _pdf, ".docx": _docx,
}  # fmt: skip
