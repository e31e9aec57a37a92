"""Compiling the kernels when they are first called, into a cache that is named by their source."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

from noroshi.words.cache import cache_folder

Function = TypeVar("Function", bound=Callable[..., Any])


def compiled(function: Function) -> Function:
    """The kernel, compiled for the types it is called with."""
    numba = importlib.import_module("numba")
    source = hashlib.sha256(Path(__file__).with_name("kernels.py").read_bytes()).hexdigest()
    folder = cache_folder() / "numba" / f"picture-{source[:16]}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return cast("Function", numba.njit(nogil=True)(function))
    numba.config.CACHE_DIR = str(folder)
    return cast("Function", numba.njit(cache=True, nogil=True)(function))
