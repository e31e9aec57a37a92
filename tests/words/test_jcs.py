"""Canonical JSON: the standard's own cases, a public implementation, and what has no such form."""

from __future__ import annotations

import json
import struct

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from noroshi.words.jcs import canonical, number

# RFC 8785 appendix B: the bits of a double, and how ECMAScript writes it.
NUMBERS = {
    "0000000000000000": "0",
    "8000000000000000": "0",
    "0000000000000001": "5e-324",
    "8000000000000001": "-5e-324",
    "7fefffffffffffff": "1.7976931348623157e+308",
    "ffefffffffffffff": "-1.7976931348623157e+308",
    "4340000000000000": "9007199254740992",
    "c340000000000000": "-9007199254740992",
    "4430000000000000": "295147905179352830000",
    "44b52d02c7e14af5": "9.999999999999997e+22",
    "44b52d02c7e14af6": "1e+23",
    "44b52d02c7e14af7": "1.0000000000000001e+23",
    "444b1ae4d6e2ef4e": "999999999999999700000",
    "444b1ae4d6e2ef4f": "999999999999999900000",
    "444b1ae4d6e2ef50": "1e+21",
    "3eb0c6f7a0b5ed8c": "9.999999999999997e-7",
    "3eb0c6f7a0b5ed8d": "0.000001",
    "41b3de4355555553": "333333333.3333332",
    "41b3de4355555557": "333333333.33333343",
    "becbf647612f3696": "-0.0000033333333333333333",
    "43143ff3c1cb0959": "1424953923781206.2",
}


@pytest.mark.parametrize(("bits", "written"), NUMBERS.items())
def test_numbers_stand_as_the_standard_writes_them(bits: str, written: str) -> None:
    value = struct.unpack(">d", bytes.fromhex(bits))[0]
    assert number(repr(value)) == written.encode()


def test_members_stand_in_the_order_of_utf16() -> None:
    # RFC 8785 §3.2.3, whose order of names differs from that of UTF-8.
    names = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    made = canonical(json.dumps(dict.fromkeys(names, 0)).encode())
    wanted = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(made)) == wanted


values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53) + 1, 2**53 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(values, st.booleans(), st.sampled_from([None, 1]))
def test_it_is_what_a_public_implementation_makes(value: object, ascii: bool, indent: int) -> None:
    raw = json.dumps(value, ensure_ascii=ascii, indent=indent).encode()
    assert canonical(raw) == rfc8785.dumps(value)  # pyright: ignore[reportArgumentType]


@given(values)
def test_twice_is_once(value: object) -> None:
    once = canonical(json.dumps(value).encode())
    assert canonical(once) == once


def test_large_integers_stay_apart() -> None:
    assert canonical(b"[9007199254740992]") != canonical(b"[9007199254740993]")
    assert canonical(b"123456789012345678901234567890") == b"123456789012345678901234567890"


@pytest.mark.parametrize(
    "raw",
    [
        b'{"a":1,"a":2}',
        b'{"a":1,"\\u0061":1}',
        b'[{"b":{"x":":","x":":"}}]',
        b"1e400",
        b"[-1e999]",
        b"NaN",
        b'"\\ud800"',
        b'"\xff"',
        b'{"a":1',
        b"[" * 5000 + b"]" * 5000,
        b"1" * 5000,
        b"",
    ],
    ids=lambda raw: raw[:16].decode("latin-1"),
)
def test_what_has_no_canonical_form_is_refused(raw: bytes) -> None:
    with pytest.raises(ValueError, match="no canonical form"):
        canonical(raw)
