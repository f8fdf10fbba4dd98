"""The data behind inline buttons."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnels.callbacks import BACK, HOME, Press, decode, encode

presses = st.builds(
    Press,
    version=st.integers(0, 9_999_999_999),
    step=st.from_regex(r"[a-z][a-z0-9_]{0,23}", fullmatch=True),
    action=st.sampled_from([BACK, HOME]) | st.integers(0, 47).map(str),
)


@given(presses)
def test_round_trip_in_64_bytes(press: Press) -> None:
    data = encode(press.version, press.step, press.action)
    assert len(data.encode()) <= 64
    assert decode(data) == press


@pytest.mark.parametrize(
    "data",
    [
        *(
            "",
            "f",
            "f:1:start",
            "f:1:start:",
            "f:1:start:x",
            "f:1:start:00",
            "f:1:start:100",
            "f:1:start:0\n",
        ),
        *("f:01:start:0", "f:-1:start:0", "f:12345678901:start:0", "f:١:start:0", "f::start:0"),
        *("f:1:Start:0", "f:1::0", "f:1:" + "a" * 25 + ":0", "g:1:start:0"),
    ],
)
def test_garbage(data: str) -> None:
    assert decode(data) is None


@given(st.text(max_size=70))
def test_any_text_is_decoded_to_what_encodes_it(data: str) -> None:
    press = decode(data)
    assert press is None or encode(press.version, press.step, press.action) == data
