"""What operators are told of an application: presets/applications.yaml. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from partners.onboarding.places import COUNTRIES, ZONES
from partners.yaml_model import read_model

Text = Annotated[str, Field(min_length=1, max_length=600)]


class ApplicationTexts(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1]
    new: Text
    again: Text


@lru_cache(maxsize=1)
def application_texts() -> ApplicationTexts:
    path = Path(__file__).parent / "presets" / "applications.yaml"
    return read_model(path.read_text(encoding="utf-8"), path.name, ApplicationTexts)[0]


def news_of(answers: Mapping[str, Any], *, corrected: bool, url: str) -> str:
    """HTML; its first line becomes the subject of an e-mail."""
    texts = application_texts()
    name = " ".join(str(answers.get("name", "")).split())[:120]
    where = (_named(COUNTRIES, answers.get("country")), _named(ZONES, answers.get("time_zone")))
    return (texts.again if corrected else texts.new).format(
        name=escape(name), where=escape(" · ".join(filter(None, where))), url=escape(url)
    )


def _named(places: tuple[tuple[str, Any], ...], key: Any) -> str:
    return str(dict(places).get(key, key or ""))[:64]
