"""Who was at a cable about the time it failed: the ledger of crossings, by loss of speed.

The order is by the share of its own earlier speed that a ship surely lost: by more than the error
of the speed itself. A ship that had a port or the traffic as a reason stands after the others. The
order says where to look first, and nothing more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from noroshi.words import asked
from noroshi.words.desk import Answer, Option, Query
from noroshi.words.errors import BadInput
from noroshi.words.time import DAY, MINUTE, SECOND, Span, format_instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noroshi.words.asset import Asset
    from noroshi.words.desk import Ask, AskKept, Held
    from noroshi.words.finding import Measure

KINDS: Final = ("cable", "pipeline")

FAILURES: Final = ("outage", "connectivity_loss")
"""Kinds of findings, of whatever desk, that say that something failed."""


class Ship(msgspec.Struct, frozen=True):
    """One line of the answer. `minutes` from the instant asked about to the crossing, or to where
    it was nearest (negative: before). `sure_loss_share` is None without a speed before."""

    finding: str
    subjects: tuple[str, ...]
    since: str
    until: str
    at: str
    minutes: float
    crossed: bool
    sure_loss_share: float | None
    measures: Mapping[str, Measure]


class Outage(msgspec.Struct, frozen=True):
    """A failure that was reported of the asset or of one that hangs on it, or a loss of its
    connectivity that was measured. `by` is who or what says so."""

    finding: str
    kind: str
    asset: str
    since: str
    until: str
    by: str
    said: str


class Crossed(msgspec.Struct, frozen=True):
    """Who was at `asset` in [since, until), in the order to look; where nobody was, how many
    passes of the asset there are at all (`known`), and from when to when. `outages` of it, or of
    what hangs on it, meet the same time, widened by a day each way."""

    asset: str
    name: str
    since: str
    until: str
    ships: tuple[Ship, ...]
    outage: str | None = None
    known: int | None = None
    first: str | None = None
    last: str | None = None
    outages: tuple[Outage, ...] = ()


def crossed(ask: AskKept, given: Mapping[str, str | None]) -> Answer:
    """Who was at an asset in the time before and after an instant or a reported outage."""
    before, after = (asked.duration(name, given[name]) for name in ("before", "after"))
    limit = asked.count("limit", given["limit"])
    asset, around = _sought(ask, given)
    since, until = around.t0 - before, around.t1 + after
    found: Sequence[Held]
    if _afresh(given["source"]):
        from noroshi.desks.sea.afresh import passed

        found = passed(ask, asset, since, until)
    else:
        found = ask.findings("crossing", since, until, asset.id)
    ships = sorted((_ship(each, around.t0) for each in found), key=_order)
    answer = Crossed(
        asset=asset.id,
        name=asset.name,
        since=format_instant(since),
        until=format_instant(until),
        ships=tuple(ships),
        outage=given["outage"],
        outages=_outages(ask, asset, since - DAY, until + DAY),
    )
    if ships:
        return _table(answer, limit)
    every = ask.findings("crossing", asset=asset.id)
    if every:
        first, last = min(each.t0 for each in every), max(each.t1 for each in every)
        answer = msgspec.structs.replace(
            answer, first=format_instant(first), last=format_instant(last)
        )
    return _nobody(msgspec.structs.replace(answer, known=len(every)))


def _outages(ask: AskKept, asset: Asset, since: int, until: int) -> tuple[Outage, ...]:
    graph = ask.assets()
    near = {asset.id, *graph.near(asset.id)}
    found = [each for kind in FAILURES for each in ask.findings(kind, since, until)]
    return tuple(
        Outage(
            finding=each.id,
            kind=each.kind,
            asset=next(name for name in each.assets if name in near),
            since=format_instant(each.t0),
            until=format_instant(each.t1),
            by=str(each.measures.get("reported_by") or each.measures.get("datasource") or "—"),
            said=_said(each),
        )
        for each in sorted(found, key=lambda each: (each.t0, each.id))
        if near.intersection(each.assets)
    )


def _said(each: Held) -> str:
    lost = each.measures.get("lost_share")
    if isinstance(lost, (int, float)):
        return f"{lost:.0%} less than its usual"
    return f"{each.measures.get('ref', '')} {each.measures.get('note', '')}".strip(" —")


def _afresh(text: str | None) -> bool:
    if text not in ("ledger", "positions"):
        raise BadInput("--source", "no such source", found=text, expected="ledger or positions")
    return text == "positions"


def _sought(ask: Ask, given: Mapping[str, str | None]) -> tuple[Asset, Span]:
    graph, outage = ask.assets(), given["outage"]
    if outage is not None:
        said = _outage(ask, outage)
        return asked.asset(graph, given["asset"] or said.assets[0], KINDS), Span(said.t0, said.t1)
    if given["asset"] is None or given["around"] is None:
        raise BadInput(
            "command line", "nothing to look for", expected="ASSET --around T, or --outage ID"
        )
    return asked.asset(graph, given["asset"], KINDS), asked.instant("around", given["around"])


def _outage(ask: Ask, name: str) -> Held:
    every = ask.findings("outage")
    found = [each for each in every if name in (each.id, each.measures.get("ref"))]
    found = found or [each for each in every if each.id.startswith(name)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(str(each.measures.get("ref")) for each in every[-asked.SHOWN :])
    raise BadInput(
        "--outage",
        "no such report" if not found else f"{len(found)} reports go by that",
        found=name,
        expected=f"one of {known}" if known else "an outage that was reported",
        hint="noroshi ingest reads reports (docs/sea.md, outage)",
    )


def sure_loss(measures: Mapping[str, Measure]) -> float | None:
    """The share of its baseline by which a ship was surely slower; None where it is not known."""
    numbers = [measures.get(name) for name in ("loss_kn", "speed_error_kn", "baseline_kn")]
    loss, error, baseline = (each if isinstance(each, (int, float)) else None for each in numbers)
    if loss is None or error is None or not baseline:
        return None
    return round((loss - error) / baseline, 4)


def _ship(each: Held, t: int) -> Ship:
    told = each.measures
    crossed = "crossed_after_s" in told
    after = told.get("crossed_after_s", told.get("closest_after_s", 0))
    at = each.t0 + round(float(after) * SECOND)
    return Ship(
        finding=each.id,
        subjects=each.subjects,
        since=format_instant(each.t0),
        until=format_instant(each.t1),
        at=format_instant(at),
        minutes=round((at - t) / MINUTE, 1),
        crossed=crossed,
        sure_loss_share=sure_loss(told),
        measures=told,
    )


def _order(ship: Ship) -> tuple[bool, bool, float, str]:
    explained = ship.measures.get("reason", "none") != "none"
    loss = ship.sure_loss_share
    return explained, loss is None, -(loss or 0.0), ship.finding


COLUMNS: Final = (
    ("", True), ("ship", False), ("name", False), ("there (UTC)", False), ("min", True),
    ("before kn", True), ("slowest kn", True), ("lost", True), ("signs of dragging", False),
    ("reason", False), ("finding", False),
)  # fmt: skip


def _table(answer: Crossed, limit: int) -> Answer:
    shown = answer.ships[:limit]
    after = [
        "Lost: the share of its own speed of the two hours before, where it is sure. Ships slow "
        "down for many reasons."
    ]
    if len(shown) < len(answer.ships):
        after.insert(0, f"{len(shown)} of {len(answer.ships)}; --limit shows more.")
    return Answer(
        value=answer,
        before=(f"{_title(answer)}: {len(answer.ships)} passes, most speed lost first", ""),
        columns=COLUMNS,
        rows=tuple(_row(number, each) for number, each in enumerate(shown, start=1)),
        after=("", *after, *_failures(answer)),
    )


def _failures(answer: Crossed) -> list[str]:
    """Lines about what failed."""
    return [
        f"Failed: {each.asset}, {each.since[:16]} to {each.until[:16]}, by {each.by}: {each.said}"
        for each in answer.outages
    ]


def _row(number: int, ship: Ship) -> tuple[str, ...]:
    told = ship.measures
    loss = ship.sure_loss_share
    mark = "" if ship.crossed else " (near)"
    return (
        str(number),
        ", ".join(ship.subjects),
        str(told.get("names", "")),
        ship.at[:16].replace("T", " ") + mark,
        f"{ship.minutes:+.0f}",
        _knots(told.get("baseline_kn")),
        _knots(told.get("lowest_kn")),
        "–" if loss is None else f"{max(0.0, loss):.1%}",
        str(told.get("drag_signs", "none")),
        str(told.get("reason", "none")),
        ship.finding[:18],
    )


def _knots(value: Measure | None) -> str:
    return f"{value:.1f}" if isinstance(value, (int, float)) else "–"


def _title(answer: Crossed) -> str:
    since, until = (each[:16].replace("T", " ") for each in (answer.since, answer.until))
    return f"{answer.name} ({answer.asset}), {since} to {until} UTC"


def _nobody(answer: Crossed) -> Answer:
    looked = f"Looked at: {answer.known} passes of it in the ledger"
    if answer.first and answer.last:
        looked += f", {answer.first[:16]} to {answer.last[:16]}"
    after = [looked + "."]
    if not answer.known:
        after.append("Hint: noroshi ingest FILE… reads tracks; noroshi assets load looks again")
    after += _failures(answer)
    said = "no ship was there" if answer.known else "whether a ship was there is not known"
    return Answer(value=answer, before=(f"{_title(answer)}: {said}", *after))


OPTIONS: Final[Sequence[Option]] = (
    Option("asset", "Id of a cable or pipeline, or part of its id or name.", positional=True),
    Option("around", "When it failed: RFC 3339, or a date."),
    Option("outage", "A reported outage instead: its ref, or its finding's id."),
    Option("before", "How long before to look.", "60m"),
    Option("after", "How long after to look.", "10m"),
    Option(
        "source", "ledger: what was found; positions: look into the kept positions now.", "ledger"
    ),
    Option("limit", "At most this many lines.", "20"),
)
QUERY: Final = Query(
    name="crossed",
    help="Who was at a cable or pipeline about an instant, most of its own speed lost first.",
    run=crossed,
    options=tuple(OPTIONS),
    examples=(
        "estlink --around 2024-12-25T10:26:00Z --node ./fin",
        "C-Lion1 --around 2024-11-18T02:04:00Z --source positions --node ./fin",
        "--outage F-2024-17 --before 2h --node ./fin --json",
    ),
)
