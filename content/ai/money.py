"""What a call costs. Pure."""

from __future__ import annotations

import pathlib
from datetime import date
from decimal import ROUND_UP, Decimal
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from partners.yaml_model import read_model

SHIPPED = pathlib.Path(__file__).resolve().parents[1] / "presets" / "rules" / "prices.yaml"
STEP = Decimal("0.0001")

Roubles = Annotated[Decimal, Field(ge=0, le=10_000)]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Price(Part):
    """Roubles for 1,000 tokens of one model, from a day on."""

    provider: str
    model: str
    valid_from: date
    input: Roubles
    output: Roubles

    def of(self, tokens_in: int, tokens_out: int) -> Decimal:
        """Rounded up: what we say that was spent is never too little."""
        return ((self.input * tokens_in + self.output * tokens_out) / 1000).quantize(STEP, ROUND_UP)


class PriceFile(Part):
    format: Literal[1]
    prices: Annotated[tuple[Price, ...], Field(min_length=1, max_length=1_000)]


@lru_cache(maxsize=1)
def shipped() -> tuple[Price, ...]:
    return load_prices(SHIPPED.read_text(encoding="utf-8"), SHIPPED.name)


def load_prices(text: str, name: str) -> tuple[Price, ...]:
    """Raises partners.strict_yaml.FileError."""
    file, _lines = read_model(text, name, PriceFile)
    return file.prices


def price_of(provider: str, model: str, day: date, prices: tuple[Price, ...] | None = None) -> Price:
    """A model is known by the first part of its name: `yandexgpt-lite/latest`. Raises LookupError for no price."""
    valid = [price for price in prices or shipped() if price.provider == provider and price.valid_from <= day]
    if not valid:
        raise LookupError(f"prices.yaml has no price of {provider} for {day}")
    short = model.removeprefix("gpt://").partition("/")[0]
    same = [price for price in valid if price.model in (model, short)]
    if same:
        return max(same, key=lambda price: price.valid_from)
    return max(valid, key=lambda price: (price.output, price.valid_from))
