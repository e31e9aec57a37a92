"""Live feeds on the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from noroshi.cli.options import HERE, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.node.listening import Heard

live_app = typer.Typer()


@live_app.command(
    epilog=example(
        "noroshi listen --node ./jpn",
        "noroshi listen tcp://ais.example:5631 --every PT30S --node ./jpn",
        "nc receiver 10110 | noroshi listen - --node ./jpn",
    )
)
def listen(
    uris: Annotated[
        list[str] | None,
        typer.Argument(help="tcp://HOST:PORT, udp://HOST:PORT, tail:PATH, -; else node.toml's."),
    ] = None,
    node: NodeOption = HERE,
    every: Annotated[
        str | None, typer.Option(help="How often what came is looked at, such as PT30S.")
    ] = None,
    json: JsonOption = False,
) -> None:  # fmt: skip
    """Read live feeds into findings until they end or are interrupted; Ctrl-C loses nothing."""
    import msgspec

    from noroshi.cli.show import Ending, warn
    from noroshi.config.feeds import check_every
    from noroshi.node.listening import listen as run
    from noroshi.node.listening import live_feeds
    from noroshi.node.node import Node, clock
    from noroshi.words.errors import BadInput

    try:
        check_every(every)
    except ValueError as problem:
        raise BadInput("--every", str(problem), expected="PT30S, PT5M") from None
    ending = Ending(False)
    with Node.open(node) as opened:
        feeds = live_feeds(opened, uris or ())
        if every is not None:
            feeds = [msgspec.structs.replace(each, every=every) for each in feeds]
        warn(f"Listening to {', '.join(each.uri for each in feeds)}; Ctrl-C ends it.")
        hinted: set[str] = set()
        run(opened, feeds, clock, ending.event, warn, lambda heard: _tell(heard, json, hinted))


def _tell(heard: Heard, json: bool, hinted: set[str]) -> None:
    """What came since the last time. `hinted` are the feeds whose want of a label was said."""
    from noroshi.cli.show import many, say

    if json:
        import msgspec

        say(msgspec.json.encode(heard).decode())
        return
    report, counts = heard.report, heard.counts
    if not report.sources and not heard.ended:
        return
    rejected = sum(each.rejected for each in report.sources)
    positions = sum(each.rows.get("position", 0) for each in report.sources)
    new = many(report.new, "new finding")
    say(
        f"{heard.uri}: {many(counts.lines, 'line')} so far; now {many(positions, 'position')}, "
        f"{new}, {report.changed} changed, {report.retracted} taken back"
        + (f", {many(rejected, 'line')} bad" if rejected else "")
        + (f"; {many(counts.lost, 'datagram')} lost so far, its buffer full" if counts.lost else "")
    )
    if counts.lost and f"lost {heard.uri}" not in hinted:
        hinted.add(f"lost {heard.uri}")
        say("  Hint: let the kernel hold more: sysctl -w net.core.rmem_max=67108864")
    if heard.uri not in hinted and any(each.undeclared for each in report.sources):
        hinted.add(heard.uri)
        say("  no label declared, so TLP RED for this node alone")
        say("  Hint: declare a [[feed]] with this uri in node.toml")
    for each in report.sources:
        if each.problem:
            say(f"  {each.name}: {each.problem}")
