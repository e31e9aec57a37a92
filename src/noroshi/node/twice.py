"""Two people: what is released from a level on waits until a second releaser agrees.

What was asked for is kept with a digest of what would have gone: who agrees, agrees to that. Where
a record, the law or the party's rights are others by then, it has to be asked for anew. What both
agreed to is kept in the store, where every way out of the node asks for it (`exchange.hold`).
"""

from __future__ import annotations

import contextlib
import fcntl
import secrets
from collections.abc import Callable, Generator, Iterator, Sequence
from typing import Final

import msgspec

from noroshi.exchange import hold as holding
from noroshi.exchange.decisions import in_part
from noroshi.exchange.graph import made_at
from noroshi.node.accounts import replace
from noroshi.node.node import Node
from noroshi.node.overview import live
from noroshi.store import Confirmation
from noroshi.words import ids
from noroshi.words.errors import BadInput, Refused
from noroshi.words.label import highest_tlp
from noroshi.words.record import Record
from noroshi.words.release import Release
from noroshi.words.time import DAY

WISHES: Final = "wishes.json"
LASTS: Final = DAY
MOST: Final = 200


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`who` asked at `at` (µs UTC) that these records go to `party`; `digest` is of what would have
    gone then."""

    id: str
    who: str
    at: int
    party: str
    ids: tuple[str, ...]
    digest: str


def needed(node: Node, chosen: Sequence[str], party: str, now: int) -> bool:
    """Whether a second person has to agree before these go to `party`. Raises `Refused`."""
    hold = node.hold(party)
    return any(_waits(hold, *each) for each in _going(node, chosen, party, now))


def permitted(node: Node, chosen: Sequence[str], party: str, now: int) -> bool:
    """Whether any of these may go to `party` now. Raises `Refused`."""
    hold = node.hold(party)
    going = _going(node, chosen, party, now)
    return any(release.permitted and not _waits(hold, each, release) for each, release in going)


def held_back(node: Node, party: str, now: int) -> tuple[str, ...]:
    """The live records that the agreements give `party` and that wait for a second person."""
    hold = node.hold(party)
    if hold is None:
        return ()
    strict = [
        each.id
        for each in live(node)
        if highest_tlp(node.store.label_of(each.cell)).rank >= hold.level.rank
    ]
    going = _going(node, strict, party, now)
    return tuple(record.id for record, release in going if _waits(hold, record, release))


def ask(node: Node, chosen: Sequence[str], party: str, who: str, now: int) -> Wish:
    """Keep the wish until another person answers it, for a day at most. `Refused` for too many."""
    digest = _digest(node, chosen, party, now)
    wish = Wish(secrets.token_hex(8), who, now, party, tuple(chosen), digest)
    with _writing(node) as held:
        live = _live(held, now)
        if len(live) >= MOST:
            raise Refused(f"{MOST} requests wait already; answer some first")
        _write(node, (*live, wish))
    return wish


def waiting(node: Node, now: int) -> tuple[Wish, ...]:
    """What waits, latest first."""
    return tuple(reversed(_live(_read(node), now)))


def agree(node: Node, id: str, who: str, now: int, note: Callable[[Wish], None]) -> Wish:
    """`who` agrees: from now on these records go to the party. `note` puts that on record before
    it is so. `Refused` for the one who asked, and where something else would go now than what was
    asked for."""
    with _writing(node) as held:
        wish = _found(held, id, now)
        if wish.who.casefold() == who.casefold():
            raise Refused(f"{who} asked for it: somebody else has to agree")
        _write(node, tuple(each for each in _live(held, now) if each.id != wish.id))
    if _digest(node, wish.ids, wish.party, now) != wish.digest:
        raise Refused("something else would go now than what was asked for; ask anew")
    note(wish)
    hold, going = node.hold(wish.party), _going(node, wish.ids, wish.party, now)
    node.store.confirm(
        Confirmation(
            wish.party, record.id, record.label.key(), holding.way(release), wish.who, who, now
        )
        for record, release in going
        if _waits(hold, record, release)
    )
    return wish


def refuse(node: Node, id: str, now: int) -> Wish:
    """The wish waits no longer."""
    with _writing(node) as held:
        wish = _found(held, id, now)
        _write(node, tuple(each for each in _live(held, now) if each.id != wish.id))
    return wish


def _going(
    node: Node, chosen: Sequence[str], party: str, now: int
) -> Iterator[tuple[Record, Release]]:
    """Each record with what the agreements give of it. Raises `Refused` where there is none."""
    node.parties.get(party)
    _, policy = node.policy(at=now)
    for each in chosen:
        record = node.store.record(each)
        if record is None:
            raise Refused(f"no record {each!r}")
        asked = policy, record.label, node.party, party, now, record.id, made_at(record)
        release = in_part(*asked)[1] if record.status == "live" else Release("withheld")
        yield record, release


def _waits(hold: holding.Hold | None, record: Record, release: Release) -> bool:
    return hold is not None and hold.waits(record.label, record.label.key(), record.id, release)


def _digest(node: Node, chosen: Sequence[str], party: str, now: int) -> str:
    """Of each record, in which version and how it would go."""
    told = [
        [record.id, record.version, record.label.key(), release.verdict, release.transforms,
         release.clauses]
        for record, release in _going(node, chosen, party, now)
    ]  # fmt: skip
    return ids.sha256(ids.canonical([party, told]))


def _found(held: tuple[Wish, ...], id: str, now: int) -> Wish:
    found = [each for each in _live(held, now) if id and each.id.startswith(id)]
    if len(found) == 1:
        return found[0]
    raise Refused("nothing of that name waits: it was answered, or is older than a day")


def _live(held: tuple[Wish, ...], now: int) -> tuple[Wish, ...]:
    return tuple(each for each in held if now - each.at < LASTS)


def _read(node: Node) -> tuple[Wish, ...]:
    path = node.settings.data / WISHES
    try:
        return msgspec.json.decode(path.read_bytes(), type=tuple[Wish, ...])
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise BadInput(str(path), f"no table of requests: {problem}") from problem


@contextlib.contextmanager
def _writing(node: Node) -> Generator[tuple[Wish, ...]]:
    with (node.settings.data / "wishes.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield _read(node)


def _write(node: Node, wishes: tuple[Wish, ...]) -> None:
    replace(node.settings.data / WISHES, msgspec.json.encode(wishes))
