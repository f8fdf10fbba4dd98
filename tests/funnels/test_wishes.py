from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnels import callbacks, wishes
from funnels.dialogue import Agree, Kind
from funnels.wishes import ChangeTopic, Topic, Wish, Word


@given(st.sampled_from(get_args(Kind)), st.integers(1, 9_999))
def test_a_consent_is_read_back(kind: Kind, version: int) -> None:
    assert wishes.decode(wishes.agree(kind, version)) == Agree(kind, version)


@given(st.sampled_from(get_args(Topic)), st.booleans())
def test_a_topic_is_read_back(topic: Topic, wanted: bool) -> None:
    assert wishes.decode(wishes.topic(topic, wanted=wanted)) == ChangeTopic(topic, wanted)


@pytest.mark.parametrize("word", get_args(Word))
def test_a_wish_is_read_back(word: Word) -> None:
    assert wishes.decode(wishes.wish(word)) == Wish(word)


def test_everything_fits_a_button() -> None:
    made = [wishes.agree("offers", 9_999), wishes.topic("business", wanted=False), wishes.CONTACT]
    made += [wishes.wish(word) for word in get_args(Word)]
    assert max(len(data.encode()) for data in made) <= 64


@given(st.one_of(st.text(max_size=80), st.from_regex(r"c:[a-z_:0-9]{0,40}")))
def test_what_we_never_made_means_nothing(data: str) -> None:
    known = {wishes.wish(word) for word in get_args(Word)} | {
        wishes.CONTACT, wishes.REFUSE, wishes.SKIP, wishes.CANCEL, wishes.ERASE,
    }  # fmt: skip
    decoded = wishes.decode(data)
    match decoded:
        case Agree(kind, version):
            assert data == wishes.agree(kind, version)
        case ChangeTopic(topic, wanted):
            assert data == wishes.topic(topic, wanted=wanted)
        case None:
            assert data not in known
        case _:
            assert data in known


def test_the_namespaces_do_not_meet() -> None:
    assert callbacks.decode(wishes.CONTACT) is None
    assert wishes.decode(callbacks.encode(1, "start", "0")) is None
