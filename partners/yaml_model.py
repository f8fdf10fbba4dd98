"""A YAML file whose shape is a pydantic model, with the line of every mistake."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, TypeVar

from django.utils.translation import gettext_lazy
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from partners.strict_yaml import FileError, Json, Lines, Path, Problem, read_yaml

MAX_PROBLEMS = 100
Model = TypeVar("Model", bound=BaseModel)


def read_model(text: str, name: str, model: type[Model]) -> tuple[Model, Lines]:
    """Reads a file whose shape is a pydantic model. Raises FileError with the line of every mistake."""
    data, lines = read_yaml(text, name)
    return checked(data, lines, model), lines


def checked(data: Json, lines: Lines, model: type[Model]) -> Model:
    """The data as the model. Raises FileError."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise FileError(list(_problems(error, data, lines))) from None


_SENTENCES = {
    "missing": gettext_lazy("“%(field)s” is missing."),
    "extra_forbidden": gettext_lazy("“%(field)s” is not known here."),
    "string_type": gettext_lazy("“%(field)s” must be text: put it in quotes."),
    "string_too_long": gettext_lazy("“%(field)s” is longer than %(max_length)s characters."),
    "string_too_short": gettext_lazy("“%(field)s” must not be empty."),
    "string_pattern_mismatch": gettext_lazy("“%(field)s” does not have the form %(pattern)s."),
    "int_type": gettext_lazy("“%(field)s” must be a whole number."),
    "int_parsing": gettext_lazy("“%(field)s” must be a whole number."),
    "bool_type": gettext_lazy("“%(field)s” must be true or false."),
    "bool_parsing": gettext_lazy("“%(field)s” must be true or false."),
    "greater_than": gettext_lazy("“%(field)s” must be greater than %(gt)s."),
    "less_than": gettext_lazy("“%(field)s” must be less than %(lt)s."),
    "datetime_from_date_parsing": gettext_lazy("“%(field)s” must be a day or a time like 2026-01-31T10:00:00Z."),
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


def _problems(error: ValidationError, data: Json, lines: Lines) -> Iterator[Problem]:
    for mistake in error.errors(include_url=False, include_input=False)[:MAX_PROBLEMS]:
        path = _path_in(data, mistake["loc"], missing=mistake["type"] == "missing")
        if mistake["type"].startswith("union_tag"):
            path = (*path, "type")
        sentence = sentence_of(mistake, str(path[-1]) if path else lines.file)
        yield lines.problem(path, mistake["type"], sentence)


def sentence_of(mistake: ErrorDetails, field: str) -> str:
    template = _SENTENCES.get(mistake["type"])
    return str(template) % {"field": field, **mistake.get("ctx", {})} if template else mistake["msg"]


def _path_in(data: Json, location: Path, *, missing: bool) -> Path:
    """pydantic's location as a path in the file: it also names the chosen kind of a union and `[key]`."""
    path: list[str | int] = []
    arrived = True
    for number, part in enumerate(location):
        inner = _children(data)
        if arrived and inner.get("type") == part:
            arrived = False
        elif part in inner:
            path.append(part)
            data, arrived = inner[part], True
        elif missing and number == len(location) - 1:
            path.append(part)
    return tuple(path)


def _children(data: Json) -> dict[Any, Json]:
    if isinstance(data, list):
        return dict(enumerate(data))
    return data if isinstance(data, dict) else {}
