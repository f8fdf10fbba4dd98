"""The shipped texts outside the funnel, read once."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from funnels.phrases import Consents, Phrases
from partners.yaml_model import Model, read_model


@lru_cache(maxsize=1)
def phrases() -> Phrases:
    return _read("dialogue.yaml", Phrases)


@lru_cache(maxsize=1)
def consent_texts() -> Consents:
    return _read("consents.yaml", Consents)


def _read(name: str, model: type[Model]) -> Model:
    path = Path(settings.BASE_DIR) / "funnels" / "presets" / "texts" / name
    return read_model(path.read_text(encoding="utf-8"), name, model)[0]
