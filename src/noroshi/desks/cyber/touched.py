"""What touches our assets: since when, how sure, and what of it may be told to a partner."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

from noroshi.desks.cyber import telling
from noroshi.desks.cyber.findings import operator
from noroshi.words import asked
from noroshi.words.desk import Answer, Option, Query
from noroshi.words.time import format_instant

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noroshi.words.asset import AssetGraph
    from noroshi.words.desk import AskKept, Held
    from noroshi.words.finding import Measure

KINDS: Final = ("sighting", "connectivity_loss", "outage", "incident_report", "asset_named")
"""What was seen here comes before what others say."""

SAID: Final[Mapping[str, str]] = {
    "sighting": "indicator seen", "connectivity_loss": "connectivity lost", "outage": "outage",
    "incident_report": "incident reported", "asset_named": "named",
}  # fmt: skip


class Touch(msgspec.Struct, frozen=True):
    """One finding at an asset. `sure` is the Admiralty code: how reliable the source, how credible
    the information. `told` is what the partner that was asked about may have of it."""

    finding: str
    kind: str
    asset: str
    name: str
    operator: str
    since: str
    until: str
    sure: str
    measures: Mapping[str, Measure]
    told: telling.Telling | None = None


class Touched(msgspec.Struct, frozen=True):
    """What touches the assets asked about, the latest first; `assets` is how many were looked at.
    `techniques` are the names of those that are told of, by number."""

    assets: int
    since: str | None
    party: str | None
    touches: tuple[Touch, ...]
    techniques: dict[str, str] = {}


def touched(ask: AskKept, given: Mapping[str, str | None]) -> Answer:
    """Findings at an asset, or at any."""
    limit = asked.count("limit", given["limit"])
    graph, party = ask.assets(), given["to"]
    only = asked.asset(graph, given["asset"]) if given["asset"] else None
    since = asked.instant("since", given["since"]).t0 if given["since"] else None
    near = {only.id, *graph.near(only.id)} if only else None
    found = [
        each
        for kind in KINDS
        for each in ask.findings(kind, since)
        if each.assets and (near is None or near.intersection(each.assets))
    ]
    found.sort(key=lambda each: (-each.t1, KINDS.index(each.kind), each.id))
    answer = Touched(
        assets=len(near or graph.assets),
        since=None if since is None else format_instant(since),
        party=party,
        touches=tuple(_touch(ask, graph, each, party) for each in found[:limit]),
    )
    answer = msgspec.structs.replace(answer, techniques=_techniques(ask, answer))
    return _table(answer, len(found), only.name if only else None)


def _touch(ask: AskKept, graph: AssetGraph, each: Held, party: str | None) -> Touch:
    named = [graph.assets[name].name if name in graph.assets else name for name in each.assets]
    return Touch(
        finding=each.id,
        kind=each.kind,
        asset=", ".join(each.assets),
        name=", ".join(named),
        operator=str(each.measures.get("operator") or operator(each.assets[0], graph)),
        since=format_instant(each.t0),
        until=format_instant(each.t1),
        sure=f"{each.reliability}{each.credibility}",
        measures=each.measures,
        told=telling.telling(ask.told(each.id, party)) if party else None,
    )


def _techniques(ask: AskKept, answer: Touched) -> dict[str, str]:
    """The names of the techniques that the answer tells of, where ATT&CK or CAPEC is here."""
    numbers = {
        number
        for each in answer.touches
        for number in str(each.measures.get("techniques", "")).split(", ")
        if number not in ("", "—")
    }
    known = ask.context("cyber").known if numbers else None
    if known is None:
        return {}
    from noroshi.desks.cyber.techniques import names

    held = names(known)
    return {number: held[number] for number in sorted(numbers) if number in held}


def _table(answer: Touched, many: int, name: str | None) -> Answer:
    about = name or f"{answer.assets} assets"
    if not answer.touches:
        return Answer(
            answer,
            before=(
                f"{about}: nothing that was read touches them.",
                "Hint: noroshi ingest FILE… reads logs and intelligence; noroshi assets load says "
                "whose is what",
            ),
        )
    columns = [("asset", False), ("run by", False), ("what", False), ("", False),
               ("since (UTC)", False), ("until", False), ("sure", False)]  # fmt: skip
    if answer.party:
        columns.append((f"to {answer.party}", False))
    columns.append(("finding", False))
    after = ["Sure: reliability of the source A to F (F: nobody can say), credibility 1 to 6."]
    if many > len(answer.touches):
        after.insert(0, f"{len(answer.touches)} of {many}; --limit shows more.")
    after += [f"{number} {called}" for number, called in answer.techniques.items()]
    return Answer(
        value=answer,
        before=(f"{about}: {many} findings, the latest first", ""),
        columns=tuple(columns),
        rows=tuple(_row(each) for each in answer.touches),
        after=("", *after),
    )


def _row(each: Touch) -> tuple[str, ...]:
    told = (each.told.short,) if each.told else ()
    return (
        each.name, each.operator, SAID[each.kind], what(each), each.since[:16].replace("T", " "),
        each.until[:16].replace("T", " "), each.sure, *told, each.finding[:18],
    )  # fmt: skip


def what(each: Touch) -> str:
    """The one thing to know of a finding, in a few words."""
    told = each.measures
    if each.kind == "sighting":
        many, known = told.get("lines"), told.get("techniques")
        shown = f"{told.get('value')} in {many} line{'' if many == 1 else 's'}"
        return shown if known in (None, "—") else f"{shown} ({known})"
    if each.kind == "connectivity_loss":
        return f"-{float(told.get('lost_share', 0)):.0%} by {told.get('datasource')}"
    if each.kind == "outage":
        return f"{told.get('ref')} by {told.get('reported_by')}"
    if each.kind == "asset_named":
        return f"{told.get('value')} by {told.get('lineage')}"
    return str(told.get("title", ""))[:60]


OPTIONS: Final[Sequence[Option]] = (
    Option("asset", "Id of an asset, or part of its id or name; else all.", positional=True),
    Option("since", "Only what lasted until then or longer: RFC 3339, or a date."),
    Option("to", "A party: what of it the agreements let go there."),
    Option("limit", "At most this many lines.", "50"),
)
QUERY: Final = Query(
    name="touched",
    help="What touches our assets, since when, how sure, and what a partner may be told.",
    run=touched,
    options=tuple(OPTIONS),
    examples=(
        "--node ./jpn",
        "grid --since 2026-01-01 --to EU --node ./jpn",
        "--to EU --node ./jpn --json",
    ),
)
