"""Capability: what figures say would be missing without a party. Each with its source and year.

Nothing is added up across datasets, and nothing is carried over to a year that a dataset does not
cover: where it is silent the answer is unknown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from noroshi.pact.figures import Figure, Key, Series
from noroshi.pact.graph import Graph, alone, components, cuts, graph, ties, without

Data = Mapping[str, Series]
"""Series by the name of their dataset."""

SPAN = 10
"""Years of arms transfers that count together: deliveries of single years jump."""


def capability(
    data: Data, party: str, of: tuple[str, ...], *, leaves: bool = True
) -> tuple[Figure, ...]:
    """What is known of the world without `party`, if it `leaves`, then of what each of `of` has
    with it."""
    found = [*_pacts(data, party)] if leaves else []
    for each in of:
        if each != party:
            found += _exercises(data, party, each)
            found += _forces(data, party, each)
            found += _transfers(data, party, each)
            found += _agreements(data, party, each)
            found += _votes(data, party, each)
    return tuple(found)


def yearly(series: Series, measure: str) -> Iterator[tuple[int, Graph]]:
    """The network of one obligation in every year of the dataset."""
    if series.rows:
        for year in range(int(series.first), int(series.last) + 1):
            yield year, graph((key[0], key[1]) for key in series.ties(measure, year) or ())


def shape(of: Graph) -> tuple[int, int, int, int, int, int]:
    """(states, ties, parts, states of the largest part, cut points, bridges)."""
    parts = components(of)
    points, bridges = cuts(of)
    return len(of), ties(of), len(parts), len(parts[0]) if parts else 0, len(points), len(bridges)


def bereft(of: Graph, party: str) -> frozenset[str]:
    """The states that would have no tie without `party`."""
    return alone(without(of, party)) - alone(of)


def _pacts(data: Data, party: str) -> Iterator[Figure]:
    for name in ("atop", "cow"):
        series = data.get(name)
        if series is None or not series.rows:
            continue
        year, source = int(series.last), series.dataset.source
        of = graph((key[0], key[1]) for key in series.ties("defense", year) or ())
        lost = tuple(sorted(bereft(of, party)))
        what = f"states left without any defence pact without {party}"
        yield Figure(what, float(len(lost)), "states", str(year), source, names=lost)
        for told, each in (("with", of), ("without", without(of, party))):
            parts = components(each)
            size = float(len(parts[0]) if parts else 0)
            yield Figure(
                f"largest connected part {told} {party}", size, "states", str(year), source
            )


def _exercises(data: Data, party: str, of: str) -> Iterator[Figure]:
    series = data.get("exercises")
    if series is None or not series.rows:
        yield _missing(f"multinational exercises of {of}", "exercises", "exercises")
        return
    taking: dict[str, set[str]] = {}
    for values in series.by["part"].values():
        for exercise, state in values:
            taking.setdefault(exercise, set()).add(state)
    mine = [states for states in taking.values() if of in states and len(states) > 1]
    source = series.dataset.source
    for what, count in (
        (f"multinational exercises of {of}", len(mine)),
        (f"of those with {party}", sum(party in states for states in mine)),
        (f"of those with {party} alone", sum(states == {of, party} for states in mine)),
    ):
        yield Figure(what, float(count), "exercises", series.years, source)


def _forces(data: Data, party: str, of: str) -> Iterator[Figure]:
    if party == "USA":
        series = data.get("forces")
        what = f"troops of USA in {of}"
        if series is None or not series.rows:
            yield _missing(what, "forces", "troops")
        else:
            yield series.figure(what, "troops", (of,), int(series.last))


def _transfers(data: Data, party: str, of: str) -> Iterator[Figure]:
    series = data.get("arms")
    what = f"share of {party} in the arms that {of} received"
    if series is None or not series.rows:
        yield _missing(what, "arms", "%")
        return
    last = int(series.last)
    years = range(max(last - SPAN + 1, int(series.first)), last + 1)
    given: dict[Key, float] = {}
    for year in years:
        for key, value in (series.at("transfers", year) or {}).items():
            if key[1] == of:
                given[key] = given.get(key, 0.0) + value
    total = sum(given.values())
    share = 100 * given.get((party, of), 0.0) / total if total else None
    span, source = f"{years.start}–{last}", series.dataset.source
    yield Figure(what, share, "%", span, source, "" if total else "no transfer is listed")


def _agreements(data: Data, party: str, of: str) -> Iterator[Figure]:
    series = data.get("dcad")
    if series is not None and series.rows and of != party:
        year = int(series.last)
        count = sum(
            value
            for measure in series.by
            for key, value in (series.at(measure, year) or {}).items()
            if {*key} == {of, party}
        )
        what = f"defence cooperation agreements of {of} with {party}"
        yield Figure(what, count, "agreements", str(year), series.dataset.source)


def _votes(data: Data, party: str, of: str) -> Iterator[Figure]:
    series = data.get("votes")
    if series is not None and series.rows:
        year = int(series.last)
        points = series.at("ideal_point", year) or {}
        what = f"distance of {of} and {party} in votes of the General Assembly"
        value = abs(points[of,] - points[party,]) if {(of,), (party,)} <= points.keys() else None
        why = "" if value is not None else "no value"
        unit, source = series.dataset.unit, series.dataset.source
        yield Figure(what, value, unit, str(year), source, why)


def _missing(what: str, name: str, unit: str) -> Figure:
    return Figure(what, None, unit, "", "", f"no data of this kind was given ({name})")
