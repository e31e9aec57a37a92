"""Compiling the sea's kernels, ahead and for the types that their annotations name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from noroshi.desks.sea.kernels import layout
from noroshi.words.compiling import Kernels

int64: Any = np.int64
uint64: Any = np.uint64
float64: Any = np.float64
"""For kernels, in which these are conversions and not objects."""

Function = TypeVar("Function", bound=Callable[..., Any])

OPTIONS: Final = {"error_model": "numpy", "_nrt": False}
"""Without counting references: kernels make no arrays, and would count at every call."""

KERNELS: Final = Kernels("sea", Path(__file__).parent, 20)

HIDDEN: Final = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, **OPTIONS}


def compiled(function: Function) -> Function:
    """A kernel that Python calls: compiled at once for the types that its annotations name, and
    cached where the cache's folder can be written. A record is given as an array of one."""
    types = tuple(_array(each) for each in _arguments(function))
    return KERNELS.compiled(function, types, **OPTIONS)


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
    numba, _ = KERNELS.loaded()
    # What only kernels call is optimised once more as a part of each: a third less to wait.
    level = numba.config.OPT
    numba.config.OPT = type(level)(1)
    try:
        return KERNELS.compiled(function, types or None, forceinline=forceinline, **HIDDEN)
    finally:
        numba.config.OPT = level


def _arguments(function: Callable[..., Any]) -> list[str]:
    """The annotations of the arguments, which are strings."""
    return [each for name, each in function.__annotations__.items() if name != "return"]


def _record(name: str) -> Any:
    numba, _ = KERNELS.loaded()
    if name in _COLUMNS:
        return numba.types.Array(getattr(numba.types, _COLUMNS[name]), 1, "C")
    kind = layout.RECORDS.get(name)
    return getattr(numba.types, _SCALARS[name]) if kind is None else numba.from_dtype(kind)


def _array(name: str) -> Any:
    numba, _ = KERNELS.loaded()
    made = _record(name)
    return numba.types.Array(made, 1, "C") if name in layout.RECORDS else made


_COLUMNS: Final = {
    "Text": "uint8", "Cells": "uint8", "Floats": "float64", "Singles": "float32",
    "Ints": "int32", "Longs": "int64",
}  # fmt: skip
_SCALARS: Final = {"int": "int64", "float": "float64", "Key": "uint64"}
