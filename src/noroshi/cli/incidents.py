"""`noroshi incidents`: what the node's picture shows, from version to version, and what people say
of it instead of the rules."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noroshi.cli.options import HERE, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.node.incidents import Elsewhere
    from noroshi.picture.score import Incident
    from noroshi.store import IncidentRow

incidents_app = typer.Typer(
    help="Incidents of the node: kept from version to version.", no_args_is_help=True
)

Named = Annotated[str, typer.Argument(help="Id of the incident, or its start.")]


@incidents_app.command(
    epilog=example("noroshi incidents look --node ./jpn", "noroshi incidents look --anew")
)
def look(
    node: NodeOption = HERE,
    anew: Annotated[bool, typer.Option("--anew", help="Ask anew what chance gives.")] = False,
    seed: Annotated[int, typer.Option(help="Of the moves that show what chance gives.")] = 1,
    shifts: Annotated[int, typer.Option(help="How many moves, at least 20.", min=20)] = 200,
    priors: Annotated[Path | None, typer.Option(help="A table of priors of your own.")] = None,
    json: JsonOption = False,
) -> None:
    """Bring the incidents to what the findings of the node show now; `noroshi work` does so too."""
    from noroshi.cli.show import bar, many, print_json, say, warn
    from noroshi.node.incidents import look as run
    from noroshi.node.node import Node, clock
    from noroshi.picture.priors import load_priors

    def waiting() -> None:
        warn("Another process reads into this node; waiting until it is done.")

    with Node.open(node) as opened, bar(quiet=json, counted=True) as tell:
        found = run(
            opened, load_priors(priors), clock, anew=anew, seed=seed, shifts=shifts,
            tell=lambda done, of: tell("chance", done, of), waiting=waiting,
        )  # fmt: skip
    if json:
        print_json(found)
        return
    live = many(found.live, "incident")
    say(f"{live}: {found.new} new, {found.changed} changed, {found.ended} ended")
    if found.split or found.merged:
        say(f"  {found.split} split off another, {found.merged} took others in")
    say("  what chance gives was asked anew" if found.asked else "  chance as it was asked before")


@incidents_app.command("list", epilog=example("noroshi incidents list --node ./jpn"))
def list_(
    node: NodeOption = HERE,
    ended: Annotated[bool, typer.Option("--ended", help="Also those that ended.")] = False,
    told: Annotated[
        bool, typer.Option("--told", help="Those that partners told of instead.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """List the incidents of the node, as they were when it last looked."""
    from noroshi.cli.show import many, print_json, say, table
    from noroshi.node.incidents import elsewhere, shown
    from noroshi.node.node import Node

    with Node.open(node) as opened:
        others = elsewhere(opened)
        if told:
            _tell_others(others, json)
            return
        rows = [each for each in opened.store.incidents() if ended or each.status == "live"]
        asked = opened.store.chance()
    seen_in = [(each, shown(each).incident) for each in rows]
    if json:
        print_json([{**each._asdict(), "shown": seen} for each, seen in seen_in])
    elif not rows:
        say(
            "No incident among the findings. Hint: noroshi picture says why" if asked
            else "Nobody has looked yet. Hint: noroshi incidents look"
        )  # fmt: skip
    else:
        table(
            [("id", False), ("version", True), ("from", False), ("domains", False), ("", False),
             ("chance a month", True), ("", False)],
            [
                [each.id, str(each.n), seen.t0[:16], ", ".join(seen.domains),
                 f"{seen.word} ({seen.probability:.0%})",
                 chance_cell(seen),
                 _fate(each.status, each.why, each.successor)]
                for each, seen in seen_in
            ],
        )  # fmt: skip
    if others and not json:
        say(f"Partners told of {many(len(others), 'incident')}: noroshi incidents list --told")


def _tell_others(others: list[Elsewhere], json: bool) -> None:
    from noroshi.cli.show import print_json, say, table

    if json:
        print_json(others)
    elif not others:
        say("No partner told of an incident.")
    else:
        columns = [("id", False), ("told by", False), ("", False), ("findings here", False)]
        rows = [[each.id, each.owner, each.name, ", ".join(each.findings)] for each in others]
        table(columns, rows)


@incidents_app.command(epilog=example("noroshi incidents show incident--1c2f --node ./jpn"))
def show(incident: Named, node: NodeOption = HERE, json: JsonOption = False) -> None:
    """Show an incident, how it came about, and the hypotheses beside it with every mark."""
    from noroshi.cli.correlate import incident_lines, weighing_lines
    from noroshi.cli.show import print_json, say
    from noroshi.node.incidents import shown
    from noroshi.node.node import Node
    from noroshi.node.said import incident_of

    with Node.open(node) as opened:
        row = incident_of(opened, incident)
        versions = opened.store.incident_versions(row.id)
    seen = shown(row)
    if json:
        kept = [{**each._asdict(), "shown": None} for each in versions]
        print_json({"shown": seen, "versions": kept})
        return
    for line in (*incident_lines(seen.incident), *weighing_lines(seen.weighing, True)):
        say(line)
    for each in versions:
        say(f"  {_version(each)}")


@incidents_app.command(
    epilog=example(
        'noroshi incidents overrule incident--1c2f order accident neutral --reason "another cable" '
        '--by "watch, 3 March" --node ./jpn'
    )
)
def overrule(
    incident: Named,
    evidence: Annotated[str, typer.Argument(help="The item of evidence, as `show` names it.")],
    hypothesis: Annotated[str, typer.Argument(help="The hypothesis.")],
    mark: Annotated[str, typer.Argument(help="consistent, inconsistent or neutral.")],
    reason: Annotated[str, typer.Option(help="Why; it goes where the incident may go.")],
    by: Annotated[str, typer.Option(help="Who says so; it stays here.")],
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Say of an incident what a rule does not know. The rule's mark and yours stay to be seen."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.node import Node, clock
    from noroshi.node.said import overrule as run

    with Node.open(node) as opened:
        said = run(opened, incident, evidence, hypothesis, mark, reason, by, clock())
    if json:
        print_json(said._asdict())
    else:
        say(f"{said.record}: kept, and goes to whom everything that was shown may go")
        say("  It counts from the next look on: noroshi work, or noroshi incidents look")


def _fate(status: str, why: str, successor: str | None) -> str:
    if status == "live":
        return ""
    return f"ended: {why}" + (f" ({successor})" if successor else "")


def chance_cell(seen: Incident) -> str:
    """How many like it chance gives in a month: where it never gave one, fewer than the bound."""
    if seen.chance is None:
        return "–"
    if seen.chance == 0 and seen.chance_interval:
        return f"< {seen.chance_interval[1]:.2g}"
    return f"{seen.chance:.2g}"


def _version(row: IncidentRow) -> str:
    """What a version was: when, of how many findings, how likely, with how many marks overruled."""
    from noroshi.cli.show import many
    from noroshi.node.incidents import shown
    from noroshi.words.time import format_instant

    told = shown(row)
    over = sum(len(each.overruled) for each in told.weighing.items)
    parts = [
        f"version {row.n}, {format_instant(row.at)[:16].replace('T', ' ')} UTC: "
        f"{many(len(row.findings), 'finding')}, {told.incident.word}",
        f"{many(over, 'mark')} overruled" if over else "",
        f"with {', '.join(row.origins)}" if row.origins else "",
    ]
    fate = _fate(row.status, row.why, row.successor)
    return ", ".join(each for each in parts if each) + (f"; {fate}" if fate else "")
