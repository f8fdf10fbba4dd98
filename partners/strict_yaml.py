"""Reads the YAML files that people write by hand: strictly, within limits, and knowing the line of everything.

Only what JSON can say is accepted, so that a value never means something its author did not write:
`9:30`, `on`, `yes`, `007`, `+7…` and dates stay text; anchors, aliases, tags and repeated keys are refused.
Keys are always text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NoReturn, TypeVar

import yaml
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ValidationError

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20
MAX_NODES = 20_000
MAX_PROBLEMS = 100

Severity = Literal["error", "warning"]
Path = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)

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
    """The one document of a file as dicts, lists and scalars. Raises FileError; `name` is the file's name in it."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise FileError([Problem(name, 1, "", "yaml_size", _("The file is larger than 256 KB."))])
    reader = _Reader(name)
    try:
        data = reader.document(yaml.parse(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        reason = getattr(error, "problem", None) or getattr(error, "reason", "")
        sentence = _("This is not valid YAML: %(reason)s.") % {"reason": reason}
        line = mark.line + 1 if mark else _line_of_position(text, getattr(error, "position", 0))
        raise FileError([Problem(name, line, "", "yaml_syntax", sentence)]) from None
    return data, Lines(name, reader.numbers)


def read_model(text: str, name: str, model: type[Model]) -> tuple[Model, Lines]:
    """Reads a file whose shape is a pydantic model. Raises FileError with the line of every mistake."""
    data, lines = read_yaml(text, name)
    try:
        return model.model_validate(data), lines
    except ValidationError as error:
        raise FileError(list(_problems(error, data, lines))) from None


def _line_of_position(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


@dataclass(slots=True)
class _Reader:
    """Builds plain data from YAML events. Walks in constant memory up to the limits, so a bomb is met early."""

    name: str
    numbers: dict[Path, int] = field(default_factory=dict)
    nodes: int = 0

    def document(self, events: Iterator[yaml.Event]) -> Any:
        data: Any = None
        documents = 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    self.refuse(event, (), "yaml_documents", _("There must be one document in the file, not several."))
                data = self.node(next(events), events, ())
        if documents == 0:
            raise FileError([Problem(self.name, 1, "", "yaml_empty", _("The file is empty."))])
        return data

    def node(self, event: yaml.Event, events: Iterator[yaml.Event], path: Path) -> Any:
        self.numbers.setdefault(path, event.start_mark.line + 1)
        self.admit(event, path)
        if isinstance(event, yaml.ScalarEvent):
            return _scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(events, path)
        return self.mapping(events, path)

    def admit(self, event: yaml.Event, path: Path) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self.refuse(event, path, "yaml_nodes", _("The file has more than 20,000 values."))
        if len(path) > MAX_DEPTH:
            self.refuse(event, path, "yaml_depth", _("Values are nested deeper than 20 levels."))
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            self.refuse(event, path, "yaml_alias", _("Anchors (&) and aliases (*) are not allowed: repeat the value."))
        if event.tag is not None:
            self.refuse(event, path, "yaml_tag", _("Tags (!) are not allowed. Put the text in quotes if it begins with “!”."))

    def sequence(self, events: Iterator[yaml.Event], path: Path) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self.node(event, events, (*path, len(items))))
        return items

    def mapping(self, events: Iterator[yaml.Event], path: Path) -> dict[str, Any]:
        items: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            self.admit(event, path)
            if not isinstance(event, yaml.ScalarEvent):
                self.refuse(event, path, "yaml_key", _("A key must be a plain word."))
            key = event.value
            inner = (*path, key)
            if key in items:
                self.refuse(event, inner, "yaml_duplicate_key", _("The key “%(key)s” stands here twice.") % {"key": key[:60]})
            self.numbers[inner] = event.start_mark.line + 1
            items[key] = self.node(next(events), events, inner)
        return items

    def refuse(self, event: yaml.Event, path: Path, code: str, sentence: str) -> NoReturn:
        raise FileError([Problem(self.name, event.start_mark.line + 1, path_text(path), code, sentence)])


def _scalar(event: yaml.ScalarEvent) -> str | int | float | bool | None:
    text: str = event.value
    if event.style is not None:  # quoted or a block: always text
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


_SENTENCES = {
    "missing": gettext_lazy("“%(field)s” is missing."),
    "extra_forbidden": gettext_lazy("“%(field)s” is not known here."),
    "string_type": gettext_lazy("“%(field)s” must be text: put it in quotes."),
    "string_too_long": gettext_lazy("“%(field)s” is longer than %(max_length)s characters."),
    "string_too_short": gettext_lazy("“%(field)s” must not be empty."),
    "string_pattern_mismatch": gettext_lazy("“%(field)s” does not have the form %(pattern)s."),
    "literal_error": gettext_lazy("“%(field)s” must be one of: %(expected)s."),
    "union_tag_not_found": gettext_lazy("“type” is missing."),
    "union_tag_invalid": gettext_lazy("“type” must be one of: %(expected_tags)s."),
    "too_long": gettext_lazy("“%(field)s” has more than %(max_length)s entries."),
    "too_short": gettext_lazy("“%(field)s” has fewer than %(min_length)s entries."),
    "dict_type": gettext_lazy("“%(field)s” must have keys and values."),
    "model_type": gettext_lazy("“%(field)s” must have keys and values."),
    "model_attributes_type": gettext_lazy("“%(field)s” must have keys and values."),
    "tuple_type": gettext_lazy("“%(field)s” must be a list."),
    "list_type": gettext_lazy("“%(field)s” must be a list."),
}


def _problems(error: ValidationError, data: Any, lines: Lines) -> Iterator[Problem]:
    for mistake in error.errors(include_url=False, include_input=False)[:MAX_PROBLEMS]:
        path = _path_in(data, mistake["loc"], missing=mistake["type"] == "missing")
        if mistake["type"].startswith("union_tag"):
            path = (*path, "type")
        values = {"field": str(path[-1]) if path else lines.file, **mistake.get("ctx", {})}
        template = _SENTENCES.get(mistake["type"])
        sentence = str(template) % values if template else mistake["msg"]
        yield lines.problem(path, mistake["type"], sentence)


def _path_in(data: Any, location: Path, *, missing: bool) -> Path:
    """pydantic's location as a path in the file: it also names the chosen kind of a union and `[key]`."""
    path: list[str | int] = []
    arrived = True
    for number, part in enumerate(location):
        if arrived and isinstance(data, dict) and data.get("type") == part:
            arrived = False
        elif isinstance(data, dict) and part in data or isinstance(data, list) and isinstance(part, int):
            path.append(part)
            data = data[part]  # type: ignore[index]
            arrived = True
        elif missing and number == len(location) - 1:
            path.append(part)
    return tuple(path)
