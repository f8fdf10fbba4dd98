"""The path of every update: leads are met, what happened is written, batches change nothing."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from content.messages import Message
from funnels import engine
from funnels.callbacks import BACK, HOME, AskNow, Jump, Press
from funnels.models import Conversation, FunnelEvent, FunnelVersion, LeadMessage
from funnels.services.script import FRESH, NothingToSay, forget_scripts
from funnels.services.turn_rows import Person
from funnels.services.turns import Act, Opened, Turn, Typed, take_turns
from funnels.wishes import Wish
from partners import tenancy
from partners.models import Lead, Partner
from tests.factories import NOW, make_lead, make_link, make_partner
from tests.funnels.conftest import publish
from tests.funnels.samples import GOOD, broken

IVAN, OLGA = Person(1, "Иван", "Петров", "ivan", "ru"), Person(2, "Ольга")


@pytest.fixture
def partner(sample: FunnelVersion) -> Partner:
    return make_partner()


def say(partner: Partner, *turns: tuple[Person, Act], now: Any = NOW) -> list[tuple[Message, ...]]:
    with tenancy.partner(partner.pk):
        return take_turns(partner_id=partner.pk, turns=[Turn(*turn) for turn in turns], now=now)


def events(partner: Partner) -> list[tuple[str, str, dict[str, Any]]]:
    with tenancy.partner(partner.pk):
        return list(FunnelEvent.objects.order_by("pk").values_list("kind", "step", "data"))


def lead_of(partner: Partner, person: Person = IVAN) -> Lead:
    with tenancy.partner(partner.pk):
        return Lead.objects.get(telegram_id=person.telegram_id)


def test_a_lead_is_met(partner: Partner) -> None:
    say(partner, (IVAN, Opened()))
    lead = lead_of(partner)
    assert (lead.first_name, lead.last_name, lead.username, lead.language_code) == ("Иван", "Петров", "ivan", "ru")
    assert (lead.created_at, lead.last_seen_at, lead.status) == (NOW, NOW, "new")
    later = NOW + timedelta(days=1)
    say(partner, (Person(1, "Ваня"), engine.Unsupported()), now=later)
    lead = lead_of(partner)
    assert (lead.first_name, lead.username, lead.created_at, lead.last_seen_at) == ("Ваня", "", NOW, later)


def test_who_comes_back_is_not_blocked(partner: Partner) -> None:
    make_lead(partner, telegram_id=1, blocked_at=NOW)
    say(partner, (IVAN, Opened()))
    assert lead_of(partner).blocked_at is None


def test_presses_answer_and_move(partner: Partner, sample: FunnelVersion) -> None:
    say(partner, (IVAN, Opened()))
    say(partner, (IVAN, Press(sample.pk, "start", "0")))
    (messages,) = say(partner, (IVAN, Press(sample.pk, "health", "0")))
    assert messages[0].edits
    assert (lead_of(partner).intent, lead_of(partner).pain) == ("client", "weight")
    assert events(partner) == [
        ("started", "start", {}),
        ("screen_shown", "start", {}),
        ("button_pressed", "start", {"to": "health", "set": {"intent": "client"}, "action": "0"}),
        ("screen_shown", "health", {}),
        ("button_pressed", "health", {"to": "shake", "set": {"pain": "weight"}, "action": "0"}),
        ("screen_shown", "shake", {"product": "energy_diet"}),
    ]
    with tenancy.partner(partner.pk):
        place = Conversation.objects.get()
        assert (place.step, place.path, place.version_id) == ("shake", ["start", "health"], sample.pk)


def test_own_words_are_kept_apart_from_events(partner: Partner) -> None:
    say(partner, (IVAN, Opened()))
    say(partner, (IVAN, Typed("А это не больно?")))
    say(partner, (IVAN, Typed("🍎 Здоровье")))  # the persistent keyboard
    with tenancy.partner(partner.pk):
        assert list(LeadMessage.objects.values_list("text", flat=True)) == ["А это не больно?"]
    kinds = [(kind, data) for kind, _step, data in events(partner)]
    assert kinds[2] == ("message_received", {"length": 16})
    assert [kind for kind, _data in kinds].count("message_received") == 1


def test_first_and_last_link(partner: Partner) -> None:
    first, second = make_link(partner, code="first", entry="health"), make_link(partner, code="second")
    strangers = make_link(make_partner(), code="theirs", entry="health")
    for code in ("", "first", "second", "theirs", "unknown"):
        say(partner, (IVAN, Opened(code)))
    lead = lead_of(partner)
    assert (lead.first_link_id, lead.last_link_id) == (first.pk, second.pk)
    started = [(step, data) for kind, step, data in events(partner) if kind == "started"]
    assert started == [
        ("start", {}),
        ("health", {"entry": "health", "link": first.pk}),
        ("start", {"link": second.pk}),
        ("start", {}),
        ("start", {}),
    ]
    assert strangers.pk not in (lead.first_link_id, lead.last_link_id)


def test_two_partners_share_a_person_and_nothing_else(partner: Partner) -> None:
    other = make_partner()
    say(partner, (IVAN, Opened()))
    say(other, (IVAN, Typed("вопрос")))
    assert [kind for kind, *_rest in events(partner)] == ["started", "screen_shown"]
    assert [kind for kind, *_rest in events(other)] == ["message_received"]


def test_a_batch_gives_each_their_own_answer(partner: Partner, sample: FunnelVersion) -> None:
    people = [Person(number, f"Имя{number}") for number in range(50)]
    answers = say(partner, *((person, Opened()) for person in people))
    assert [f"Имя{n}" in said[0].text for n, said in enumerate(answers)] == [True] * 50
    with tenancy.partner(partner.pk):
        assert Conversation.objects.count() == 50


def test_a_batch_takes_a_handful_of_statements(
    partner: Partner, django_assert_num_queries: Any, sample: FunnelVersion
) -> None:
    """The two hand-written ones are not counted by Django; nothing else may be asked per turn."""
    say(partner, (IVAN, Opened()))
    turns = [Turn(Person(n, "Я"), Press(sample.pk, "start", "0")) for n in range(20)]
    with tenancy.partner(partner.pk), django_assert_num_queries(0):
        take_turns(partner_id=partner.pk, turns=turns, now=NOW)


def test_a_lead_keeps_its_version_until_it_leaves_the_tree(partner: Partner, sample: FunnelVersion) -> None:
    say(partner, (IVAN, Opened()), (OLGA, Opened()))
    say(partner, (IVAN, Press(sample.pk, "start", "0")))
    with tenancy.all_partners():
        newer = publish(broken("<b>Что важнее?</b>", "<b>О чём?</b>"), 2)
    later = NOW + FRESH
    ((kept,),) = say(partner, (IVAN, Press(sample.pk, "start", "0")), now=later)
    assert "Что важнее?" in kept.text
    say(partner, (IVAN, Press(sample.pk, "health", HOME)), now=later)
    ((new,),) = say(partner, (IVAN, Press(newer.pk, "start", "0")), now=later)
    assert "О чём?" in new.text
    ((notice, screen),) = say(partner, (IVAN, Press(sample.pk, "health", "0")), now=later)
    assert "обновилось" in notice.text
    assert "О чём?" in screen.text
    ((olgas,),) = say(partner, (OLGA, Press(sample.pk, "start", "0")), now=later)
    assert "Что важнее?" in olgas.text


def test_a_partners_own_funnel_wins(partner: Partner) -> None:
    other = make_partner()
    with tenancy.all_partners():
        FunnelVersion.objects.create(
            key="main",
            number=1,
            partner=partner,
            text=broken("Я автоматический помощник", "Я свой помощник"),
            status=FunnelVersion.Status.PUBLISHED,
            created_at=NOW,
            published_at=NOW,
        )
    ((mine, _screen),) = say(partner, (IVAN, Opened()))
    ((theirs, _screen),) = say(other, (IVAN, Opened()))
    assert "свой помощник" in mine.text
    assert "свой помощник" not in theirs.text


# -- the script ------------------------------------------------------------------------------------------------------


def test_a_change_of_the_partner_reaches_the_bot_in_time(partner: Partner) -> None:
    say(partner, (IVAN, Opened()))
    with tenancy.all_partners():
        Partner.objects.filter(pk=partner.pk).update(name="Новое Имя", communication_style="ty")
    ((before, _screen),) = say(partner, (IVAN, Opened()), now=NOW + FRESH - timedelta(milliseconds=1))
    ((after, screen),) = say(partner, (IVAN, Opened()), now=NOW + FRESH)
    assert "Новое Имя" not in before.text
    assert "Новое Имя" in after.text
    assert "Выбирай," in screen.text
    assert timedelta(seconds=3) >= FRESH


def test_a_clock_that_was_set_back_does_not_freeze_the_texts(partner: Partner) -> None:
    say(partner, (IVAN, Opened()), now=NOW + timedelta(days=1))
    with tenancy.all_partners():
        Partner.objects.filter(pk=partner.pk).update(name="Новое Имя")
    ((greeting, _screen),) = say(partner, (IVAN, Opened()))
    assert "Новое Имя" in greeting.text


def test_a_funnel_that_is_switched_off(partner: Partner, sample: FunnelVersion) -> None:
    with tenancy.all_partners():
        Partner.objects.filter(pk=partner.pk).update(funnel_enabled=False)
    forget_scripts()
    ((greeting, ask),) = say(partner, (IVAN, Opened()))
    assert "автоматический помощник" in greeting.text
    assert (greeting.keyboard, greeting.buttons, ask.buttons) == ((), (), ())
    acts: list[Act] = [Press(sample.pk, "start", "0"), engine.Home(), engine.Unsupported(), Typed("🍎 Здоровье")]
    for act in acts:
        assert [[m.text for m in said] for said in say(partner, (IVAN, act))] == [["Напишите вопрос."]]
    assert [[m.text for m in said] for said in say(partner, (IVAN, Typed("вопрос")))] == [[]]
    assert [kind for kind, *_rest in events(partner)] == ["started", "message_received"]


@pytest.mark.django_db
def test_without_a_published_funnel_there_is_nothing_to_say() -> None:
    partner = make_partner()
    forget_scripts()
    with pytest.raises(NothingToSay, match="load_demo"):
        say(partner, (IVAN, Opened()))


# -- batches ---------------------------------------------------------------------------------------------------------

STEPS = ("start", "health", "shake", "kids", "pay", "nowhere")
PEOPLE = [Person(number, f"Имя {number}") for number in range(4)]
acts = st.one_of(
    st.sampled_from(["", "a", "b", "unknown"]).map(Opened),
    st.sampled_from(["🍎 Здоровье", "❓ Задать вопрос", "🏠 Главное меню", "вопрос", "<b>"]).map(Typed),
    st.just(engine.Home()),
    st.just(engine.Unsupported()),
    st.tuples(st.sampled_from([0, 1]), st.sampled_from(STEPS), st.sampled_from(["0", "1", "2", "9", BACK, HOME])),
)
walks = st.lists(st.tuples(st.integers(0, 3), acts, st.booleans()), max_size=24)


@given(walks)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_batches_change_nothing(sample: FunnelVersion, walk: list[tuple[int, Any, bool]]) -> None:
    """Several people at once in any grouping: the same answers, places and events as one by one."""
    turns = [(PEOPLE[who], _act(act, sample.pk), ends) for who, act, ends in walk]
    alone, together = (_partner_with_links() for _ in range(2))
    for person, act, _ends in turns:
        say(alone, (person, act))
    batch: list[tuple[Person, Act]] = []
    for person, act, ends in turns:
        if person in [other for other, _act in batch]:
            say(together, *batch)
            batch = []
        batch.append((person, act))
        if ends:
            say(together, *batch)
            batch = []
    if batch:
        say(together, *batch)
    assert history(together) == history(alone)


def _act(act: Any, version: int) -> Act:
    if isinstance(act, tuple):
        return Press(version if act[0] else version + 1_000, act[1], act[2])
    done: Act = act
    return done


def _partner_with_links() -> Partner:
    partner = make_partner(name="Анна")
    make_link(partner, code="a", entry="shake")
    make_link(partner, code="b")
    return partner


def history(partner: Partner) -> dict[int, Any]:
    with tenancy.partner(partner.pk):
        return {lead.telegram_id: _life(lead) for lead in Lead.objects.select_related("first_link", "last_link")}


def _life(lead: Lead) -> dict[str, Any]:
    happened = FunnelEvent.objects.filter(lead=lead).order_by("pk")
    return {
        "answers": (lead.intent, lead.pain, lead.detail, lead.goal),
        "links": [link.code if link else "" for link in (lead.first_link, lead.last_link)],
        "place": list(Conversation.objects.filter(lead=lead).values_list("version_id", "step", "path")),
        "words": list(LeadMessage.objects.filter(lead=lead).order_by("pk").values_list("text", flat=True)),
        "events": [(e.kind, e.step, e.version_id, {**e.data, "link": "link" in e.data}) for e in happened],
    }


def test_the_sample_is_what_these_tests_speak_of() -> None:
    assert all(f"  {step}:\n" in GOOD for step in STEPS[:-1])


def test_a_button_of_a_sequence_leads_into_the_newest_funnel(partner: Partner) -> None:
    say(partner, (IVAN, Opened()))
    with tenancy.all_partners():
        publish(broken("<b>Что важнее?</b>", "<b>О чём?</b>"), 2)
    forget_scripts()
    ((screen,),) = say(partner, (IVAN, Jump("health")))
    assert (screen.text, screen.edits) == ("<b>О чём?</b>", False)
    assert events(partner)[-2:] == [
        ("button_pressed", "start", {"action": "warmup", "to": "health"}),
        ("screen_shown", "health", {}),
    ]
    ((home,),) = say(partner, (IVAN, Jump("gone")))
    assert events(partner)[-1] == ("screen_shown", "start", {})
    assert home.text != screen.text


def test_a_button_of_a_sequence_invites_a_question_and_keeps_the_place(partner: Partner) -> None:
    say(partner, (IVAN, Opened()))
    say(partner, (IVAN, AskNow()))
    assert events(partner)[-1] == ("question_asked", "start", {"action": "warmup"})


def test_not_now_is_a_week_of_silence(partner: Partner) -> None:
    say(partner, (IVAN, Opened()))
    ((answer,),) = say(partner, (IVAN, Wish("snooze")))
    assert "неделю" in answer.text
    assert lead_of(partner).snoozed_until == NOW + timedelta(days=7)
    assert events(partner)[-1] == ("button_pressed", "start", {"action": "snooze"})
