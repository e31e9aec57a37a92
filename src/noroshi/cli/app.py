"""The commands. Each maps to one function of the library and prints what that returned."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from noroshi.cli.account import account_app
from noroshi.cli.act import act_app
from noroshi.cli.assets import assets_app
from noroshi.cli.audience import audience_app
from noroshi.cli.backup import backup_app
from noroshi.cli.bench import bench_app
from noroshi.cli.carry import carry_app
from noroshi.cli.correlate import picture_app
from noroshi.cli.diff import diff_app
from noroshi.cli.erase import erase_app
from noroshi.cli.exchange import exchange_app
from noroshi.cli.feedback import feedback_app
from noroshi.cli.history import add_history
from noroshi.cli.incidents import incidents_app
from noroshi.cli.key import key_app
from noroshi.cli.live import live_app
from noroshi.cli.options import FAILED, HERE, PARTLY, WITHHELD, JsonOption, NodeOption, example
from noroshi.cli.orbits import orbits_app
from noroshi.cli.panels import arrange, only
from noroshi.cli.peer import peer_app
from noroshi.cli.poll import poll_app
from noroshi.cli.promises import pact_app
from noroshi.cli.queries import add_queries
from noroshi.cli.reconcile import ledger_app
from noroshi.cli.release import release_app
from noroshi.cli.report import report_app
from noroshi.cli.show import warn
from noroshi.cli.task import duties_app, task_app
from noroshi.cli.taxii import taxii_app
from noroshi.cli.tech import tech_app
from noroshi.cli.user import user_app
from noroshi.cli.web import web_app
from noroshi.words import compiling, prepare
from noroshi.words.errors import NoroshiError

app = typer.Typer(
    name="noroshi",
    help="The working backbone of a security partnership: agreements decide, record by record, "
    "what each partner receives.\n\nFirst minute: [bold]noroshi demo[/bold]",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(audience_app)
app.add_typer(exchange_app)
app.add_typer(erase_app)
app.add_typer(backup_app)
app.add_typer(bench_app)
app.add_typer(live_app)
app.add_typer(poll_app)
app.add_typer(carry_app)
app.add_typer(picture_app)
app.add_typer(report_app)
app.add_typer(account_app, name="account")
app.add_typer(act_app, name="act")
app.add_typer(assets_app, name="assets")
app.add_typer(feedback_app, name="feedback")
app.add_typer(incidents_app, name="incidents")
app.add_typer(ledger_app, name="ledger")
app.add_typer(key_app, name="key")
pact_app.add_typer(diff_app)
pact_app.add_typer(web_app)
app.add_typer(orbits_app, name="orbits")
app.add_typer(pact_app, name="pact")
app.add_typer(peer_app, name="peer")
app.add_typer(release_app, name="release")
app.add_typer(task_app, name="task")
app.add_typer(duties_app)
app.add_typer(taxii_app, name="taxii")
app.add_typer(tech_app, name="tech")
app.add_typer(user_app, name="user")
add_history(add_queries(app))

WithParent = Annotated[
    bool, typer.Option("--with-parent", hidden=True, help="End when standard input closes.")
]


def main() -> None:
    """Run the command line; what the reader can mend ends with its text and exit code 1."""
    compiling.tell(warn)
    prepare.seldom_collect()
    try:
        only(app, sys.argv[1:])()
    except BrokenPipeError:
        # The reader went away (`| head`): nothing is wrong with the answer.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except NoroshiError as problem:
        _fail(str(problem))
    except OSError as problem:
        _fail(f"{problem.filename or 'system'}: {problem.strerror or problem}")
    except Exception as problem:
        import sqlite3

        if not isinstance(problem, sqlite3.Error):
            raise
        _fail(f"store: {problem}\nHint: is the disk full, the folder read-only, or a writer stuck?")


def _fail(text: str) -> NoReturn:
    warn(f"noroshi: {text}")
    sys.exit(FAILED)


@app.callback(invoke_without_command=True)
def root(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """The root command: `--version`, and help when no command is named."""
    if version:
        from noroshi import __version__

        print(f"noroshi {__version__}")
        raise typer.Exit


@app.command(epilog=example("noroshi init ./jpn --party JPN"))
def init(
    folder: Annotated[Path, typer.Argument(help="Folder to make the node in.")],
    party: Annotated[str, typer.Option(help="Whose node: ISO alpha-3, EU, NATO, JPN.JCG, …")],
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    listen: Annotated[str, typer.Option(help="ADDRESS:PORT to serve on.")] = "127.0.0.1:8440",
    store: Annotated[str, typer.Option(help="sqlite:FILE or postgresql://….")] = "sqlite:node.db",
) -> None:
    """Make a node: folder, keys, store, node.toml, and the bundled agreements as its law."""
    from noroshi.cli.show import say
    from noroshi.node.law import load_law
    from noroshi.node.node import Node, clock
    from noroshi.node.setup import init as make

    fingerprint = make(folder, party, name=name, listen=listen, store=store)
    with Node.open(folder) as node:
        loaded = load_law(node, clock())
        say(f"Node of {node.parties.get(party).en} in {folder}")
    say(f"  key        {fingerprint}")
    say(f"  law        epoch {loaded.epoch}: {', '.join(loaded.agreements)}")
    say(f"  next       noroshi ingest FILE… --node {folder}")


@app.command(
    epilog=example(
        "noroshi ingest tracks.csv.gz logs/ --node ./jpn",
        "noroshi ingest attack.json --tlp green --node ./jpn --json",
    )
)
def ingest(
    paths: Annotated[list[Path], typer.Argument(help="Files, folders or archives.")],
    node: NodeOption = HERE,
    desk: Annotated[
        str | None, typer.Option(help="Use this desk instead of choosing by content.")
    ] = None,
    tlp: Annotated[
        str | None,
        typer.Option(help="Label of what is unmarked: green, amber, amber+strict, red."),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Read sources into findings and records; the desk is chosen by content."""
    from noroshi.cli.show import bar, print_ingest, print_json
    from noroshi.node.ingest import ingest as read
    from noroshi.node.node import Node, clock

    def waiting() -> None:
        warn("Another process reads into this node; waiting until it is done.")

    with Node.open(node) as opened, bar(quiet=json) as progress:
        report = read(opened, paths, clock, desk=desk, tlp=tlp, progress=progress, waiting=waiting)
    if json:
        print_json(report)
    else:
        print_ingest(report)
    if report.bad:
        raise typer.Exit(PARTLY)


@app.command(epilog=example("noroshi findings --kind port_visit --node ./jpn"))
def findings(
    node: NodeOption = HERE,
    kind: Annotated[str | None, typer.Option(help="Only this kind.")] = None,
    since: Annotated[str | None, typer.Option(help="Only what ended after (RFC 3339).")] = None,
    until: Annotated[str | None, typer.Option(help="Only what began before (RFC 3339).")] = None,
    limit: Annotated[int, typer.Option(help="At most this many.", min=1)] = 50,
    json: JsonOption = False,
) -> None:
    """List live findings, newest first."""
    from noroshi.cli.show import instant, print_findings, print_json
    from noroshi.node.node import Node
    from noroshi.node.overview import by_type

    with Node.open(node) as opened:
        found = opened.store.findings(kind=kind, since=instant(since), until=instant(until))
        held = len(found) or len(opened.store.findings())
        others = {} if held else by_type(opened)
    rows, total = found[::-1][:limit], len(found)
    print_json(rows) if json else print_findings(rows, total, held, others)


@app.command(epilog=example("noroshi show event--1b2c --node ./jpn"))
def show(
    record: Annotated[str, typer.Argument(help="Record id, or the unique start of one.")],
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Show one record: its label strand by strand, its way here, and its bytes."""
    from noroshi.cli.show import print_json, print_record
    from noroshi.node.doubt import doubts
    from noroshi.node.node import Node
    from noroshi.node.why import complete

    with Node.open(node) as opened:
        found = opened.store.record(complete(opened, record))
        doubtful = doubts(opened, found) if found else ()
    if found is None:
        raise typer.Exit(FAILED)
    if json:
        print_json(found)
    else:
        print_record(found, doubtful)


@app.command(epilog=example("noroshi why event--1b2c --to EU --node ./jpn"))
def why(
    record: Annotated[str, typer.Argument(help="Record id, or the unique start of one.")],
    to: Annotated[str, typer.Option("--to", help="The party it would go to.")],
    node: NodeOption = HERE,
    at: Annotated[str | None, typer.Option(help="Decide as of this instant (RFC 3339).")] = None,
    known: Annotated[
        str | None, typer.Option(help="With what the node knew then; as of --at when not given.")
    ] = None,
    told: Annotated[bool, typer.Option("--told", help="Print what the party reads.")] = False,
    json: JsonOption = False,
) -> None:
    """Explain whether a record may go to a party: verdict, transforms, clauses, near misses."""
    from noroshi.cli.show import instant, print_json, say
    from noroshi.node.node import Node, clock
    from noroshi.node.why import told as tell
    from noroshi.node.why import why as decide

    moment, then = instant(at), instant(known)
    with Node.open(node) as opened:
        if told:
            text, has = tell(opened, record, to, now=clock(), at=moment, known=then)
            print_json({"text": text}) if json else say(text)
            if not has:
                raise typer.Exit(WITHHELD)
            return
        answer = decide(opened, record, to, now=clock(), at=moment, known=then)
    if json:
        print_json(answer)
    else:
        say(answer.text)
        say(f"Decided for {answer.at} under epoch {answer.epoch}, set {answer.agreement_set[:12]}.")
    if not answer.release.permitted:
        raise typer.Exit(WITHHELD)


@app.command(epilog=example("noroshi views --node ./jpn"))
def views(node: NodeOption = HERE, json: JsonOption = False) -> None:
    """Count, per partner, what is released, released in part and withheld, and by which clause."""
    from noroshi.cli.show import print_json, print_views
    from noroshi.node.node import Node, clock
    from noroshi.node.overview import overview

    with Node.open(node) as opened:
        rows = [overview(opened, peer.party, clock()) for peer in opened.settings.config.peer]
    if json:
        print_json(rows)
    else:
        print_views(rows)


@app.command(epilog=example("noroshi serve --node ./jpn"))
def serve(
    node: NodeOption = HERE,
    listen: Annotated[str | None, typer.Option(help="ADDRESS:PORT instead of node.toml's.")] = None,
    worker: Annotated[bool, typer.Option(help="Also start the worker process.")] = True,
    with_parent: WithParent = False,
) -> None:
    """Serve partners over TAXII 2.1 and people over the console, with the worker process beside
    it. Ctrl-C ends both."""
    from noroshi.cli.serving import run

    run(node, listen, worker=worker, with_parent=with_parent, user=None)


@app.command(epilog=example("noroshi console --node ./jpn"))
def console(
    node: NodeOption = HERE,
    user: Annotated[
        str, typer.Option(help="Sign in as this user; made, as administrator, where nobody is.")
    ] = "local",
    listen: Annotated[str | None, typer.Option(help="ADDRESS:PORT instead of node.toml's.")] = None,
    worker: Annotated[bool, typer.Option(help="Also start the worker process.")] = True,
) -> None:
    """Serve as `noroshi serve` does, and print a link that opens the console, once."""
    from noroshi.cli.serving import run

    run(node, listen, worker=worker, with_parent=False, user=user)


@app.command(epilog=example("noroshi work --node ./jpn"))
def work(
    node: NodeOption = HERE,
    with_parent: WithParent = False,
) -> None:
    """Read feeds that are due, bring views up to date, pull from peers, until interrupted."""
    import faulthandler

    from noroshi.cli.show import Ending
    from noroshi.node.node import Node
    from noroshi.node.serve import work as run

    faulthandler.enable()
    ending = Ending(with_parent)
    with Node.open(node) as opened:
        run(opened, ending.event, warn)


@app.command(epilog=example("noroshi sync JPN --node ./eu"))
def sync(
    peer: Annotated[str, typer.Argument(help="Party of the [\\[peer]] to pull from.")],
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Pull from a peer everything that is new in our view there."""
    import random

    from noroshi.cli.show import print_json, print_sync
    from noroshi.node.calling import kept
    from noroshi.node.node import Node, clock
    from noroshi.node.sync import sync as pull

    with Node.open(node) as opened:
        report = kept(opened, peer, "pull", lambda: pull(opened, peer, clock), clock, random.random)
    show = print_json if json else print_sync
    show(report)
    if report.refused:
        raise typer.Exit(PARTLY)


@app.command(epilog=example("noroshi demo", "noroshi demo --once --json"))
def demo(
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Keep both nodes in this folder.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="End after the summary.")] = False,
    json: JsonOption = False,
) -> None:
    """Two nodes on bundled real data, and an exercise: what was found, sent and withheld."""
    from noroshi.cli.story import run

    raise typer.Exit(run(folder, once=once, as_json=json))


@app.command(epilog=example("noroshi config --check --node ./jpn"))
def config(
    node: NodeOption = HERE,
    check: Annotated[
        bool, typer.Option("--check", help="Also try secrets, keys, store, desks, law.")
    ] = False,
    json: JsonOption = False,
) -> None:
    """Print every effective value of the configuration and where it came from."""
    from noroshi.cli.show import print_config, print_json, say
    from noroshi.config import effective, load_settings

    settings = load_settings(node)
    rows = effective(settings)
    if json:
        print_json([{"key": key, "value": value, "from": origin} for key, value, origin in rows])
    else:
        print_config(rows)
    if check:
        from noroshi.node.node import Node
        from noroshi.node.ready import ready

        with Node.open(node) as opened:
            ready(opened)
        if not json:
            say("Secrets, keys, store, desks and agreements are there.")


arrange(app)
