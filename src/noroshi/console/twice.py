"""Two people: what is sent from a level on waits until a second releaser agrees.

What was asked for is kept with a digest of what would have gone: who agrees, agrees to that. Where
a record, the law or the party's rights are others by then, it has to be asked for anew. Agreements
still decide what stands in a partner's view; this is about what a person here brings it.
"""

from __future__ import annotations

import contextlib
import fcntl
import secrets
from collections.abc import Generator, Sequence
from typing import Final

import msgspec

from noroshi.console.seen import One, one
from noroshi.node.accounts import replace
from noroshi.node.node import Node
from noroshi.words import ids
from noroshi.words.errors import BadInput, Refused
from noroshi.words.label import highest_tlp
from noroshi.words.time import DAY

WISHES: Final = "wishes.json"
LASTS: Final = DAY
MOST: Final = 200


class Wish(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`who` asked at `at` (µs UTC) to send these findings to `party`; `digest` is of what would
    have gone then."""

    id: str
    who: str
    at: int
    party: str
    ids: tuple[str, ...]
    digest: str


def needed(node: Node, chosen: Sequence[str], party: str, now: int) -> bool:
    """Whether a second person has to agree before these go to `party`. Raises `Refused`."""
    level = node.settings.config.console.two_person
    if level is None:
        return False
    going = (each for each in _going(node, chosen, party, now) if each.release.permitted)
    return any(highest_tlp(each.record.label).rank >= level.rank for each in going)


def ask(node: Node, chosen: Sequence[str], party: str, who: str, now: int) -> Wish:
    """Keep the wish until another person answers it, for a day at most. `Refused` for too many."""
    wish = Wish(
        secrets.token_hex(8), who, now, party, tuple(chosen), _digest(node, chosen, party, now)
    )
    with _writing(node) as held:
        live = _live(held, now)
        if len(live) >= MOST:
            raise Refused(f"{MOST} requests wait already; answer some first")
        _write(node, (*live, wish))
    return wish


def waiting(node: Node, now: int) -> tuple[Wish, ...]:
    """What waits, latest first."""
    return tuple(reversed(_live(_read(node), now)))


def agree(node: Node, id: str, who: str, now: int) -> Wish:
    """`who` agrees: the wish waits no longer and may be carried out. `Refused` for the one who
    asked, and where something else would go now than what was asked for."""
    with _writing(node) as held:
        wish = _found(held, id, now)
        if wish.who == who:
            raise Refused(f"{who} asked for it: somebody else has to agree")
        _write(node, tuple(each for each in _live(held, now) if each.id != id))
    if _digest(node, wish.ids, wish.party, now) != wish.digest:
        raise Refused("something else would go now than what was asked for; ask anew")
    return wish


def refuse(node: Node, id: str, now: int) -> Wish:
    """The wish waits no longer."""
    with _writing(node) as held:
        wish = _found(held, id, now)
        _write(node, tuple(each for each in _live(held, now) if each.id != id))
    return wish


def _going(node: Node, chosen: Sequence[str], party: str, now: int) -> list[One]:
    return [one(node, each, party, now=now) for each in chosen]


def _digest(node: Node, chosen: Sequence[str], party: str, now: int) -> str:
    """Of each record, in which version and how it would go."""
    told = [
        [each.record.id, each.record.version, each.record.label.key(), each.release.verdict,
         each.release.transforms, each.release.clauses]
        for each in _going(node, chosen, party, now)
    ]  # fmt: skip
    return ids.sha256(ids.canonical([party, told]))


def _found(held: tuple[Wish, ...], id: str, now: int) -> Wish:
    for each in _live(held, now):
        if each.id == id:
            return each
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
