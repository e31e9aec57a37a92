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
from typing import Any, TypeVar, cast

import numpy as np

from noroshi.words.cache import cache_folder

int64: Any = np.int64
uint64: Any = np.uint64
"""For kernels, in which these are conversions and not objects."""

Function = TypeVar("Function", bound=Callable[..., Any])

OPTIONS = {"error_model": "numpy", "_nrt": False}
"""Without counting references: kernels make no arrays, and count at every call otherwise."""


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


def compiled(*arguments: Any) -> Callable[[Function], Function]:
    """A kernel that Python calls: compiled at once for these types of arguments, and cached where
    the cache's folder can be written.

    An argument is a numpy dtype (a contiguous array of it) or the name of a numba type.
    """
    numba, kept = _numba()

    def decorate(function: Function) -> Function:
        types = tuple(_type(each) for each in arguments)
        made = numba.njit(types, cache=kept, **OPTIONS)(function)
        return cast("Function", made)

    return decorate


def inner(function: Function) -> Function:
    """A function that only kernels call: compiled into them."""
    options = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, **OPTIONS}
    return cast("Function", _numba()[0].njit(**options)(function))


def _type(each: Any) -> Any:
    numba, _ = _numba()
    if isinstance(each, str):
        return getattr(numba.types, each)
    return numba.types.Array(numba.from_dtype(each), 1, "C")


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
