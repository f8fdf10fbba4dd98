"""The media library: each file once for each owner, and who sees it."""

from __future__ import annotations

import io
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.test import override_settings
from PIL import Image

from content.imaging import PictureError
from content.models import MediaItem, Post, PostKind, Product
from content.services import media
from content.services.catalogue import load_products
from content.services.media import Taken, take_in
from content.services.posts.pictures import choose
from partners import tenancy
from partners.models import Partner
from tests.factories import NOW, make_partner
from tests.pictures import picture, with_exif

pytestmark = pytest.mark.django_db

COFFEE, TEA = picture(color="brown"), picture(color="green")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path) -> Iterator[Path]:
    on_disk = {"default": {"BACKEND": "django.core.files.storage.FileSystemStorage"}}
    with override_settings(MEDIA_ROOT=str(tmp_path), STORAGES=settings.STORAGES | on_disk):
        yield tmp_path


@pytest.fixture
def anna() -> Partner:
    return make_partner("anna")


def load_catalogue() -> None:
    presets = Path(settings.BASE_DIR) / "content" / "presets"
    text = (presets / "products.yaml").read_text(encoding="utf-8")
    load_products(text=text, name="products.yaml", pictures=presets / "pictures")


def add(owner: Partner | None, data: bytes = COFFEE, **about: object) -> Taken:
    with tenancy.partner(owner.pk) if owner else tenancy.all_partners():
        return take_in(partner_id=owner.pk if owner else None, data=data, now=NOW, **about)  # type: ignore[arg-type]


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def test_a_picture_with_its_thumbnail(anna: Partner, folder: Path) -> None:
    taken = add(anna, with_exif(), title="  Утро \n Анны ", keywords=["Кофе ", "кофе", "", "x" * 99])
    item = taken.item
    assert not taken.known
    assert (item.width, item.height, item.title) == (40, 60, "Утро Анны")
    assert item.keywords == ["кофе", "x" * 40]
    assert item.origin == MediaItem.Origin.UPLOAD
    assert files(folder) == sorted(Path(file.path) for file in (item.file, item.thumbnail))
    assert not Image.open(io.BytesIO(Path(item.file.path).read_bytes())).getexif()


def test_the_same_file_is_there_once_for_each_owner(anna: Partner, folder: Path) -> None:
    boris = make_partner("boris")
    first, again = add(anna, title="Кофе"), add(anna, title="Другой кофе")
    assert again.known
    assert (again.item, again.item.title) == (first.item, "Кофе")
    assert len(files(folder)) == 2
    others = [add(boris), add(None)]
    assert not any(taken.known for taken in others)
    assert add(None).known
    assert len({first.item.pk, *(taken.item.pk for taken in others)}) == 3
    assert not add(anna, TEA).known


def test_what_was_taken_out_comes_back_when_it_is_uploaded_again(anna: Partner) -> None:
    item = add(anna).item
    with tenancy.partner(anna.pk):
        media.take_out(item=item, now=NOW)
    taken = add(anna)
    assert taken.known
    assert (taken.item.pk, taken.item.retired_at) == (item.pk, None)


def test_a_file_that_is_refused_leaves_nothing(anna: Partner, folder: Path) -> None:
    with pytest.raises(PictureError):
        add(anna, b"<?php")
    with tenancy.partner(anna.pk):
        assert not MediaItem.objects.exists()
    assert files(folder) == []


@pytest.mark.django_db(transaction=True)
def test_two_uploads_of_one_file_at_once(anna: Partner, folder: Path) -> None:
    """The second one waits for the first, finds it, and takes its own files away."""
    kept = threading.Barrier(2)
    taken: list[Taken] = []

    def upload() -> None:
        try:
            kept.wait(60)
            taken.append(add(anna))
        finally:
            connection.close()

    threads = [threading.Thread(target=upload) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(one.known for one in taken) == [False, True]
    assert len(files(folder)) == 2


def test_a_partner_cannot_change_what_is_not_theirs(anna: Partner) -> None:
    network, own = add(None).item, add(anna, TEA).item
    boris = make_partner("boris")
    with tenancy.partner(boris.pk):
        assert list(MediaItem.objects.all()) == [network]
        with pytest.raises(DatabaseError), transaction.atomic():
            media.take_out(item=network, now=NOW)
        with pytest.raises(DatabaseError), transaction.atomic():
            media.describe(item=own, title="Моё", keywords=[], products=[])


def test_only_products_of_the_catalogue() -> None:
    load_catalogue()
    assert add(None, products=["ed_smart", "'; DROP TABLE", "nothing"]).item.products == ["ed_smart"]


def test_the_catalogues_pictures_join_the_library_once(folder: Path) -> None:
    load_catalogue()
    with tenancy.all_partners():
        with_picture = Product.objects.exclude(picture="").count()
        assert media.take_in_products(now=NOW) == with_picture > 0
        assert media.take_in_products(now=NOW) == 0
        item = MediaItem.objects.get(products=["ed_smart"])
        Product.objects.filter(key="zinc").update(picture="products/gone.jpg")
        assert media.take_in_products(now=NOW) == 0
    assert item.title.startswith("ED Smart")


# Which picture goes with a post


def post(owner: Partner, text: str = "Кофе и доброе утро", **fields: object) -> Post:
    facts = {"kind": PostKind.TIPS, "text": text, "created_at": NOW, "changed_at": NOW}
    with tenancy.partner(owner.pk):
        return Post.objects.create(partner=owner, **facts | fields)


def chosen(one: Post, door: Partner | None = None, **options: object) -> int | None:
    with tenancy.partner(door.pk) if door else tenancy.all_partners():
        choice = choose(one, **options)  # type: ignore[arg-type]
        return choice.item.id if choice else None


MORNING: dict[str, Any] = {"keywords": ["кофе", "утро"]}


@pytest.mark.parametrize("behind_the_wall", [True, False])
def test_own_pictures_and_the_networks_but_nobody_elses(anna: Partner, behind_the_wall: bool) -> None:
    door = anna if behind_the_wall else None
    boris = make_partner("boris")
    add(boris, **MORNING)
    assert chosen(post(anna), door) is None
    network = add(None, **MORNING).item
    assert chosen(post(anna), door) == network.pk
    own = add(anna, TEA, keywords=["кофе", "утро", "бодрость"]).item
    assert chosen(post(anna, "Утро, кофе и бодрость"), door) == own.pk
    assert chosen(post(anna, "Утро, кофе и бодрость"), door, leave_out=[own.pk]) == network.pk


def test_what_the_partner_used_longest_ago_comes_first(anna: Partner) -> None:
    boris = make_partner("boris")
    first, second = (add(None, data, **MORNING).item for data in (COFFEE, TEA))
    post(anna, picture=first)
    assert chosen(post(anna), anna) == second.pk
    assert chosen(post(boris), boris) == first.pk, "what others have posted wears nothing out"
    post(anna, picture=second, changed_at=NOW + timedelta(days=1))
    assert chosen(post(anna), anna) == first.pk
    post(anna, picture=first, published_at=NOW + timedelta(days=2))
    assert chosen(post(anna), anna) == second.pk


def test_a_rejected_post_has_used_nothing(anna: Partner) -> None:
    first = add(None, **MORNING).item
    add(None, TEA, **MORNING)
    post(anna, picture=first, state=Post.State.REJECTED)
    assert chosen(post(anna), anna) == first.pk


def test_what_was_taken_out_is_not_offered(anna: Partner) -> None:
    item = add(anna, **MORNING).item
    with tenancy.partner(anna.pk):
        media.take_out(item=item, now=NOW)
    assert chosen(post(anna), anna) is None
    with tenancy.partner(anna.pk):
        media.bring_back(item=item)
    assert chosen(post(anna), anna) == item.pk


def test_the_product_goes_before_words_and_says_its_name(anna: Partner, english: None) -> None:
    load_catalogue()
    add(None, TEA, **MORNING)
    item = add(None, products=["ed_smart"]).item
    one = post(anna, product="ed_smart")
    assert chosen(one, anna) == item.pk
    with tenancy.partner(anna.pk):
        choice = choose(one)
    assert choice
    assert "ED Smart" in choice.reason
