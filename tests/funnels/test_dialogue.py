"""The dialogue about a contact, step by step and by any path."""

from __future__ import annotations

from typing import get_args

from hypothesis import given
from hypothesis import strategies as st

from funnels.dialogue import (
    MISTAKES,
    Act,
    Agree,
    Ask,
    Asking,
    AskPartner,
    Cancel,
    Card,
    Consented,
    EmailLeft,
    Known,
    PhoneLeft,
    QuestionAsked,
    Refuse,
    Skip,
    Stage,
    Words,
    decide,
)

KNOWN = Known(consents=True, version=2, country="RU")
STRANGER = Known(consents=False, version=2, country="RU")
PHONE = "+79161234567"


def test_without_consent_it_comes_first() -> None:
    assert decide(None, Ask(), STRANGER).say == ("consent",)
    agreed = decide(Asking("consent"), Agree("data", 2), STRANGER)
    assert (agreed.say, agreed.asking, agreed.effects) == (("ask_phone",), Asking("phone"), (Consented(2),))


def test_an_older_text_is_not_agreed_to() -> None:
    step = decide(Asking("consent"), Agree("data", 1), STRANGER)
    assert (step.say, step.effects) == (("consent_changed", "consent"), ())


def test_a_second_tap_says_nothing() -> None:
    assert decide(Asking("phone"), Agree("data", 2), KNOWN).say == ()


def test_a_number_before_the_consent_is_not_kept() -> None:
    for act in (Words("8 916 123-45-67"), Card(PHONE, own=True)):
        step = decide(Asking("consent"), act, STRANGER)
        assert (step.asking, step.effects, step.is_question) == (Asking("consent"), (), False)
    assert decide(Asking("consent"), Words("А зачем?"), STRANGER).is_question


def test_phone_then_email_then_thanks() -> None:
    phone = decide(Asking("phone"), Words("8 916 123-45-67"), KNOWN)
    assert (phone.effects, phone.asking) == ((PhoneLeft(PHONE),), Asking("email"))
    email = decide(phone.asking, Words("a@b.ru"), KNOWN)
    assert (email.say, email.effects, email.asking) == (("thanks",), (EmailLeft("a@b.ru"),), None)
    assert decide(phone.asking, Skip(), KNOWN).say == ("thanks",)


def test_mistakes_are_helped_twice() -> None:
    asking: Asking | None = Asking("phone")
    for _mistake in range(MISTAKES):
        step = decide(asking, Words("не скажу"), KNOWN)
        assert not step.is_question
        asking = step.asking
    assert decide(asking, Words("не скажу"), KNOWN) == decide(Asking("phone", MISTAKES), Words("нет"), KNOWN)
    assert decide(asking, Words("не скажу"), KNOWN).is_question


def test_a_broken_card_is_no_question() -> None:
    step = decide(Asking("phone", MISTAKES), Card("12", own=True), KNOWN)
    assert (step.say, step.is_question) == (("released",), False)


def test_a_question_for_the_partner() -> None:
    asked = decide(None, AskPartner(), STRANGER)
    assert decide(asked.asking, Words("Как дела?"), STRANGER).effects == (QuestionAsked("Как дела?"),)


texts = st.one_of(st.sampled_from(["8 916 123-45-67", "a@b.ru", "нет", "+7916", ""]), st.text(max_size=30))
acts: st.SearchStrategy[Act] = st.one_of(
    st.builds(Words, texts),
    st.builds(Card, texts, st.booleans()),
    st.builds(Agree, st.just("data"), st.integers(1, 3)),
    st.sampled_from([Ask(), AskPartner(), Refuse(), Skip(), Cancel()]),
)


@given(st.lists(acts, max_size=30))
def test_whatever_people_do_no_contact_is_kept_without_consent(path: list[Act]) -> None:
    asking, consents = None, False
    for act in path:
        step = decide(asking, act, Known(consents=consents, version=2, country="RU"))
        for effect in step.effects:
            if isinstance(effect, Consented):
                assert act == Agree("data", 2)
                consents = True
            if isinstance(effect, PhoneLeft | EmailLeft):
                assert consents
        if isinstance(act, Card) and not act.own:
            assert (step.effects, step.asking) == ((), asking)
        assert step.asking is None or step.asking.mistakes <= MISTAKES
        assert step.say or step.is_question or isinstance(act, Agree)
        asking = step.asking


@given(st.lists(st.text(max_size=30), min_size=4, max_size=10), st.sampled_from(get_args(Stage)))
def test_nobody_is_held_up(words: list[str], stage: Stage) -> None:
    """However somebody answers, after the third text the dialogue lets go or goes on to its next question."""
    asking: Asking | None = Asking(stage)
    stages = [asking]
    for text in words:
        asking = decide(asking, Words(text), KNOWN).asking
        stages.append(asking)
    for at in range(len(stages) - MISTAKES - 1):
        assert stages[at] != stages[at + MISTAKES + 1] or stages[at] is None


@given(st.sampled_from(get_args(Stage)), st.integers(0, MISTAKES))
def test_what_is_asked_survives_storage(stage: Stage, mistakes: int) -> None:
    assert Asking.load(Asking(stage, mistakes).dump()) == Asking(stage, mistakes)
    assert len(Asking(stage, mistakes).dump()) <= 16


@given(st.text(max_size=20))
def test_damaged_storage_asks_nothing(text: str) -> None:
    asking = Asking.load(text)
    assert asking is None or asking.dump() == text or asking.mistakes == int(text.partition(":")[2])
