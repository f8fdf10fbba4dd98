"""The documents of a folder."""

from __future__ import annotations

from pathlib import Path

from content.knowledge.reading import READERS

MAX_FILES = 5_000
NOTES = frozenset({"readme", "source", "license", "changelog"})  # about the folder, not of it


def documents(root: Path) -> list[tuple[str, Path]]:
    """Path inside the folder and file, in the order of the paths; hidden files and notes are left out."""
    found = sorted(file for file in root.rglob("*") if _is_document(file.relative_to(root)) and file.is_file())
    return [(file.relative_to(root).as_posix(), file) for file in found[:MAX_FILES]]


def _is_document(path: Path) -> bool:
    hidden = any(part.startswith(".") for part in path.parts)
    note = len(path.parts) == 1 and path.stem.lower() in NOTES
    return path.suffix.lower() in READERS and not hidden and not note
