"""The demo on a terminal: the story told, and both nodes up until Ctrl-C."""

from __future__ import annotations

import contextlib
import sys
import tempfile
import time
from pathlib import Path

from noroshi.cli.correlate import incident_lines
from noroshi.cli.show import bar, many, print_json, say, warn
from noroshi.demo.exercise import Exercise
from noroshi.demo.story import Story, consoles, playing
from noroshi.node.overview import Overview

PARTLY = 3
SAID = {"released": "released as they are", "partial": "released in part"}


def run(folder: Path | None, *, once: bool, as_json: bool) -> int:
    """Play and tell the story in `folder` (a temporary one when None); returns the exit code.

    Without `once` both nodes stay up until interrupted.
    """
    with contextlib.ExitStack() as stack:
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="noroshi-")))
        progress = stack.enter_context(bar(quiet=as_json))
        story = stack.enter_context(playing(folder, _quiet if as_json else _note, progress))
        if as_json:
            print_json(story)
        else:
            tell(story)
        if not once:
            _wait(story)
    return PARTLY if story.delivered.refused else 0


def _quiet(text: str) -> None:
    """A step of which nobody is told."""


def _note(text: str) -> None:
    warn(text + " …")


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
    _tell_exercise(story.exercise)
    say(f"Done in {story.seconds} s.")


def _tell_decisions(decided: Overview) -> None:
    say(f"DECIDED for the {decided.party}, record by record")
    for verdict in ("released", "partial", "withheld"):
        say(f"  {getattr(decided, verdict):>6,}  {SAID.get(verdict, verdict)}")
        for name, count in decided.by.get(verdict, {}).items():
            say(f"            {count:>6,}  {name}")


def _tell_exercise(played: Exercise) -> None:
    """The incident, and what a partner has of it."""
    ours, theirs = played.japan, played.union
    say(f"EXERCISE {played.name}, on two nodes of its own, since no open data hold such a case:")
    say("  all of it is planted and marked so; there is no such cable, ship, operator or intrusion")
    for each in ours.incidents:
        for line in incident_lines(each):
            say(f"  {line}")
    say(f"  Rates and chance are of {ours.days:.0f} made-up days: they say nothing of a real sea.")
    for each in played.given:
        say(f"  {each.kind:<9} {each.said} {', '.join(each.clauses)}")
    found = ", ".join(f"{count} {kind}" for kind, count in sorted(theirs.found.items()))
    made = many(len(theirs.incidents), "incident") if theirs.incidents else "no incident"
    say(f"  The EU holds {found}, and its own picture makes {made} of them.")


def _wait(story: Story) -> None:
    say("")
    say(f"The nodes are up; Ctrl-C ends them. Their folders are in {story.folder}")
    say(f"  Japan  {story.japan}   user eu, password in {story.folder}/eu/secrets/jpn.password")
    say(f"  EU     {story.union}")
    say(f"  Japan's node of the exercise  {story.exercise.url}")
    for whose, link in consoles(story).items():
        say(f"  {whose}'s console opens once, within ten minutes, at {link}")
    # As it was called: in a new environment it is on no path.
    called = sys.argv[0] if Path(sys.argv[0]).name == "noroshi" else "noroshi"
    say(f"         later: {called} user link demo --node {story.folder}/jpn")
    say(f"  try    {called} findings --node {story.folder}/eu")
    say(f"         {called} incidents list --node {story.exercise.folder}")
    with contextlib.suppress(KeyboardInterrupt):
        while True:
            time.sleep(3600)
