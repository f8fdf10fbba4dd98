"""What is measured, what opens an incident, and who hears of it, once."""

from __future__ import annotations

import shutil
import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from botrunner.models import InboxUpdate
from botrunner.services import incident_news, operator_news, vitals, watch
from botrunner.services.fleet import Pulse, count
from botrunner.tasks import watch_fleet
from content.models import AiAccount, AiUse, OutboxMessage, Post, PostKind
from partners import tenancy
from partners.health import WORDS, Trouble
from partners.models import Backup, Bot, BotTraffic, BotVitals, Incident, IncidentEvent, Partner
from partners.services import incidents
from partners.services.incidents import Key, Reading
from tests.factories import NOW, make_bot, make_lead, make_partner

pytestmark = pytest.mark.django_db

OPERATOR = 777_001


@pytest.fixture(autouse=True)
def operators(settings: Any) -> None:
    settings.OPERATOR_TELEGRAM_IDS = [OPERATOR]
    settings.OPERATORS_EMAILS = ["ops@example.org"]


def healthy_bot(name: str = "Анна", **fields: Any) -> Bot:
    fields = {"state": "running", "running_generation": 1, "heartbeat_at": NOW, "wanted_at": NOW} | fields
    bot = make_bot(make_partner(name=name), **fields)
    make_lead(bot.partner, telegram_id=OPERATOR)
    return bot


def message(bot: Bot, key: str, **fields: Any) -> None:
    values = {"lane": 1, "chat_id": 5, "payload": {"text": "…"}, "created_at": NOW, "not_before": NOW}
    OutboxMessage.objects.create(bot=bot, partner_id=bot.partner_id, dedupe_key=key, **values | fields)


def use(bot: Bot, key: str, **fields: Any) -> None:
    values = {"day": NOW.date(), "at": NOW, "expires_at": NOW, "purpose": "answer", "provider": "yandex"}
    AiUse.objects.create(partner_id=bot.partner_id, request_key=key, account="yandex:a", **values | fields)


def read(readings: dict[Key, Reading], now: datetime) -> None:
    with tenancy.all_partners():
        incidents.apply(readings, now=now)
        operator_news.tell(incident_news.NEWS, now=now)
    operator_news.mail(incident_news.NEWS, now=now)


def told() -> list[str]:
    with tenancy.all_partners():
        return [row.payload["text"] for row in OutboxMessage.objects.filter(source="incidents").order_by("pk")]


def test_a_bot_is_measured() -> None:
    bot, quiet = healthy_bot(), healthy_bot("Борис")
    with tenancy.all_partners():
        message(bot, "old", not_before=NOW - timedelta(minutes=5))
        message(bot, "older, of another lane", lane=3, not_before=NOW - timedelta(hours=1))
        message(bot, "later", lane=4, not_before=NOW + timedelta(hours=1))
        message(bot, "failed", state="failed", reason="Bad Request", finished_at=NOW - timedelta(minutes=5))
        message(bot, "unknown", state="unknown", reason="no answer", finished_at=NOW - timedelta(hours=5))
        message(bot, "blocked", state="failed", reason="blocked", finished_at=NOW)
        InboxUpdate.objects.create(
            bot=bot, partner_id=bot.partner_id, update_id=1, payload="{}", received_at=NOW, failed_at=NOW
        )
        for minutes in (10, 70):
            BotTraffic.objects.create(
                bot=bot, partner_id=bot.partner_id, at=NOW - timedelta(minutes=minutes), calls=10, throttled=2
            )
        use(bot, "1", state="charged", roubles="1.5")
        use(bot, "2", state="failed", trouble="down")
        use(bot, "3", state="failed", trouble="budget")
        use(bot, "4", state="charged", roubles="9", day=NOW.date() - timedelta(days=1), at=NOW - timedelta(days=1))
        AiAccount.objects.create(key="yandex:a", rests_until=NOW + timedelta(minutes=1))
        facts = {"kind": PostKind.TIPS, "text": "…", "created_at": NOW, "changed_at": NOW}
        Post.objects.create(partner=bot.partner, state="published", published_at=NOW, **facts)
        vitals.measure(now=NOW)
        vitals.measure(now=NOW)
        found, empty = BotVitals.objects.get(pk=bot.pk), BotVitals.objects.get(pk=quiet.pk)
    assert found.waiting == {"1": 300, "3": 3600}
    assert (found.failed_hour, found.failed_day, found.aside_hour, found.aside_day) == (1, 2, 1, 1)
    assert (found.calls_hour, found.throttled_hour, found.calls_day, found.throttled_day) == (10, 2, 20, 4)
    assert (found.ai_hour, found.ai_failed_hour, found.ai_rests, float(found.ai_spent)) == (2, 1, True, 1.5)
    assert (found.last_post_at, found.leads_today) == (NOW, 1)
    assert (empty.waiting, empty.ai_hour, empty.ai_rests, empty.last_post_at) == ({}, 0, False, None)


def test_a_runner_counts_calls_by_the_quarter_of_an_hour() -> None:
    bot = make_bot()
    with tenancy.all_partners():
        for minutes in (0, 14, 15):
            pulse = Pulse(bot.pk, 1, updates=2, calls=3, throttled=1)
            count(pulses=[pulse, Pulse(bot.pk, 1)], now=NOW + timedelta(minutes=minutes))
            assert (pulse.updates, pulse.calls, pulse.throttled) == (0, 0, 0)
        rows = list(BotTraffic.objects.order_by("at").values_list("at", "updates", "calls", "throttled"))
    assert rows == [(NOW, 4, 6, 2), (NOW + timedelta(minutes=15), 2, 3, 1)]


def test_one_alert_when_it_begins_and_one_when_it_is_over() -> None:
    bot, sick = healthy_bot(), make_bot(make_partner(name="<Борис>"))
    key = Key(Trouble.TOKEN, sick.partner_id)
    for seconds in (0, 20, 40):
        read({key: Reading(bad=True)}, NOW + timedelta(seconds=seconds))
    [text] = told()
    assert f"&lt;Борис&gt;: {WORDS[Trouble.TOKEN]}" in text
    assert "Что делать" in text
    assert "@BotFather" in text
    with tenancy.all_partners():
        said = OutboxMessage.objects.get(source="incidents")
    assert (said.bot_id, said.chat_id) == (bot.pk, OPERATOR), "the sick bot cannot speak"
    [letter] = mail.outbox
    assert letter.subject == f"🔴 <Борис>: {WORDS[Trouble.TOKEN]}"
    assert letter.to == ["ops@example.org"]
    for seconds in (50, 60, 80):
        read({key: Reading(bad=False)}, NOW + timedelta(seconds=seconds))
    assert len(told()) == len(mail.outbox) == 2
    assert "Снова в порядке" in told()[1]
    with tenancy.all_partners():
        incident = Incident.objects.get()
        assert [event.what for event in incident.events.all()] == ["opened", "closed"]
        assert {(event.telegram, event.mail) for event in incident.events.all()} == {("told", "told")}


def test_many_of_a_kind_are_one_message() -> None:
    healthy_bot()
    sick = [make_bot(make_partner(name=f"П{number}")) for number in range(8)]
    read({Key(Trouble.TOKEN, bot.partner_id): Reading(bad=True) for bot in sick}, NOW)
    [text] = told()
    assert "сразу 8" in text
    assert "П0, П1, П2, П3, П4, и ещё 3" in text
    assert len(mail.outbox) == 1


def test_a_message_waits_for_a_bot_that_can_tell_it() -> None:
    bot = healthy_bot(state="failed")
    key = Key(Trouble.TOKEN, bot.partner_id)
    read({key: Reading(bad=True)}, NOW)
    assert told() == []
    assert len(mail.outbox) == 1
    healthy_bot("Вера")
    read({key: Reading(bad=True)}, NOW + timedelta(seconds=20))
    assert len(told()) == len(mail.outbox) == 1


def test_a_muted_incident_is_silent_and_its_timeline_goes_on() -> None:
    healthy_bot()
    key = Key(Trouble.DISK, subject="a:/")
    read({key: Reading(bad=True)}, NOW)
    with tenancy.all_partners():
        incident = Incident.objects.get()
        incidents.mute(incident=incident, until=NOW + timedelta(days=1), by="olga", now=NOW)
    read({key: Reading(bad=False)}, NOW + timedelta(hours=1))
    assert len(told()) == len(mail.outbox) == 1
    with tenancy.all_partners():
        assert [event.what for event in incident.events.all()] == ["opened", "muted", "closed"]


def test_a_letter_that_fails_is_tried_once_more(settings: Any) -> None:
    settings.EMAIL_BACKEND = "tests.botrunner.test_watch.Broken"
    key = Key(Trouble.DISK, subject="a:/")
    for seconds in (0, 20, 40):
        read({key: Reading(bad=True)}, NOW + timedelta(seconds=seconds))
    assert Broken.tries == 2
    with tenancy.all_partners():
        assert IncidentEvent.objects.get().mail == "failed"


class Broken:
    tries = 0

    def __init__(self, **options: Any) -> None:
        pass

    def send_messages(self, messages: list[Any]) -> int:
        Broken.tries += 1
        raise OSError("password=secret")


def test_without_addresses_and_operators_nothing_waits(settings: Any) -> None:
    settings.OPERATOR_TELEGRAM_IDS = settings.OPERATORS_EMAILS = []
    read({Key(Trouble.DISK, subject="a:/"): Reading(bad=True)}, NOW)
    with tenancy.all_partners():
        assert (IncidentEvent.objects.get().telegram, IncidentEvent.objects.get().mail) == ("", "")
    assert mail.outbox == []


def test_what_nobody_can_read_any_more_ends_after_an_hour() -> None:
    key = Key(Trouble.DISK, subject="gone:/")
    read({key: Reading(bad=True)}, NOW)
    for minutes, state in ((59, "open"), (61, "closed")):
        read({}, NOW + timedelta(minutes=minutes))
        with tenancy.all_partners():
            assert Incident.objects.get().state == state


def open_kinds() -> set[str]:
    with tenancy.all_partners():
        return set(Incident.objects.filter(state="open").values_list("kind", flat=True))


def looks(seconds: int) -> None:
    for passed in range(0, seconds + 1, 20):
        watch.look(now=NOW + timedelta(seconds=passed), by_worker=True)


def test_without_a_runner_there_is_one_incident_and_not_one_of_every_bot() -> None:
    for number in range(3):
        healthy_bot(f"П{number}", heartbeat_at=NOW - timedelta(hours=1))
    looks(60)
    assert open_kinds() == {"runner"}


def test_a_new_installation_misses_no_backup_and_an_old_one_does() -> None:
    bot = healthy_bot(wanted="stopped")
    with tenancy.all_partners():  # imported: older than the installation
        Partner.objects.filter(pk=bot.partner_id).update(created_at=NOW - timedelta(days=900))
    MigrationRecorder.Migration.objects.update(applied=NOW)
    looks(0)
    assert open_kinds() == set()
    MigrationRecorder.Migration.objects.update(applied=NOW - timedelta(days=30))
    looks(0)
    assert open_kinds() == {"backup_old"}
    with tenancy.all_partners():
        Backup.objects.create(state="done", asked_at=NOW, finished_at=NOW)
    looks(0)
    assert open_kinds() == {"backup_unproven"}


def test_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type("Usage", (), {"total": 100 * 2**30, "free": 9 * 2**30})
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: usage)
    looks(0)
    assert open_kinds() == {"disk"}


def test_a_silent_worker_is_noticed_by_whoever_stands_in() -> None:
    healthy_bot(wanted="stopped")
    for passed in (0, 30, 60):
        watch.look(now=NOW + timedelta(seconds=passed), by_worker=False)
    assert open_kinds() == {"worker"}
    for passed in (80, 100, 130):
        watch.look(now=NOW + timedelta(seconds=passed), by_worker=True)
    assert open_kinds() == set()


@pytest.mark.django_db(transaction=True)
def test_ticks_at_once_tell_once() -> None:
    """Two workers and a runner: one looks, the others go on."""
    healthy_bot(wanted="stopped")
    with tenancy.all_partners():
        Backup.objects.create(state="done", asked_at=NOW, finished_at=NOW - timedelta(days=900))
    barrier = threading.Barrier(3)

    def tick() -> None:
        barrier.wait()
        for _turn in range(3):
            watch_fleet()
        connection.close()

    threads = [threading.Thread(target=tick) for _number in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    watch_fleet()
    with tenancy.all_partners():
        assert IncidentEvent.objects.filter(what="opened", incident__kind="backup_old").count() == 1
    assert len([letter for letter in mail.outbox if str(WORDS[Trouble.BACKUP_OLD])[1:] in letter.subject]) == 1
