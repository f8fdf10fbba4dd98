"""What is wrong with a partner's files, for the terminal."""

from __future__ import annotations

from partners.services.bots import TOKEN_PATTERN
from partners.services.partners import SaveRefused
from partners.strict_yaml import FileError, Lines


def describe(error: FileError) -> str:
    """One line per mistake. A key that a person mistyped may contain a token: it is masked."""
    lines = (f"{problem.file}:{problem.line} {problem.path}: {problem.sentence}" for problem in error.problems)
    return TOKEN_PATTERN.sub(r"\1:•••", "\n".join(lines))


def at_its_line(refused: SaveRefused, lines: Lines) -> FileError:
    return FileError([lines.problem(refused.path, "refused", str(refused))])
