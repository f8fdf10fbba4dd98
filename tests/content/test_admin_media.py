"""«Медиатека» in the admin: who sees, brings and changes which pictures."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from content.ai.troubles import Trouble
from content.imaging import MOST_BYTES
from content.models import MediaItem, PictureOrder, Post, PostKind
from content.services.media import take_in
from partners import tenancy
from partners.models import Partner
from tests.factories import NOW, make_partner
from tests.network import publish_network
from tests.personas import client_of, colleague, operator, owner, stranger
from tests.pictures import picture

pytestmark = pytest.mark.django_db

LIST = reverse("admin:content_mediaitem_changelist")
UPLOAD = reverse("admin:content_mediaitem_upload")
CANARY = "канарейка"


@pytest.fixture
def anna() -> Partner:
    return make_partner("anna")


def add(whose: Partner | None, color: Any = "brown", **about: Any) -> MediaItem:
    with tenancy.all_partners():
        return take_in(
            partner_id=whose.pk if whose else None, data=picture(color=color), now=NOW, **{"title": CANARY} | about
        ).item


def page(item: MediaItem) -> str:
    return reverse("admin:content_mediaitem_change", args=[item.pk])


def file(item: MediaItem, which: str = "small") -> str:
    return reverse("admin:content_mediaitem_file", args=[item.pk, which])


def named(name: str = "a.jpg", data: bytes = b"") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data or picture())


def upload(client: Client, *files: SimpleUploadedFile, fetch: bool = True, **values: Any) -> Any:
    headers = {"X-Requested-With": "fetch"} if fetch else {}
    return client.post(UPLOAD, values | {"files": list(files)}, headers=headers)


def told(client: Client, *files: SimpleUploadedFile, **values: Any) -> list[str]:
    return [one["level"] for one in upload(client, *files, **values).json()["files"]]


def items() -> list[MediaItem]:
    with tenancy.all_partners():
        return list(MediaItem.objects.select_related("partner").order_by("pk"))


# Who sees what


def test_each_persona_sees_their_own_and_the_networks(anna: Partner) -> None:
    own, network = add(anna), add(None, "green")
    for user, own_is_seen in ((operator(), True), (owner(anna), True), (colleague(anna), True), (stranger(), False)):
        client = client_of(user)
        text = client.get(LIST).content.decode()
        assert (file(own) in text, file(network) in text) == (own_is_seen, True)
        for which in ("small", "full"):
            assert client.get(file(network, which)).status_code == 200
            assert client.get(file(own, which)).status_code == (200 if own_is_seen else 404)
        assert client.get(page(own)).status_code == (200 if own_is_seen else 404)
        assert client.get(page(network)).status_code == 200


def test_a_stranger_finds_nothing_by_any_filter(anna: Partner) -> None:
    item = add(anna, keywords=[CANARY], products=[])
    client = client_of(stranger())
    for query in (f"?q={CANARY}", f"?owner={anna.pk}", "?owner=network", "?show=retired", f"?product={CANARY}"):
        assert file(item) not in client.get(LIST + query).content.decode()


def test_without_a_login_there_is_no_picture(anna: Partner) -> None:
    for address in (LIST, file(add(anna)), page(add(anna))):
        assert Client().get(address).status_code == 302
    assert upload(Client(), named()).status_code == 302


def test_the_file_is_a_picture_and_nothing_else(anna: Partner) -> None:
    client = client_of(owner(anna))
    response = client.get(file(add(anna), "full"))
    assert (response["Content-Type"], response["X-Content-Type-Options"]) == ("image/jpeg", "nosniff")
    assert "private" in response["Cache-Control"]
    assert client.get(file(add(anna), "other")).status_code == 404


# Uploads


def test_several_files_and_what_became_of_each(anna: Partner) -> None:
    client = client_of(owner(anna))
    files = [named(), named("again.jpg"), named("b.png", picture(kind="PNG", color="red"))]
    bad = [named("shell.php.jpg", b"<?php phpinfo(); ?>"), named("big.jpg", picture() + b"\0" * MOST_BYTES)]
    assert told(client, *files, *bad, keywords="Кофе, утро") == ["success", "warning", "success", "error", "error"]
    assert [(item.partner, item.keywords) for item in items()] == [(anna, ["кофе", "утро"])] * 2


def test_without_javascript_the_page_tells_the_same(anna: Partner) -> None:
    client = client_of(owner(anna))
    response = upload(client, named("<b>a.jpg"), named("b.jpg", b"<svg/>"), fetch=False)
    assert response.url == LIST
    text = client.get(LIST).content.decode()
    assert "&lt;b&gt;a.jpg" in text
    assert "b.jpg: " in text
    assert len(items()) == 1


def test_whose_a_picture_becomes(anna: Partner) -> None:
    boris = make_partner("boris")
    told(client_of(owner(anna)), named(), owner=str(boris.pk))
    told(client_of(operator()), named(data=picture(color="red")), owner=str(boris.pk))
    told(client_of(operator()), named(data=picture(color="green")), owner="")
    assert [item.partner for item in items()] == [anna, boris, None]


def test_who_may_not_upload(anna: Partner) -> None:
    assert upload(client_of(colleague(anna)), named()).status_code == 403
    assert client_of(owner(anna)).get(UPLOAD).status_code == 403
    assert items() == []


# Describing and taking out

VALUES = {"title": "Утро", "words": "Кофе; утро", "shown": ["ed_smart"], "in_use": "on"}


def test_an_owner_describes_and_takes_out_what_is_theirs(anna: Partner) -> None:
    publish_network()
    item, client = add(anna), client_of(owner(anna))
    assert client.post(page(item), VALUES).status_code == 302
    (item,) = items()
    assert (item.title, item.keywords, item.products) == ("Утро", ["кофе", "утро"], ["ed_smart"])
    assert client.post(page(item), {"title": "Утро"}).status_code == 302
    (item,) = items()
    assert item.retired_at
    assert file(item) not in client.get(LIST).content.decode()
    assert file(item) in client.get(LIST + "?show=retired").content.decode()
    assert client.post(page(item), VALUES).status_code == 302
    assert items()[0].retired_at is None


def test_who_may_not_change_it(anna: Partner) -> None:
    own, network = add(anna), add(None, "green")
    assert client_of(owner(anna)).post(page(network), VALUES).status_code == 403
    assert client_of(colleague(anna)).post(page(own), VALUES).status_code == 403
    assert client_of(stranger()).post(page(own), VALUES).status_code in (403, 404)
    assert client_of(operator()).post(reverse("admin:content_mediaitem_delete", args=[own.pk])).status_code == 403
    assert [item.title for item in items()] == [CANARY, CANARY]


def test_who_may_only_look_reads_the_keywords(anna: Partner) -> None:
    publish_network()
    item = add(None, keywords=["кофе"], products=["ed_smart"])
    text = client_of(owner(anna)).get(page(item)).content.decode()
    assert "кофе" in text
    assert "ED Smart" in text


# Finding


@pytest.mark.parametrize(
    ("query", "found"),
    [("q=КОФЕ", True), ("q=утро кофе", True), ("q=smart", True), ("q=чай", False), ("q=%25", False),
     ("product=ed_smart", True), ("product=omega3", False)],
)  # fmt: skip
def test_by_words_and_products(query: str, found: bool) -> None:
    publish_network()
    item = add(None, title="Утро", keywords=["кофе"], products=["ed_smart"])
    assert (file(item) in client_of(operator()).get(f"{LIST}?{query}").content.decode()) is found


def test_hostile_words_stay_words() -> None:
    add(None, title="<script>alert(1)</script>", keywords=["<img onerror=x>"])
    text = client_of(operator()).get(LIST + "?q=<script>&owner=9999999999999999999&p=x").content.decode()
    assert "<script>alert(1)" not in text
    assert "<img onerror" not in text


def test_how_often_it_was_used(anna: Partner) -> None:
    item = add(None)
    facts = {"kind": PostKind.TIPS, "text": "…", "created_at": NOW, "changed_at": NOW, "picture": item}
    with tenancy.all_partners():
        for whose in (anna, make_partner("boris")):
            Post.objects.create(partner=whose, **facts)
    for user, count in ((operator(), 2), (owner(anna), 1)):
        text = client_of(user).get(LIST).content.decode()
        assert re.search(rf">[^<]*\b{count}\b[^<]*, 02\.03\.2026<", text)


def test_thirty_pictures_cost_as_many_queries_as_one(anna: Partner) -> None:
    publish_network()
    client = client_of(operator())
    counts = []
    for number in range(30):
        add(anna, (number * 8, 0, 0), products=["ed_smart"])
        if number in (0, 29):
            with CaptureQueriesContext(
                connection,
            ) as queries:
                client.get(LIST)
            counts.append(len(queries))
    assert counts[0] == counts[1]


def test_operators_read_why_a_picture_was_not_drawn(anna: Partner) -> None:
    with tenancy.all_partners():
        post = Post.objects.create(partner=anna, kind=PostKind.TIPS, text="…", created_at=NOW, changed_at=NOW)
        made = PictureOrder.objects.create(
            partner=anna, post=post, prompt="чашка", state="failed", reason=Trouble.FILTERED, asked_at=NOW
        )
    listing = reverse("admin:content_pictureorder_changelist")
    for address in (listing, reverse("admin:content_pictureorder_change", args=[made.pk])):
        assert made.sentence in client_of(operator()).get(address).content.decode()
        assert client_of(owner(anna)).get(address).status_code == 403
