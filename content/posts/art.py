"""What YandexART is asked to paint. Pure."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from content.ai.masking import mask
from content.markup import shorten
from content.posts.facts import ProductFacts
from content.posts.kinds import PRESETS, PostType
from partners.yaml_model import read_model

LONGEST = 500  # characters that YandexART takes
OF_WISH = 150


class Scenes(BaseModel):
    """`scenes` by category of the catalogue; `without` ends every prompt."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    format: Literal[1]
    scenes: dict[str, Annotated[str, Field(min_length=1, max_length=150)]]
    without: Annotated[str, Field(min_length=1, max_length=150)]


@lru_cache(maxsize=1)
def scenes() -> Scenes:
    path = PRESETS / "scenes.yaml"
    read, _lines = read_model(path.read_text(encoding="utf-8"), path.name, Scenes)
    return read


def art_prompt(kind: PostType, product: ProductFacts | None = None, wish: str = "") -> str:
    """What matters first: the subject, what a person wished, how it is painted, and always what must not be on it."""
    subject = scenes().scenes.get(product.category, kind.picture.scene) if product else kind.picture.scene
    wished = shorten(" ".join(mask(wish).split()), OF_WISH)
    painted = ". ".join(part.rstrip(". ") for part in (subject, wished, kind.picture.style) if part)
    without = scenes().without
    return f"{shorten(painted, LONGEST - len(without) - 2)}. {without}"
