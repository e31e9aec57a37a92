"""Where a part stands last in a text."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from noroshi.desks.cyber.pieces import _last  # pyright: ignore[reportPrivateUsage]


@given(st.text("ab", max_size=80), st.text("ab", max_size=80), st.text("ab", max_size=200))
def test_the_last_place_is_that_of_rfind(before: str, after: str, part: str) -> None:
    text = f"{before}{part}{after}{part[:70]}".encode()
    assert _last(text, part.encode()) == text.rfind(part.encode())
