"""Load: agreement files to `Agreement`s, each problem named by file, line, key and expectation."""

from __future__ import annotations

import functools
import re
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Final, TypeVar

import msgspec

from noroshi.pact.check import beside, check
from noroshi.pact.format import Agreement, File
from noroshi.pact.lines import line_index, line_of
from noroshi.pact.shape import Problem, plain, problems
from noroshi.words import ids
from noroshi.words.errors import BadAgreement, BadInput
from noroshi.words.party import Parties

KEPT: Final = 256
"""Agreements that a process keeps as read: more than a node has, and a few MB."""

E = TypeVar("E", bound=BadInput)
_HINT = 'text and dates known only in part are quoted: in_force = "2024-11"'


def load(data: bytes, where: str, parties: Parties) -> Agreement:
    """The agreement in `data`; raises the first `BadAgreement`, with `where` and the line."""
    found = read(data, where, parties)
    if isinstance(found, Agreement):
        return found
    raise found[0]


def load_folder(
    paths: Iterable[Path], parties: Parties
) -> tuple[tuple[Agreement, ...], tuple[BadAgreement, ...]]:
    """The agreements of the files at `paths` that read well, and every problem of the others.

    A folder stands for the `*.toml` in it. An id that two files claim counts for the first.
    """
    agreements: dict[str, Agreement] = {}
    bad: list[BadAgreement] = []
    for path in files_of(paths):
        try:
            found = read(path.read_bytes(), str(path), parties)
        except OSError as problem:
            found = (BadAgreement(str(path), problem.strerror or "cannot be read"),)
        if not isinstance(found, Agreement):
            bad.extend(found)
        elif found.id in agreements:
            hint = "one file per agreement; an amendment replaces the file"
            bad.append(
                BadAgreement(str(path), "agreement id used twice", found=found.id, hint=hint)
            )
        else:
            agreements[found.id] = found
    return tuple(agreements.values()), tuple(bad)


def read(data: bytes, where: str, parties: Parties) -> Agreement | tuple[BadAgreement, ...]:
    """The agreement in `data`, or everything that is wrong with it, in file order."""
    return sound(data, parties) or _wrong(data, where, parties)


@functools.lru_cache(maxsize=KEPT)
def sound(data: bytes, parties: Parties) -> Agreement | None:
    """The agreement in `data`, where nothing is wrong with it. Kept: a node reads its law anew
    whenever it is opened, and what a file says does not change."""
    found = _read(data, "", parties)
    return found if isinstance(found, Agreement) else None


def _wrong(data: bytes, where: str, parties: Parties) -> tuple[BadAgreement, ...]:
    found = _read(data, where, parties)
    assert not isinstance(found, Agreement)
    return found


def _read(data: bytes, where: str, parties: Parties) -> Agreement | tuple[BadAgreement, ...]:
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
        raw = plain(tomllib.loads(text))
    except UnicodeDecodeError as problem:
        hint = "agreement files are UTF-8 text"
        return (BadAgreement(where, f"not UTF-8 at byte {problem.start}", hint=hint),)
    except tomllib.TOMLDecodeError as problem:
        return (not_toml(str(problem), where, BadAgreement),)
    try:
        file = msgspec.convert(raw, File)
        found = list(check(file, raw, parties))
        if not found:
            return Agreement(file, ids.sha256(data), data)
    except msgspec.ValidationError as problem:
        found = list(problems(raw, File)) or [Problem((), str(problem))]
        found += beside(raw, parties, found)
    lines = line_index(text)
    return tuple(
        bad(problem, where, line, BadAgreement)
        for line, problem in sorted(
            ((line_of(lines, each.path), each) for each in found), key=lambda pair: pair[0]
        )
    )


def files_of(paths: Iterable[Path]) -> Iterable[Path]:
    """The files that `paths` name; a folder stands for the `*.toml` in it."""
    for path in paths:
        yield from sorted(path.glob("*.toml")) if path.is_dir() else (path,)


def bad(problem: Problem, where: str, line: int, kind: type[E]) -> E:
    """The problem as an error that names file, line and key."""
    return kind(
        f"{where}:{line}",
        f"{shown(problem.path)}: {problem.text}" if problem.path else problem.text,
        found=problem.found,
        expected=problem.expected or None,
        hint=problem.hint,
    )


def not_toml(message: str, where: str, kind: type[E]) -> E:
    """What `tomllib` says, with the line where it belongs."""
    found = re.search(r"\(at line (\d+), column \d+\)", message)
    place = f"{where}:{found[1]}" if found else where
    return kind(place, f"not TOML: {message.split(' (at ')[0]}", hint=_HINT)


def shown(path: tuple[str | int, ...]) -> str:
    """`release[1].max_tlp` — clauses counted from 1, as people count them."""
    text = ""
    for part in path:
        text += f"[{part + 1}]" if isinstance(part, int) else f".{part}" if text else part
    return text
