"""`noroshi feedback`: say something about a record to who gave it, and answer what others ask."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from noroshi.cli.options import HERE, PARTLY, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.node.feedback import Thread

feedback_app = typer.Typer(no_args_is_help=True, help="Feedback along the way a record came.")

KINDS = "sighting, opinion, false-positive or question"
OPINIONS = "strongly-disagree, disagree, neutral, agree or strongly-agree"


@feedback_app.command(
    epilog=example(
        'noroshi feedback send event--1c2f question --note "which sensor?" --due P3D --node ./ind',
        'noroshi feedback send indicator--9 false-positive --note "our own scanner" --node ./ind',
        "noroshi feedback send indicator--9 sighting --node ./ind",
    )
)
def send(
    record: Annotated[
        str, typer.Argument(help="Id of a record that a partner gave, or its start.")
    ],
    kind: Annotated[str, typer.Argument(help=f"{KINDS}.")],
    note: Annotated[str, typer.Option(help="What to say; a question needs it.")] = "",
    due: Annotated[
        str | None, typer.Option(help="By when to answer (ISO 8601); a question: P7D.")
    ] = None,
    opinion: Annotated[str | None, typer.Option(help=f"{OPINIONS}.")] = None,
    named: Annotated[
        bool, typer.Option("--named", help="Let everybody on the way know that it was us.")
    ] = False,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Say something about a record to who gave it; it goes on from there to its maker."""
    import msgspec

    from noroshi.cli.show import print_json, say
    from noroshi.exchange.feedback import OPINIONS as OPINION_WORDS
    from noroshi.exchange.feedback import Kind, Opinion
    from noroshi.node.feedback import KINDS as KIND_WORDS
    from noroshi.node.feedback import say as tell
    from noroshi.node.node import Node, clock
    from noroshi.words.time import parse_duration

    if kind not in KIND_WORDS:
        raise typer.BadParameter(f"{kind!r} is none of {', '.join(KIND_WORDS)}")
    if (kind == "opinion") != (opinion is not None) or opinion not in (None, *OPINION_WORDS):
        raise typer.BadParameter(f"--opinion goes with an opinion: {', '.join(OPINION_WORDS)}")
    wanted = due or ("P7D" if kind == "question" else None)
    with Node.open(node) as opened:
        thread = tell(
            opened,
            record,
            msgspec.convert(kind, Kind),
            note,
            clock(),
            opinion=msgspec.convert(opinion, Opinion | None),
            within=None if wanted is None else parse_duration(wanted),
            named=named,
        )
    if json:
        print_json({"thread": thread})
    else:
        say(f"{thread}: goes with the next noroshi sync or push; noroshi feedback list shows it")


@feedback_app.command(
    epilog=example('noroshi feedback answer 3f1a --note "radar, two stations" --node ./jpn')
)
def answer(
    thread: Annotated[str, typer.Argument(help="The thread, or its start.")],
    note: Annotated[str, typer.Option(help="The answer.")],
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Answer what a partner said; the answer goes back the way it came."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.feedback import answer as give
    from noroshi.node.node import Node, clock

    with Node.open(node) as opened:
        asked = give(opened, thread, note, clock())
    if json:
        print_json({"thread": asked.thread, "party": asked.sender})
    else:
        say(f"{asked.thread}: the answer goes to {asked.sender}")


@feedback_app.command(name="list", epilog=example("noroshi feedback list --open --node ./jpn"))
def list_(
    open_only: Annotated[
        bool, typer.Option("--open", help="Only what waits for an answer.")
    ] = False,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """What was said, here and by partners, and how far it is. Exit 3 when an answer is late."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.feedback import threads
    from noroshi.node.node import Node, clock

    with Node.open(node) as opened:
        rows = threads(opened, clock())
    shown = tuple(each for each in rows if not open_only or each.state in ("open", "late"))
    if json:
        print_json(shown)
    elif not shown:
        say("Nothing waits for an answer." if open_only else "Nothing was said.")
    else:
        for each in shown:
            _print(each)
    if any(each.state == "late" for each in rows):
        raise typer.Exit(PARTLY)


@feedback_app.command(epilog=example("noroshi feedback partners --node ./ind"))
def partners(node: NodeOption = HERE, json: JsonOption = False) -> None:
    """How partners answer what they are asked: how many, how late, and how soon."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.feedback import partners as measured
    from noroshi.node.node import Node, clock

    with Node.open(node) as opened:
        rows = measured(opened, clock())
    if json:
        print_json(rows)
        return
    if not rows:
        say("No partner was asked anything with a due date.")
    for each in rows:
        soon = "" if each.median_s is None else f"; in the median after {_span(each.median_s)}"
        say(f"{each.party}  {each.answered} of {each.asked} answered, {each.late} late{soon}")


def _print(each: Thread) -> None:
    from noroshi.cli.show import say

    who = f"from {each.sender}" if each.sender else "ours"
    named = f", first said by {each.asked_by}" if each.asked_by not in (None, each.sender) else ""
    to = f", to {each.onward}" if each.onward else ", ends here"
    due = f", due {each.due}" if each.due else ""
    kind = f"{each.kind} ({each.opinion})" if each.opinion else each.kind
    say(f"{each.thread}  {each.state}  {kind} about {each.record}")
    say(f"  {who}{named}{to}, {each.at}{due}")
    say(f"  {each.note}")
    if each.answer is not None:
        say(f"  answered {each.answered_at}: {each.answer}")


def _span(seconds: float) -> str:
    hours = seconds / 3600
    return (
        f"{seconds:.0f} s"
        if hours < 1
        else f"{hours:.1f} h"
        if hours < 48
        else f"{hours / 24:.1f} d"
    )
