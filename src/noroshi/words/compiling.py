"""Compiling: kernels by numba, kept in a folder that is named by the digest of all their sources.

Numba itself looks only at the file of the function it compiles, so that an edited helper in
another file would leave its callers stale. Processes that start together compile each kernel once:
one of them does, the others wait and load it. `NUMBA_BOUNDSCHECK=1` checks every index, in a folder
of its own; `NUMBA_DISABLE_JIT=1` leaves plain Python. What other sources of the same kernels left
is removed.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import hashlib
import importlib
import os
import shutil
import time
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from noroshi.words.cache import cache_folder

Function = TypeVar("Function", bound=Callable[..., Any])

UNUSED_S: Final = 86_400.0
"""A folder of other sources is removed when nobody has loaded from it for so long: an older version
may still be running, and another checkout may share the cache."""

_told: list[Callable[[str], None]] = []
_sets: dict[str, Kernels] = {}
"""By module, what a compiled function is of."""


class Kernels:
    """The kernels called `name`, whose sources are a file or all `.py` files of a folder; `about_s`
    is what compiling them takes of one core."""

    def __init__(self, name: str, sources: Path, about_s: int) -> None:
        self.name, self._sources, self._about_s = name, sources, about_s
        self._said = False

    def digest(self) -> str:
        """SHA-256 over names and bytes of the sources."""
        found = hashlib.sha256()
        folder = self._sources.is_dir()
        for path in sorted(self._sources.glob("*.py")) if folder else [self._sources]:
            found.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
        return found.hexdigest()

    def compiled(self, function: Function, types: Any = None, **options: Any) -> Function:
        """`function` by numba: at once for `types`, else for those that it is called with. Kept
        where the cache's folder can be written."""
        numba, kept = self.loaded()
        _sets[function.__module__] = self
        with self._alone() if kept and types is not None else contextlib.nullcontext():
            return cast("Function", numba.njit(types, cache=kept, **options)(function))

    @contextlib.contextmanager
    def _alone(self) -> Generator[None]:
        """No other process compiles these kernels meanwhile. A folder that cannot be locked is used
        without: then each compiles for itself."""
        with contextlib.ExitStack() as held:
            with contextlib.suppress(OSError):
                lock = held.enter_context((cast("Path", self._folder) / "lock").open("w"))
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def loaded(self) -> tuple[Any, bool]:
        """numba, told where to keep what it compiles, and whether that can be kept."""
        numba = importlib.import_module("numba")
        _listen()
        folder = self._folder
        if folder is not None:
            numba.config.CACHE_DIR = str(folder)
        return numba, folder is not None

    @functools.cached_property
    def _folder(self) -> Path | None:
        """Made, marked as used, and those of other sources removed."""
        kind = "checked" if importlib.import_module("numba").config.BOUNDSCHECK else "fast"
        folder = cache_folder() / "numba" / f"{self.name}-{self.digest()[:16]}-{kind}"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            os.utime(folder)
            for other in folder.parent.glob(f"{self.name}-*-*"):
                if other != folder and time.time() - other.stat().st_mtime > UNUSED_S:
                    shutil.rmtree(other, ignore_errors=True)
        except OSError:
            return folder if os.access(folder, os.W_OK) else None
        return folder

    def say(self) -> None:
        """That they are being compiled, the first time."""
        if not self._said:
            kept = "once for each version" if self._folder else "each time: the cache is read-only"
            for tell in _told:
                tell(f"Compiling the {self.name} kernels, {kept}: some {self._about_s} s of a core")
        self._said = True


def usable() -> bool:
    """Whether there is numba, and it may compile."""
    try:
        return not importlib.import_module("numba").config.DISABLE_JIT
    except ImportError:
        return False


def tell(say: Callable[[str], None]) -> None:
    """Have `say` called with a line when kernels begin to be compiled."""
    _told.append(say)


@functools.cache
def _listen() -> None:
    """Hear of what numba compiles; what it loads from its cache is none of that."""
    event: Any = importlib.import_module("numba.core.event")

    class Listener(event.Listener):
        def on_start(self, event: Any) -> None:
            known = _sets.get(event.data["dispatcher"].py_func.__module__)
            if known is not None:
                known.say()

        def on_end(self, event: Any) -> None:
            pass

    event.register("numba:compile", Listener())
