"""Whose something is, and where a series falls: beside plain implementations of the same rules."""

from __future__ import annotations

import ipaddress
import statistics
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.desks.cyber.connectivity import LEAST, losses
from noroshi.desks.cyber.findings import operator
from noroshi.desks.cyber.named import narrow
from noroshi.desks.cyber.ours import Ours
from noroshi.words.asset import Asset, AssetEdge, AssetGraph

RANGES = st.integers(0, 2**8 - 1).flatmap(
    lambda n: st.integers(4, 8).map(lambda length: ipaddress.ip_network((n << 24, length), False))
)
"""Few and short, so that they lie in one another."""

ADDRESSES = st.integers(0, 2**8 - 1).map(lambda n: ipaddress.ip_address((n << 24) + 1))


def declared(ranges: Sequence[Any]) -> AssetGraph:
    return AssetGraph(
        tuple(
            Asset(f"a:{n}", "network", f"N{n}", identifiers=(f"net:{each}",))
            for n, each in enumerate(ranges)
        )
    )


@given(st.lists(RANGES, max_size=8), ADDRESSES)
def test_an_address_is_theirs_of_whom_the_longest_range_holds_it(
    ranges: list[Any], address: Any
) -> None:
    held = [(each.prefixlen, n) for n, each in enumerate(ranges) if address in each]
    longest = max((length for length, _ in held), default=None)
    expected = {f"a:{n}" for length, n in held if length == longest}
    assert set(Ours(declared(ranges)).of(str(address))) == expected


@given(st.lists(RANGES, max_size=8), RANGES)
def test_a_range_is_also_theirs_of_whom_it_holds_something(ranges: list[Any], asked: Any) -> None:
    above = [(each.prefixlen, n) for n, each in enumerate(ranges) if asked.subnet_of(each)]
    longest = max((length for length, _ in above), default=None)
    inside = {f"a:{n}" for n, each in enumerate(ranges) if each.subnet_of(asked)}
    expected = {f"a:{n}" for length, n in above if length == longest} if above else inside
    assert set(Ours(declared(ranges)).of(str(asked))) == expected


@pytest.mark.parametrize(
    ("value", "says"),
    [("198.51.100.7", True), ("192.0.0.0/8", True), ("0.0.0.0/0", False), ("192.0.0.0/7", False),
     ("2001:db8::/32", True), ("::/0", False), ("::ffff:0:0/96", False), ("no address", False)],
)  # fmt: skip
def test_a_range_that_holds_everybody_names_nobody(value: str, says: bool) -> None:
    assert narrow(value) is says


NAMED = Ours(
    AssetGraph(
        (
            Asset("n:grid", "network", "Grid", identifiers=("domain:grid.example", "asn:64500")),
            Asset("h:mail", "host", "Mail", identifiers=("domain:mail.grid.example",)),
            Asset("h:six", "host", "Six", identifiers=("net:2001:db8::/32", "ip:192.0.2.9")),
        )
    )
)


@pytest.mark.parametrize(
    ("value", "assets"),
    [
        ("grid.example", ("n:grid",)), ("www.GRID.example.", ("n:grid",)),
        ("evilgrid.example", ()), ("example", ()), ("a.mail.grid.example", ("h:mail",)),
        ("https://www.grid.example:8443/a?b#c", ("n:grid",)), ("x@grid.example", ("n:grid",)),
        ("http://[2001:db8::1]/", ("h:six",)), ("2001:DB8::5", ("h:six",)),
        ("192.0.2.9", ("h:six",)),
        ("192.0.2.0/24", ("h:six",)), ("192.0.2.10", ()), ("", ()),
    ],
)  # fmt: skip
def test_whose_a_value_is(value: str, assets: tuple[str, ...]) -> None:
    assert NAMED.of(value) == assets


@pytest.mark.parametrize(
    ("line", "found"),
    [
        (b"1.0\tC\t192.0.2.9\t1\t198.51.100.1\t2", ["192.0.2.9"]),
        (b'{"src":"2001:db8::7","host":"a.grid.example"}', ["2001:db8::7", "a.grid.example"]),
        (b"src:192.0.2.9 ip=192.0.2.9. [2001:db8::7]:443", ["192.0.2.9", "2001:db8::7"]),
        (b"Jan 21 a.grid.example sshd[1]: from 192.0.2.9 port 1", ["a.grid.example", "192.0.2.9"]),
        (b"192.0.2.90 1192.0.2.9 192.0.2.9.5 \xff\xfe", []),
    ],
)  # fmt: skip
def test_what_of_ours_stands_on_a_line(line: bytes, found: list[str]) -> None:
    assert [value for value, _ in NAMED.in_line(line)] == found


def naive(values: Sequence[float], share: float, points: int) -> list[tuple[int, int, float]]:
    """The same rule, said plainly: the median of all points before that are in no loss."""
    found: list[tuple[int, int, float]] = []
    usual: list[float] = []
    n = 0
    while n < len(values):
        median = statistics.median(usual) if len(usual) >= LEAST else 0.0
        if median > 0 and values[n] < share * median:
            end = n
            while end < len(values) and values[end] < share * median:
                end += 1
            if end - n >= points:
                found.append((n, end - 1, median))
            n = end
        else:
            usual.append(values[n])
            n += 1
    return found


@given(
    st.lists(st.sampled_from([0.0, 5.0, 40.0, 90.0, 100.0, 110.0]), max_size=60),
    st.sampled_from([0.25, 0.8, 0.9]),
    st.integers(1, 4),
)
def test_losses_are_those_of_the_plain_rule(tail: list[float], share: float, points: int) -> None:
    values = [100.0] * LEAST + tail
    times = [n * 300_000_000 for n in range(len(values))]
    found = [
        (each.first, each.last, each.baseline)
        for each in losses(times, values, share, 10**15, points)
    ]
    assert found == naive(values, share, points)


def test_who_runs_an_asset_is_its_owner_else_an_operator_beside_it() -> None:
    graph = AssetGraph(
        (Asset("cable:a", "cable", "A", owner="O"), Asset("cable:b", "cable", "B"),
         Asset("operator:p", "operator", "P")),
        (AssetEdge("cable:b", "operator:p", "operated_by"),),
    )  # fmt: skip
    runs = [operator(each, graph) for each in ("cable:a", "cable:b", "operator:p", "gone")]
    assert runs == ["O", "P", "—", "—"]
