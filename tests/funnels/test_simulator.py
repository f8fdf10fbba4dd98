"""A lead's life without a database: what the acts lead to."""

from __future__ import annotations

from collections.abc import Sequence as Acts
from dataclasses import replace
from datetime import UTC, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from content.messages import Message
from content.payplan import load_plan
from funnels.facts import PartnerFacts
from funnels.loader import load_funnel
from funnels.sequence_loader import load_sequence
from funnels.services.presets import consent_texts, phrases
from funnels.simulator import Life, play
from funnels.stage import LINK, Note, Setup, World
from funnels.timing import QuietHours
from tests.funnels.samples import PLAN_TEXT
from tests.funnels.sequence_samples import GOOD_SEQUENCE, broken_sequence

PRESETS = Path(settings.BASE_DIR) / "funnels" / "presets"
NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)  # 12:00 in Moscow
SETUP = Setup(NOON, ZoneInfo("Europe/Moscow"), QuietHours(), "ty", "Мария")
MAIN = load_funnel((PRESETS / "main.yaml").read_text(), "main.yaml").funnel
WEIGHT = load_sequence(GOOD_SEQUENCE, "weight.yaml").sequence
WORLD = World(
    funnel=MAIN,
    sequences={"weight": WEIGHT},
    products={},
    plan=load_plan(PLAN_TEXT, "plan"),
    partner=PartnerFacts("Анна"),
    country="RU",
    phrases=phrases(),
    consents=consent_texts(),
)
SEQUENCE = replace(WORLD, begins=WEIGHT)


def press(life: Life, label: str) -> str:
    """The act of pressing the newest button with this label."""
    for number, line in reversed(list(enumerate(life.stage.lines))):
        rows = line.said.buttons if isinstance(line.said, Message) else ()
        for button in (button for row in rows for button in row):
            if label in button.text:
                link = f"link:{number}:{button.url.removeprefix(LINK)}"
                return link if button.url else f"press:{number}:{button.callback}"
    raise AssertionError(f"no button {label!r}")


def live(world: World, *wishes: str, setup: Setup = SETUP, acts: Acts[str] = ()) -> Life:
    """Acts, and labels of buttons: each label becomes the act of the talk so far."""
    done = list(acts)
    for wish in wishes:
        done.append(press(play(world, setup, done), wish[1:]) if wish.startswith("«") else wish)
    return play(world, setup, done)


def notes(life: Life) -> list[tuple[str, str]]:
    return [(line.said.kind, line.said.about) for line in life.stage.lines if isinstance(line.said, Note)]


def warmups(life: Life) -> list[tuple[datetime, str]]:
    return [(line.at, line.title) for line in life.stage.lines if line.title]


TO_OFFER = ("«улучшить здоровье", "«Похудеть", "«И что с этим", "«Да, подбери", "«5–10 кг")


def test_a_funnel_leads_to_the_consent_and_into_the_sequence() -> None:
    life = live(WORLD, *TO_OFFER, "«Да, присылай")
    assert notes(life) == [("entered", "Проба")]
    assert (life.answers.intent, life.answers.pain) == ("client", "weight")
    assert life.stage.keyboard[0] == ("🍎 Здоровье", "💼 Бизнес")
    planned = life.warmup.planned(life.now)
    assert planned is not None
    assert (planned.at, planned.why) == (datetime(2026, 3, 2, 13, 0, tzinfo=UTC), ())


def test_without_a_consent_nothing_is_planned() -> None:
    life = live(WORLD, *TO_OFFER, "«Нет", "day", "day")
    assert life.warmup.planned(life.now) is None
    assert warmups(life) == []


def test_a_screen_is_edited_in_its_place() -> None:
    before, after = live(WORLD), live(WORLD, "«улучшить здоровье")
    assert len(before.stage.lines) == len(after.stage.lines)
    assert before.stage.lines[-1] != after.stage.lines[-1]


def test_a_sequence_is_lived_to_its_end() -> None:
    life = live(SEQUENCE, *["next"] * 5)
    assert [title.partition(" ")[0] for _at, title in warmups(life)] == ["one", "two", "three", "four", "five"]
    assert life.warmup.stays["weight"].end == "finished"
    assert life.warmup.planned(life.now) is None


def test_why_a_message_comes_later() -> None:
    night = replace(SETUP, begun=datetime(2026, 3, 2, 17, 0, tzinfo=UTC))  # 20:00, and four hours more
    planned = live(SEQUENCE, setup=night).warmup.planned(night.begun)
    assert planned is not None
    assert (planned.why, planned.at) == (("quiet",), datetime(2026, 3, 3, 7, 0, tzinfo=UTC))
    always = replace(night, quiet=QuietHours(time(0), time(0)))
    planned = live(SEQUENCE, setup=always).warmup.planned(night.begun)
    assert planned is not None
    assert (planned.why, planned.at) == ((), datetime(2026, 3, 2, 21, 0, tzinfo=UTC))
    life = live(SEQUENCE, "next", "«Не сейчас")
    planned = life.warmup.planned(life.now)
    assert planned is not None
    assert planned.why == ("snoozed",)
    assert planned.at == datetime(2026, 3, 9, 13, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("act", "end"), [("bought", "ordered"), ("blocked", "blocked"), ("stop", "unsubscribed"), ("«Отписаться", "")]
)
def test_what_ends_it(act: str, end: str) -> None:
    life = live(SEQUENCE, "next", act, "day", "day", "day")
    assert notes(life)[-1] == ("left", end or "unsubscribed")
    assert len(warmups(life)) == 1


def test_a_phone_ends_it_and_is_not_asked_for_again() -> None:
    life = live(SEQUENCE, "next", "next", "next", "«Позвони мне", "«Согласен", "phone")
    assert notes(life)[-1] == ("left", "contact")
    assert life.phone.startswith("+7")
    assert life.asking is not None
    assert life.stage.contact_key == ""


def test_a_button_of_a_message_leads_into_the_funnel_and_a_link_is_noted() -> None:
    life = live(SEQUENCE, "next", "«Заказать", "«Выбрать задачу")
    assert notes(life)[-1] == ("linked", "🛒 Заказать")
    assert life.state is not None
    assert life.ordered_at == life.now
    alone = live(replace(SEQUENCE, funnel=None), "next", "«Выбрать задачу")
    assert notes(alone)[-1] == ("no_funnel", "")


def test_the_form_of_address_and_the_name_are_the_setups() -> None:
    formal = replace(SETUP, style="vy", name='<b>&"')
    life = live(SEQUENCE, *["next"] * 2, setup=formal)
    said = " ".join(line.said.text for line in life.stage.lines if isinstance(line.said, Message))
    assert "Второе вам" in said
    assert "<b>&" not in said


def test_a_mistake_in_the_text_stops_only_what_meets_it() -> None:
    sequence = load_sequence(broken_sequence('text: "Третье."', 'text: "[[Третье"'), "x").sequence
    life = live(replace(SEQUENCE, sequences={"weight": sequence}, begins=sequence), *["next"] * 5)
    assert ("broken", "three") in notes(life)
    assert len(warmups(life)) == 4
    late = load_sequence(broken_sequence("after: 2d", "after: never"), "x").sequence
    life = live(replace(SEQUENCE, sequences={"weight": late}, begins=late), "day", "day", "day")
    assert ("broken", "") in notes(life)


@given(
    acts=st.lists(
        st.sampled_from(
            ["hour", "day", "next", "bought", "blocked", "stop", "phone", "key:0", "key:99", "press:1:c:stop"]
        )
        | st.builds("press:{}:{}".format, st.integers(-3, 30), st.sampled_from(["c:snooze", "f:1:start:0", "g:x", ""]))
        | st.text(max_size=40),
        max_size=12,
    )
)
@hypothesis_settings(max_examples=40)
def test_whatever_was_done_time_only_goes_ahead_and_the_same_acts_give_the_same_life(acts: list[str]) -> None:
    life, again = play(WORLD, SETUP, acts), play(WORLD, SETUP, acts)
    assert life.now >= NOON
    assert again.stage.lines == life.stage.lines
    for line in life.stage.lines:
        assert NOON <= line.at <= life.now
