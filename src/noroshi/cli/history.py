"""What is kept in bulk: how much there is, and what a desk finds in it now."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noroshi.cli.options import HERE, PARTLY, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.history.stored import Stored

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
    from noroshi.cli.show import say, table

    if not found.files and not found.damaged:
        say(f"Nothing is kept in {found.folder}.")
        say("Hint: noroshi ingest FILE… keeps what it reads, unless [history] keep = false")
        return
    say(f"{found.folder}: {found.positions:,} positions of {found.sources:,} sources")
    if found.since and found.until:
        say(f"  from {found.since[:19]} to {found.until[:19]} UTC, {len(found.days):,} days")
    if found.per_position is not None:
        say(
            f"  {found.files:,} files, {found.bytes / 1e6:,.1f} MB: "
            f"{found.per_position:.2f} bytes a position"
        )
    say(
        f"  {found.statics:,} reports of name, type and draught, {found.static_bytes / 1e6:,.1f} MB"
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
