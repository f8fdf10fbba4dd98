"""What the files of training have in common. Pure."""

from __future__ import annotations

import pathlib
from typing import Annotated, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from content.markup import fault, telegram_length, visible
from content.template import TemplateError, parse
from partners.yaml_model import read_model

PRESETS = pathlib.Path(__file__).resolve().parents[1] / "presets"


def readable(text: str) -> str:
    """A text that Telegram shows, in either form of address."""
    try:
        template = parse(text)
    except TemplateError as error:
        raise ValueError(f"“{error.mark}” cannot be read") from None
    for pieces in (template.ty, template.vy):
        if problem := fault("".join(piece for piece in pieces if isinstance(piece, str))):
            raise ValueError(problem)
    return text


def length(text: str) -> int:
    """As Telegram counts it, of the longer form of address."""
    template = parse(text)
    shown = ("".join(piece for piece in pieces if isinstance(piece, str)) for pieces in (template.ty, template.vy))
    return max(telegram_length(visible(form)) for form in shown)


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,10}$")]
Title = Annotated[str, Field(min_length=1, max_length=40)]
Said = Annotated[str, Field(min_length=1, max_length=4_000), AfterValidator(readable)]
Model = TypeVar("Model", bound=BaseModel)


def read_folder(folder: str, model: type[Model]) -> list[Model]:
    """The files of a folder of presets, by name. Raises partners.strict_yaml.FileError."""
    files = sorted((PRESETS / folder).glob("*.yaml"))
    return [read_model(file.read_text(encoding="utf-8"), file.name, model)[0] for file in files]
