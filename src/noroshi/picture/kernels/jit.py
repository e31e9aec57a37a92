"""Compiling the picture's kernels, for the types that they are called with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, TypeVar

from noroshi.words.compiling import Kernels

Function = TypeVar("Function", bound=Callable[..., Any])

KERNELS: Final = Kernels("picture", Path(__file__).parent, 12)


def compiled(function: Function) -> Function:
    """The kernel, which lets go of the interpreter while it runs."""
    return KERNELS.compiled(function, nogil=True)
