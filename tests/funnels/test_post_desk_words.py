"""The data behind the buttons of a post."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funnels.panel_words import PanelPress, decode_panel
from funnels.post_desk_words import PostPress, post_data, read_post_press

presses = st.builds(
    PostPress,
    word=st.from_regex(r"[a-z_]{1,16}", fullmatch=True),
    post_id=st.integers(0, 10**18 - 1),
    revision=st.integers(0, 2**31 - 1),
    argument=st.just("") | st.from_regex(r"[a-z0-9_]{1,13}", fullmatch=True),
)


@given(presses)
def test_round_trip_in_64_bytes(press: PostPress) -> None:
    data = post_data(press)
    assert len(data.encode()) <= 64
    panel = decode_panel(data)
    assert panel is not None
    assert read_post_press(panel) == press


@pytest.mark.parametrize("argument", ["", "x", "-1", "01", "1.", "1.2.3", "1.a-b", "12345678901", "1.aaaaaaaaaaaaaa"])
def test_garbage(argument: str) -> None:
    assert read_post_press(PanelPress("po_pub", 1, argument)) is None


@given(st.text(max_size=70))
def test_any_text_is_read_as_what_writes_it(data: str) -> None:
    panel = decode_panel(data)
    press = read_post_press(panel) if panel else None
    assert press is None or post_data(press) == data
