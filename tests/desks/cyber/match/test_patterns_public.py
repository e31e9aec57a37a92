"""Made patterns on made observed-data: the public matcher and grammar of OASIS beside ours."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from observing import in_21, ours, seen, theirs
from stix2patterns.validator import run_validator

from noroshi.desks.cyber.match.pattern import Refused, compiled, observations
from noroshi.desks.cyber.match.pattern.many import Patterns

VALUES = st.sampled_from(["a", "b", "ab", "10.0.0.1", "10.0.0.0/30", "%", "", 1, 2, 1.5, True])
KEYS = st.sampled_from(["p", "q", "x_ref", "y_refs"])


def literal(value: Any) -> str:
    return json.dumps(value) if not isinstance(value, str) else f"'{value}'"


@st.composite
def objects(draw: st.DrawFn) -> dict[str, Any]:
    many = draw(st.integers(1, 3))
    names = [str(each) for each in range(many)]
    made = {}
    for name in names:
        each: dict[str, Any] = {"type": draw(st.sampled_from(["t", "u"]))}
        for key in draw(st.sets(KEYS)):
            if key == "x_ref":
                each[key] = draw(st.sampled_from(names))
            elif key == "y_refs":
                each[key] = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2))
            else:
                each[key] = draw(VALUES | st.lists(VALUES, max_size=2) | st.just({"p": "a"}))
        made[name] = each
    return made


OBSERVED = st.lists(
    st.builds(
        lambda held, first, more, number: seen(held, first, first + more, number),
        objects(), st.integers(0, 6), st.integers(0, 2), st.integers(1, 2),
    ),
    min_size=1, max_size=4,
)  # fmt: skip
PATHS = st.sampled_from(
    ["t:p", "u:p", "t:q", "u:q[*]", "t:p[0]", "t:x_ref.p", "u:y_refs[*].q", "t:q.p"]
)
NOT = st.sampled_from(["", "NOT "])
TESTS = st.one_of(
    st.builds(
        lambda p, n, o, v: f"{p} {n}{o} {literal(v)}",
        PATHS, NOT, st.sampled_from(["=", "!="]), VALUES,
    ),
    st.builds(
        lambda p, n, o, v: f"{p} {n}{o} {literal(v)}",
        PATHS, NOT, st.sampled_from(["<", ">=", ">", "<="]), VALUES.filter(lambda v: v is not True),
    ),
    st.builds(
        lambda p, n, v: f"{p} {n}IN ({', '.join(map(literal, v))})",
        PATHS, NOT, st.lists(st.sampled_from(["a", "b", "10.0.0.1"]), max_size=3),
    ),
    st.builds(
        lambda p, n, o, v: f"{p} {n}{o} {literal(v)}",
        PATHS, NOT, st.sampled_from(["LIKE", "MATCHES"]),
        st.sampled_from(["a", "a%", "_", "", "%b"]),
    ),
)  # fmt: skip
COMPARED = st.recursive(
    TESTS,
    lambda inner: st.builds(
        lambda a, o, b: f"({a} {o} {b})", inner, st.sampled_from(["AND", "OR"]), inner
    ),
    max_leaves=3,
)
QUALIFIERS = st.sampled_from(
    [
        "REPEATS 2 TIMES", "REPEATS 3 TIMES", "WITHIN 1 SECONDS", "WITHIN 2.5 SECONDS",
        "START t'2026-03-01T10:00:01Z' STOP t'2026-03-01T10:00:04Z'",
    ]
)  # fmt: skip
PATTERNS = st.recursive(
    COMPARED.map(lambda each: f"[{each}]"),
    lambda inner: (
        st.builds(
            lambda a, o, b: f"({a} {o} {b})",
            inner, st.sampled_from(["AND", "OR", "FOLLOWEDBY"]), inner,
        )
        | st.builds(lambda a, q: f"({a}) {q}", inner, QUALIFIERS)
    ),
    max_leaves=4,
)  # fmt: skip


def check(pattern: str, data: list[Any]) -> None:
    expected = theirs(pattern, data)
    assert (ours(pattern, data) is not None) == expected
    assert (compiled(pattern).binding(observations(in_21(data))) is not None) == expected
    assert bool(list(Patterns([pattern]).matches(observations(data)))) == expected


@given(PATTERNS, OBSERVED)
@settings(max_examples=10, deadline=None)
def test_answers_as_the_public_matcher_does(pattern: str, data: list[Any]) -> None:
    check(pattern, data)


@pytest.mark.slow
@given(PATTERNS, OBSERVED)
@settings(max_examples=300, deadline=None)
def test_answers_as_the_public_matcher_does_at_length(pattern: str, data: list[Any]) -> None:
    check(pattern, data)


@given(
    PATTERNS,
    st.integers(0, 200),
    st.sampled_from(["", " ", "'", "]", "AND", "1", "NOT", "[x:y=1]"]),
)
@settings(max_examples=10, deadline=None)
def test_takes_the_patterns_that_the_public_grammar_takes(text: str, at: int, put: str) -> None:
    text = text[:at] + put + text[at + len(put) :]
    try:
        compiled(text)
        accepted = True
    except Refused:
        accepted = False
    assert accepted == (not run_validator(text, stix_version="2.1"))
