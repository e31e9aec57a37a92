"""The journal of what people did: one line for each act, each with the hash of the one before.

The ledger of disclosures speaks to partners of what went to them, and is proved to them row by
row; who of us pressed the button is no business of theirs. So that stands here, in `acts.jsonl`
beside the store: append-only, chained like the ledger, and on the disc before the act is answered.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import Final

import msgspec

from noroshi.config import Settings
from noroshi.words.errors import BadInput
from noroshi.words.ids import canonical, sha256

ACTS: Final = "acts.jsonl"
LONGEST: Final = 200
"""Ids named in a line; how many there were is always said."""


class Act(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who did what when (µs UTC): `what` is sign_in, refused, sign_out, ask, release, recall, user,
    …; `about` names ids, a party, a user. `sha` is over all else in the line."""

    n: int
    at: int
    who: str
    what: str
    about: dict[str, str] = {}
    prev: str = ""
    sha: str = ""


def _sealed(act: Act) -> str:
    return sha256(canonical(msgspec.structs.replace(act, sha="")))


class Acts:
    """The journal of one node. Several processes may write it."""

    def __init__(self, settings: Settings) -> None:
        self._path = settings.data / ACTS

    def add(self, who: str, what: str, about: dict[str, str], now: int) -> Act:
        """Write one act. It is on the disc when this returns."""
        with open(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600), "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            whole = _whole(file.read())
            # What a kill left half-written was never answered, and is cut off.
            file.truncate(len(whole))
            last = _last(self._path, whole)
            act = Act(
                n=last.n + 1 if last else 1,
                at=now,
                who=who,
                what=what,
                about=about,
                prev=last.sha if last else "",
            )
            act = msgspec.structs.replace(act, sha=_sealed(act))
            file.seek(0, os.SEEK_END)
            file.write(msgspec.json.encode(act) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        return act

    def latest(self, limit: int = 200) -> list[Act]:
        """The latest acts, newest first. Raises `BadInput` for a line that is none."""
        return _read(self._path)[: -limit - 1 : -1]

    def verify(self) -> int:
        """Walk the chain: how many acts. `BadInput` names the first line that is not as it was."""
        prev, acts = "", _read(self._path)
        for number, act in enumerate(acts, 1):
            if act.prev != prev or act.n != number or act.sha != _sealed(act):
                raise BadInput(f"{self._path}:{number}", "not the act that was written here")
            prev = act.sha
        return len(acts)


def _read(path: Path) -> list[Act]:
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return []
    return [_decoded(path, number, line) for number, line in enumerate(_whole(raw).splitlines(), 1)]


def _whole(raw: bytes) -> bytes:
    return raw[: raw.rfind(b"\n") + 1]


def _last(path: Path, raw: bytes) -> Act | None:
    lines = raw.splitlines()
    return _decoded(path, len(lines), lines[-1]) if lines else None


def _decoded(path: Path, number: int, line: bytes) -> Act:
    try:
        return msgspec.json.decode(line, type=Act)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise BadInput(f"{path}:{number}", f"no act: {problem}") from problem
