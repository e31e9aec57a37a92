"""`noroshi pact`: agreements as code. Each verb maps to one function of the library."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from noroshi.cli.options import FAILED, HERE, JsonOption, NodeOption, example

PathsArgument = Annotated[
    list[Path] | None, typer.Argument(help="Files or folders; the node's when none.")
]
pact_app = typer.Typer(
    help="Agreements as code: check, prove and test the files, make them the law of the node.",
    no_args_is_help=True,
)


@pact_app.command("check", epilog=example("noroshi pact check --node ./jpn"))
def pact_check(
    paths: PathsArgument = None,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Print every problem of the agreement files and everything to look at, with file and line."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.law import check
    from noroshi.node.node import Node, clock

    with Node.open(node) as opened:
        found = check(opened, paths, clock())
    good, problems = len(found.policy.agreements), [each.text() for each in found.problems]
    if json:
        print_json({"good": good, "problems": problems, "remarks": found.remarks})
    else:
        for problem in problems:
            say(problem)
        for each in found.remarks:
            say(f"{each.where}: {each.clause}: {each.kind}: {each.text}")
        say(f"{good} agreements read well, {len(problems)} problems, {len(found.remarks)} remarks.")
    if problems:
        raise typer.Exit(FAILED)


@pact_app.command(
    "prove",
    epilog=example(
        "noroshi pact prove --node ./jpn",
        "noroshi pact prove --certificate proof.json --node ./jpn",
        "noroshi pact prove --verify proof.json --node ./eu",
    ),
)
def pact_prove(
    paths: PathsArgument = None,
    node: NodeOption = HERE,
    certificate: Annotated[
        Path | None, typer.Option(help="Write what was proved to this file.")
    ] = None,
    verify: Annotated[
        Path | None, typer.Option(help="Prove again and compare with this certificate.")
    ] = None,
    replay: Annotated[
        int, typer.Option(help="Take this many cells through the decision itself.", min=0)
    ] = 200,
    json: JsonOption = False,
) -> None:
    """Prove that no strand reaches, over any number of hops, whom it was not meant for."""
    from noroshi import __version__
    from noroshi.cli.show import print_json, say
    from noroshi.node.law import set_of
    from noroshi.node.node import Node, clock
    from noroshi.pact.certificate import certify, written
    from noroshi.pact.certificate import verify as again
    from noroshi.pact.told import told
    from noroshi.words.time import format_instant

    with Node.open(node) as opened:
        policy, now = set_of(opened, paths, clock()), clock()
        past = [each for each in opened.store.emergencies() if each.until > now]
    if verify is not None:
        differences = again(verify.read_bytes(), str(verify), policy)
        if json:
            print_json({"proved": not differences, "differences": differences})
        else:
            for each in differences:
                say(each)
            say("Not proved again." if differences else "Proved again: the same in every part.")
        if differences:
            raise typer.Exit(FAILED)
        return
    found = certify(policy, __version__, replay)
    if certificate is not None:
        certificate.write_bytes(written(found))
    if json:
        print_json(found)
    else:
        for line in told(found):
            say(line)
        for each in past:
            say(
                f"Outside of it: {each.record} to {each.party} until "
                f"{format_instant(each.until)}, an emergency release ({each.id})"
            )
    if not found.holds:
        raise typer.Exit(FAILED)


@pact_app.command("test", epilog=example("noroshi pact test --node ./jpn"))
def pact_test(
    paths: PathsArgument = None,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Run what the agreements assert of themselves: `never` and `always`, pass or fail."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.law import set_of
    from noroshi.node.node import Node, clock
    from noroshi.pact.assertions import run

    with Node.open(node) as opened:
        found = run(set_of(opened, paths, clock()))
    failed = sum(not each.passed for each in found)
    if json:
        print_json(found)
    else:
        for each in found:
            sign, note = ("pass" if each.passed else "FAIL"), f": {each.text}" if each.text else ""
            say(f"{sign} {each.id} ({each.cases:,} decisions){note}")
        say(f"{len(found) - failed} passed, {failed} failed.")
    if failed:
        raise typer.Exit(FAILED)


@pact_app.command("load", epilog=example("noroshi pact load --node ./jpn"))
def pact_load(node: NodeOption = HERE, json: JsonOption = False) -> None:
    """Make the agreement files the law of the node: a new epoch when anything changed."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.law import load_law
    from noroshi.node.node import Node, clock

    with Node.open(node) as opened:
        loaded = load_law(opened, clock())
    if json:
        print_json(loaded)
    else:
        change = "new" if loaded.changed else "unchanged"
        say(f"Epoch {loaded.epoch} ({change}): {', '.join(loaded.agreements)}")
