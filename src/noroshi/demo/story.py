"""The story: ingest at Japan, decide, deliver to the EU over TAXII, and say what happened."""

from __future__ import annotations

import contextlib
import tempfile
import time
from collections import Counter
from pathlib import Path

import msgspec

from noroshi.cli.show import bar, print_json, say
from noroshi.demo.nodes import connect, introduce, samples, serving
from noroshi.node.ingest import IngestReport, ingest
from noroshi.node.node import Node, clock
from noroshi.node.overview import Overview, overview
from noroshi.node.promises import Kept, promises
from noroshi.node.sync import SyncReport, sync
from noroshi.node.why import Why, why

PARTLY = 3


class Story(msgspec.Struct):
    """Everything that the demo prints, counted from the two nodes."""

    folder: str
    read: IngestReport
    decided: Overview
    delivered: SyncReport
    received: dict[str, dict[str, int]]
    examples: list[Why]
    promises: list[Kept]
    seconds: float
    japan: str
    union: str


def run(folder: Path | None, *, once: bool, as_json: bool) -> int:
    """Play the story in `folder` (a temporary one when None); returns the exit code.

    Without `once` both nodes stay up until interrupted.
    """
    with contextlib.ExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="noroshi-")))
        story = _play(folder, stack, quiet=as_json)
        if as_json:
            print_json(story)
        else:
            tell(story)
        if not once:
            _wait(story)
    return PARTLY if story.delivered.refused else 0


def _play(folder: Path, stack: contextlib.ExitStack, *, quiet: bool) -> Story:
    began = time.monotonic()
    _note("Making two nodes: Japan and the EU", quiet)
    japan, union = introduce(folder)
    with Node.open(japan) as node, bar(quiet=quiet) as progress:
        _note("Reading the bundled feeds at Japan", quiet)
        read = ingest(node, samples(folder / "feeds"), clock, progress=progress)
    _note("Starting both nodes", quiet)
    japan_url = stack.enter_context(serving(japan))
    connect(japan, union, japan_url)
    union_url = stack.enter_context(serving(union))
    _note("The EU pulls its view over TAXII 2.1", quiet)
    with Node.open(union) as node:
        delivered = sync(node, "JPN", clock)
        received = received_by(node)
    with Node.open(japan) as node:
        now = clock()
        decided = overview(node, "EU", now)
        examples = _examples(node, now)
        kept = promises(node, now)
    took = round(time.monotonic() - began, 1)
    return Story(
        folder=str(folder),
        read=read,
        decided=decided,
        delivered=delivered,
        received=received,
        examples=examples,
        promises=kept,
        seconds=took,
        japan=japan_url,
        union=union_url,
    )


def received_by(node: Node) -> dict[str, dict[str, int]]:
    """How many live records of each kind the node holds, by pillar."""
    counted: dict[str, Counter[str]] = {}
    after = 0
    while rows := node.store.cells_since(after, 10_000):
        for row in rows:
            if row.status == "live":
                pillar = node.store.label_of(row.cell).strands[0].pillar
                counted.setdefault(pillar, Counter())[row.kind] += 1
        after = rows[-1].seq
    return {pillar: dict(each.most_common()) for pillar, each in sorted(counted.items())}


def _examples(node: Node, now: int) -> list[Why]:
    """One decision of each verdict, for the EU, over findings."""
    found: dict[str, Why] = {}
    for row in node.store.findings():
        if len(found) == 3:
            break
        answer = why(node, row.id, "EU", now=now)
        found.setdefault(answer.release.verdict, answer)
    return [found[verdict] for verdict in sorted(found)]


def tell(story: Story) -> None:
    """The story for people."""
    say("")
    say("READ at Japan")
    for source in story.read.sources:
        rows = ", ".join(f"{count:,} {kind} rows" for kind, count in source.rows.items())
        what = rows or f"{source.records:,} records"
        bad = f", {source.rejected} parts unreadable and kept aside" if source.rejected else ""
        say(f"  {source.name:<28} {what}{bad}{source.problem or ''}")
    say("FOUND by the sea desk")
    for kind, count in sorted(story.read.found.items()):
        say(f"  {count:>6,}  {kind}")
    _tell_decisions(story.decided)
    say("DELIVERED to the EU over TAXII 2.1")
    say(f"  {story.delivered.objects:,} objects in {story.delivered.pages} pages; each finding")
    say("  comes with its place, its Japanese text and its vessels as objects of their own")
    for pillar, kinds in story.received.items():
        most = ", ".join(f"{count:,} {kind}" for kind, count in list(kinds.items())[:7])
        more = f" and {len(kinds) - 7} kinds more" if len(kinds) > 7 else ""
        say(f"  {pillar}: {most}{more}")
    say("PROMISES of the pact, and findings that may show one kept")
    for kept in story.promises:
        say(f"  {kept.agreement}/{kept.commitment}  {kept.text}.")
        say(f"    {kept.count} {kept.kind}, e.g. {kept.finding[:18]}. {kept.note}")
    say("WHY, for one finding each")
    for answer in story.examples:
        say("  " + answer.text.replace("\n", "\n  "))
    say(f"Done in {story.seconds} s.")


def _tell_decisions(decided: Overview) -> None:
    say(f"DECIDED for the {decided.party}, record by record")
    said = {"released": "released as they are", "partial": "released in part"}
    for verdict in ("released", "partial", "withheld"):
        say(f"  {getattr(decided, verdict):>6,}  {said.get(verdict, verdict)}")
        for name, count in decided.by.get(verdict, {}).items():
            say(f"            {count:>6,}  {name}")


def _wait(story: Story) -> None:
    say("")
    say(f"Both nodes are up; Ctrl-C ends them. Their folders are in {story.folder}")
    say(f"  Japan  {story.japan}   user eu, password in {story.folder}/eu/secrets/jpn.password")
    say(f"  EU     {story.union}")
    say(f"  try    noroshi findings --node {story.folder}/eu")
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            time.sleep(3600)


def _note(text: str, quiet: bool) -> None:
    if not quiet:
        say(text + " …")
