"""Parts of long messages brought together.

Keyed by the group of a tag block where there is one (sequence ids collide once feeds are merged),
else by station or talker, sequence id, channel and count. A part that waits for more than so many
lines is given up; a part heard again from another receiver changes nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

import msgspec

if TYPE_CHECKING:
    from noroshi.desks.sea.sentence import Sentence, Tag


class Whole(NamedTuple):
    """A complete message: payload, fill bits, own time or None, bytes from `start` to `end`."""

    payload: bytes
    fill: int
    t: int | None
    start: int
    end: int


class Lost(NamedTuple):
    """Parts that never found the rest."""

    reason: str
    start: int
    end: int


class _Waiting(msgspec.Struct):
    line: int
    start: int
    end: int
    t: int | None
    parts: dict[int, tuple[bytes, int]]
    count: int


SWAPPED: Final = 20
"""Lines by which a part may come before an earlier one. An end whose beginning was lost would else
be joined to the next message of its key: sequence ids come round after ten."""

SWEEP: Final = 500
"""Lines between two looks for parts that waited too long."""

Key = tuple[bytes, ...]


class Fragments:
    """Parts waiting for their rest; `patience` in lines."""

    def __init__(self, patience: int) -> None:
        self._patience = patience
        self._waiting: dict[Key, _Waiting] = {}
        self._done: dict[Key, _Waiting] = {}
        self._swept = 0

    def add(
        self, sentence: Sentence, tag: Tag, t: int | None, line: int, start: int, end: int
    ) -> tuple[Whole | None, list[Lost]]:
        """The message that this part completes, if it does, and parts now given up."""
        key = _key(sentence, tag)
        part = (sentence.payload, sentence.fill)
        lost: list[Lost] = []
        done = self._done.get(key)
        if done is not None and key not in self._waiting and done.parts[sentence.part] == part:
            return None, lost
        waiting = self._waiting.get(key)
        if waiting is not None and (
            waiting.parts.get(sentence.part, part) != part
            or (sentence.part < max(waiting.parts) and line - waiting.line > SWAPPED)
        ):
            lost.append(_lost(self._waiting.pop(key)))
            waiting = None
        if waiting is None:
            waiting = self._waiting[key] = _Waiting(line, start, end, t, {}, sentence.parts)
        waiting.parts[sentence.part] = part
        waiting.end = max(waiting.end, end)
        waiting.t = t if waiting.t is None else waiting.t
        if len(waiting.parts) < sentence.parts:
            return None, lost
        self._done[key] = self._waiting.pop(key)
        return _whole(waiting), lost

    def expire(self, line: int) -> list[Lost]:
        """What has waited too long by `line`; looks only once in a while."""
        if line - self._swept < SWEEP:
            return []
        self._swept = line
        self._done = {
            key: each for key, each in self._done.items() if line - each.line <= self._patience
        }
        old = [key for key, each in self._waiting.items() if line - each.line > self._patience]
        return [_lost(self._waiting.pop(key)) for key in old]

    def close(self) -> list[Lost]:
        """What still waits when the input has ended."""
        lost = [_lost(each) for each in self._waiting.values()]
        self._waiting = {}
        return lost


def _key(sentence: Sentence, tag: Tag) -> Key:
    count, sequence, channel = b"%d" % sentence.parts, sentence.sequence, sentence.channel
    if tag.group is not None:
        return (b"g", tag.group, sequence, channel, count)
    return (b"s", tag.station or sentence.talker, sequence, channel, count)


def _whole(waiting: _Waiting) -> Whole:
    ordered = [waiting.parts[number] for number in sorted(waiting.parts)]
    payload = b"".join(each[0] for each in ordered)
    return Whole(payload, ordered[-1][1], waiting.t, waiting.start, waiting.end)


def _lost(waiting: _Waiting) -> Lost:
    mask = sum(1 << number - 1 for number in waiting.parts)
    return Lost(missing(mask, waiting.count), waiting.start, waiting.end)


def missing(mask: int, count: int) -> str:
    """What to say of parts that never came; bit 0 of `mask` is part 1."""
    numbers = [str(number + 1) for number in range(count) if not mask >> number & 1]
    return f"part {', '.join(numbers)} of {count} never came"
