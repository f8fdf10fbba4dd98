"""The pages about sequences: pauses, own texts, texts on trial; who sees whose."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from content.differences import changes
from funnels.models import Enrollment, FunnelEvent, SequencePause, TextOverride
from partners import clock, tenancy
from partners.models import Bot, Partner
from tests.factories import make_bot, make_lead, make_partner
from tests.funnels.test_tick import bot as bot  # a fixture
from tests.funnels.test_tick import enter, make_walker, publish, refreshed, sequence_text
from tests.personas import client_of, colleague, operator, owner, stranger

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LIST = "/admin/funnels/enrollment/sequences/"
ONE = f"{LIST}weight/"
PAUSE = f"{ONE}pause/"
HOSTILE = "</script><img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def _now(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOON)


def shown(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200, url
    return response.content.decode()


def own_text_url(partner: Partner, step: str = "first") -> str:
    return reverse("admin:funnels_own_text", args=[partner.pk, "weight", step])


def own_texts() -> list[tuple[str, str, str]]:
    with tenancy.all_partners():
        return list(TextOverride.objects.values_list("partner__slug", "step", "text"))


def write(client: Client, url: str, **fields: str) -> str:
    response = client.post(url, fields, follow=True)
    assert response.status_code == 200
    return response.content.decode()


# Where they lead


def test_the_pages_lead_to_the_people_and_to_the_numbers(bot: Bot) -> None:
    leads = [make_walker(bot) for _ in range(2)]
    for lead in leads:
        enter(bot, lead)
    client = client_of(operator())
    assert "Вес" in shown(client, LIST)
    assert "/analytics/sequences/?period=quarter&amp;sequence=weight" in shown(client, LIST)
    text = shown(client, f"{ONE}?partner={bot.partner_id}")
    assert "/analytics/sequences/?partner=anna&amp;period=quarter&amp;sequence=weight" in text
    assert "?sequence=weight&amp;step=first" in text
    people = shown(client, "/admin/funnels/enrollment/?sequence=weight&step=first")
    assert len(set(re.findall(r"/admin/funnels/enrollment/\d+/change/", people))) == 2
    with tenancy.all_partners():
        place = Enrollment.objects.get(lead=leads[0])
    response = client.get(f"/admin/funnels/enrollment/{place.pk}/change/")
    assert response["Location"] == f"/admin/partners/lead/{leads[0].pk}/change/"
    assert client_of(stranger()).get(f"/admin/funnels/enrollment/{place.pk}/change/").status_code == 404


def test_an_owner_sees_the_own_page_whatever_they_ask_for(bot: Bot) -> None:
    boris = make_bot(make_partner("boris"))
    for url in (ONE, f"{ONE}?partner={boris.partner_id}"):
        text = shown(client_of(owner(bot.partner)), url)
        assert own_text_url(bot.partner) in text
        assert "Приостановить" not in text
        assert boris.partner.name not in text


def test_who_may_not_look(bot: Bot) -> None:
    client = client_of(colleague(bot.partner))
    for url in (LIST, ONE, "/admin/funnels/enrollment/", own_text_url(bot.partner)):
        assert client.get(url).status_code == 403, url
        assert Client().get(url).status_code == 302


def test_what_is_not_there_is_404(bot: Bot) -> None:
    client = client_of(operator())
    for url in (f"{LIST}nothing/", f"{ONE}?partner=999999", f"{ONE}?partner=x", f"{ONE}?partner={'9' * 30}"):
        assert client.get(url).status_code == 404, url


def test_the_pages_cost_the_same_for_many(bot: Bot) -> None:
    client = client_of(operator())

    def queries(url: str) -> int:
        with CaptureQueriesContext(connection) as captured:
            shown(client, url)
        return len(captured)

    urls = (LIST, ONE, f"{ONE}?partner={bot.partner_id}", "/admin/funnels/enrollment/", "/admin/funnels/textoverride/")
    write(client, own_text_url(bot.partner), text="Своё")
    enter(bot, make_walker(bot))
    before = [queries(url) for url in urls]
    for number in range(29):
        partner = make_bot(make_partner(f"p{number}"))
        enter(partner, make_walker(partner))
        write(client, own_text_url(partner.partner), text="Своё")
        enter(bot, make_walker(bot))
    assert [queries(url) for url in urls] == before


def test_the_result_of_a_trial(bot: Bot) -> None:
    publish(sequence_text(first="Первое").replace(
        '    text: "Первое"\n', '    text: "Первое"\n    variants: [{key: b, text: "Иначе"}]\n'
    ), number=2)  # fmt: skip
    client = client_of(operator())
    assert "нужно ещё" in shown(client, ONE)
    with tenancy.all_partners():
        leads = [make_lead(bot.partner) for _ in range(120)]
        converting = {*range(3), *range(60, 90)}
        for number, variant in enumerate("a" * 60 + "b" * 60):
            place = {"partner": bot.partner, "lead": leads[number]}
            FunnelEvent.objects.create(
                **place, kind="warmup_sent", step="weight:first", data={"variant": variant}, at=NOON
            )
            if number in converting:
                FunnelEvent.objects.create(**place, kind="contact_left", at=NOON + timedelta(days=1))
    text = shown(client, ONE)
    assert "5,0" in text
    assert "50,0" in text
    assert "B лучше" in text


# Pauses


def test_an_operator_pauses_one_partner_or_everybody(bot: Bot) -> None:
    boris = make_bot(make_partner("boris"))
    rows = [enter(one, make_walker(one)) for one in (bot, boris)]
    client = client_of(operator())
    text = write(client, f"{PAUSE}?partner={bot.partner_id}", action="pause", reason=HOSTILE)
    assert HOSTILE not in text
    assert [refreshed(bot, rows[0]).state, refreshed(boris, rows[1]).state] == ["frozen", "active"]
    write(client, PAUSE, action="pause")
    assert refreshed(boris, rows[1]).state == "frozen"
    write(client, PAUSE, action="resume")
    assert [refreshed(bot, rows[0]).state, refreshed(boris, rows[1]).state] == ["active", "active"]


def test_nobody_else_pauses(bot: Bot) -> None:
    enter(bot, make_walker(bot))
    for user in (owner(bot.partner), colleague(bot.partner), stranger()):
        assert client_of(user).post(PAUSE, {"action": "pause"}).status_code == 403
    assert client_of(operator()).get(PAUSE).status_code == 405
    with tenancy.all_partners():
        assert not SequencePause.objects.exists()


# Own texts


def test_an_owner_writes_the_own_text(bot: Bot) -> None:
    client, url = client_of(owner(bot.partner)), own_text_url(bot.partner)
    assert "Первое, {first_name|друзья}" in shown(client, url)
    text = write(client, url, text="От Анны\r\nи ещё строка")
    assert "Сохранено" in text
    assert own_texts() == [("anna", "first", "От Анны\nи ещё строка")]
    write(client, url, action="clear")
    assert own_texts() == []


def test_a_stranger_and_a_colleague_do_not(bot: Bot) -> None:
    url = own_text_url(bot.partner)
    client_of(operator()).post(url, {"text": "От Анны"})
    for user, status in ((stranger(), 404), (colleague(bot.partner), 403)):
        client = client_of(user)
        assert client.get(url).status_code == status
        for action in ("save", "clear", "keep"):
            assert client.post(url, {"action": action, "text": "Чужое"}).status_code == status
        listed = client.get("/admin/funnels/textoverride/")
        assert "Вес: first" not in listed.content.decode()
    assert own_texts() == [("anna", "first", "От Анны")]
    assert "Вес: first" in shown(client_of(owner(bot.partner)), "/admin/funnels/textoverride/")


def test_mistakes_keep_what_was_typed(bot: Bot) -> None:
    client = client_of(owner(bot.partner))
    text = write(client, own_text_url(bot.partner), text=f"Этот коктейль лечит диабет. {HOSTILE}")
    assert "Этот коктейль лечит диабет." in text
    assert 'role="alert"' in text
    assert HOSTILE not in text
    assert own_texts() == []


def test_the_networks_change_is_shown_and_decided(bot: Bot) -> None:
    client, url = client_of(owner(bot.partner)), own_text_url(bot.partner)
    write(client, url, text="От Анны")
    assert "Сеть изменила этот текст" not in shown(client, url)
    publish(sequence_text(first="Второе, {first_name|друзья}"), number=2)
    text = shown(client, url)
    assert "Сеть изменила этот текст" in text
    assert "<del>Первое,</del><ins>Второе,</ins>" in text
    assert "сеть изменила" in shown(client, f"{ONE}")
    assert "Сеть изменила этот текст" not in write(client, url, action="keep")
    assert own_texts() == [("anna", "first", "От Анны")]


def test_a_message_that_is_gone(bot: Bot) -> None:
    client, url = client_of(owner(bot.partner)), own_text_url(bot.partner)
    assert client.get(own_text_url(bot.partner, "nothing")).status_code == 404
    write(client, url, text="От Анны")
    publish(sequence_text().replace("key: first", "key: other"), number=2)
    assert "больше не отправляет" in shown(client, url)
    assert "больше не отправляется" in shown(client, "/admin/funnels/textoverride/")
    write(client, url, action="clear")
    assert own_texts() == []


def test_changes_word_by_word() -> None:
    pieces = [(piece.kind, piece.text) for piece in changes("один два три", "один пять три")]
    assert pieces == [("same", "один "), ("removed", "два"), ("added", "пять"), ("same", " три")]
    assert [piece.kind for piece in changes("одно", "одно")] == ["same"]
