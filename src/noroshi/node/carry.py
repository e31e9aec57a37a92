"""Carry: exchange with a partner by files, where no connection leads to it.

A file holds what is new in the partner's view, in the same pages that it would have fetched, and
the receipts that are due to it. What comes in by a file is taken as what comes in by a pull, by the
same code. Files are numbered and chained: one that is missing is named, one that came already
changes nothing, and one from before what was imported last is refused, because it could bring back
what has been withdrawn since.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from noroshi.exchange import carried
from noroshi.exchange.carried import Checked, Head, Writer
from noroshi.exchange.served import Served
from noroshi.exchange.taxii import envelope
from noroshi.exchange.taxii.client import unpack
from noroshi.exchange.vouch import spoken, vouch
from noroshi.node import keyring
from noroshi.node.alone import alone
from noroshi.node.node import Node
from noroshi.node.push import due_receipts, letter, outgoing
from noroshi.node.receive import Received, receive
from noroshi.words.errors import BadInput, Refused

PAGE: Final = 1_000
REMEMBERED: Final = 1_000
"""So many files are remembered by their hash; older ones are refused by their number."""
SUFFIX: Final = ".noroshi"


class Exported(msgspec.Struct, frozen=True):
    """The file written for `party`, its number, what stands in it; no `file` where nothing was
    new."""

    party: str
    file: str | None = None
    number: int = 0
    objects: int = 0
    receipts: int = 0
    size: int = 0
    sha256: str = ""


class Imported(Received):
    """What came of a file; `repeated` where it had been imported before and nothing was done."""

    number: int = 0
    receipts_due: int = 0
    repeated: bool = False


class _Sent(msgspec.Struct, frozen=True):
    """The last file that was written for a party."""

    number: int = 0
    sha256: str | None = None


class _Taken(msgspec.Struct, frozen=True):
    """The files of a party: number of the last, hashes of those remembered, and of one that is
    being taken, how many of its pages were."""

    number: int = 0
    files: tuple[str, ...] = ()
    open: tuple[str, int] | None = None


def export(
    node: Node,
    party: str,
    to: Path,
    now: Callable[[], int],
    *,
    whole: bool = False,
    waiting: Callable[[], object] = lambda: None,
) -> Exported:
    """Write what is new in the view of `party` since the last file for it (`whole`: all of it) and
    the receipts due to it into the file `to`, or into one of its own name in the folder `to`.

    The file appears in one step, when it is whole and on the disk; where nothing is new there is
    none. Raises `BadConfig` for a party that is no `[[peer]]`, `Refused` where the file exists.
    """
    node.settings.peer(party)
    with alone(node.settings.data, waiting, f"export.{party}.lock"):
        return _export(node, party, to, now, whole)


def _export(node: Node, party: str, to: Path, now: Callable[[], int], whole: bool) -> Exported:
    held = node.store.source(f"export:{party}")
    last = msgspec.json.decode(held.state, type=_Sent) if held else _Sent()
    after = held.offset if held and not whole else 0
    said = spoken(node.store, (node.party,))
    head = Head(node.party, party, now(), last.number + 1, last.sha256, after, said)
    path = to / f"{node.party}-{party}-{head.number:05}{SUFFIX}" if to.is_dir() else to
    if path.exists():
        raise Refused(f"{path}: is there already\nHint: name another file, or a folder")
    due = due_receipts(node, party, now(), whole=whole)
    partial = path.with_name(path.name + ".part")
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            writer = Writer(file, head)
            objects = 0
            for entries in _entries(node, party, now, after):
                after = entries[-1].n
                objects += len(entries)
                _put(node, writer, entries, now())
            letters = [letter(node.party, party, raw, now()) for raw, _ in due]
            for n in range(0, len(letters), PAGE):
                _put(node, writer, letters[n : n + PAGE], now())
            if not objects and not letters:
                return Exported(party)
            seal = writer.seal(node.keys)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        state = msgspec.json.encode(_Sent(head.number, seal.sha256))
        with node.store.write():
            node.store.set_source(f"export:{party}", str(path), after, state, False, now())
            node.store.set_told(told for _, told in due)
            # Before the commit: a node that dies here writes this number once more, and the other
            # side takes whichever comes; a file that was never there could not be made up for.
            partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return Exported(party, str(path), head.number, objects, len(letters), size, seal.sha256)


def _entries(
    node: Node, party: str, now: Callable[[], int], after: int
) -> Iterator[tuple[Served, ...]]:
    """What is in the party's view after number `after` of its journal, page by page."""
    while entries := outgoing(node, party, now(), after=after, limit=PAGE):
        yield entries
        after = entries[-1].n


def _put(node: Node, writer: Writer, entries: tuple[Served, ...] | list[Served], now: int) -> None:
    """Write the entries as one page, or as more where one would be too long to be read."""
    vouched = vouch(node.store, node.party, node.keys, entries, now)
    body = envelope.objects(entries, None, terms=True, vouched=vouched).body
    if len(body) <= carried.LONGEST:
        writer.page(body, len(entries))
        return
    middle = len(entries) // 2
    if not middle:
        raise Refused(f"{entries[0].oid}: {len(body)} bytes, longer than a page may be")
    _put(node, writer, entries[:middle], now)
    _put(node, writer, entries[middle:], now)


def take(
    node: Node,
    path: Path,
    now: Callable[[], int],
    *,
    gap: bool = False,
    waiting: Callable[[], object] = lambda: None,
) -> Imported:
    """Import the file at `path`, as `receive` takes what a pull brings; page by page, each in a
    transaction with how far the file was read.

    Raises `BadInput` for a file that is cut off, damaged or not sealed by a key of its sender that
    counts; `Refused` for one that is for another party, older than what was imported, or lacks the
    file before it (unless `gap`).
    """
    with path.open("rb") as file:
        checked = carried.check(file, str(path), lambda head, key: _trusted(node, head, key, now()))
        sender = checked.head.sender
        if checked.head.to != node.party:
            raise Refused(f"{path}: is for {checked.head.to}, and this is a node of {node.party}")
        with alone(node.settings.data, waiting, f"import.{sender}.lock"):
            held = node.store.source(f"import:{sender}")
            taken = msgspec.json.decode(held.state, type=_Taken) if held else _Taken()
            report = Imported(sender, number=checked.head.number)
            if checked.seal.sha256 in taken.files:
                report.repeated = True
                return report
            _check_order(str(path), checked, taken, gap)
            bodies = carried.pages(file, str(path))
            _take(node, str(path), checked, taken, bodies, report, now)
    return report


def _trusted(node: Node, head: Head, key: str, now: int) -> bytes | None:
    keyring.hear(node.store, node.party, head.keys, now)
    return node.public_key(head.sender, key, head.at)


def _check_order(where: str, checked: Checked, taken: _Taken, gap: bool) -> None:
    head, last = checked.head, taken.number
    if head.number < last:
        raise Refused(
            f"{where}: file {head.number} of {head.sender}, older than number {last}, "
            "which was imported last"
        )
    if head.after and head.before not in taken.files and not gap:
        missing = head.number - 1
        which = f"file {missing}" if missing <= last + 1 else f"files {last + 1} to {missing}"
        raise Refused(
            f"{where}: file {head.number} of {head.sender}, and {which} did not come"
            f"\nHint: import that first, ask for one made with --all, or take what is here "
            "with --despite-gap: what was withdrawn in between then stays"
        )


def _take(
    node: Node,
    where: str,
    checked: Checked,
    taken: _Taken,
    bodies: Iterator[bytes],
    report: Imported,
    now: Callable[[], int],
) -> None:
    """Receive the pages that were not yet, and note the file as taken with the last."""
    sender, name = checked.head.sender, checked.seal.sha256
    done = taken.open[1] if taken.open and taken.open[0] == name else 0
    for n, body in enumerate(bodies, 1):
        if n <= done:
            continue
        page = unpack(body, f"{where} page {n}")
        with node.store.write():
            receive(node, sender, page, report, now())
            _note(node, where, sender, msgspec.structs.replace(taken, open=(name, n)), now())
        done = n
    if done != checked.seal.pages:
        raise BadInput(where, "was changed while it was read")
    files = (*taken.files, name)[-REMEMBERED:]
    _note(node, where, sender, _Taken(checked.head.number, files), now())
    report.receipts_due = len(due_receipts(node, sender, now()))


def _note(node: Node, where: str, sender: str, taken: _Taken, now: int) -> None:
    state = msgspec.json.encode(taken)
    node.store.set_source(f"import:{sender}", where, taken.number, state, False, now)
