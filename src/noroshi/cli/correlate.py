"""`noroshi correlate` and `noroshi picture`: incidents out of a file of findings, whoever made it,
and out of what a node holds or a partner has from it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer

from noroshi.cli.options import HERE, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.picture.correlate import Picture
    from noroshi.picture.hypotheses import Weighing
    from noroshi.picture.live import Live
    from noroshi.picture.score import Incident
    from noroshi.picture.stream import Stream
    from noroshi.words.asset import AssetGraph

picture_app = typer.Typer()

NAMED = 5
"""So many of the lines that could not be read are named on the terminal."""

Budget = Annotated[
    float, typer.Option(help="Chance incidents a month that are put up with.", min=0)
]
OwnPriors = Annotated[Path | None, typer.Option(help="A table of priors of your own.")]
Seed = Annotated[int, typer.Option(help="Of the moves that show what chance alone gives.")]
Shifts = Annotated[int, typer.Option(help="How many moves, at least 20.", min=20)]
OwnMarks = Annotated[Path | None, typer.Option(help="What a person says instead: docs/picture.md.")]
Why = Annotated[bool, typer.Option("--why", help="Print every mark.")]


@picture_app.command(
    epilog=example(
        "noroshi correlate findings.jsonl",
        "noroshi correlate findings.jsonl --assets graph.toml --budget 0.5 --json",
        "noroshi correlate findings.jsonl --assets graph.toml --follow",
    )
)
def correlate(
    file: Annotated[
        Path, typer.Argument(help="JSON lines, plain or gzipped, - is stdin: docs/picture.md.")
    ],
    assets: Annotated[
        list[Path] | None, typer.Option(help="Files of assets and edges: docs/assets.md.")
    ] = None,
    budget: Budget = 1.0,
    priors: OwnPriors = None,
    seed: Seed = 1,
    shifts: Shifts = 200,
    overrules: OwnMarks = None,
    follow: Annotated[
        bool, typer.Option("--follow", help="Go on with what is added to the file.")
    ] = False,
    why: Why = False,
    json: JsonOption = False,
) -> None:
    """Join findings of different domains into incidents, each with the chance of being wrong."""
    from noroshi.cli.show import bar
    from noroshi.feeds.assets import read_graph
    from noroshi.feeds.stream import read_file
    from noroshi.picture.correlate import correlate as run
    from noroshi.picture.overrules import read_overrules
    from noroshi.picture.priors import load_priors

    table, said = load_priors(priors), read_overrules(overrules)
    graph = read_graph(assets or [])
    if follow:
        from noroshi.picture.live import Live

        live = Live(
            file.name, graph, table, budget=budget, seed=seed, shifts=shifts, overrules=said
        )
        _follow(file, live, json, why)
        return
    stream = read_file(file, graph)
    with bar(quiet=json, counted=True) as tell:
        found = run(
            stream, graph, table, budget=budget, overrules=said, seed=seed, shifts=shifts,
            tell=lambda done, of: tell("chance", done, of),
        )  # fmt: skip
    _print(found, graph, json, why)


@picture_app.command(
    epilog=example("noroshi picture --node ./jpn", "noroshi picture --as EU --node ./jpn --json")
)
def picture(
    node: NodeOption = HERE,
    as_: Annotated[
        str | None, typer.Option("--as", help="As this partner has it from this node.")
    ] = None,
    budget: Budget = 1.0,
    priors: OwnPriors = None,
    seed: Seed = 1,
    shifts: Shifts = 200,
    overrules: OwnMarks = None,
    why: Why = False,
    json: JsonOption = False,
) -> None:
    """Incidents among the findings of this node, or among those that a partner has from it."""
    from noroshi.cli.show import bar
    from noroshi.node.incidents import under_kept_ids
    from noroshi.node.node import Node, clock
    from noroshi.node.picture import notes_of_party, of_party, own, seen
    from noroshi.node.said import every_overrule, overrules_in
    from noroshi.picture.correlate import correlate as run
    from noroshi.picture.overrules import read_overrules
    from noroshi.picture.priors import load_priors

    table, said = load_priors(priors), read_overrules(overrules)
    with Node.open(node) as opened:
        if as_:
            # Where this node could see, the partner does not know.
            stream, could = of_party(opened, as_, table, clock()), []
            said = (*overrules_in(notes_of_party(opened, as_, clock())), *said)
        else:
            stream, could = own(opened, table), seen(opened, table)
            said = (*every_overrule(opened), *said)
        graph, kept = opened.store.assets(), opened.store.incidents()
    with bar(quiet=json, counted=True) as tell:
        found = run(
            stream, graph, table, budget=budget, overrules=said, seed=seed, shifts=shifts,
            tell=lambda done, of: tell("chance", done, of), seen=could,
        )  # fmt: skip
    if not as_:
        found = under_kept_ids(found, kept)
    _print(found, graph, json, why)


def _print(picture: Picture, graph: AssetGraph, json: bool, why: bool) -> None:
    from noroshi.cli.show import print_json, say

    if json:
        print_json(_report(picture))
        return
    for line in (*_head(picture), *_known(picture, graph), *_ending(picture)):
        say(line)
    for each, weighing in zip(picture.incidents, picture.weighings, strict=True):
        say("")
        for line in (*incident_lines(each), *weighing_lines(weighing, why)):
            say(line)


def _follow(file: Path, live: Live, json: bool, why: bool) -> None:
    """Tell what becomes of incidents as findings come, until interrupted or the input ends."""
    import sys

    import msgspec

    from noroshi.cli.show import Ending, say, warn
    from noroshi.feeds.stream import growing

    for looks, block in enumerate(growing(file, Ending(False).event)):
        live.add(block)
        look = live.look()
        if look.bad:
            warn(f"Lines that could not be read: {look.bad:,}; the first is {look.rejected[0]}")
        if not looks:
            held, many = len(look.field.stream), len(look.incidents)
            warn(f"{held:,} findings, {many:,} incidents. What changes is told as findings come.")
        for each in live.changes(look):
            if json:
                sys.stdout.buffer.write(msgspec.json.encode(each) + b"\n")
                sys.stdout.flush()
                continue
            say(f"{each.what}:")
            shown = weighing_lines(each.weighing, why) if each.weighing else []
            for line in (*incident_lines(each.incident), *shown):
                say(line)


def _report(picture: Picture) -> dict[str, object]:
    stream = picture.field.stream
    return {
        "findings": len(stream),
        "rejected": {"count": stream.bad, "first": stream.rejected},
        "twice": stream.twice,
        "days": picture.field.rates.days,
        "domains": stream.domains,
        "priors": {"version": picture.field.priors.version, "sha256": picture.field.priors.digest},
        "chance": {"shifts": picture.chance.shifts, "unit": picture.chance.unit},
        "calibration": picture.calibration,
        "budget_per_month": picture.budget,
        "threshold": picture.threshold,
        "incidents": [
            {**msgspec.structs.asdict(each), "hypotheses": weighing}
            for each, weighing in zip(picture.incidents, picture.weighings, strict=True)
        ],
    }


def _head(picture: Picture) -> list[str]:
    """What was read, and what chance gives."""
    from noroshi.cli.show import many

    stream, null = picture.field.stream, picture.chance
    if not len(stream):
        return ["No findings.", *_unread(stream)]
    days = picture.field.rates.days
    quiet = round(stream.days - days)
    without = f" ({quiet:,} more in which nothing came are left out)" if quiet else ""
    lines = [
        f"{many(len(stream), 'finding')} of {many(len(stream.domains), 'domain')} "
        f"({', '.join(stream.domains)}) over {many(round(days), 'day')}{without}, "
        f"{many(picture.joined.meetings, 'meeting')}",
        *_unread(stream),
    ]
    if null.unit == "none":
        lines.append(_no_chance(picture))
        if len(stream.domains) > 1:
            lines.append("  so all incidents are shown, and their chance is unknown")
    else:
        given = "gave no incident at all"
        if math.isfinite(picture.threshold):
            given = f"from score {picture.threshold:.2f} on give at most {picture.budget:g} a month"
        lines.append(f"Chance: {null.shifts} moves by whole {null.unit} {given}")
    worth = picture.calibration
    if worth.measured:
        lines.append(
            f"A score is worth, as this stream shows: log10 of the odds = "
            f"{worth.slope:.2f} · score {worth.offset:+.2f}"
        )
    return lines


def _unread(stream: Stream) -> list[str]:
    from noroshi.cli.show import many
    from noroshi.picture.stream import SHOWN

    lines: list[str] = []
    if stream.bad:
        lines.append(f"{many(stream.bad, 'line')} could not be read:")
        lines += [f"  {each}" for each in stream.rejected[:NAMED]]
        if stream.bad > NAMED:
            lines.append(f"  and {stream.bad - NAMED:,} more; --json names the first {SHOWN}")
    if stream.twice:
        lines.append(f"{many(stream.twice, 'line')} repeating an id; the last of each counts")
    return lines


def _no_chance(picture: Picture) -> str:
    """Why moved streams say nothing."""
    from noroshi.picture.chance import days_needed

    domains, days = len(picture.field.stream.domains), picture.field.rates.days
    if domains < 2:
        return "Of one domain alone: an incident takes findings of two"
    needed = days_needed(picture.field)
    return f"Too short to say what chance gives: {days:.0f} days, of {needed} for {domains} domains"


def _known(picture: Picture, graph: AssetGraph) -> list[str]:
    """How many of the names in a stream are those of the graph, where not all are."""
    names = picture.field.stream.tokens
    known = sum(each in graph.assets for each in names)
    if not names or known == len(names):
        return []
    if not graph.assets:
        return [
            "No asset graph: findings meet at one place, or under the very same name",
            "  Hint: --assets FILE, or for a node: noroshi assets load",
        ]
    first = next(each for each in names if each not in graph.assets)
    text = f"{known:,} of {len(names):,} names of assets and targets are in the graph, {first!r} is"
    return [f"{text} not"]


def _ending(picture: Picture) -> list[str]:
    from noroshi.cli.show import many

    if picture.incidents:
        return [many(len(picture.incidents), "incident")]
    if not len(picture.field.stream):
        return []
    needs = "two domains and two lineages that meet in time and at an asset, a place or a target"
    return ["No incident stands out.", f"  It takes findings of {needs}"]


def incident_lines(each: Incident) -> list[str]:
    """An incident with its score as a sum."""
    from noroshi.picture.score import band

    low, high = each.chance_interval or (0.0, 0.0)
    least, most = band(each.probability)
    chance = "chance unknown"
    if each.chance == 0:
        chance = f"chance gives fewer than {high:.2g} a month"
    elif each.chance:
        chance = f"chance gives {each.chance:.2g} a month ({low:.2g} to {high:.2g})"
    lines = [
        f"{each.id}  {each.t0[:16]} to {each.t1[:16]}  {', '.join(each.assets[:3])}",
        f"  score {each.score:.2f}: one cause {each.word} ({_percent(each)}; the word stands for "
        f"{least:.0%} to {most:.0%}); {chance}",
    ]
    lines += [
        f"  {part.log10:+6.2f}  {part.finding or part.what}  {part.why}" for part in each.parts
    ]
    return lines


def _percent(each: Incident) -> str:
    """The probability, and what it would be if the table of priors were right."""
    measured, stated = f"{each.probability:.0%}", f"{each.stated:.0%}"
    return measured if measured == stated else f"{measured}, by the stated priors {stated}"


def weighing_lines(weighing: Weighing, why: bool) -> list[str]:
    """The hypotheses, least contradicted first; with `why` every item's marks."""
    said = "; ".join(
        f"{each.hypothesis} −{each.inconsistent} +{each.consistent}" for each in weighing.standings
    )
    lines = [f"  hypotheses by items against (−) and for (+): {said}"]
    for item in weighing.items if why else ():
        lines.append(f"    {item.evidence}: {item.seen}")
        for mark in ("consistent", "inconsistent"):
            named = [name for name, given in item.marks.items() if given == mark]
            if named:
                lines.append(f"      {mark} with {', '.join(named)}")
        lines += [f"      {name}: {text}" for name, text in item.overruled.items()]
    return lines
