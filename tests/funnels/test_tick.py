"""The tick: due places become messages, next times are set, in one transaction and once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from content.models import OutboxMessage
from funnels import callbacks, wishes
from funnels.loader import load_funnel
from funnels.models import Enrollment, FunnelEvent, FunnelVersion
from funnels.sequence_loader import load_sequence
from funnels.services import after_restore, enrollments
from funnels.services.script import forget_scripts
from funnels.services.sequences import sequence_of
from funnels.services.tick import due_partners, tick
from funnels.warmup_message import callback_of
from partners import tenancy
from partners.models import Bot, Lead, Partner
from tests.factories import make_bot, make_lead, make_partner
from tests.network import publish_network

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # 12:00 in Moscow
TEN = NOON.replace(hour=7)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
State, Exit = Enrollment.State, Enrollment.Exit


def sequence_text(first: str = "Первое, {first_name|друзья}", second: str = "Второе") -> str:
    return f"""
format: 1
key: weight
title: Вес
topic: tips
entry: {{intent: client, pain: weight}}
steps:
  - key: first
    after: 24h
    text: "{first}"
    buttons:
      - - {{type: link, text: "Магазин", slot: shop}}
      - - {{type: snooze, text: "Не сейчас"}}
  - key: second
    after: next_day 10:00
    text: "{second}"
"""


def publish(text: str, number: int = 1, partner: Partner | None = None, key: str = "weight") -> None:
    with tenancy.all_partners():
        FunnelVersion.objects.create(
            kind=FunnelVersion.Kind.SEQUENCE,
            key=key,
            number=number,
            partner=partner,
            text=text,
            status=FunnelVersion.Status.PUBLISHED,
            created_at=NOON,
            published_at=NOON,
        )


@pytest.fixture
def bot(db: None) -> Iterator[Bot]:
    publish_network()
    publish(sequence_text())
    yield make_bot(make_partner("anna"))
    forget_scripts()
    sequence_of.cache_clear()


def make_walker(bot: Bot, **fields: object) -> Lead:
    return make_lead(bot.partner, intent="client", pain="weight", **{"first_name": "Иван"} | fields)


def enter(bot: Bot, lead: Lead, now: datetime = NOON) -> Enrollment:
    with tenancy.partner(bot.partner_id):
        enrollment = enrollments.enroll(lead=lead, partner=bot.partner, now=now)
    assert enrollment is not None
    return enrollment


def tick_at(bot: Bot, now: datetime) -> int:
    with tenancy.partner(bot.partner_id):
        return tick(partner_id=bot.partner_id, now=now)


def sent(bot: Bot) -> list[str]:
    with tenancy.partner(bot.partner_id):
        return [row.payload["text"] for row in OutboxMessage.objects.order_by("pk")]


def refreshed(bot: Bot, enrollment: Enrollment) -> Enrollment:
    with tenancy.partner(bot.partner_id):
        enrollment.refresh_from_db()
    return enrollment


def test_a_lead_gets_one_message_after_the_other(bot: Bot) -> None:
    enrollment = enter(bot, make_walker(bot))
    assert tick_at(bot, NOON + DAY - timedelta(seconds=1)) == 0
    assert tick_at(bot, NOON + DAY) == 1
    assert tick_at(bot, NOON + DAY) == 0
    assert sent(bot) == ["Первое, Иван"]
    assert refreshed(bot, enrollment).fire_at == datetime(2026, 3, 4, 7, 0, tzinfo=UTC)  # 10:00 in Moscow
    assert tick_at(bot, datetime(2026, 3, 4, 7, 0, tzinfo=UTC)) == 1
    assert sent(bot) == ["Первое, Иван", "Второе"]
    assert (refreshed(bot, enrollment).state, enrollment.fire_at) == (State.FINISHED, None)
    with tenancy.partner(bot.partner_id):
        steps = list(FunnelEvent.objects.order_by("pk").values_list("kind", "step"))
    got = [("warmup_sent", "weight:first"), ("warmup_sent", "weight:second")]
    assert steps == [("sequence_entered", "weight"), *got, ("sequence_ended", "weight")]


def test_the_message_has_its_buttons_and_a_way_out(bot: Bot) -> None:
    enter(bot, make_walker(bot))
    tick_at(bot, NOON + DAY)
    with tenancy.partner(bot.partner_id):
        row = OutboxMessage.objects.get()
    shop, snooze, stop = (button for buttons in row.payload["buttons"] for button in buttons)
    assert "/r/" in shop["url"]
    assert wishes.decode(snooze["callback"]) == wishes.Wish("snooze")
    assert wishes.decode(stop["callback"]) == wishes.Wish("stop")
    assert (row.lane, row.source, row.not_before) == (OutboxMessage.Lane.SEQUENCE, "sequence:weight", NOON + DAY)


def test_an_edit_of_a_later_text_reaches_who_is_before_it(bot: Bot) -> None:
    enter(bot, make_walker(bot))
    tick_at(bot, NOON + DAY)
    publish(sequence_text(second="Второе, по-новому"), number=2)
    tick_at(bot, datetime(2026, 3, 4, 7, 0, tzinfo=UTC))
    assert sent(bot)[-1] == "Второе, по-новому"


def test_a_partners_own_text_survives_a_new_text_of_the_network(bot: Bot) -> None:
    publish(sequence_text(first="От Анны"), partner=bot.partner)
    publish(sequence_text(first="Новое от сети"), number=2)
    enter(bot, make_walker(bot))
    tick_at(bot, NOON + DAY)
    assert sent(bot) == ["От Анны"]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [({"blocked_at": NOON}, Exit.BLOCKED), ({"status": Lead.Status.UNSUBSCRIBED}, Exit.UNSUBSCRIBED)],
)
def test_who_cannot_or_will_not_read_leaves(bot: Bot, fields: dict[str, object], reason: str) -> None:
    lead = make_walker(bot)
    enrollment = enter(bot, lead)
    with tenancy.partner(bot.partner_id):
        Lead.objects.filter(pk=lead.pk).update(**fields)
    tick_at(bot, NOON + DAY)
    assert sent(bot) == []
    assert (refreshed(bot, enrollment).state, enrollment.exit_reason) == (State.LEFT, reason)


def test_leaving_takes_back_what_is_queued(bot: Bot) -> None:
    lead = make_walker(bot)
    enrollment = enter(bot, lead)
    tick_at(bot, NOON + DAY)
    with tenancy.partner(bot.partner_id):
        assert enrollments.leave(lead_id=lead.pk, reason=Exit.CONTACT, now=NOON + DAY) == 1
        row = OutboxMessage.objects.get()
    assert (row.state, row.reason) == (OutboxMessage.State.SKIPPED, "contact")
    assert refreshed(bot, enrollment).exit_reason == Exit.CONTACT
    assert tick_at(bot, NOON + 9 * DAY) == 0


def test_a_pause_keeps_the_place_and_the_rest_of_the_delay(bot: Bot) -> None:
    enrollment = enter(bot, make_walker(bot))
    with tenancy.partner(bot.partner_id):
        assert enrollments.freeze(partner_id=bot.partner_id, now=NOON + timedelta(hours=20)) == 1
    assert tick_at(bot, NOON + 5 * DAY) == 0
    with tenancy.partner(bot.partner_id):
        assert enrollments.thaw(partner_id=bot.partner_id, now=NOON + 5 * DAY) == 1
    assert refreshed(bot, enrollment).fire_at == NOON + 5 * DAY + timedelta(hours=4)


def test_a_snooze_is_seven_days_of_silence(bot: Bot) -> None:
    lead = make_walker(bot)
    enrollment = enter(bot, lead)
    with tenancy.partner(bot.partner_id):
        enrollments.snooze(lead=lead, now=NOON)
    tick_at(bot, NOON + DAY)
    assert sent(bot) == []
    assert refreshed(bot, enrollment).fire_at == NOON + enrollments.SNOOZE


def test_never_two_messages_at_once_after_an_outage(bot: Bot) -> None:
    enter(bot, make_walker(bot))
    for minutes in range(0, 3 * 24 * 60, 20):
        tick_at(bot, NOON + 10 * DAY + timedelta(minutes=minutes))
    with tenancy.partner(bot.partner_id):
        at = list(OutboxMessage.objects.order_by("pk").values_list("not_before", flat=True))
    assert len(at) == 2
    assert at[1] - at[0] >= timedelta(hours=20)


def test_another_choice_ends_the_first_sequence_and_nobody_enters_twice(bot: Bot) -> None:
    lead = make_walker(bot)
    enter(bot, lead)
    with tenancy.partner(bot.partner_id):
        assert enrollments.enroll(lead=lead, partner=bot.partner, now=NOON) is None
        lead.pain = "beauty"
        assert enrollments.enroll(lead=lead, partner=bot.partner, now=NOON) is None


def test_partners_do_not_meet(bot: Bot) -> None:
    boris = make_bot(make_partner("boris"))
    enter(bot, make_walker(bot))
    enter(boris, make_walker(boris, first_name="Борис"))
    with tenancy.all_partners():
        assert due_partners(now=NOON + DAY) == sorted([bot.partner_id, boris.partner_id])
    assert tick_at(boris, NOON + DAY) == 1
    assert (sent(boris), sent(bot)) == (["Первое, Борис"], [])


def test_quiet_hours_are_the_partners(bot: Bot) -> None:
    with tenancy.all_partners():
        Partner.objects.filter(pk=bot.partner_id).update(quiet_from=time(11), quiet_to=time(13))
    enrollment = enter(bot, make_walker(bot))
    tick_at(bot, NOON + DAY)
    assert sent(bot) == []
    assert refreshed(bot, enrollment).fire_at == NOON + DAY + timedelta(hours=1)


def test_the_way_out_is_a_text_of_ours(bot: Bot) -> None:
    enter(bot, make_walker(bot))
    tick_at(bot, NOON + DAY)
    assert buttons(bot)[-1] == "🔕 Отписаться"


ASKING = """
format: 1
key: weight
title: Вес
topic: tips
entry: {intent: client, pain: weight}
steps:
  - key: asks
    after: 24h
    asks_contact: true
    text: "Поговорим?"
    buttons:
      - - {type: snooze, text: "Не сейчас"}
  - key: has_its_own
    after: 24h
    asks_contact: true
    text: "Или так?"
    buttons:
      - - {type: contact, text: "Позвоните"}
        - {type: ask, text: "Спросить"}
  - key: offers
    after: 24h
    text: "Можно и позвонить"
    buttons:
      - - {type: contact, text: "Позвоните"}
"""


def buttons(bot: Bot) -> list[str]:
    """Of the last message."""
    with tenancy.partner(bot.partner_id):
        rows = OutboxMessage.objects.latest("pk").payload["buttons"]
    return [button["text"] for row in rows for button in row]


def click(bot: Bot, lead: Lead, at: datetime, slot: str = "shop") -> None:
    kind = FunnelEvent.Kind.LINK_CLICKED
    with tenancy.partner(bot.partner_id):
        FunnelEvent.objects.create(partner=bot.partner, lead=lead, kind=kind, data={"slot": slot}, at=at)


def asked_by(bot: Bot, lead: Lead) -> list[list[str]]:
    """The buttons of the three messages, but for the way out."""
    publish(ASKING, number=2)
    enter(bot, lead)
    said = []
    for day in (1, 2, 3):
        tick_at(bot, NOON + day * DAY)
        said.append(buttons(bot)[:-1])
    return said


CALL = "📞 Хочу, чтобы мне позвонили"


def test_the_contact_is_asked_for_once_a_message(bot: Bot) -> None:
    assert asked_by(bot, make_walker(bot)) == [[CALL, "Не сейчас"], ["Позвоните", "Спросить"], ["Позвоните"]]


def test_who_has_left_a_phone_is_never_asked(bot: Bot) -> None:
    assert asked_by(bot, make_walker(bot, phone="+79161234567")) == [["Не сейчас"], ["Спросить"], []]


@pytest.mark.parametrize(
    ("slot", "at", "asked"),
    [
        ("shop", NOON, False),
        ("registration", NOON + DAY, False),
        ("shop", NOON - timedelta(seconds=1), True),  # before this sequence
        ("video", NOON, True),
    ],
)
def test_who_went_to_order_is_not_asked(bot: Bot, slot: str, at: datetime, asked: bool) -> None:
    lead, other = make_walker(bot), make_walker(bot)
    click(bot, other, NOON)
    click(bot, lead, at, slot)
    said = asked_by(bot, lead)
    assert [CALL in said[0], "Позвоните" in said[1], "Позвоните" in said[2]] == [asked, asked, True]


def test_a_phone_of_another_zone_moves_what_was_planned(bot: Bot) -> None:
    """10:00 in Moscow is 09:00 in Berlin."""
    lead = make_walker(bot)
    enrollment = enter(bot, lead)
    tick_at(bot, NOON + DAY)
    with tenancy.partner(bot.partner_id):
        Lead.objects.filter(pk=lead.pk).update(phone="+493012345678")
    tick_at(bot, TEN + 2 * DAY)
    assert sent(bot) == ["Первое, Иван"]
    assert refreshed(bot, enrollment).fire_at == TEN + 2 * DAY + 2 * HOUR
    tick_at(bot, TEN + 2 * DAY + 2 * HOUR)
    assert sent(bot)[-1] == "Второе"


LATE = """
format: 1
key: {key}
title: Вес
topic: tips
entry: {{intent: client, pain: {key}}}
steps:
  - {{key: one, after: 24h, text: "{key} 1", late: {{policy: {policy}}}}}
  - {{key: two, after: 24h, text: "{key} 2", late: {{policy: {policy}}}}}
"""


def test_after_an_outage_each_policy_is_kept_and_nobody_gets_two_at_once(bot: Bot) -> None:
    """One lead in three sequences, as rows could stand; all of them fell due while nothing ran."""
    lead = make_walker(bot)
    for number, (key, policy) in enumerate([("weight", "skip"), ("energy", "send, hours: 72"), ("sport", "shift")]):
        publish(LATE.format(key=key, policy=policy), number=7, key=key)
        place = {"position": 0, "next_step": "one", "fire_at": NOON + number * HOUR, "entered_at": NOON - DAY}
        with tenancy.partner(bot.partner_id):
            Enrollment.objects.create(partner=bot.partner, lead=lead, sequence=key, **place)
    for hours in range(7 * 24):
        tick_at(bot, NOON + DAY + hours * HOUR)
    with tenancy.partner(bot.partner_id):
        rows = list(OutboxMessage.objects.order_by("pk").values_list("payload__text", "not_before"))
        missed = list(FunnelEvent.objects.filter(data__missed=True).values_list("step", flat=True))
    assert [text for text, _at in rows][:2] == ["energy 1", "sport 1"]
    assert sorted(text for text, _at in rows) == ["energy 1", "energy 2", "sport 1", "sport 2", "weight 2"]
    assert missed == ["weight:one"]
    times = [at for _text, at in rows]
    assert all(later - earlier >= timedelta(hours=20) for earlier, later in pairwise(times))


@pytest.mark.parametrize("fields", [{"wanted": Bot.Wanted.STOPPED}, {"state": Bot.State.FAILED}])
def test_while_a_bot_is_off_its_places_wait(bot: Bot, fields: dict[str, object]) -> None:
    enter(bot, make_walker(bot))
    with tenancy.all_partners():
        assert due_partners(now=NOON + DAY) == [bot.partner_id]
        Bot.objects.filter(pk=bot.pk).update(**fields)
        assert due_partners(now=NOON + DAY) == []


ROOT = Path(__file__).resolve().parents[2] / "funnels" / "presets"
SHIPPED = sorted((ROOT / "sequences").glob("*.yaml"))


@pytest.mark.parametrize("file", SHIPPED, ids=lambda file: file.stem)
def test_every_button_of_a_shipped_sequence_has_a_handler(file: Path) -> None:
    steps = load_funnel((ROOT / "main.yaml").read_text(), "main.yaml").funnel.steps
    sequence = load_sequence(file.read_text(), file.name).sequence
    for step in sequence.steps:
        for button in (button for row in step.buttons for button in row if button.type != "link"):
            data = callback_of(button)
            found = callbacks.decode_outside(data) or wishes.decode(data)
            assert found is not None, (step.key, button.text)
            assert not isinstance(found, callbacks.Jump) or found.step in steps


def test_after_a_restore_what_was_due_counts_as_missed_and_the_next_one_comes(bot: Bot) -> None:
    enrollment = enter(bot, make_walker(bot))
    restored_at = NOON + DAY + HOUR
    with tenancy.all_partners():
        assert after_restore.with_due_warmups(now=restored_at) == [bot.partner_id]
    with tenancy.partner(bot.partner_id):
        assert after_restore.miss_due_warmups(partner_id=bot.partner_id, now=restored_at) == 1
    assert tick_at(bot, restored_at) == 0
    assert (sent(bot), refreshed(bot, enrollment).next_step) == ([], "second")
    with tenancy.partner(bot.partner_id):
        assert FunnelEvent.objects.get(kind="warmup_sent").data == {"missed": True}
    assert tick_at(bot, datetime(2026, 3, 4, 7, 0, tzinfo=UTC)) == 1
    assert sent(bot) == ["Второе"]
