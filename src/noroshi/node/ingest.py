"""Ingest: sources through their desk into the store, so that a second run changes nothing.

A source that was read to its end is known by its hash and skipped. Findings are compared with
what is live: equal ones are left alone, changed ones get a new version, and what later data no
longer support is retracted. `kill -9` at any point loses nothing that was stored, and running
again gives the same live set.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from noroshi.config import Feed, FeedLabel
from noroshi.desks.registry import choose, desks
from noroshi.feeds.files import Opened, open_path, walk
from noroshi.node.alone import alone
from noroshi.node.contexts import context_of
from noroshi.node.findings import Settled, settle
from noroshi.node.keeping import begun, keep_all, keeper
from noroshi.node.node import Node
from noroshi.words.desk import Columns, Context, Covered, Desk, Found, Rejected, Source
from noroshi.words.errors import BadInput, Refused
from noroshi.words.evidence import ByteRange, Locator, Row
from noroshi.words.finding import Finding
from noroshi.words.label import Label, Strand, Tlp, label
from noroshi.words.record import Record
from noroshi.words.time import ends, format_instant, parse_partial

BATCH = 1_000

FIRST = 3
"""Reasons of a source that its report spells out; the others are counted together."""


class BadPart(msgspec.Struct):
    """Why parts of a source could not be read, how many, and where the first of them stands."""

    reason: str
    place: str
    count: int = 1


class SourceReport(msgspec.Struct):
    """What became of one source. `desk` is "" where none reads it; `rows` counts by kind."""

    name: str
    desk: str = ""
    bytes: int = 0
    rows: dict[str, int] = {}
    records: int = 0
    known: int = 0
    conflicts: int = 0
    rejected: int = 0
    parts: list[BadPart] = []
    skipped: bool = False
    undeclared: bool = False
    problem: str | None = None


class IngestReport(msgspec.Struct):
    """All sources, and what the desks found in them together."""

    sources: list[SourceReport] = []
    found: dict[str, int] = {}
    new: int = 0
    changed: int = 0
    retracted: int = 0
    unchanged: int = 0

    @property
    def bad(self) -> int:
        """Parts that could not be read, versions that conflict, and sources no desk reads."""
        return sum(s.rejected + s.conflicts + (s.problem is not None) for s in self.sources)


Progress = Callable[[str, int, int], None]
"""Called with the source's name, bytes read so far and bytes in all."""


class _Run:
    """One `ingest`: the fold of each desk over all sources, and the report."""

    def __init__(self, node: Node, now: Callable[[], int], progress: Progress) -> None:
        self.node, self.now, self.progress = node, now, progress
        self.report = IngestReport()
        self.states: dict[str, object] = {}
        self.contexts: dict[str, Context] = {}

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

    def read(self, opened: Opened, desk: Desk, source: Source) -> None:
        """One source to its end: records as they come, columns into the desk's state."""
        report = SourceReport(opened.name, desk.name, opened.size)
        self.report.sources.append(report)
        report.undeclared = source.label.strands[0].only == ()
        keep = keeper(self.node.settings, source)
        done = self.node.store.source(source_key(source, desk, self.context(desk)))
        if done is not None and done.done:
            report.skipped = True
            keep_all(keep, desk.read(source))
            return
        records: list[Record] = []
        rejected: list[Rejected] = []
        try:
            for item in desk.read(source):
                if isinstance(item, Columns):
                    self._fold(report, opened, desk, item)
                    if keep is not None:
                        keep.take(item)
                elif isinstance(item, Record):
                    records.append(item)
                else:
                    rejected.append(item)
                if len(records) + len(rejected) >= BATCH:
                    self._store(report, records, rejected)
                    self.progress(opened.name, 0, opened.size)
        finally:
            self._store(report, records, rejected)
        keep_all(keep, ())
        self.progress(opened.name, opened.size, opened.size)

    def _fold(self, report: SourceReport, opened: Opened, desk: Desk, columns: Columns) -> None:
        rows = len(next(iter(columns.arrays.values()), ()))
        report.rows[columns.kind] = report.rows.get(columns.kind, 0) + rows
        self.states[desk.name], emits = desk.fold(self.state(desk), columns, 0)
        if emits:
            raise Refused(
                f"desk {desk.name} emitted with watermark 0, when anything may still follow\n"
                "Hint: fold emits only what is certain before the watermark; finish emits the rest"
            )
        self.progress(opened.name, _reached(columns), opened.size)

    def fail(self, name: str, problem: BadInput) -> None:
        """Say of the source `name`, whether it was begun or not, why it was not read to its end."""
        begun = self.report.sources[-1] if self.report.sources else None
        if begun is None or begun.name != name or begun.problem:
            begun = SourceReport(name)
            self.report.sources.append(begun)
        begun.problem = problem.text()

    def _store(self, report: SourceReport, records: list[Record], rejected: list[Rejected]) -> None:
        now = self.now()
        with self.node.store.write():
            put = self.node.store.put(records, at=now)
            self.node.store.reject(rejected, at=now)
        report.records += put.stored
        report.known += put.known
        report.conflicts += len(put.conflicts)
        report.rejected += len(rejected)
        for part in rejected:
            _tell(report, part)
        records.clear()
        rejected.clear()

    def finish(self, read: list[tuple[Source, Desk]]) -> None:
        """Settle what each desk finds now together with its state, then mark the sources as read.

        Killed in between, the sources are read again, and a desk takes a row twice as once.
        """
        for name, state in self.states.items():
            desk, context = desks()[name], self.contexts[name]
            dumped = desk.dump(state)
            emits = desk.finish(state)
            findings = [each.finding for each in emits if isinstance(each, Found)]
            now = self.now()
            with self.node.store.write():
                self.node.store.put_coverage(each for each in emits if isinstance(each, Covered))
                settled = settle(self.node, desk, context.params_sha256, findings, now)
                self._count(findings, settled)
                key = state_key(desk, context)
                self.node.store.set_source(key, f"desk {name}", 0, dumped, False, now)
        with self.node.store.write():
            for source, desk in read:
                key = source_key(source, desk, self.context(desk))
                self.node.store.set_source(key, source.name, 0, b"", True, self.now())

    def _count(self, findings: list[Finding], settled: Settled) -> None:
        for finding in findings:
            self.report.found[finding.kind] = self.report.found.get(finding.kind, 0) + 1
        self.report.new += settled.new
        self.report.changed += settled.changed
        self.report.retracted += settled.retracted
        self.report.unchanged += settled.unchanged


def _tell(report: SourceReport, part: Rejected) -> None:
    for known in report.parts:
        if known.reason == part.reason:
            known.count += 1
            return
    if len(report.parts) < FIRST:
        report.parts.append(BadPart(part.reason, _place(part.locator)))


def _place(locator: Locator) -> str:
    if isinstance(locator, ByteRange):
        return f"byte {locator.start}"
    return f"row {locator.row}" if isinstance(locator, Row) else locator.pointer or "the whole"


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
) -> IngestReport:
    """Read `paths` (files, folders, archives) into the node.

    `desk` forces a desk, `tlp` the label of what is unmarked; otherwise the matching `[[feed]]`
    declares both, or `feed` does, and a source without one is TLP RED for this node alone. Raises
    `BadInput` for an unknown `tlp`; what is wrong with a source is in the report. While another
    process reads into the node it waits, after calling `waiting`.
    """
    given = None if tlp is None else Feed(uri="*", label=_declared(tlp))
    run = _Run(node, now, progress)
    with alone(node.settings.data, waiting):
        run.finish(_read_all(run, paths, desk, given, feed))
    return run.report


def again(node: Node, now: Callable[[], int]) -> IngestReport:
    """What every desk that holds something finds in it now: for when the assets have changed.
    Call while no other process reads into the node."""
    run = _Run(node, now, lambda name, done, size: None)
    for desk in desks().values():
        held = node.store.source(state_key(desk, run.context(desk)))
        if held is not None and held.state:
            run.state(desk)
    run.finish([])
    return run.report


def _read_all(
    run: _Run, paths: list[Path], desk: str | None, given: Feed | None, known: Feed | None
) -> list[tuple[Source, Desk]]:
    """Every source of `paths` to its end; those that got there."""
    read: list[tuple[Source, Desk]] = []
    for path in walk(paths):
        feed = known or feed_of(run.node, path)
        for opened in _parts(path):
            if isinstance(opened, BadInput):
                run.fail(Path(opened.where).name, opened)
                continue
            try:
                chosen = _desk(opened, desk or (feed.desk if feed else None))
                if chosen is None:
                    _unread(run, opened, run.node)
                    continue
                source = _source(run.node, opened, feed, given or feed, chosen, run.now())
                _check_lent(source, run.now())
                run.read(opened, chosen, source)
                read.append((source, chosen))
            except BadInput as problem:
                run.fail(opened.name, problem)
    return read


def _check_lent(source: Source, now: int) -> None:
    given = [each.expires for each in source.label.strands if each.expires is not None]
    if given and now >= min(given):
        raise BadInput(
            source.name,
            "the source may no longer be used",
            expected=f"read before {format_instant(min(given))}",
            hint="the label of its [[feed]] has expired",
        )


def _parts(path: Path) -> Iterator[Opened | BadInput]:
    try:
        yield from open_path(path)
    except BadInput as problem:
        yield problem


def feed_of(node: Node, path: Path) -> Feed | None:
    """The first `[[feed]]` whose `uri` matches `path`, by full path or by name."""
    whole = path.resolve().as_posix()
    for feed in node.settings.config.feed:
        pattern = (node.settings.folder / feed.uri).as_posix()
        if fnmatch.fnmatch(whole, pattern) or fnmatch.fnmatch(path.name, feed.uri):
            return feed
    return None


def _declared(tlp: str) -> FeedLabel:
    try:
        return FeedLabel(tlp=Tlp(tlp.lower()))
    except ValueError:
        raise BadInput(
            "--tlp", "not a default label", found=tlp, expected="green, amber, amber+strict, red"
        ) from None


def feed_label(feed_default: Feed, party: str, desk: Desk) -> Label:
    """The label that a feed declares, as a strand of this party."""
    return label(declared_strand(feed_default.label, party, _pillar(desk)))


def declared_strand(declared: FeedLabel, party: str, pillar: str) -> Strand:
    """What `declared` says, as a strand of this party about anything of the pillar."""
    return Strand(
        originator=party,
        pillar=pillar,
        kind="*",
        tlp=declared.tlp,
        pap=declared.pap,
        classes=declared.classes,
        only=declared.only,
        orcon=declared.orcon,
        licence=declared.licence,
        personal=declared.personal,
        handling=tuple(sorted({*declared.handling})),
        expires=None if declared.expires is None else ends(parse_partial(declared.expires)),
    )


def unlabelled(party: str, desk: Desk) -> Label:
    """The label of a source that nobody declared: RED, for the originator alone."""
    return label(Strand(party, _pillar(desk), "*", Tlp.RED, only=()))


def state_key(desk: Desk, context: Context) -> str:
    """Under which the desk's state is kept: another version or parameters start anew."""
    return f"desk:{desk.name}:{desk.version}:{context.params_sha256}"


def source_key(source: Source, desk: Desk, context: Context) -> str:
    """Under which a source is known to be read: its bytes, its label, its desk's state."""
    return f"{source.sha256}:{source.label.key()[:16]}:{state_key(desk, context)}"


def _source(
    node: Node, opened: Opened, feed: Feed | None, labels: Feed | None, desk: Desk, now: int
) -> Source:
    return Source(
        name=opened.name,
        lineage=(feed.lineage if feed else None) or Path(opened.name).name,
        retrieved=now,
        sha256=opened.sha256,
        label=feed_label(labels, node.party, desk) if labels else unlabelled(node.party, desk),
        owner=node.party,
        reliability=feed.reliability if feed else "F",
        open=opened.open,
    )


def _desk(opened: Opened, name: str | None) -> Desk | None:
    if name is None:
        return choose(opened.head, opened.name)
    try:
        return desks()[name]
    except KeyError:
        raise BadInput(opened.name, f"no desk {name!r}", expected=", ".join(desks())) from None


def _unread(run: _Run, opened: Opened, node: Node) -> None:
    reason = "no desk reads this" if opened.size else "empty"
    run.report.sources.append(SourceReport(opened.name, bytes=opened.size, problem=reason))
    whole = Rejected(opened.sha256, ByteRange(0, opened.size), reason, opened.head[:256])
    node.store.reject([whole], at=run.now())


def _reached(columns: Columns) -> int:
    ends = columns.arrays.get("start")
    return int(ends[-1]) if ends is not None and len(ends) else 0


def _pillar(desk: Desk) -> str:
    pillars = sorted({kind.pillar for kind in desk.kinds.values()})
    return pillars[0]
