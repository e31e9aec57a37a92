"""Registered handling tags: which promise covers which tag, against a plain reading."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.words.handling import (
    REGISTERED,
    STATEMENTS,
    alike,
    controlled,
    demanding,
    honours,
    listed,
    unmet,
)

BELOW = {
    ("5A002", "5A002"): True,
    ("5A002.a.1", "5A002"): True,
    ("5A002.a.1", "5A002.a"): True,
    ("5A002", "5A"): True,
    ("5A002", "5"): True,
    ("5A002", "5A0"): False,
    ("5A002", "5A002.a"): False,
    ("5B002", "5A"): False,
    ("ML15", "ML15"): True,
    ("ML15.b", "ML15"): True,
    ("ML15", "ML1"): False,
    ("ML15", "ML"): True,
    ("MTCR-1.A.1", "MTCR-1"): True,
    ("MTCR-19.A", "MTCR-1"): False,
    ("MTCR-19.A", "MTCR"): True,
    ("US-5A992", "5A992"): False,
    ("5A002.ab", "5A002.a"): False,
    ("5A002", ""): False,
}


@pytest.mark.parametrize(("code", "name"), BELOW, ids=map(" under ".join, BELOW))
def test_a_code_stands_below_a_name(code: str, name: str) -> None:
    assert listed(code, (name,)) is BELOW[code, name]
    assert listed(code, ("0A001", name)) is BELOW[code, name]


@given(*[st.text("A1.-b2", min_size=1, max_size=5)] * 3)
def test_below_is_an_order(one: str, two: str, three: str) -> None:
    assert listed(one, (one,))
    assert one == two or not (listed(one, (two,)) and listed(two, (one,)))
    assert not (listed(one, (two,)) and listed(two, (three,))) or listed(one, (three,))


def test_to_honour_is_an_order_in_which_statements_do_not_mix() -> None:
    tags = [*sorted(REGISTERED), "eyes", "iep:other=must", "control:5A002"]
    for one, other in itertools.product(tags, tags):
        assert honours(one, one)
        assert one == other or not (honours(one, other) and honours(other, one))
        assert one == other or not honours(one, other) or other in alike(one)
        for third in tags:
            assert not (honours(one, other) and honours(other, third)) or honours(one, third)


# promised, asked → whether that is enough
PROMISES = {
    "the same": ("encrypt_in_transit=must", "encrypt_in_transit=must", True),
    "to act on nothing, and may act inside": (
        "permitted_actions=none", "permitted_actions=internally-visible-actions", True,
    ),
    "to act inside, and may act on nothing": (
        "permitted_actions=internally-visible-actions", "permitted_actions=none", False,
    ),
    "to name, and must not": ("provider_attribution=must", "provider_attribution=must-not", False),
    "not to name, and must": ("provider_attribution=must-not", "provider_attribution=must", False),
    "another statement": ("encrypt_in_transit=must", "unmodified_resale=must-not", False),
    "a value that nobody published": ("encrypt_in_transit=must", "encrypt_in_transit=maybe", False),
}  # fmt: skip


@pytest.mark.parametrize(("promised", "asked", "enough"), PROMISES.values(), ids=PROMISES)
def test_a_promise(promised: str, asked: str, enough: bool) -> None:
    assert (unmet((f"iep:{asked}",), (f"iep:{promised}",), ()) == ()) is enough


def test_only_the_mildest_value_of_a_statement_asks_for_nothing() -> None:
    mild = {f"iep:{name}={chains[0][0]}" for name, chains in STATEMENTS.items()}
    assert {tag for tag in REGISTERED if not demanding(tag)} == mild
    assert unmet(sorted(mild), (), ()) == ()
    assert all(map(demanding, ("eyes", "iep:other=may", "control:5A002", "iep:")))


def test_codes_pass_by_their_list_alone() -> None:
    tags = ("control:5A002.a", "control:ML15", "eyes")
    assert controlled(tags) == ("5A002.a", "ML15")
    assert unmet(tags, ("control:5A002.a", "control:ML15", "eyes"), ()) == tags[:2]
    assert unmet(tags, ("eyes",), ("5A002", "ML1")) == ("control:ML15",)
    assert unmet(tags, (), ("5A002", "ML15")) == ("eyes",)


@pytest.mark.shared
def test_what_oasis_publishes_is_registered(shared: Path) -> None:
    path = shared / "data/cyber/oasis/extensions/iep2_example.json"
    found = {
        f"iep:{name}={value}"
        for extension in json.loads(path.read_text("utf-8"))["extensions"].values()
        for name, value in extension.items()
        if name in STATEMENTS
    }
    assert found
    assert found <= REGISTERED
