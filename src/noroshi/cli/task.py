"""`noroshi task` and `noroshi duties`: what is left for a person to do, and what is owed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from noroshi.cli.options import HERE, PARTLY, JsonOption, NodeOption, example

if TYPE_CHECKING:
    from noroshi.respond.tasks import Listed
    from noroshi.store import Owed, Task

task_app = typer.Typer(
    no_args_is_help=True, help="What is left for a person to do: duties that do not go, reviews."
)
duties_app = typer.Typer()

ByOption = Annotated[
    str | None, typer.Option("--by", help="Who says so; the user of this machine when not given.")
]


@task_app.command("list", epilog=example("noroshi task list --node ./jpn"))
def list_(
    every: Annotated[bool, typer.Option("--all", help="Also those that are closed.")] = False,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """List open tasks, overdue first. Exit 3 when one is overdue.

    Why a task is there is for this node alone, and is never sent to anybody.
    """
    from noroshi.cli.show import print_json, say
    from noroshi.node.duties import Duties
    from noroshi.node.node import Node, clock
    from noroshi.respond.tasks import listed

    with Node.open(node) as opened:
        Duties(opened).round(clock())  # what is late shows also where no worker runs
        rows = listed(opened.store, clock(), every=every)
    if json:
        print_json(rows)
    else:
        for each in rows:
            _print(each)
        if not rows:
            say("Nothing is left to do.")
    if any(each.state == "overdue" for each in rows):
        raise typer.Exit(PARTLY)


@task_app.command(epilog=example('noroshi task assign 3f9a --to "duty officer" --node ./jpn'))
def assign(
    task: Annotated[str, typer.Argument(help="The task, or the start of its id.")],
    to: Annotated[str, typer.Option(help="Who is to do it.")],
    why: Annotated[str, typer.Option(help="The reason, kept with the task.")] = "",
    by: ByOption = None,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Make somebody answer for a task."""
    from noroshi.node.node import Node, clock
    from noroshi.respond.tasks import assign as give

    with Node.open(node) as opened:
        found = give(opened.store, task, to, who=_who(by), why=why, now=clock())
    _say(found, f"is for {to} to do", json)


@task_app.command(
    epilog=example('noroshi task done 3f9a --why "told them by telephone" --node ./jpn')
)
def done(
    task: Annotated[str, typer.Argument(help="The task, or the start of its id.")],
    why: Annotated[str, typer.Option(help="What was done, or why nothing was.")],
    by: ByOption = None,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Close a task, with a reason. It stays in `task list --all`."""
    from noroshi.node.node import Node, clock
    from noroshi.respond.tasks import done as close

    with Node.open(node) as opened:
        found = close(opened.store, task, who=_who(by), why=why, now=clock())
    _say(found, "is done", json)


@duties_app.command(epilog=example("noroshi duties --node ./jpn"))
def duties(
    every: Annotated[bool, typer.Option("--all", help="Also what was met.")] = False,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """What the duties of the agreements in force owe to whom, and by when. Exit 3 when late."""
    from noroshi.cli.show import print_json, say, when
    from noroshi.node.duties import Duties
    from noroshi.node.node import Node, clock

    with Node.open(node) as opened:
        Duties(opened).round(clock())
        rows = opened.store.every_owed() if every else opened.store.owed()
        now = clock()
    late = [each for each in rows if each.met is None and each.due <= now]
    if json:
        print_json([each._asdict() for each in rows])
    else:
        for each in rows:
            state = f"{_HOW[each.how]} {when(each.met)}" if each.met and each.how else "owed"
            say(f"{each.clause} to {each.party}  {each.id}  {state}{_due(each, now)}")
        if not rows:
            say("Nothing is owed.")
    if late:
        raise typer.Exit(PARTLY)


_HOW = {
    "pushed": "sent and taken",
    "served": "fetched",
    "withdrawn": "taken back",
    "ended": "the duty ended",
}


def _due(each: Owed, now: int) -> str:
    from noroshi.cli.show import when

    if each.met is not None:
        return f", {'late' if each.met > each.due else 'in time'}" if each.how in _DONE else ""
    return f", {'late since' if each.due <= now else 'due'} {when(each.due)}"


_DONE = ("pushed", "served")


def _who(by: str | None) -> str:
    import getpass

    return by or getpass.getuser()


def _say(task: Task, what: str, json: bool) -> None:
    from noroshi.cli.show import print_json, say

    if json:
        print_json({"task": task.id})
    else:
        say(f"{task.id} {what}: {task.title}")


def _print(each: Listed) -> None:
    from noroshi.cli.show import say

    to = f", for {each.assignee}" if each.assignee else ""
    say(f"{each.id}  {each.state}, due {each.due}{to}  {each.kind}")
    say(f"  {each.title}")
    for line in each.why.splitlines():
        say(f"    {line}")
    for at, who, did, why in each.notes:
        said = f": {why}" if why else ""
        say(f"  {at} {who or 'noroshi'}, {did}{said}")
