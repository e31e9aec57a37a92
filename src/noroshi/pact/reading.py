"""Reading: a TOML file of a declared type, every problem named with file, line, key and what was
expected, as for agreements."""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar, cast

import msgspec

from noroshi.pact.lines import Path, line_index, line_of
from noroshi.pact.load import bad, not_toml
from noroshi.pact.shape import Problem, nearest, plain, problems
from noroshi.pact.vocabulary import DATE
from noroshi.words.errors import BadInput, NoroshiError
from noroshi.words.time import parse_partial

__all__ = ["Problem", "check_dates", "nearest", "read_file", "whole"]

T = TypeVar("T", bound=msgspec.Struct)


def read_file(
    data: bytes,
    where: str,
    kind: type[T],
    check: Callable[[T, dict[str, Any]], Iterable[Problem]],
) -> T | tuple[BadInput, ...]:
    """The file in `data` as `kind`, or everything that is wrong with it, in file order."""
    try:
        text = data.decode("utf-8").replace("\r\n", "\n")
        raw = plain(tomllib.loads(text))
    except UnicodeDecodeError as problem:
        return (BadInput(where, f"not UTF-8 at byte {problem.start}"),)
    except tomllib.TOMLDecodeError as problem:
        return (not_toml(str(problem), where, BadInput),)
    try:
        file = msgspec.convert(raw, kind)
        found = list(check(file, raw))
        if not found:
            return file
    except msgspec.ValidationError as problem:
        found = list(problems(raw, kind)) or [Problem((), str(problem))]
    lines = line_index(text)
    placed = sorted(((line_of(lines, each.path), each) for each in found), key=lambda one: one[0])
    return tuple(bad(each, where, line, BadInput) for line, each in placed)


def whole(found: T | tuple[BadInput, ...]) -> T:
    """The file that was read; raises all that is wrong with it at once."""
    if isinstance(found, tuple):
        raise NoroshiError("\n".join(each.text() for each in found))
    return found


def check_dates(value: Any, keys: tuple[str, ...], path: Path = ()) -> Iterator[Problem]:
    """Values of `keys`, at any depth, that look like dates and are none."""
    if isinstance(value, list):
        for i, each in enumerate(cast("list[Any]", value)):
            yield from check_dates(each, keys, (*path, i))
    elif isinstance(value, dict):
        for key, each in cast("dict[str, Any]", value).items():
            yield from check_dates(each, keys, (*path, key))
    elif isinstance(value, str) and path and path[-1] in keys:
        try:
            parse_partial(value)
        except ValueError:
            yield Problem(path, "wrong value", repr(value), DATE)
