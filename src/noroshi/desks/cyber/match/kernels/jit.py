"""Compiling the kernels of matching, ahead and for the types that their annotations name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from noroshi.words.compiling import Kernels

Text = Any
"""Bytes, as an array of uint8."""
Keys = Any
"""Hashes, and bits: an array of uint64."""
Ints = Any
"""Places and counts: an array of int64."""
Numbers = Any
"""Numbers of keys: an array of int32."""

int64: Any = np.int64
uint64: Any = np.uint64
"""For kernels, in which these are conversions and not objects."""

Function = TypeVar("Function", bound=Callable[..., Any])

KERNELS: Final = Kernels("matching", Path(__file__).parent, 6)
OPTIONS: Final = {"error_model": "numpy", "_nrt": False}
HIDDEN: Final = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, **OPTIONS}
_ARRAYS: Final = {"Text": "uint8", "Keys": "uint64", "Ints": "int64", "Numbers": "int32"}
_SCALARS: Final = {"int": "int64", "Key": "uint64", "bool": "boolean"}
Key = Any
"""A hash: uint64."""


def compiled(function: Function) -> Function:
    """A kernel that Python calls."""
    return KERNELS.compiled(function, _types(function), **OPTIONS)


def inner(function: Function) -> Function:
    """A function that only kernels call."""
    return KERNELS.compiled(function, _types(function), **HIDDEN)


def inlined(function: Function) -> Function:
    """The same, put into its callers."""
    return KERNELS.compiled(function, _types(function), forceinline=True, **HIDDEN)


def _types(function: Callable[..., Any]) -> tuple[Any, ...]:
    types = KERNELS.loaded()[0].types
    named = [each for name, each in function.__annotations__.items() if name != "return"]
    return tuple(
        types.Array(getattr(types, _ARRAYS[each]), 1, "C", readonly=each == "Text")
        if each in _ARRAYS
        else getattr(types, _SCALARS[each])
        for each in named
    )
