"""What is wrong with a partner's files, for the terminal."""

from __future__ import annotations

from partners.services.bots import TOKEN_PATTERN
from partners.services.partners import SaveRefused
from partners.strict_yaml import FileError, Lines, Problem


def describe(error: FileError) -> str:
    """One line per mistake. A key that a person mistyped may contain a token: it is masked."""
    lines = (f"{_place(problem)}: {problem.sentence}" for problem in error.problems)
    return TOKEN_PATTERN.sub(r"\1:•••", "\n".join(lines))


def _place(problem: Problem) -> str:
    """Without the key, and without the line where it is the whole file or folder."""
    if problem.path:
        return f"{problem.file}:{problem.line} {problem.path}"
    return f"{problem.file}:{problem.line}" if problem.line > 1 else problem.file


def at_its_line(refused: SaveRefused, lines: Lines) -> FileError:
    return FileError([lines.problem(refused.path, "refused", str(refused))])
