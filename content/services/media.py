"""The media library: what is taken in, described, and taken out. Behind the door of the pictures' owner."""

from __future__ import annotations

import hashlib
import logging
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.core.files.base import ContentFile
from django.db import IntegrityError, transaction

from content import imaging
from content.models import MediaItem, Product
from content.models.knowledge import owned_by

log = logging.getLogger(__name__)

MOST_KEYWORDS, LONGEST_KEYWORD = 30, 40


@dataclass(frozen=True, slots=True)
class Taken:
    """`known`: this very file was there already, and nothing was added."""

    item: MediaItem
    known: bool


def take_in(
    *,
    partner_id: int | None,
    data: bytes,
    now: datetime,
    title: str = "",
    keywords: Iterable[str] = (),
    products: Iterable[str] = (),
    origin: MediaItem.Origin = MediaItem.Origin.UPLOAD,
) -> Taken:
    """A picture of the partner, or of the whole network; one that was taken out comes back.

    Raises content.imaging.PictureError.
    """
    sha256 = hashlib.sha256(data).hexdigest()
    if stored := _stored(partner_id, sha256):
        return Taken(stored, known=True)
    picture = imaging.read(data)
    item = MediaItem(partner_id=partner_id, sha256=sha256, origin=origin, added_at=now)
    item.width, item.height = picture.width, picture.height
    _describe(item, title, keywords, products)
    try:
        with transaction.atomic():  # a file that is uploaded twice at once
            _save_files(item, picture)
            item.save()
    except IntegrityError:
        _delete_files(item)
        if stored := _stored(partner_id, sha256):
            return Taken(stored, known=True)
        raise
    except BaseException:
        _delete_files(item)
        raise
    return Taken(item, known=False)


def describe(*, item: MediaItem, title: str, keywords: Iterable[str], products: Iterable[str]) -> None:
    _describe(item, title, keywords, products)
    item.save(update_fields=["title", "keywords", "products"])


def take_out(*, item: MediaItem, now: datetime) -> None:
    """It is offered no longer. Posts that have it keep it, so its files stay."""
    item.retired_at = item.retired_at or now
    item.save(update_fields=["retired_at"])


def bring_back(*, item: MediaItem) -> None:
    item.retired_at = None
    item.save(update_fields=["retired_at"])


def take_in_products(*, now: datetime) -> int:
    """The catalogue's pictures as pictures of the network; how many are new. Behind the door to all partners."""
    return sum(_take_in_product(product, now) for product in Product.objects.exclude(picture=""))


def words_of(text: str) -> list[str]:
    """«Кофе, утро» as a person types them."""
    return text.replace(";", ",").replace("\n", ",").split(",")


def _take_in_product(product: Product, now: datetime) -> bool:
    """A file that is gone, or is no picture, leaves the library without it."""
    about = {"title": product.name, "keywords": product.keywords, "products": [product.key]}
    try:
        with product.picture.open("rb") as file:
            return not take_in(partner_id=None, data=file.read(), now=now, **about).known
    except (OSError, imaging.PictureError) as error:
        log.warning("no picture of %s: %s", product.key, error)
        return False


def _stored(partner_id: int | None, sha256: str) -> MediaItem | None:
    stored = MediaItem.objects.filter(owned_by(partner_id), sha256=sha256).first()
    if stored and stored.retired_at:
        bring_back(item=stored)
    return stored


def _describe(item: MediaItem, title: str, keywords: Iterable[str], products: Iterable[str]) -> None:
    """What is no product of the catalogue is left out, as is a keyword that is written twice."""
    item.title = " ".join(title.split())[:120]
    words = (" ".join(word.split()).casefold()[:LONGEST_KEYWORD] for word in keywords)
    item.keywords = list(dict.fromkeys(filter(None, words)))[:MOST_KEYWORDS]
    item.products = list(Product.objects.filter(key__in=list(products)).values_list("key", flat=True))


def _save_files(item: MediaItem, picture: imaging.Picture) -> None:
    """The sender's file name is not used: nobody can guess the address of somebody else's picture."""
    name = secrets.token_hex(16)
    item.file.save(f"{name}.jpg", ContentFile(picture.full), save=False)
    item.thumbnail.save(f"{name}_small.jpg", ContentFile(picture.thumbnail), save=False)


def _delete_files(item: MediaItem) -> None:
    for file in (item.thumbnail, item.file):
        if file:
            file.delete(save=False)
