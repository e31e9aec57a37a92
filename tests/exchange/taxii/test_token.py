"""`next` tokens: what was minted is read, and nothing else is."""

from __future__ import annotations

import base64
import itertools

from hypothesis import given
from hypothesis import strategies as st

from noroshi.exchange.taxii.token import mint, read

places = st.integers(-(2**63), 2**63 - 1)


@given(st.binary(max_size=40), st.binary(max_size=40), places)
def test_minted_is_read_back_the_same_every_time(secret: bytes, bound: bytes, place: int) -> None:
    token = mint(secret, bound, place)
    assert read(secret, bound, token) == place
    assert token == mint(secret, bound, place)
    assert token.isascii()
    assert len(token) == 32


@given(st.binary(max_size=9), st.binary(max_size=9), st.binary(max_size=9), places)
def test_another_secret_or_binding_reads_nothing(
    secret: bytes, bound: bytes, other: bytes, place: int
) -> None:
    token = mint(secret, bound, place)
    assert read(secret + b"1", bound, token) is None
    assert read(secret, bound + b"1", token) is None
    assert read(secret, other, token) in ((place,) if other == bound else (None,))


@given(st.text())
def test_any_other_text_reads_nothing(text: str) -> None:
    assert read(b"secret", b"bound", text) is None


def test_a_token_does_not_show_how_far_the_journal_is() -> None:
    tokens = [base64.urlsafe_b64decode(mint(b"secret", b"bound", place)) for place in range(200)]
    hidden = [int.from_bytes(token[-8:], "big") for token in tokens]
    assert all(each != place for place, each in enumerate(hidden))
    steps = [after - before for before, after in itertools.pairwise(hidden)]
    assert len(set(steps)) == len(steps)
