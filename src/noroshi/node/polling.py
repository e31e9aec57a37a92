"""Polling: what servers have that is new, fetched and ingested.

What was fetched stays, under `polled` in the data folder: it is the evidence. What was fetched and
not ingested yet, as after a kill, is ingested first.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from noroshi.config import Feed
from noroshi.exchange.taxii.fetch import PATIENT, Patience, PeerError, open_client
from noroshi.feeds.address import is_polled
from noroshi.feeds.polled import STATE, Way, poll
from noroshi.node.ingest import IngestReport, ingest
from noroshi.node.listening import folder_name
from noroshi.node.node import Node
from noroshi.words.errors import BadInput

FOLDER = "polled"
READ = "read"
"""In a feed's folder: what was ingested."""


class Polled(msgspec.Struct):
    """Of one feed: files that were new, what became of them, and what kept it from going on."""

    uri: str
    files: int
    report: IngestReport
    problem: str | None = None


def polled_feeds(node: Node, uris: Sequence[str] = ()) -> list[Feed]:
    """The polled `[[feed]]`s of the node, or those of `uris`. Raises `BadInput` for one that is not
    declared: what comes by itself has to have a label."""
    declared = {each.uri: each for each in node.settings.config.feed if is_polled(each.uri)}
    for uri in uris:
        if uri not in declared:
            raise BadInput(
                "poll", "no such feed", found=uri, expected=", ".join(declared) or "a [[feed]]",
                hint='[[feed]] uri = "taxii+https://…" or "https://…", with a label',
            )  # fmt: skip
    if not declared:
        raise BadInput("poll", "no polled feed is declared", expected='[[feed]] uri = "https://…"')
    return [declared[uri] for uri in uris] or list(declared.values())


def look(
    node: Node, feed: Feed, clock: Callable[[], int], patience: Patience = PATIENT,
    way: Way | None = None,
) -> Polled:  # fmt: skip
    """Fetch what is new of `feed`, and ingest it with what was fetched before and was not."""
    folder = node.settings.data / FOLDER / folder_name(feed.uri)
    problem: str | None = None
    try:
        with _way(node, feed, patience, way) as opened:
            for _ in poll(feed.uri, folder, opened):
                pass
    except (PeerError, BadInput) as failed:
        problem = str(failed)
    waiting = sorted(each for each in _files(folder))
    report = IngestReport()
    if waiting:
        named = msgspec.structs.replace(feed, uri="*", lineage=feed.lineage or feed.uri)
        report = ingest(node, waiting, clock, feed=named)
        (folder / READ).mkdir(exist_ok=True)
        for each in waiting:
            each.replace(folder / READ / each.name)
    return Polled(feed.uri, len(waiting), report, problem)


def _files(folder: Path) -> Iterator[Path]:
    if folder.is_dir():
        for each in folder.iterdir():
            if each.is_file() and not each.name.startswith(".") and each.name != STATE:
                yield each


@contextmanager
def _way(node: Node, feed: Feed, patience: Patience, way: Way | None) -> Generator[Way]:
    if way is not None:
        yield way
        return
    auth = None
    if feed.user is not None and feed.password is not None:
        auth = feed.user, node.settings.secret(feed.password, f"[[feed]] {feed.uri} password")
    with open_client() as client:
        yield Way(client, auth, patience)
