"""Listening: live feeds into the node while they run.

A thread reads each feed into its spool. Every so often what has come is closed as segments, which
are ingested like files, so findings appear, change and are taken back while it runs, and a kill
loses nothing that was written down. Segments stay: they are the evidence.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Sequence

import msgspec

from noroshi.config import Feed
from noroshi.config.feeds import FeedLabel
from noroshi.feeds.live import Stop, check_live, follow, is_live
from noroshi.feeds.spool import Counts, Spool
from noroshi.node.ingest import ingest
from noroshi.node.ingested import IngestReport
from noroshi.node.node import Node
from noroshi.words.errors import BadInput, NoroshiError
from noroshi.words.ids import sha256
from noroshi.words.label import Tlp
from noroshi.words.time import MINUTE, parse_duration

EVERY = MINUTE
"""How often what came is looked at, unless the feed says."""

FOLDER = "live"
"""Of the spools, in the data folder."""


class Heard(msgspec.Struct):
    """Of one feed: what came since the node began to listen, and what became of the last of it."""

    uri: str
    counts: Counts
    ended: bool
    report: IngestReport


class Listener:
    """One live feed: its thread, its spool, and what of it was ingested."""

    def __init__(
        self, node: Node, feed: Feed, clock: Callable[[], int], say: Callable[[str], None]
    ) -> None:
        self.node, self.feed, self._clock, self._say = node, feed, clock, say
        folder = node.settings.data / FOLDER / folder_name(feed.uri)
        self.spool = Spool(folder, clock, again=feed.uri.startswith("tail:"))
        self.every = parse_duration(feed.every) if feed.every else EVERY
        self._thread: threading.Thread | None = None
        self.ended = False

    def start(self, stop: Stop) -> None:
        """Begin to read, in a thread of its own."""
        self._thread = threading.Thread(target=self._follow, args=(stop,), daemon=True)
        self._thread.start()

    def _follow(self, stop: Stop) -> None:
        try:
            follow(self.feed.uri, self.node.settings.folder, self.spool, stop, self._say)
        except (NoroshiError, OSError) as problem:
            self._say(f"{self.feed.uri}: {problem}")
        finally:
            self.ended = True

    def join(self, seconds: float) -> None:
        """Wait for the thread to end, so long at most."""
        if self._thread is not None:
            self._thread.join(seconds)

    def look(self) -> Heard:
        """Ingest the segments that are whole now and were not ingested."""
        paths = self.spool.close(final=self.ended)
        report = IngestReport()
        if paths:
            report = ingest(self.node, paths, self._clock, feed=self._named(), forget=True)
            self.spool.mark(paths[-1])
        return Heard(self.feed.uri, self.spool.counts, self.ended, report)

    def _named(self) -> Feed:
        """The feed, its origin said: segments are files of one origin."""
        lineage = self.feed.lineage or self.feed.uri
        return msgspec.structs.replace(self.feed, uri="*", lineage=lineage)


def folder_name(uri: str) -> str:
    """The folder of a feed's spool: readable, and its own."""
    plain = re.sub(r"[^A-Za-z0-9.]+", "-", uri).strip("-") or "stdin"
    return f"{plain[:40]}-{sha256(uri.encode())[:8]}"


def live_feeds(node: Node, uris: Sequence[str] = ()) -> list[Feed]:
    """The live `[[feed]]`s of the node, or those of `uris`; one that none declares is TLP RED for
    this node alone. Raises `BadInput` for what is no live feed, and where there is none."""
    declared = {each.uri: each for each in node.settings.config.feed if is_live(each.uri)}
    for uri in uris:
        check_live(uri)
    found = [declared.get(uri, _unlabelled(uri)) for uri in uris] or list(declared.values())
    if not found:
        raise BadInput(
            "listen", "no live feed is declared",
            expected='[[feed]] uri = "tcp://…", "udp://…", "tail:…" or "-"',
            hint="or name one: noroshi listen tcp://HOST:PORT",
        )  # fmt: skip
    return found


def _unlabelled(uri: str) -> Feed:
    return Feed(uri=uri, label=FeedLabel(tlp=Tlp.RED, only=()))


def listen(
    node: Node, feeds: Sequence[Feed], clock: Callable[[], int], stop: Stop,
    say: Callable[[str], None], told: Callable[[Heard], None],
) -> None:  # fmt: skip
    """Listen to `feeds` until `stop`, or until all have ended; `told` is called after each look."""
    listeners = [Listener(node, each, clock, say) for each in feeds]
    done = threading.Event()
    for each in listeners:
        each.start(_Either(stop, done))
    try:
        while not stop.is_set() and not all(each.ended for each in listeners):
            _wait(listeners, stop)
            _look(listeners, told, say)
    finally:
        done.set()
        for each in listeners:
            each.join(5.0)
    for each in listeners:
        each.spool.end()
        each.ended = True
    _look(listeners, told, say)
    for each in listeners:
        each.spool.release()


def _wait(listeners: list[Listener], stop: Stop) -> None:
    """Until the next look is due, or a feed has ended, or `stop`."""
    left = min(each.every for each in listeners) / 1e6
    running = [each for each in listeners if not each.ended]
    while left > 0 and not stop.wait(min(left, 0.2)):
        left -= 0.2
        if [each for each in running if each.ended]:
            return


def _look(
    listeners: list[Listener], told: Callable[[Heard], None], say: Callable[[str], None]
) -> None:
    for each in listeners:
        try:
            told(each.look())
        except NoroshiError as problem:
            say(f"{each.feed.uri}: {problem}")


class _Either:
    """Set when one of two is."""

    def __init__(self, one: Stop, other: Stop) -> None:
        self._one, self._other = one, other

    def is_set(self) -> bool:
        """Whether either is set."""
        return self._one.is_set() or self._other.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        """Wait for the first, as long as it may take; the second is looked at twice a second."""
        left = timeout if timeout is not None else float("inf")
        while left > 0 and not self._other.is_set():
            if self._one.wait(min(left, 0.5)):
                return True
            left -= 0.5
        return self.is_set()
