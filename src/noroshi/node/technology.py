"""Technology at this node: an item by its law, and its end user by the lists at hand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from noroshi.node.node import Node
from noroshi.pact.reading import Problem, read_file, whole
from noroshi.pact.technology import Answer, Answered, answer
from noroshi.pact.transfer import TransferFile, problems_of
from noroshi.screen import Hit, Listed, Wanted, entries, hits
from noroshi.screen.listed import Unread
from noroshi.screen.score import THRESHOLD

Seen = Callable[[str, int, int], None]
"""(name of the list, bytes read, its size)."""


class Screened(msgspec.Struct, frozen=True):
    """What the lists have about somebody: the entries that are alike, how many were read, and the
    lines that could not be."""

    hits: tuple[Hit, ...]
    read: int
    unread: tuple[Unread, ...]


class Asked(msgspec.Struct, frozen=True):
    """The answer by the agreements, what the lists have, and what follows: an end user that is like
    an entry turns a permit into a licence, for a person decides whether it is the same."""

    answer: Answer
    by_agreements: Answered
    screened: Screened | None


def read_transfer(node: Node, path: Path) -> TransferFile:
    """The transfer file at `path`; raises everything that is wrong with it, by file and line."""

    def check(file: TransferFile, raw: dict[str, Any]) -> list[Problem]:
        return list(problems_of(file, raw, node.parties))

    return whole(read_file(path.read_bytes(), str(path), TransferFile, check))


def ask(
    node: Node,
    file: TransferFile,
    lists: Iterable[Path],
    now: int,
    *,
    threshold: float = THRESHOLD,
    seen: Seen = lambda name, done, size: None,
) -> Asked:
    """What the law of the node at `now` says of the item, and the lists of its end user."""
    found = answer(node.policy(at=now)[1], file, now)
    user, paths = file.end_user, tuple(lists)
    if user is None or not paths:
        return Asked(found.answer, found, None)
    wanted = Wanted(user.name, user.aliases, user.country, user.ids)
    screened = screen(wanted, paths, threshold=threshold, seen=seen)
    worse = screened.hits and found.answer == "permit"
    return Asked("licence" if worse else found.answer, found, screened)


def screen(
    wanted: Wanted,
    lists: Iterable[Path],
    *,
    threshold: float = THRESHOLD,
    seen: Seen = lambda name, done, size: None,
) -> Screened:
    """The entries of the lists that are like `wanted`, most alike first."""
    unread: list[Unread] = []
    read = 0

    def good() -> Iterator[Listed]:
        nonlocal read
        for path in lists:
            for each in entries(_lines(path, seen), str(path)):
                if isinstance(each, Unread):
                    unread.append(each)
                else:
                    read += 1
                    yield each

    return Screened(tuple(hits(wanted, good(), threshold)), read, tuple(unread))


def _lines(path: Path, seen: Seen) -> Iterator[bytes]:
    """The lines of a list, none kept longer than needed; a line without end is cut."""
    from noroshi.screen.listed import LINE_MAX

    size, done = path.stat().st_size, 0
    with path.open("rb") as file:
        while line := file.readline(LINE_MAX + 1):
            done += len(line)
            seen(path.name, done, size)
            yield line
