"""Shape: whether parsed TOML has the keys and types of the format, every problem at once.

`msgspec.convert` stops at the first problem and names no line. This walk visits the same types
key by key and asks `convert` only about single values, so that each problem keeps its path.
"""

from __future__ import annotations

import difflib
import re
import types
from collections.abc import Iterator
from datetime import date, datetime
from typing import Annotated, Any, Literal, TypeGuard, Union, cast, get_args, get_origin

import msgspec

from noroshi.pact.lines import Path


class Problem(msgspec.Struct, frozen=True):
    """What is wrong at `path`: `text` for people, and what was found, expected, and a hint."""

    path: Path
    text: str
    found: str | None = None
    expected: str | None = None
    hint: str | None = None


def plain(value: Any) -> Any:
    """TOML dates as the text they were written as; all else as it is."""
    if isinstance(value, dict):
        return {key: plain(each) for key, each in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [plain(each) for each in cast("list[Any]", value)]
    if isinstance(value, datetime):
        return value.isoformat() + ("" if value.tzinfo else "Z")
    return value.isoformat() if isinstance(value, date) else value


def problems(value: Any, kind: Any, path: Path = ()) -> Iterator[Problem]:
    """Every way in which `value` is not a `kind`, in file order."""
    base = _bare(kind)
    if get_origin(base) is Union or isinstance(base, types.UnionType):
        kind = _branch(value, get_args(base))
        base = _bare(kind)
    if get_origin(base) is Literal and isinstance(value, dict):
        # A table whose tag (`kind`) names none of the tables that may stand here.
        tag = cast("dict[str, Any]", value).get("kind")
        yield from _leaf(tag, kind, (*path, "kind"))
    elif _is_struct(base) and isinstance(value, dict):
        yield from _table(cast("dict[str, Any]", value), base, path)
    elif get_origin(base) is tuple and isinstance(value, list):
        yield from _list(cast("list[Any]", value), kind, path)
    elif get_origin(base) is dict and isinstance(value, dict):
        of_key, of_value = get_args(base)
        for key, each in cast("dict[str, Any]", value).items():
            yield from _leaf(key, of_key, (*path, key))
            yield from problems(each, of_value, (*path, key))
    else:
        yield from _leaf(value, kind, path)


def nearest(word: str, words: tuple[str, ...]) -> str | None:
    """`did you mean …?`, where one of `words` is close."""
    close = difflib.get_close_matches(word, words, n=1, cutoff=0.6)
    return f"did you mean {close[0]!r}?" if close else None


def _table(value: dict[str, Any], kind: type[msgspec.Struct], path: Path) -> Iterator[Problem]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    tag = kind.__struct_config__.tag_field
    names = (*((tag,) if tag else ()), *fields)
    meant = {nearest(key, names) for key in value if key not in names}
    for key, each in value.items():
        if key in fields:
            yield from problems(each, fields[key].type, (*path, key))
        elif key != tag:
            wanted = "one of " + ", ".join(names)
            yield Problem((*path, key), "unknown key", key, wanted, nearest(key, names))
    for name, field in fields.items():
        # A key that is there but misspelt is named once, as the unknown key that it is.
        if field.required and name not in value and f"did you mean {name!r}?" not in meant:
            yield Problem(path, f"key {name!r} is missing", None, _expected(field.type))


def _list(value: list[Any], kind: Any, path: Path) -> Iterator[Problem]:
    for i, each in enumerate(value):
        yield from problems(each, get_args(_bare(kind))[0], (*path, i))
    least = max((meta.min_length or 0 for meta in _metas(kind)), default=0)
    if len(value) < least:
        yield Problem(path, "wrong value", _shown(value), _expected(kind))


def _leaf(value: Any, kind: Any, path: Path) -> Iterator[Problem]:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as problem:
        words = _choices(_bare(kind))
        hint = nearest(value, words) if isinstance(value, str) else None
        yield Problem(path, "wrong value", _shown(value), _expected(kind, str(problem)), hint)


def _branch(value: Any, kinds: tuple[Any, ...]) -> Any:
    """The member of a union that `value` tries to be: by its tag, else by its TOML type."""
    kinds = tuple(each for each in kinds if each is not type(None))
    if isinstance(value, dict):
        given = cast("dict[str, Any]", value)
        tagged = [each for each in kinds if _is_struct(_bare(each))]
        for each in tagged:
            tag = each.__struct_config__.tag_field
            if tag is None or given.get(tag) == each.__struct_config__.tag:
                return each
        if tagged:
            return Literal[tuple(each.__struct_config__.tag for each in tagged)]
    if isinstance(value, list):
        return next((each for each in kinds if get_origin(_bare(each)) is tuple), kinds[0])
    return kinds[0] if len(kinds) == 1 else Union[kinds]  # noqa: UP007 - built at run time


def _bare(kind: Any) -> Any:
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _metas(kind: Any) -> tuple[msgspec.Meta, ...]:
    found = get_args(kind)[1:] if get_origin(kind) is Annotated else ()
    return tuple(each for each in found if isinstance(each, msgspec.Meta))


def _is_struct(kind: Any) -> TypeGuard[type[msgspec.Struct]]:
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


def _choices(kind: Any) -> tuple[str, ...]:
    if get_origin(kind) is Literal:
        return tuple(str(each) for each in get_args(kind))
    members = getattr(kind, "__members__", None)
    return tuple(each.value for each in members.values()) if members else ()


def _expected(kind: Any, message: str = "") -> str:
    kind = (
        next((each for each in get_args(kind) if each is not type(None)), kind)
        if (isinstance(kind, types.UnionType))
        else kind
    )
    for meta in _metas(kind):
        if meta.description:
            return meta.description
    if choices := _choices(_bare(kind)):
        return "one of " + ", ".join(choices)
    found = re.match(r"Expected `([^`]+)`", message)
    return _NAMES.get(found[1], found[1]) if found else message or _name(_bare(kind))


_NAMES = {"str": "text", "int": "a whole number", "bool": "true or false", "object": "a table",
          "array": "a list", "float": "a number"}  # fmt: skip


def _name(kind: Any) -> str:
    if _is_struct(kind):
        return "a table"
    return "a list" if get_origin(kind) is tuple else _NAMES.get(getattr(kind, "__name__", ""), "")


def _shown(value: Any) -> str:
    text = repr(cast("object", value))
    return text if len(text) <= 60 else text[:57] + "…"
