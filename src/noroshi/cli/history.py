"""What is kept in bulk: how much there is, and what a desk finds in it now."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noroshi.cli.options import FAILED, HERE, PARTLY, JsonOption, NodeOption, example
from noroshi.words.errors import BadInput

if TYPE_CHECKING:
    from noroshi.history.stored import Stored
    from noroshi.node.replaying import ReplayReport
    from noroshi.words.finding import Finding

DESK = "sea"
"""The one desk whose columns are kept in bulk."""

FolderArgument = Annotated[
    Path | None, typer.Argument(help="Folder of a history; the node's own when none.")
]


def add_history(groups: Mapping[str, typer.Typer]) -> None:
    """The commands, in the group of the desk that has bulk columns."""
    group = groups.get(DESK)
    if group is not None:
        group.command("stored", epilog=example("noroshi sea stored --node ./jpn"))(stored)
        examples = (
            "noroshi sea replay --store --node ./jpn",
            "noroshi sea replay ./history --since 2024-11-17 --until 2024-11-19 --engine serial",
        )
        group.command("replay", epilog=example(*examples))(replay)


def stored(
    folder: FolderArgument = None,
    node: NodeOption = HERE,
    days: Annotated[bool, typer.Option("--days", help="Also a line for each day.")] = False,
    json: JsonOption = False,
) -> None:
    """Count the positions kept as Parquet: days, cells, files, bytes each, damaged files."""
    from noroshi.cli.show import print_json
    from noroshi.history.stored import stored as count

    found = count(folder or _own(node))
    if json:
        print_json(found)
    else:
        _print_stored(found, days)
    if found.damaged:
        raise typer.Exit(PARTLY)


def _own(node: Path) -> Path:
    from noroshi.config import load_settings

    return load_settings(node).history


def _print_stored(found: Stored, days: bool) -> None:
    from noroshi.cli.show import many, say, table

    if not found.files and not found.damaged:
        say(f"Nothing is kept in {found.folder}.")
        say("Hint: noroshi ingest FILE… keeps what it reads, unless [history] keep = false")
        return
    say(f"{found.folder}: {many(found.positions, 'position')} of {many(found.sources, 'source')}")
    if found.since and found.until:
        say(f"  from {found.since[:19]} to {found.until[:19]} UTC, {many(len(found.days), 'day')}")
    if found.per_position is not None:
        say(
            f"  {many(found.files, 'file')}, {found.bytes / 1e6:,.1f} MB: "
            f"{found.per_position:.2f} bytes a position"
        )
    say(
        f"  {many(found.statics, 'report')} of name, type and draught, "
        f"{found.static_bytes / 1e6:,.1f} MB"
    )
    if days and found.days:
        rows = [
            [each.day, f"{each.positions:,}", str(each.cells), str(each.files), f"{each.bytes:,}"]
            for each in found.days
        ]
        heads = [("day", False), ("positions", True), ("cells", True), ("files", True)]
        table([*heads, ("bytes", True)], rows)
    for each in found.damaged:
        say(f"damaged: {each}")


def replay(
    folder: FolderArgument = None,
    node: NodeOption = HERE,
    since: Annotated[str | None, typer.Option(help="Only positions from then on.")] = None,
    until: Annotated[str | None, typer.Option(help="Only positions before.")] = None,
    engine: Annotated[
        str, typer.Option(help="serial, processes, or ray (pip install 'noroshi\\[ray]').")
    ] = "processes",
    workers: Annotated[
        int | None, typer.Option(help="How many at once; one a processor when not given.", min=1)
    ] = None,
    address: Annotated[
        str | None, typer.Option(help="Of a Ray cluster that sees the same files.")
    ] = None,
    store: Annotated[
        bool, typer.Option("--store", help="Make what is found the node's findings.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option(help="Write the findings there, one JSON object a line.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Find again what is in the kept positions, with the parameters and assets of today.

    Interrupted, it goes on where it was when the same command is run again.
    """
    from noroshi.cli.show import bar, instant, print_json, warn
    from noroshi.history import engine as engines
    from noroshi.node.node import Node, clock
    from noroshi.node.replaying import plan_of, run

    if store and (folder or since or until):
        raise BadInput(
            "--store", "only what the whole of the node's own history shows becomes its findings",
            hint="leave out FOLDER, --since and --until, or --store",
        )  # fmt: skip
    chosen = engines.engine(engine, workers, address)
    with Node.open(node) as opened, bar(quiet=json, counted=True) as progress:
        plan = plan_of(opened, folder, instant(since), instant(until), clock())
        try:
            report = run(
                opened, plan, chosen, clock, store=store, progress=progress,
                take=lambda found: _write(out, found),
            )  # fmt: skip
        except KeyboardInterrupt:
            warn("Interrupted. What was done is kept; the same command goes on from there.")
            raise typer.Exit(FAILED) from None
        finally:
            chosen.close()
    if json:
        print_json(report)
    else:
        _print_replay(report)


def _write(path: Path | None, found: list[Finding]) -> None:
    import msgspec

    if path is not None:
        with path.open("wb") as file:
            file.writelines(msgspec.json.encode(each) + b"\n" for each in found)


def _print_replay(report: ReplayReport) -> None:
    from noroshi.cli.show import many, say

    say(
        f"{report.folder}: {many(report.positions, 'position')} of {many(report.days, 'day')}, "
        f"ships in {many(report.shards, 'shard')}"
    )
    if report.resumed:
        say(f"  {report.resumed:,} of {report.tasks:,} tasks had been done before")
    found = ", ".join(f"{count:,} {kind}" for kind, count in report.found.items())
    say(f"Findings: {found or 'none'}")
    if report.stored is None:
        say("  Nothing was stored. --store makes them the node's; --out FILE writes them down.")
    else:
        moved = report.stored
        say(
            f"  {moved.new} new, {moved.changed} changed, {moved.retracted} retracted, "
            f"{moved.unchanged} as before"
        )
