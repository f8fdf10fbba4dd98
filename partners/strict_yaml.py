"""Reads the YAML files that people write: strictly, within limits, and knowing the line of everything.

Only what JSON can say is accepted, so that a value never means something its author did not write:
`9:30`, `on`, `yes`, `007`, `+7…` and dates stay text; anchors, aliases, tags and repeated keys are refused.
Keys are always text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn, TypeAlias

import yaml
from django.utils.translation import gettext as _

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_NODES = 20_000

Severity = Literal["error", "warning"]
Path = tuple[str | int, ...]
Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,14})\.[0-9]{1,15}")
_WORDS = {"true": True, "false": False, "null": None, "~": None, "": None}


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a file, for the person who wrote it."""

    file: str
    line: int
    path: str
    code: str
    sentence: str
    severity: Severity = "error"


class FileError(ValueError):
    """A file that cannot be used, with everything that is wrong with it."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(f"{p.file}:{p.line} {p.path} {p.sentence}" for p in problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Lines:
    """Where every node of a file stands."""

    file: str
    numbers: Mapping[Path, int]

    def of(self, path: Path) -> int:
        """The line of the node or, if it is missing, of the nearest node around it."""
        while path and path not in self.numbers:
            path = path[:-1]
        return self.numbers.get(path, 1)

    def problem(self, path: Path, code: str, sentence: str, severity: Severity = "error") -> Problem:
        return Problem(self.file, self.of(path), path_text(path), code, sentence[:400], severity)


def path_text(path: Path) -> str:
    """`("steps", "start", "buttons", 0)` as `steps.start.buttons[0]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).lstrip(".")


def read_yaml(text: str, name: str) -> tuple[Any, Lines]:
    """The one document of the file called `name` as dicts, lists and scalars. Raises FileError."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise FileError([Problem(name, 1, "", "yaml_size", _("The file is larger than 256 KB."))])
    reader = _Reader(name)
    try:
        data = reader.document(yaml.parse(text, Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, UnicodeEncodeError) as error:
        reason = getattr(error, "problem", None) or getattr(error, "reason", "")
        sentence = _("This is not valid YAML: %(reason)s.") % {"reason": reason}
        raise FileError([Problem(name, _line_of_error(error, text), "", "yaml_syntax", sentence)]) from None
    return data, Lines(name, reader.numbers)


def _line_of_error(error: yaml.YAMLError | UnicodeEncodeError, text: str) -> int:
    if isinstance(error, UnicodeEncodeError):  # half of a surrogate pair
        return text.count("\n", 0, error.start) + 1
    if isinstance(error, yaml.reader.ReaderError):
        return text.encode()[: error.position].count(b"\n") + 1
    mark = getattr(error, "problem_mark", None)
    return min(mark.line, text.count("\n")) + 1 if mark else 1  # what is missing at the end is missed a line below


@dataclass(slots=True)
class _Reader:
    """Builds plain data from YAML events. The limits are looked at while walking, so a bomb is met early."""

    name: str
    numbers: dict[Path, int] = field(default_factory=dict)
    nodes: int = 0

    def document(self, events: Iterator[Any]) -> Json:
        data: Json = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.refuse(event, (), "yaml_documents", _("The file has several documents: keep one."))
                data = self.node(next(events), events, ())
        if documents == 0:
            raise FileError([Problem(self.name, 1, "", "yaml_empty", _("The file is empty."))])
        return data

    def node(self, event: yaml.NodeEvent, events: Iterator[Any], path: Path) -> Json:
        self.numbers.setdefault(path, _line(event))
        self.admit(event, path)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(events, path)
        return self.mapping(events, path)

    def admit(self, event: yaml.NodeEvent, path: Path) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.refuse(event, path, "yaml_nodes", _("The file has more than 20,000 values."))
        if len(path) > MAX_DEPTH:
            self.refuse(event, path, "yaml_depth", _("Values are nested deeper than 20 levels."))
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self.refuse(event, path, "yaml_alias", _("No anchors (&) and aliases (*): repeat the value."))
        if getattr(event, "tag", None) is not None:
            self.refuse(event, path, "yaml_tag", _("No tags (!): put a text that begins with “!” in quotes."))

    def sequence(self, events: Iterator[Any], path: Path) -> list[Json]:
        items: list[Json] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self.node(event, events, (*path, len(items))))
        return items

    def mapping(self, events: Iterator[Any], path: Path) -> dict[str, Json]:
        items: dict[str, Json] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            self.admit(event, path)
            if not isinstance(event, yaml.ScalarEvent):
                self.refuse(event, path, "yaml_key", _("A key must be a plain word."))
            key = event.value
            inner = (*path, key)
            if key in items:
                sentence = _("The key “%(key)s” stands here twice.") % {"key": key[:60]}
                self.refuse(event, inner, "yaml_duplicate_key", sentence)
            self.numbers[inner] = _line(event)
            items[key] = self.node(next(events), events, inner)
        return items

    def refuse(self, event: yaml.Event, path: Path, code: str, sentence: str) -> NoReturn:
        raise FileError([Problem(self.name, _line(event), path_text(path), code, sentence)])


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _scalar(event: yaml.ScalarEvent) -> str | int | float | bool | None:
    text: str = event.value
    if event.style:  # quoted or a block: always text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text
