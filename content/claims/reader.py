"""Reads the wordings of a rules file; a mistake is told with its line. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from content.claims.patterns import Pattern, PatternError, Phrase, compiled, phrases
from partners.strict_yaml import FileError, Lines, Path


@dataclass(frozen=True, slots=True)
class PatternReader:
    """Raises partners.strict_yaml.FileError. A list may name those above it."""

    lines: Lines
    lists: dict[str, tuple[Phrase, ...]] = field(default_factory=dict)

    def read_lists(self, entries: Mapping[str, str]) -> None:
        for name, text in entries.items():
            self.lists[name] = self.phrases(text, ("lists", name))

    def phrases(self, text: str, path: Path) -> tuple[Phrase, ...]:
        try:
            return phrases(text, self.lists)
        except PatternError as error:
            raise self._refused(error, path) from None

    def patterns(self, texts: Collection[str], path: Path, *, window: int) -> tuple[Pattern, ...]:
        return tuple(self.pattern(text, (*path, number), window=window) for number, text in enumerate(texts))

    def pattern(self, text: str, path: Path, *, window: int) -> Pattern:
        try:
            return compiled(text, self.lists, window=window)
        except PatternError as error:
            raise self._refused(error, path) from None

    def _refused(self, error: PatternError, path: Path) -> FileError:
        sentence = _("“%(piece)s” cannot be read. Write: word, two words, @list + number: #.") % {"piece": error}
        return FileError([self.lines.problem(path, "bad_pattern", sentence)])
