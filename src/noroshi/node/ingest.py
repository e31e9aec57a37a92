"""Ingest: sources through their desk into the store, so that a second run changes nothing.

A source that was read to its end is known by its hash and skipped. Findings are compared with
what is live: equal ones are left alone, changed ones get a new version, and what later data no
longer support is retracted. `kill -9` at any point loses nothing that was stored, and running
again gives the same live set.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import msgspec

from noroshi.config import Feed
from noroshi.desks.registry import desks
from noroshi.feeds.files import Opened, walk
from noroshi.node.alone import alone
from noroshi.node.clocks import clocks_of
from noroshi.node.contexts import context_of
from noroshi.node.findings import Settled, settle
from noroshi.node.ingested import BadPart, IngestReport, SourceReport, tell
from noroshi.node.keeping import begun, keep_all, keeper
from noroshi.node.known import knows
from noroshi.node.node import Node
from noroshi.node.restated import changed
from noroshi.node.sources import (
    check_lent,
    desk_of,
    feed_of,
    gone,
    parts_of,
    source_key,
    source_of,
    state_key,
)
from noroshi.node.terms import declared
from noroshi.words.desk import (
    Columns,
    Context,
    Covered,
    Desk,
    Found,
    Rejected,
    Restated,
    Source,
)
from noroshi.words.errors import BadInput, Refused
from noroshi.words.evidence import ByteRange
from noroshi.words.finding import Finding
from noroshi.words.record import Record

BATCH = 1_000

Progress = Callable[[str, int, int], None]
"""Called with the source's name, bytes read so far and bytes in all."""


class _Run:
    """One `ingest`: the fold of each desk over all sources, and the report."""

    def __init__(self, node: Node, now: Callable[[], int], progress: Progress) -> None:
        self.node, self.now, self.progress = node, now, progress
        self.report = IngestReport()
        self.states: dict[str, object] = {}
        self.contexts: dict[str, Context] = {}
        self._counted: set[str] = set()
        self.logs: set[str] = set()

    def context(self, desk: Desk) -> Context:
        """What the desk may know, from the node's configuration."""
        if desk.name not in self.contexts:
            self.contexts[desk.name] = context_of(self.node, desk)
        return self.contexts[desk.name]

    def state(self, desk: Desk) -> object:
        """The desk's state: this run's, else the stored one, else a new one."""
        if desk.name not in self.states:
            context = self.context(desk)
            held = self.node.store.source(state_key(desk, context))
            loaded = desk.load(held.state, context) if held is not None and held.state else None
            if loaded is None:
                loaded = begun(self.node.settings, desk, context)
            self.states[desk.name] = loaded
        return self.states[desk.name]

    def known(self, desk: Desk, source: Source) -> bool:
        """Whether the source was read to its end before, and against what there is now."""
        done = self.node.store.source(source_key(source, desk, self.context(desk)))
        if done is None or not done.done:
            return False
        return not done.state or done.state == self.against(desk)

    def read(self, opened: Opened, desk: Desk, source: Source) -> None:
        """One source to its end: records as they come, columns into the desk's state."""
        report = SourceReport(opened.name, desk.name, opened.size)
        self.report.sources.append(report)
        report.undeclared = source.label.strands[0].only == ()
        report.clocks = source.clocks
        keep = keeper(self.node.settings, source)
        if self.known(desk, source):
            report.skipped = True
            keep_all(keep, desk.read(source))
            return
        records: list[Record | Restated] = []
        rejected: list[Rejected] = []
        try:
            for item in desk.read(source):
                if isinstance(item, Columns):
                    self._fold(report, opened, desk, item)
                    if keep is not None:
                        keep.take(item)
                elif isinstance(item, (Record, Restated)):
                    records.append(item)
                else:
                    rejected.append(item)
                if len(records) + len(rejected) >= BATCH:
                    self._store(report, records, rejected)
                    self.progress(opened.name, 0, opened.size)
        finally:
            self._store(report, records, rejected)
        keep_all(keep, ())
        if report.records and knows(desk):
            self.state(desk)  # so that it looks again
        self.progress(opened.name, opened.size, opened.size)

    def _fold(self, report: SourceReport, opened: Opened, desk: Desk, columns: Columns) -> None:
        rows = len(next(iter(columns.arrays.values()), ()))
        if columns.kind == "log":
            self.logs.add(columns.source.sha256)
        report.rows[columns.kind] = report.rows.get(columns.kind, 0) + rows
        self.states[desk.name], emits = desk.fold(self.state(desk), columns, 0)
        if emits:
            raise Refused(
                f"desk {desk.name} emitted with watermark 0, when anything may still follow\n"
                "Hint: fold emits only what is certain before the watermark; finish emits the rest"
            )
        if getattr(desk, "full", _never)(self.states[desk.name]):
            self._settle(desk.name, forget=True)
        if hasattr(desk, "account"):
            self._account(report, desk, columns.source)
        self.progress(opened.name, _reached(columns), opened.size)

    def against(self, desk: Desk) -> bytes:
        """What a desk read its logs against: they are read again where it is other than before."""
        told: Callable[[object], str] | None = getattr(desk, "against", None)
        return told(self.state(desk)).encode() if told else b""

    def _account(self, report: SourceReport, desk: Desk, source: Source) -> None:
        told, skipped = cast("Any", desk).account(self.state(desk), source)
        report.rows["log"] = told.pop("lines", 0)
        report.told = told
        for reason, many in skipped.items():
            report.parts.append(BadPart(reason, "the log", many))
            report.rejected += many

    def fail(self, name: str, problem: BadInput) -> None:
        """Say of the source `name`, whether it was begun or not, why it was not read to its end."""
        begun = self.report.sources[-1] if self.report.sources else None
        if begun is None or begun.name != name or begun.problem:
            begun = SourceReport(name)
            self.report.sources.append(begun)
        begun.problem = problem.text()

    def _store(
        self,
        report: SourceReport,
        records: list[Record | Restated],
        rejected: list[Rejected],
    ) -> None:
        now = self.now()
        with self.node.store.write():
            told, known = changed(self.node.store, records)
            put = self.node.store.put(told, at=now)
            self.node.store.reject(rejected, at=now)
        report.records += put.stored
        report.known += put.known + known
        report.conflicts += len(put.conflicts)
        report.rejected += len(rejected)
        for part in rejected:
            tell(report, part)
        records.clear()
        rejected.clear()

    def finish(self, read: list[tuple[Source, Desk]], *, forget: bool = False) -> None:
        """Settle what each desk finds now together with its state, then mark the sources as read.

        Killed in between, the sources are read again, and a desk takes a row twice as once.
        """
        for name in self.states:
            self._settle(name, forget=forget)
        with self.node.store.write():
            for source, desk in read:
                if self.known(desk, source):
                    continue
                key = source_key(source, desk, self.context(desk))
                against = self.against(desk) if source.sha256 in self.logs else b""
                self.node.store.set_source(key, source.name, 0, against, True, self.now())

    def _settle(self, name: str, *, forget: bool) -> None:
        """What desk `name` finds now, and its state, which then may `forget` what lies far back."""
        desk, context, state = desks()[name], self.contexts[name], self.states[name]
        dumped = desk.dump(state)
        since: int = getattr(desk, "since", _never)(state)
        emits = desk.finish(state)
        findings = [each.finding for each in emits if isinstance(each, Found)]
        now = self.now()
        if forget and hasattr(desk, "forget"):
            desk.forget(state, findings, now)  # pyright: ignore
            dumped = desk.dump(state)
        with self.node.store.write():
            self.node.store.put_coverage(each for each in emits if isinstance(each, Covered))
            settled = settle(self.node, desk, context.params_sha256, findings, now, since=since)
            self._count(findings, settled)
            key = state_key(desk, context)
            self.node.store.set_source(key, f"desk {name}", 0, dumped, False, now)

    def _count(self, findings: list[Finding], settled: Settled) -> None:
        for finding in findings:
            if finding.id in self._counted:
                continue
            self._counted.add(finding.id)
            self.report.found[finding.kind] = self.report.found.get(finding.kind, 0) + 1
        self.report.new += settled.new
        self.report.changed += settled.changed
        self.report.retracted += settled.retracted
        self.report.unchanged += settled.unchanged


def ingest(
    node: Node,
    paths: list[Path],
    now: Callable[[], int],
    *,
    desk: str | None = None,
    tlp: str | None = None,
    feed: Feed | None = None,
    progress: Progress = lambda name, done, size: None,
    waiting: Callable[[], object] = lambda: None,
    forget: bool = False,
) -> IngestReport:
    """Read `paths` (files, folders, archives) into the node; desks that can `forget` what lies far
    back do so at the end, as a feed asks for that goes on for months.

    `desk` forces a desk, `tlp` the label of what is unmarked; otherwise the matching `[[feed]]`
    declares both, or `feed` does, and a source without one is TLP RED for this node alone. Raises
    `BadInput` for an unknown `tlp`; what is wrong with a source is in the report. While another
    process reads into the node it waits, after calling `waiting`.
    """
    given = None if tlp is None else Feed(uri="*", label=declared(tlp))
    run = _Run(node, now, progress)
    with alone(node.settings.data, waiting):
        run.finish(_read_all(run, paths, desk, given, feed), forget=forget)
    return run.report


def _never(state: object) -> Any:
    """Of a desk that forgets nothing."""
    return 0


def again(node: Node, now: Callable[[], int], only: Collection[str] | None = None) -> IngestReport:
    """What every desk that holds something, or those named, finds in it now: for when assets, or
    records that findings rest on, have changed.
    Call while no other process reads into the node."""
    run = _Run(node, now, lambda name, done, size: None)
    for desk in desks().values():
        if only is not None and desk.name not in only:
            continue
        held = node.store.source(state_key(desk, run.context(desk)))
        if (held is not None and held.state) or knows(desk):
            run.state(desk)
    run.finish([])
    return run.report


def _read_all(
    run: _Run, paths: list[Path], desk: str | None, given: Feed | None, known: Feed | None
) -> list[tuple[Source, Desk]]:
    """Every source of `paths` to its end; those that got there."""
    read: list[tuple[Source, Desk]] = []
    found = _timed(run, list(_found(run, paths, desk, given, known)))
    for each in sorted(found, key=lambda each: isinstance(each, _Ready) and each.late):
        if not isinstance(each, _Ready):
            each()
            continue
        try:
            run.read(each.opened, each.desk, each.source)
            read.append((each.source, each.desk))
            if each.opened.cut:
                run.fail(each.opened.name, BadInput(each.opened.name, each.opened.cut))
        except BadInput as problem:
            run.fail(each.opened.name, problem)
        except OSError as problem:
            run.fail(each.opened.name, gone(each.opened, problem))
    return read


class _Ready(NamedTuple):
    opened: Opened
    desk: Desk
    source: Source
    late: bool = False
    """Whether it is read after the others: what to look for in it may come with them."""


_Found = _Ready | Callable[[], None]
"""A source and its desk, or what says in its turn that it cannot be read."""


def _found(
    run: _Run, paths: list[Path], desk: str | None, given: Feed | None, known: Feed | None
) -> Iterator[_Found]:
    """Every source of `paths`, in order."""
    for path in walk(paths):
        feed = known or feed_of(run.node, path)
        for opened in parts_of(path):
            if isinstance(opened, BadInput):
                yield functools.partial(run.fail, Path(opened.where).name, opened)
                continue
            try:
                chosen = desk_of(opened, desk or (feed.desk if feed else None))
                if chosen is None:
                    yield functools.partial(_unread, run, opened, run.node)
                    continue
                source = source_of(run.node, opened, feed, given or feed, chosen, run.now())
                check_lent(source, run.now())
                late = hasattr(chosen, "late") and cast("Any", chosen).late(opened.head)
                yield _Ready(msgspec.structs.replace(opened, head=b""), chosen, source, late)
            except BadInput as problem:
                yield functools.partial(run.fail, opened.name, problem)


def _timed(run: _Run, found: list[_Found]) -> list[_Found]:
    """The same, with what their desks say of the clocks in those that were not read before."""
    new = [
        (each.desk, each.source)
        for each in found
        if isinstance(each, _Ready) and not run.known(each.desk, each.source)
    ]
    timed = clocks_of(new, lambda desk: run.context(desk).parameters)
    return [
        each._replace(source=timed.get(id(each.source), each.source))
        if isinstance(each, _Ready)
        else each
        for each in found
    ]


def _unread(run: _Run, opened: Opened, node: Node) -> None:
    reason = "no desk reads this" if opened.size else "empty"
    run.report.sources.append(SourceReport(opened.name, bytes=opened.size, problem=reason))
    whole = Rejected(opened.sha256, ByteRange(0, opened.size), reason, opened.head[:256])
    node.store.reject([whole], at=run.now())


def _reached(columns: Columns) -> int:
    ends = columns.arrays.get("start")
    return int(ends[-1]) if ends is not None and len(ends) else 0
