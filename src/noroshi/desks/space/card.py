"""States of a catalogue by a graphics card: the kernels' own source, compiled by numba-cuda.

Everything else stays where it is. What a card works out differs from the processor's in the last
digits, and what is found from it is refined by the processor, so that the answer is the same to
the refinement. Importing this asks for the extra `cuda`.
"""

from __future__ import annotations

import importlib
import types
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from noroshi.desks.space.kernels import drive
from noroshi.desks.space.kernels.drive import DEEP_SIZE, LANES, STATES

if TYPE_CHECKING:
    from noroshi.desks.space.catalogue import Catalogue
    from noroshi.words.desk import Array

cuda: Any = importlib.import_module("numba.cuda")
Dispatcher: Any = importlib.import_module("numba.core.dispatcher").Dispatcher

THREADS: Final = 128
_made: Final[dict[Any, Any]] = {}


def taken_over(function: Any) -> Any:
    """The same function for the card: its source, calling what that calls, taken over likewise."""
    source = function.py_func if isinstance(function, Dispatcher) else function
    if source not in _made:
        names = dict(source.__globals__)
        for name in source.__code__.co_names:
            if isinstance(names.get(name), Dispatcher):
                names[name] = taken_over(names[name])
        copy = types.FunctionType(source.__code__, names, source.__name__)
        _made[source] = cuda.jit(device=True)(copy)
    return _made[source]


near_state: Final = taken_over(drive.near_state)
deep_state: Final = taken_over(drive.deep_state)


@cuda.jit
def _near(coefficients: Any, epochs: Any, slots: int, blocks: int, times: Any, out: Any) -> None:
    """Every near-earth object at every time, one a thread."""
    n = cuda.grid(1)
    if n < slots * len(times):
        s, slot = n // slots, n % slots
        found = near_state(coefficients, slot, times[s] - epochs[slot])
        at = (s * blocks + slot // LANES) * STATES + slot % LANES
        for j in range(7):
            out[at + j * LANES] = found[j]


@cuda.jit
def _deep(
    coefficients: Any, epochs: Any, many: int, first: int, blocks: int, times: Any, back: Any,
    out: Any,
) -> None:  # fmt: skip
    """Every deep-space object at every time, one object a thread: a resonance goes on in time."""
    i = cuda.grid(1)
    if i < many:
        d = coefficients[i * DEEP_SIZE : (i + 1) * DEEP_SIZE]
        slot = first + i
        for s in range(len(times)):
            found = deep_state(d, times[s] - epochs[slot], back, 3 * i)
            at = (s * blocks + slot // LANES) * STATES + slot % LANES
            for j in range(7):
                out[at + j * LANES] = found[j]


def grid(catalogue: Catalogue, minutes: Array, back: Array, out: Array) -> None:
    """`Catalogue.grid` by the card."""
    c = catalogue
    times, states = cuda.to_device(minutes), cuda.to_device(out)
    epochs = cuda.to_device(c.epochs)
    if c.first:
        _near[_blocks(c.first * len(minutes)), THREADS](
            cuda.to_device(c.near_c), epochs, c.first, c.blocks, times, states
        )
    if c.deep_count:
        held = cuda.to_device(back)
        _deep[_blocks(c.deep_count), THREADS](
            cuda.to_device(c.deep_c), epochs, c.deep_count, c.first, c.blocks, times, held, states
        )
        held.copy_to_host(back)
    states.copy_to_host(out)


def _blocks(threads: int) -> int:
    return int(np.ceil(threads / THREADS))
