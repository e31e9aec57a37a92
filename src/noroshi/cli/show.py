"""What people see: tables, progress and JSON. Nothing here computes anything."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import msgspec

from noroshi.words.errors import BadInput
from noroshi.words.time import DAY, HOUR, MINUTE, SECOND, parse_instant, parse_partial, to_datetime

if TYPE_CHECKING:
    from noroshi.node.doubt import Doubt
    from noroshi.node.ingested import IngestReport, SourceReport
    from noroshi.node.overview import Overview
    from noroshi.node.sync import SyncReport
    from noroshi.store import FindingRow
    from noroshi.words.desk import ClockOffset
    from noroshi.words.record import Record


def plain(text: str) -> str:
    """`text` without what acts on a terminal: files and peers may put it into names and reasons."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each in "\n\t" else "\ufffd" for each in text)


def say(text: str) -> None:
    """One line on standard output, at once: others may be waiting for it."""
    print(plain(text), flush=True)


def warn(text: str) -> None:
    """One line on standard error: progress and problems of long work."""
    print(plain(text), file=sys.stderr, flush=True)


def print_json(value: Any) -> None:
    """`value` as indented JSON; bytes that are JSON themselves stay JSON, others as base64."""
    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(value), indent=2) + b"\n")
    sys.stdout.flush()


def instant(text: str | None) -> int | None:
    """An RFC 3339 instant or a date as µs UTC; `BadInput` says what was expected."""
    if text is None:
        return None
    try:
        return parse_instant(text) if "T" in text.upper() else parse_partial(text).t0
    except ValueError:
        raise BadInput(
            "command line", "not an instant", found=text, expected="2026-11-23T12:00:00Z"
        ) from None


def ended(text: str | None) -> int | None:
    """The end of a day, month or year, or an instant, as µs UTC."""
    if text is None or "T" in text.upper():
        return instant(text)
    instant(text)
    return parse_partial(text).t1


@contextlib.contextmanager
def bar(*, quiet: bool, counted: bool = False) -> Generator[Callable[[str, int, int], None]]:
    """A progress bar on standard error where that is a terminal; nothing elsewhere. It shows
    bytes, or where `counted` numbers."""
    if quiet or not sys.stderr.isatty():
        yield lambda name, done, size: None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
    )

    much = MofNCompleteColumn() if counted else DownloadColumn()
    columns = (TextColumn("{task.description}"), BarColumn(), much, TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        tasks: dict[str, Any] = {}

        def update(name: str, done: int, size: int) -> None:
            if name not in tasks:
                tasks[name] = progress.add_task(name, total=size)
            progress.update(tasks[name], completed=done)

        yield update


class Ending:
    """When to end: on SIGINT, on SIGTERM, and with the parent where that is asked for.

    A child that watches its standard input never outlives a parent that was killed.
    """

    def __init__(self, with_parent: bool) -> None:
        self.event = threading.Event()
        signal.signal(signal.SIGINT, self._end)
        signal.signal(signal.SIGTERM, self._end)
        if with_parent:
            threading.Thread(target=self._watch, daemon=True).start()

    def _end(self, number: int, frame: object) -> None:
        self.event.set()

    def _watch(self) -> None:
        # Unbuffered: a daemon thread inside a buffered read breaks the interpreter's own ending.
        while os.read(sys.stdin.fileno(), 4096):
            pass
        self.event.set()


def many(count: int, what: str) -> str:
    """So many of a thing whose plural ends in s."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def when(at: int) -> str:
    """An instant to the minute, UTC."""
    return f"{to_datetime(at):%Y-%m-%d %H:%M}"


def how_long(micros: int) -> str:
    """A duration in its two largest units."""
    days, rest = divmod(micros, DAY)
    hours, rest = divmod(rest, HOUR)
    minutes = rest // MINUTE
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes:02d} min" if hours else f"{minutes} min"


def table(columns: list[tuple[str, bool]], rows: list[list[str]]) -> None:
    """Columns as (heading, right-aligned); plain text that survives a pipe."""
    from rich.console import Console
    from rich.table import Table

    grid = Table(box=None, pad_edge=False, header_style="bold")
    for heading, right in columns:
        grid.add_column(heading, justify="right" if right else "left", overflow="fold")
    for row in rows:
        grid.add_row(*map(plain, row))
    width = None if sys.stdout.isatty() else 160
    Console(width=width, highlight=False, markup=False, soft_wrap=False).print(grid)


def bad_parts(source: SourceReport) -> Iterator[str]:
    """A line for each reason why a source or parts of it could not be read."""
    if source.problem:
        yield f"  {source.name}: {source.problem}"
    for part in source.parts:
        yield f"  {source.name}: {part.count:,} × {part.reason}; first at {part.place}"
    others = source.rejected - sum(part.count for part in source.parts)
    if others:
        yield f"  {source.name}: {others:,} × for other reasons"


def print_ingest(report: IngestReport) -> None:
    """Each source, what was found in all of them, and what could not be read."""
    table(
        [("source", False), ("desk", False), ("rows", True), ("records", True), ("bad", True)],
        [
            [
                s.name,
                s.desk or "–",
                *_counts(sum(s.rows.values()), s.records + s.known),
                str(s.rejected),
            ]
            for s in report.sources
        ],
    )
    for source in report.sources:
        for line in bad_parts(source):
            say(line)
        if source.told:
            said = ", ".join(f"{many:,} {what}" for what, many in source.told.items())
            say(f"  {source.name}: {said}")
        for line in _clocks(source.clocks):
            say(f"  {source.name}: {line}")
        if source.skipped:
            say(f"  {source.name}: read before, skipped")
        if source.conflicts:
            say(f"  {source.name}: {source.conflicts} conflicting versions, the first kept")
    if bare := [each.name for each in report.sources if each.undeclared]:
        which = bare[0] if len(bare) == 1 else f"{len(bare)} sources"
        say(f"  {which}: no label declared, so TLP RED for this node alone")
        say("  Hint: declare a [[feed]] in node.toml, or give --tlp")
    found = ", ".join(f"{count} {kind}" for kind, count in sorted(report.found.items()))
    say(f"Findings: {found or 'none'}")
    say(
        f"  {report.new} new, {report.changed} changed, {report.retracted} retracted, "
        f"{report.unchanged} as before"
    )
    if report.bad:
        parts = many(report.bad, "part")
        say(f"{parts} could not be read; each is kept aside with its place and reason.")


def _clocks(clocks: Sequence[ClockOffset]) -> list[str]:
    """A line for each clock that is off, and one for the others."""
    off = [each for each in clocks if each.off]
    lines = [
        f"clock of {each.station or 'the source'} {abs(each.ahead) / SECOND:,.0f} s "
        f"{'ahead' if each.ahead > 0 else 'behind'} by {each.by} "
        f"({each.messages:,} messages, ± {each.spread / SECOND:.0f} s): "
        f"{'taken off' if each.applied else 'not certain, left as it is'}"
        for each in off[:CLOCKS]
    ]
    if len(off) > CLOCKS:
        lines.append(f"{len(off) - CLOCKS} more clocks off; --json has them")
    if len(clocks) > len(off):
        lines.append(
            f"{many(len(clocks) - len(off), 'clock')} right, as far as they can be compared"
        )
    return lines


CLOCKS = 6
"""Clocks of a source that are spelt out."""


def _counts(*numbers: int) -> list[str]:
    return [f"{number:,}" if number else "–" for number in numbers]


def print_findings(
    rows: list[FindingRow], total: int, held: int, others: Mapping[str, int]
) -> None:
    """Live findings, `total` that were asked for and `held` in all; where there are none, which
    other records there are, by type, and what to do."""
    if not rows and held:
        say(f"None of the {held:,} findings is of that kind and time.")
        return
    if not rows:
        if others:
            told = ", ".join(f"{count:,} {each}" for each, count in others.items())
            say(f"No findings yet; {sum(others.values()):,} other records are held: {told}.")
            say("Desks find in positions, logs, orbital elements and reports.")
        say(f"{'' if others else 'No findings yet. '}Hint: noroshi ingest FILE…")
        return
    table(
        [
            ("id", False),
            ("kind", False),
            ("began (UTC)", False),
            ("lasted", True),
            ("place", True),
            ("who", False),
            ("at", False),
        ],
        [
            [
                row.id[:18],
                row.kind,
                when(row.t0),
                "open" if row.measures.get("state") == "open" else how_long(row.t1 - row.t0),
                _place(row),
                _few(row.subjects),
                _where(row),
            ]
            for row in rows
        ],
    )
    if total > len(rows):
        say(f"{len(rows)} of {total} findings; --limit shows more.")


VAGUE_M: Final = 50_000.0
"""A place less well known than this is told with its radius."""


def _place(row: FindingRow) -> str:
    """Latitude and longitude, and how far about them where that is far."""
    if row.lat is None or row.lon is None:
        return ""
    about = row.radius_m or 0.0
    wide = f" ± {about / 1000:,.0f} km" if about > VAGUE_M else ""
    return f"{row.lat:.3f} {row.lon:.3f}{wide}"


def _where(row: FindingRow) -> str:
    """The port that the finding names, else its assets."""
    port = row.measures.get("port")
    return port if isinstance(port, str) and port != "—" else _few(row.assets)


def _few(names: tuple[str, ...]) -> str:
    return ", ".join(names[:3]) + (f" +{len(names) - 3}" if len(names) > 3 else "")


def print_record(record: Record, doubts: Sequence[Doubt] = ()) -> None:
    """A record for people: head, strands, hops, why it is in doubt, bytes."""
    say(f"{record.id}  {record.kind}  {record.status}")
    say(f"  owner {record.owner}, pillar {record.pillar}, version {when(record.version)}")
    say(f"  sha256 {record.sha256}")
    for strand in record.label.strands:
        terms = msgspec.to_builtins(strand)
        rest = {k: v for k, v in terms.items() if k not in ("originator", "pillar", "kind", "tlp")}
        say(f"  strand {strand.originator} {strand.pillar}/{strand.kind} TLP:{strand.tlp.upper()}")
        for name, value in rest.items():
            say(f"    {name} = {value}")
    for hop in record.hops:
        say(f"  from {hop.party} at {when(hop.at)}, origin attested by {hop.attests}")
    for each in doubts:
        say(f"  in doubt: since {when(each.since)} key {each.key} may not have been {each.party}'s")
    say(msgspec.json.format(record.raw, indent=2).decode())


def print_views(rows: list[Overview]) -> None:
    """Per partner: verdicts by clause and reason."""
    if not rows:
        say("No [[peer]] in node.toml: nobody to send anything to.")
    for row in rows:
        say(f"{row.party}: {row.released} released, {row.partial} in part, {row.withheld} withheld")
        for verdict, lines in row.by.items():
            for name, count in lines.items():
                say(f"  {count:>7,}  {verdict:<9} {name}")


def print_sync(report: SyncReport) -> None:
    """What a pull brought."""
    say(
        f"{report.peer}: {report.objects} objects in {report.pages} pages; {report.stored} new, "
        f"{report.known} known, {report.own} our own, {report.withdrawn} withdrawn, "
        f"{report.refused} refused"
    )
    for reason, count in sorted(report.reasons.items()):
        say(f"  {count} refused: {reason}")


def print_config(rows: list[tuple[str, str, str]]) -> None:
    """Key, value, origin."""
    table(
        [("key", False), ("value", False), ("from", False)],
        [[key, value, origin] for key, value, origin in rows],
    )
