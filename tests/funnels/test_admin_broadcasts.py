"""Broadcasts in the panel: written, looked at, confirmed, followed."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image

from content.models import OutboxMessage
from funnels.models import Broadcast
from funnels.segments import Segment
from funnels.services.broadcast_confirm import confirm
from partners import tenancy
from partners.models import Bot
from tests.factories import make_bot, make_link, make_partner
from tests.funnels.broadcast_samples import NOON, TEXT, make_draft, make_reader, rows, settle
from tests.personas import client_of, colleague, operator, owner, stranger

LIST = "/admin/funnels/broadcast/"
TYPED = {"text": TEXT, "advert": "none", "button_text": "", "button_slot": ""}


pytestmark = pytest.mark.usefixtures("english")


@pytest.fixture
def bot(db: None) -> Bot:
    return make_bot(make_partner("anna", name="Анна Смирнова", telegram_id=777))


@pytest.fixture
def client(bot: Bot) -> Client:
    client = client_of(owner(bot.partner))
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def page(broadcast: Broadcast, name: str = "change") -> str:
    return f"{LIST}{broadcast.pk}/{name}/"


def stored(bot: Bot) -> list[Broadcast]:
    with tenancy.partner(bot.partner_id):
        return list(Broadcast.objects.select_related("partner").order_by("pk"))


def sending(bot: Bot, people: int = 2) -> Broadcast:
    for _number in range(people):
        make_reader(bot)
    broadcast = make_draft(bot.partner)
    with tenancy.partner(bot.partner_id):
        confirm(broadcast=broadcast, now=NOON)
    return broadcast


def picture(width: int = 40, height: int = 30, kind: str = "PNG", name: str = "фото.png") -> SimpleUploadedFile:
    buffer = io.BytesIO()
    Image.new("RGB", (width, height), "teal").save(buffer, kind)
    return SimpleUploadedFile(name, buffer.getvalue(), "image/png")


def test_an_owner_writes_confirms_and_follows(bot: Bot, client: Client) -> None:
    make_reader(bot, intent="client", phone="+79161234567")
    make_reader(bot, intent="business")
    link = make_link(bot.partner, campaign="Весна")
    assert "Весна" in client.get(f"{LIST}add/").content.decode()
    response = client.post(f"{LIST}add/", TYPED | {"intents": ["client"], "has_phone": "on"})
    [draft] = stored(bot)
    assert response["Location"] == page(draft)
    assert (draft.segment, draft.state) == ({"intents": ["client"], "has_phone": True}, "draft")
    assert draft.no_advert_by == "Анна Смирнова"
    form = client.get(page(draft)).content.decode()
    assert "Здравствуйте, Мария!" in form
    assert "<b>1</b>" in form
    response = client.post(page(draft), TYPED | {"intents": ["client"], "link": link.pk, "_confirm": ""})
    assert response["Location"] == page(draft, "confirm")
    assert stored(bot)[0].segment == {"intents": ["client"], "link": link.pk}
    client.post(page(draft), TYPED | {"intents": ["client"]})
    confirmation = client.get(page(draft, "confirm")).content.decode()
    assert "Здравствуйте, Мария!" in confirmation
    assert client.post(page(draft, "confirm"))["Location"] == page(draft)
    assert client.post(page(draft, "confirm"))["Location"] == page(draft)
    assert [row.payload["text"] for row in rows(bot)] == ["Здравствуйте, Иван! В субботу открытая встреча."]
    progress = client.get(page(draft)).content.decode()
    assert f"{page(draft, 'pause')}" in progress
    settle(rows(bot)[0], "sent")
    done = client.get(page(draft, "state")).content.decode()
    assert "pause/" not in done
    assert stored(bot)[0].state == "finished"


def test_every_filter_comes_back_into_the_form(bot: Bot, client: Client) -> None:
    link = make_link(bot.partner)
    segment = {
        "intents": ["client", "curious"],
        "pains": ["kids"],
        "bands": ["very_hot"],
        "statuses": ["new"],
        "has_phone": True,
        "activity": {"kind": "inactive", "days": 30},
        "link": link.pk,
    }
    draft = make_draft(bot.partner, Segment.read(segment))
    html = client.get(page(draft)).content.decode()
    chosen = re.findall(r'<input[^>]*value="([a-z_]+)"[^>]*checked', html)
    assert {"client", "curious", "kids", "very_hot", "new", "none"} <= set(chosen)
    assert f'<option value="{link.pk}" selected>' in html
    assert 'value="30"' in html


def test_what_is_being_typed_is_looked_at_and_not_kept(bot: Bot, client: Client) -> None:
    make_reader(bot)
    draft = make_draft(bot.partner)
    look = client.post(f"{LIST}look/", TYPED | {"broadcast": draft.pk, "text": "<b>Новое</b> {first_name|вам}"})
    assert "<b>Новое</b> Мария" in look.content.decode()
    bad = client.post(f"{LIST}look/", {"text": "<script>alert(1)</script>", "activity": "active"}).content.decode()
    assert "<script>alert" not in bad
    assert "365" in bad
    long = client.post(f"{LIST}look/", {"text": "я" * 1100, "advert": "none", "picture_chosen": "1"}).content.decode()
    assert "1100" in long
    assert "1024" in long
    assert stored(bot)[0].text == TEXT
    assert client.get(f"{LIST}look/").status_code == 405


def test_a_bad_text_is_kept_but_not_confirmed(bot: Bot, client: Client) -> None:
    client.post(f"{LIST}add/", TYPED | {"text": "Гарантированный доход 100 000 рублей в месяц!" + "я" * 5_000})
    [draft] = stored(bot)
    assert len(draft.text) > 5_000
    assert client.get(page(draft, "confirm"))["Location"] == page(draft)
    assert client.post(page(draft, "confirm"))["Location"] == page(draft)
    assert rows(bot) == []


def test_an_advert_and_its_opposite(bot: Bot, client: Client) -> None:
    mark = {"advert": "advert", "erid": "2VtzqwQ4abc", "advertiser": "ООО «Ромашка»"}
    client.post(f"{LIST}add/", TYPED | mark)
    [draft] = stored(bot)
    assert (draft.erid, draft.advertiser, draft.no_advert_by) == ("2VtzqwQ4abc", "ООО «Ромашка»", "")
    client.post(page(draft), TYPED | mark | {"advert": "none"})
    [draft] = stored(bot)
    assert (draft.erid, draft.advertiser, bool(draft.no_advert_by)) == ("", "", True)


def test_a_picture_is_checked_and_renamed(bot: Bot, client: Client) -> None:
    client.post(f"{LIST}add/", TYPED | {"picture": picture()})
    [draft] = stored(bot)
    assert re.fullmatch(r"broadcasts/[0-9a-f]{16}\.png", str(draft.picture.name))
    client.post(page(draft), TYPED)
    assert stored(bot)[0].picture.name == draft.picture.name
    client.post(page(draft), TYPED | {"picture-clear": "on"})
    assert stored(bot)[0].picture.name == ""


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("a.png", b"<?php system('id');", "image/png"),
        SimpleUploadedFile("a.svg", b"<svg onload='alert(1)'/>", "image/svg+xml"),
        picture(name="../../evil.php"),
        picture(kind="GIF", name="a.gif"),
        picture(width=6_000, height=5_000),
        picture(width=900, height=10),
    ],
)
def test_what_telegram_would_not_take_is_refused_and_the_text_stays(bot: Bot, client: Client, upload: Any) -> None:
    upload.seek(0)
    response = client.post(f"{LIST}add/", TYPED | {"picture": upload})
    assert response.status_code == 200
    assert "errorlist" in response.content.decode()
    assert "открытая встреча" in response.content.decode()
    assert stored(bot) == []


def test_a_test_goes_to_the_partners_chat(bot: Bot, client: Client) -> None:
    client.post(f"{LIST}add/", TYPED | {"_test": ""})
    note, test = rows(bot)
    assert {note.chat_id, test.chat_id} == {777}
    assert test.lane == OutboxMessage.Lane.ALERT
    assert test.payload["text"].startswith("Здравствуйте, Анна!")
    with tenancy.all_partners():
        bot.partner.telegram_id = None
        bot.partner.save()
    client.post(page(stored(bot)[0]), TYPED | {"_test": ""})
    assert len(rows(bot)) == 2


def test_pause_resume_cancel(bot: Bot, client: Client) -> None:
    broadcast = sending(bot)
    for command, state in (("pause", "paused"), ("resume", "sending"), ("pause", "paused"), ("cancel", "cancelled")):
        assert client.get(page(broadcast, command)).status_code == 405
        assert client.post(page(broadcast, command)).status_code == 302
        assert stored(bot)[0].state == state
    assert client.post(page(broadcast, "resume"), HTTP_X_REQUESTED_WITH="fetch").status_code == 200
    assert [row.reason for row in rows(bot)] == ["cancelled"] * 2


def test_whoever_began_it_in_the_bot_hears_of_an_operators_command(bot: Bot) -> None:
    make_reader(bot)
    broadcast = make_draft(bot.partner, author_telegram_id=777)
    with tenancy.partner(bot.partner_id):
        confirm(broadcast=broadcast, now=NOON)
    client_of(operator()).post(page(broadcast, "cancel"))
    told = rows(bot)[-1]
    assert (told.chat_id, told.lane) == (777, OutboxMessage.Lane.ALERT)
    assert "Рассылка отменена" in told.payload["text"]


def test_what_was_typed_into_a_confirmed_one_is_a_new_draft(bot: Bot, client: Client) -> None:
    broadcast = sending(bot)
    client.post(page(broadcast), TYPED | {"text": "Поздняя правка", "partner": bot.partner_id})
    first, second = stored(bot)
    assert (first.text, second.text, second.state) == (TEXT, "Поздняя правка", "draft")


def test_only_drafts_are_discarded(bot: Bot, client: Client) -> None:
    broadcast, draft = sending(bot), make_draft(bot.partner)
    assert client.post(page(broadcast, "delete"), {"post": "yes"}).status_code == 403
    assert client.post(page(draft, "delete"), {"post": "yes"}).status_code == 302
    assert [one.pk for one in stored(bot)] == [broadcast.pk]


def test_an_operator_chooses_the_partner_first(bot: Bot) -> None:
    make_reader(bot)
    client = client_of(operator())
    assert 'name="text"' not in client.get(f"{LIST}add/").content.decode()
    client.post(f"{LIST}add/", {"partner": bot.partner_id, "_next": ""})
    [draft] = stored(bot)
    assert 'name="text"' in client.get(page(draft)).content.decode()
    client.post(page(draft), TYPED | {"partner": make_partner().pk})
    assert client.post(page(draft, "confirm")).status_code == 302
    assert stored(bot)[0].state == "sending"
    assert "Анна Смирнова" in client.get(LIST).content.decode()


def test_nobody_else_gets_in(bot: Bot) -> None:
    draft, broadcast = make_draft(bot.partner), sending(bot)
    helper, other = client_of(colleague(bot.partner)), client_of(stranger())
    pages = [page(draft), page(broadcast), page(draft, "confirm"), page(broadcast, "state")]
    commands = [page(draft, "confirm"), page(broadcast, "pause"), page(broadcast, "cancel"), page(draft, "delete")]
    for address in (LIST, f"{LIST}add/"):
        assert helper.get(address).status_code == 403
    for address in pages:
        assert helper.get(address).status_code in (403, 404)
        assert other.get(address).status_code == 404
    for address in commands:
        assert helper.post(address, {"post": "yes"}).status_code in (403, 404)
        assert other.post(address, {"post": "yes"}).status_code == 404
    assert helper.post(f"{LIST}look/", TYPED).status_code == 403
    assert "Новое" in other.post(f"{LIST}look/", TYPED | {"broadcast": draft.pk, "text": "Новое"}).content.decode()
    assert TEXT not in other.get(LIST).content.decode()
    assert [one.state for one in stored(bot)] == ["draft", "sending"]


def test_a_foreign_link_is_no_filter(bot: Bot, client: Client) -> None:
    foreign = make_link(make_partner())
    assert client.post(f"{LIST}add/", TYPED | {"link": foreign.pk}).status_code == 200
    assert stored(bot) == []


def test_the_list_costs_as_many_queries_for_one_as_for_thirty(bot: Bot, client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(LIST).status_code == 200
        return len(captured)

    sending(bot)
    queries()
    one = queries()
    for _number in range(29):
        sending(bot, people=1)
    assert queries() == one
