"""Sources of one ingest: which feed and desk each is of, and under what it is known to be read."""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from pathlib import Path

from noroshi.config import Feed
from noroshi.desks.registry import choose, desks
from noroshi.feeds.files import Opened, open_path
from noroshi.node.node import Node
from noroshi.node.terms import feed_label, unlabelled
from noroshi.words.desk import Context, Desk, Source
from noroshi.words.errors import BadInput
from noroshi.words.time import format_instant


def gone(opened: Opened, problem: OSError) -> BadInput:
    """Why a source that was there can be read no more."""
    return BadInput(opened.name, "cannot be read any more", found=problem.strerror or str(problem))


def check_lent(source: Source, now: int) -> None:
    """Raise `BadInput` for a source whose label says that it may no longer be used."""
    given = [each.expires for each in source.label.strands if each.expires is not None]
    if given and now >= min(given):
        raise BadInput(
            source.name,
            "the source may no longer be used",
            expected=f"read before {format_instant(min(given))}",
            hint="the label of its [[feed]] has expired",
        )


def parts_of(path: Path) -> Iterator[Opened | BadInput]:
    """The sources in the file at `path`, and what is wrong with it."""
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


def source_of(
    node: Node, opened: Opened, feed: Feed | None, labels: Feed | None, desk: Desk, now: int
) -> Source:
    """The source that was opened, with what its feed says of it."""
    whose = node.party, desk, node.exercise
    return Source(
        name=opened.name,
        lineage=(feed.lineage if feed else None) or Path(opened.name).name,
        retrieved=now,
        sha256=opened.sha256,
        label=feed_label(labels, *whose) if labels else unlabelled(*whose),
        owner=node.party,
        reliability=feed.reliability if feed else "F",
        open=opened.open,
    )


def desk_of(opened: Opened, name: str | None) -> Desk | None:
    """The desk that reads it: the one named, else by content."""
    if name is None:
        return choose(opened.head, opened.name)
    try:
        return desks()[name]
    except KeyError:
        raise BadInput(opened.name, f"no desk {name!r}", expected=", ".join(desks())) from None


def state_key(desk: Desk, context: Context) -> str:
    """Under which the desk's state is kept: another version or parameters start anew."""
    return f"desk:{desk.name}:{desk.version}:{context.params_sha256}"


def source_key(source: Source, desk: Desk, context: Context) -> str:
    """Under which a source is known to be read: its bytes, its label, its desk's state."""
    return f"{source.sha256}:{source.label.key()[:16]}:{state_key(desk, context)}"
