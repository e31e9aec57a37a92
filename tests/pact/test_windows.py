"""When agreements grant: partial dates, provisional application, successors and dependence."""

from __future__ import annotations

import pytest
from making import agreement

from noroshi.pact.windows import NEVER, state, windows
from noroshi.words.time import FOREVER, parse_instant


def _at(day: str) -> int:
    return parse_instant(f"{day}T00:00:00Z")


DATES = {
    "day": ("2026-01-05", "", "2026-01-05", None),
    "instant": ("2026-01-05T00:00:00Z", "", "2026-01-05", None),
    "month": ('"2026-01"', "", "2026-01-31", None),
    "year": ('"2026"', "", "2026-12-31", None),
    "ended in part": ("2026-01-05", "[exit]\nterminated = '2026-03'", "2026-01-05", "2026-03-01"),
}


@pytest.mark.parametrize(("in_force", "rest", "start", "end"), DATES.values(), ids=DATES)
def test_dates(in_force, rest, start, end) -> None:
    found = windows((agreement(in_force=in_force, rest=rest),))["x"]
    assert found == (_at(start), _at(end) if end else FOREVER)


def test_neither_signed_nor_signed_only_grants() -> None:
    assert windows((agreement(in_force=""),))["x"] == NEVER
    assert windows((agreement(in_force="", head="signed = 2020-01-01"),))["x"] == NEVER


def test_states() -> None:
    both = agreement(in_force="2026-03-01", head="provisional = 2026-02-01")
    window = windows((both,))["x"]
    names = {
        day: state(both, window, _at(day)) for day in ("2026-01-01", "2026-02-01", "2026-03-01")
    }
    assert list(names.values()) == ["not yet in force", "applied provisionally", "in force"]
    signed = agreement(in_force="", head="signed = 2020-01-01")
    assert state(signed, NEVER, 0) == "signed, not in force"
    assert state(agreement(in_force=""), NEVER, 0) == "negotiating, not signed"
    ended = agreement(rest="[exit]\nterminated = 2026-02-01")
    assert state(ended, windows((ended,))["x"], _at("2026-02-01")) == "ended"


def test_a_successor_ends_what_it_supersedes() -> None:
    old = agreement("old")
    new = agreement("new", in_force="2026-05-01", head='supersedes = ["old", "absent"]')
    draft = agreement("draft", in_force="", head='supersedes = ["new"]')
    found = windows((old, new, draft))
    assert found["old"].end == _at("2026-05-01")
    assert found["new"].end == FOREVER


def test_dependence_over_any_distance_and_order() -> None:
    root = agreement("root", in_force="2026-02-01", rest="[exit]\nterminated = 2026-08-01")
    mid = agreement("mid", head='depends_on = ["root", "absent"]')
    leaf = agreement("leaf", head='depends_on = ["mid"]')
    for order in ((root, mid, leaf), (leaf, mid, root)):
        found = windows(order)
        assert found["leaf"] == found["mid"] == found["root"]


def test_a_circle_of_dependence_stands_while_all_stand() -> None:
    one = agreement("one", head='depends_on = ["two"]', in_force="2026-03-01")
    two = agreement("two", head='depends_on = ["one"]', rest="[exit]\nterminated = 2026-04-01")
    found = windows((one, two))
    assert found["one"] == found["two"] == (_at("2026-03-01"), _at("2026-04-01"))
