"""A partner's own words for one message: they survive the network's edits, and nobody else gets them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from funnels.models import FunnelEvent, TextOverride
from funnels.own_texts import OwnText, overlay
from funnels.sequence_schema import Entry, Sequence, SequenceStep, Variant
from funnels.services import overrides
from partners import tenancy
from partners.models import Bot
from tests.factories import make_bot, make_partner
from tests.funnels.test_tick import bot as bot  # a fixture
from tests.funnels.test_tick import enter, make_walker, publish, sent, sequence_text, tick_at

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def say(bot: Bot, text: str, step: str = "first") -> TextOverride | None:
    with tenancy.partner(bot.partner_id):
        return overrides.set_text(
            partner_id=bot.partner_id, sequence="weight", step=step, text=text, author=None, now=NOON
        )


def state(bot: Bot, step: str = "first") -> str | None:
    with tenancy.partner(bot.partner_id):
        return overrides.place_of(partner_id=bot.partner_id, sequence="weight", step=step).state


def first_message(bot: Bot, now: datetime = NOON + DAY) -> str:
    enter(bot, make_walker(bot), now - DAY)
    tick_at(bot, now)
    return sent(bot)[-1]


def test_the_own_text_is_sent_to_the_own_leads_only(bot: Bot) -> None:
    boris = make_bot(make_partner("boris"))
    say(bot, "От Анны, {first_name|друзья}\r\n")
    assert first_message(bot) == "От Анны, Иван"
    assert first_message(boris) == "Первое, Иван"


def test_it_survives_a_new_text_of_the_network_and_the_editor_is_told(bot: Bot) -> None:
    say(bot, "От Анны")
    assert state(bot) == "in force"
    publish(sequence_text(first="Новое от сети"), number=2)
    assert state(bot) == "network changed"
    assert first_message(bot) == "От Анны"
    with tenancy.partner(bot.partner_id):
        assert overrides.accept(partner_id=bot.partner_id, sequence="weight", step="first")
    assert state(bot) == "in force"
    assert first_message(bot, NOON + 3 * DAY) == "От Анны"


def test_an_edit_of_another_message_changes_nothing(bot: Bot) -> None:
    say(bot, "От Анны")
    publish(sequence_text(second="Иначе"), number=2)
    assert state(bot) == "in force"


def test_the_networks_text_can_be_taken_back(bot: Bot) -> None:
    say(bot, "От Анны")
    with tenancy.partner(bot.partner_id):
        assert overrides.clear(partner_id=bot.partner_id, sequence="weight", step="first")
        assert not overrides.clear(partner_id=bot.partner_id, sequence="weight", step="first")
    assert first_message(bot) == "Первое, Иван"


def test_the_networks_own_words_are_no_own_text(bot: Bot) -> None:
    say(bot, "От Анны")
    assert say(bot, "Первое, {first_name|друзья}") is None
    assert state(bot) is None


def test_it_lies_over_the_partners_own_version_too(bot: Bot) -> None:
    publish(sequence_text(first="Вся версия Анны"), partner=bot.partner)
    say(bot, "Одно сообщение Анны")
    assert first_message(bot) == "Одно сообщение Анны"


def test_a_step_that_is_gone_leaves_a_harmless_text(bot: Bot) -> None:
    say(bot, "От Анны")
    publish(sequence_text().replace("key: first", "key: other"), number=2)
    assert state(bot) == "orphaned"
    assert first_message(bot) == "Первое, Иван"
    with pytest.raises(overrides.TextRefused):
        say(bot, "Ещё раз")
    with tenancy.partner(bot.partner_id):
        assert not overrides.accept(partner_id=bot.partner_id, sequence="weight", step="first")
        assert not overrides.accept(partner_id=bot.partner_id, sequence="nothing", step="first")


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("Этот коктейль лечит диабет.", "нельзя"),
        ("Привет, {first_name}", "first_name"),
        ("Привет, {password}", "password"),
        ("<script>alert(1)</script>", "script"),
        ("<b>Не закрыто", "b"),
        ("я" * 4_097, "4096"),
        ("   ", ""),
    ],
)
def test_it_is_checked_like_a_sequence(bot: Bot, text: str, part: str) -> None:
    with pytest.raises(overrides.TextRefused) as refused:
        say(bot, text)
    assert part in str(refused.value)
    assert refused.value.sentences
    assert state(bot) is None


def test_an_own_text_takes_no_part_in_a_trial(bot: Bot) -> None:
    trial = '    text: "Первое"\n    variants: [{key: b, text: "Первое иначе"}]\n'
    publish(sequence_text(first="Первое").replace('    text: "Первое"\n', trial), number=2)
    say(bot, "От Анны")
    assert first_message(bot) == "От Анны"
    with tenancy.partner(bot.partner_id):
        assert "variant" not in FunnelEvent.objects.get(kind="warmup_sent").data


def test_a_picture_that_the_network_adds_later_does_not_make_it_too_long() -> None:
    step = SequenceStep(
        key="one", after="24h", text="Сеть", picture="one.jpg", variants=(Variant(key="b", text="Иначе"),)
    )
    sequence = Sequence(format=1, key="weight", title="Вес", topic="tips", entry=Entry(intent="client"), steps=(step,))
    for text, picture in (("Коротко", "one.jpg"), ("я" * 1_025, "")):
        [spoken] = overlay(sequence, [OwnText("one", text)]).steps
        assert (spoken.text, spoken.picture, spoken.variants) == (text, picture, ())
    assert overlay(sequence, [OwnText("gone", "…")]) is sequence
