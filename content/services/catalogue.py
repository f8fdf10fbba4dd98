"""Brings the shipped product catalogue and the pay plan into the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Literal

from django.core.files import File
from django.db import transaction
from pydantic import BaseModel, ConfigDict, Field

from content.models import PayPlanVersion, Product
from content.payplan import load_plan
from partners.yaml_model import read_model

MAX_PRODUCTS = 500


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ProductEntry(Part):
    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,23}$")]
    name: Annotated[str, Field(min_length=1, max_length=120)]
    category: Annotated[str, Field(min_length=1, max_length=40)]
    description: Annotated[str, Field(max_length=2_000)] = ""
    price_rub: Annotated[Decimal, Field(ge=0, max_digits=9, decimal_places=2)]
    portions: Annotated[int, Field(gt=0, lt=10_000)] | None = None
    pv: Annotated[Decimal, Field(ge=0, max_digits=7, decimal_places=2)]
    as_of: date
    supplement: bool
    keywords: Annotated[list[str], Field(max_length=30)] = []
    picture: Annotated[str, Field(pattern=r"^([a-z0-9_]+\.(jpg|png|webp))?$")] = ""


class Catalogue(Part):
    format: Literal[1]
    as_of: date
    products: Annotated[list[ProductEntry], Field(max_length=MAX_PRODUCTS)]


@dataclass(frozen=True, slots=True)
class Loaded:
    created: int
    updated: int
    kept: int


def load_products(*, text: str, name: str, pictures: Path) -> Loaded:
    """A stored product with the same or a newer as-of date stays as it is: somebody may have edited it.

    Raises partners.strict_yaml.FileError.
    """
    catalogue, _lines = read_model(text, name, Catalogue)
    counts = {"created": 0, "updated": 0, "kept": 0}
    with transaction.atomic():
        stored = {product.key: product for product in Product.objects.select_for_update()}
        for entry in catalogue.products:
            product = stored.get(entry.key)
            if product and product.as_of >= entry.as_of:
                counts["kept"] += 1
            else:
                counts["updated" if product else "created"] += 1
                _save(product or Product(), entry, pictures)
    return Loaded(**counts)


def load_pay_plan(*, text: str, name: str) -> bool:
    """False when a plan of the same date is stored already. Raises partners.strict_yaml.FileError."""
    plan = load_plan(text, name)
    _stored, created = PayPlanVersion.objects.get_or_create(valid_from=plan.valid_from, defaults={"text": text})
    return created


def _save(product: Product, entry: ProductEntry, pictures: Path) -> None:
    for field, value in entry.model_dump(exclude={"picture"}).items():
        setattr(product, field, value)
    file = pictures / entry.picture
    if entry.picture and not product.picture and file.is_file():
        with file.open("rb") as picture:
            product.picture.save(entry.picture, File(picture), save=False)
    product.save()
