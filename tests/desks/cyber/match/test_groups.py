"""Roll-up: the same groups for any order, parts and repetition, beside a plain count."""

from __future__ import annotations

import hashlib
import random
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.desks.cyber.match import groups
from noroshi.desks.cyber.match.entry import Match
from noroshi.desks.cyber.match.groups import grouped

HOUR = 3_600_000_000


def match(indicator: str, at: int | None, line: int, place: int = 0, value: str = "v") -> Match:
    digest = hashlib.sha256(b"%d" % line).hexdigest()
    return Match(indicator, f"feed {line % 2}", 0, at, f"field {line % 3}", value, place, 9, digest)


def assets(match: Match) -> Iterable[str]:
    return [f"asset {each}" for each in range(len(match.value) - 1)]


MATCHES = st.lists(
    st.builds(
        match,
        st.sampled_from(["i", "j"]),
        st.sampled_from([None, 0, 1, HOUR, 2 * HOUR + 5]),
        st.integers(0, 8),
        st.integers(0, 3),
        st.sampled_from(["a", "bb", "ccc"]),
    ),
    max_size=40,
)


@given(MATCHES, st.integers(1, 5), st.randoms(use_true_random=False), st.booleans())
@settings(max_examples=30, deadline=None)
def test_groups_do_not_depend_on_order_parts_and_repetition(
    matches: list[Match], parts: int, r: random.Random, few: bool
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        if few:
            for name, value in {"EVIDENCE": 2, "VALUES": 1, "COUNTED": 3}.items():
                patch.setattr(groups, name, value)
        expected = grouped(matches, assets, HOUR)
        again = [*matches, *r.sample(matches, len(matches) // 2)]
        r.shuffle(again)
        held: list[groups.Group] = []
        for part in range(parts):
            held = grouped(again[part::parts], assets, HOUR, held)
        assert held == expected


@given(MATCHES)
@settings(max_examples=30, deadline=None)
def test_groups_are_what_one_would_count(matches: list[Match]) -> None:
    plain: dict[tuple[str, str, int | None], list[Match]] = {}
    for each in matches:
        for asset in list(assets(each)) or [""]:
            window = None if each.at is None else each.at // HOUR * HOUR
            plain.setdefault((each.indicator, asset, window), []).append(each)
    found = grouped(matches, assets, HOUR)
    assert {(each.indicator, each.asset, each.window) for each in found} == set(plain)
    for each in found:
        held = plain[each.indicator, each.asset, each.window]
        times = [one.at for one in held if one.at is not None]
        assert each.lines == len({one.line_sha256 for one in held})
        assert each.exact
        assert (each.first, each.last) == (min(times, default=None), max(times, default=None))
        assert each.values == tuple(sorted({one.value for one in held}))
        assert each.sources == tuple(sorted({one.source for one in held}))
        shown = sorted({(one.at or 0, one.line_sha256) for one in held})[: groups.EVIDENCE]
        assert [(one.at or 0, one.line_sha256) for one in each.evidence] == shown


def test_very_many_lines_are_estimated() -> None:
    (group,) = grouped((match("i", 0, line) for line in range(5_000)), lambda _: (), HOUR)
    assert not group.exact
    assert group.lines == pytest.approx(5_000, rel=0.1)
    assert len(group.digests) == groups.COUNTED + 1
    assert len(group.evidence) == groups.EVIDENCE


def test_of_one_line_at_two_places_the_first_is_kept() -> None:
    both = [match("i", 5, 1, place) for place in (7, 3)]
    (one,), (other,) = (grouped(each, lambda _: (), HOUR) for each in (both, both[::-1]))
    assert one == other
    assert [each.start for each in one.evidence] == [3]
    assert one.lines == 1
