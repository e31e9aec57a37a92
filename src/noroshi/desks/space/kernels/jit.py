"""Compiling the space kernels for the types that their annotations name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from noroshi.words.compiling import Kernels

int32: Any = np.int32
int64: Any = np.int64
float32: Any = np.float32
"""For kernels, in which these are conversions and not objects."""

single = float
"""For annotations: a number of single precision."""

Function = TypeVar("Function", bound=Callable[..., Any])

KERNELS: Final = Kernels("space", Path(__file__).parent, 40)

OPTIONS: Final = {
    "error_model": "numpy", "_nrt": False, "nogil": True, "fastmath": {"contract"},
}  # fmt: skip
"""Multiply and add may be one operation; nothing else is reordered, so that results do not depend
on how many lanes a machine has."""


def compiled(function: Function) -> Function:
    """A kernel that Python calls; it lets other threads run meanwhile."""
    return KERNELS.compiled(function, tuple(_types(function)), **OPTIONS)


def inner(function: Function) -> Function:
    """A function that only kernels call."""
    hidden = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True}
    return KERNELS.compiled(function, tuple(_types(function)), **hidden, **OPTIONS)


def inlined(function: Function) -> Function:
    """The same, put into its callers: loops over it are vectorised."""
    hidden = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "forceinline": True}
    return KERNELS.compiled(function, tuple(_types(function)), **hidden, **OPTIONS)


def _types(function: Callable[..., Any]) -> list[Any]:
    numba, _ = KERNELS.loaded()
    return [
        numba.types.Array(getattr(numba.types, _COLUMNS[each]), 1, "C")
        if each in _COLUMNS
        else getattr(numba.types, _SCALARS[each])
        for name, each in function.__annotations__.items()
        if name != "return"
    ]


_COLUMNS: Final = {"Floats": "float64", "Singles": "float32", "Ints": "int32", "Longs": "int64"}
_SCALARS: Final = {"int": "int64", "float": "float64", "single": "float32"}
