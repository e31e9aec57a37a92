"""Compiling: numba, in a cache whose folder is named by the digest of all kernel sources.

Numba itself looks only at the file of the function it compiles, so that an edited helper in
another file would leave its callers stale. `NUMBA_BOUNDSCHECK=1` checks every index, in a cache of
its own; `NUMBA_DISABLE_JIT=1` leaves plain Python.
"""

from __future__ import annotations

import functools
import hashlib
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import numpy as np

from noroshi.desks.sea.kernels import layout
from noroshi.words.cache import cache_folder

int64: Any = np.int64
uint64: Any = np.uint64
"""For kernels, in which these are conversions and not objects."""

Function = TypeVar("Function", bound=Callable[..., Any])

OPTIONS: Final = {"error_model": "numpy", "_nrt": False}
"""Without counting references: kernels make no arrays, and would count at every call."""

HIDDEN: Final = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, **OPTIONS}


def digest() -> str:
    """SHA-256 over names and bytes of the kernel sources."""
    found = hashlib.sha256()
    for path in sorted(Path(__file__).parent.glob("*.py")):
        found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return found.hexdigest()


def usable() -> bool:
    """Whether there is numba, and it may compile."""
    try:
        return not _numba()[0].config.DISABLE_JIT
    except ImportError:
        return False


def compiled(function: Function) -> Function:
    """A kernel that Python calls: compiled at once for the types that its annotations name, and
    cached where the cache's folder can be written. A record is given as an array of one."""
    numba, kept = _numba()
    types = tuple(_array(each) for each in _arguments(function))
    return cast("Function", numba.njit(types, cache=kept, **OPTIONS)(function))


def inner(function: Function) -> Function:
    """A function that only kernels call: compiled into them, for the types that its annotations
    name. Without them numba would compile it again for every constant that it is called with."""
    return _hidden(function, *(_record(each) for each in _arguments(function)))


def inlined(function: Function) -> Function:
    """The same, put into its callers: what every message goes through."""
    types = (_record(each) for each in _arguments(function))
    return _hidden(function, *types, forceinline=True)


def generic(function: Function) -> Function:
    """The same for a function whose arrays are now of one size, now of another."""
    return _hidden(function)


def within(function: Function) -> Function:
    """The same, put into its callers."""
    return _hidden(function, forceinline=True)


def _hidden(function: Function, *types: Any, forceinline: bool = False) -> Function:
    numba, kept = _numba()
    # What only kernels call is optimised once more as a part of each: a third less to wait.
    level = numba.config.OPT
    numba.config.OPT = type(level)(1)
    try:
        options = {"cache": kept, "forceinline": forceinline, **HIDDEN}
        made = numba.njit(types or None, **options)(function)
    finally:
        numba.config.OPT = level
    return cast("Function", made)


def _arguments(function: Callable[..., Any]) -> list[str]:
    """The annotations of the arguments, which are strings."""
    return [each for name, each in function.__annotations__.items() if name != "return"]


def _record(name: str) -> Any:
    numba, _ = _numba()
    if name in _COLUMNS:
        return numba.types.Array(getattr(numba.types, _COLUMNS[name]), 1, "C")
    kind = layout.RECORDS.get(name)
    return getattr(numba.types, _SCALARS[name]) if kind is None else numba.from_dtype(kind)


def _array(name: str) -> Any:
    numba, _ = _numba()
    made = _record(name)
    return numba.types.Array(made, 1, "C") if name in layout.RECORDS else made


_COLUMNS: Final = {
    "Text": "uint8", "Cells": "uint8", "Floats": "float64", "Singles": "float32",
    "Ints": "int32", "Longs": "int64",
}  # fmt: skip
_SCALARS: Final = {"int": "int64", "float": "float64", "Key": "uint64"}


@functools.cache
def _numba() -> tuple[Any, bool]:
    """numba, told where to keep what it compiles, and whether that can be kept."""
    numba = importlib.import_module("numba")
    kind = "checked" if numba.config.BOUNDSCHECK else "fast"
    folder = cache_folder() / "numba" / f"{digest()[:16]}-{kind}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return numba, False
    numba.config.CACHE_DIR = str(folder)
    return numba, True
