"""A catalogue ready to be propagated: elements of many objects, their coefficients in the kernels'
layout, and states at any time.

Objects keep the order they are given in; `slot` says where the kernels hold each. Times are µs UTC
outside and minutes since `reference` inside, so that no digits are lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from noroshi.desks.space.coefficients import DEEP, NEAR, RESONANCE, coefficients

if TYPE_CHECKING:
    from noroshi.words.desk import Array

LANES: Final = 64
MINUTE_US: Final = 60_000_000
ELEMENTS: Final = ("epoch", "no", "ecco", "inclo", "nodeo", "argpo", "mo", "bstar")
"""Columns: µs UTC, rad/min (Kozai), and radians; B* in 1 / earth radii."""


class Catalogue:
    """Objects as columns (`ELEMENTS`); what else a table has is not looked at. With `card` a
    graphics card works out the grids."""

    def __init__(self, elements: dict[str, Array], *, card: bool = False) -> None:
        self.card = card
        self.elements = {name: np.asarray(elements[name]) for name in ELEMENTS}
        self.count = len(self.elements["epoch"])
        self.reference = int(np.median(self.elements["epoch"])) if self.count else 0
        table, self.deep = coefficients(self.elements)
        self.table = table
        near, deep = np.flatnonzero(~self.deep), np.flatnonzero(self.deep)
        # Together, so that few blocks of the kernels hold one that wants more steps than most.
        near = near[np.argsort(table["ecco"][near], kind="stable")]
        self.first = -(-len(near) // LANES) * LANES
        self.near_blocks = self.first // LANES
        self.blocks = self.near_blocks + -(-len(deep) // LANES)
        self.slot = np.empty(self.count, "i8")
        self.slot[near] = np.arange(len(near))
        self.slot[deep] = self.first + np.arange(len(deep))
        self.object = np.full(self.blocks * LANES, -1, "i8")
        self.object[self.slot] = np.arange(self.count)
        minutes = (self.elements["epoch"] - self.reference) / MINUTE_US
        self.epochs = np.zeros(self.blocks * LANES)
        self.epochs[self.slot] = minutes
        self.near_c = _blocks(table, near, self.near_blocks)
        rows = ["irez", "argpo", "argpdot", *DEEP, *RESONANCE]
        self.deep_c = np.stack([table[name][deep] for name in rows], axis=1).ravel()
        self.deep_epochs = np.ascontiguousarray(self.epochs[self.first : self.first + len(deep)])
        self.deep_count = len(deep)

    def part(self, places: Array) -> Catalogue:
        """The objects at `places` as a catalogue of their own."""
        return Catalogue({name: values[places] for name, values in self.elements.items()},
                         card=self.card)  # fmt: skip

    def minutes(self, at: Array) -> Array:
        """Instants in µs UTC as the kernels' minutes."""
        return (np.asarray(at, "i8") - self.reference) / MINUTE_US

    def instants(self, minutes: Array) -> Array:
        """The kernels' minutes as µs UTC."""
        return self.reference + np.rint(np.asarray(minutes) * MINUTE_US).astype("i8")

    def states(self, objects: Array, at: Array) -> Array:
        """Each object (by its place) at the instant (µs UTC) beside it: n × 7 of x, y, z (km),
        their rates (km/s), status."""
        return self.states_at(objects, self.minutes(at))

    def states_at(self, objects: Array, minutes: Array) -> Array:
        """The same for minutes since the reference."""
        from noroshi.desks.space.kernels.drive import states

        objects, minutes = np.broadcast_arrays(objects, minutes)
        out = np.empty(7 * objects.size)
        slots = np.ascontiguousarray(self.slot[objects.ravel()])
        states(self.near_c, self.deep_c, self.epochs, self.first, self.back(), slots,
               np.ascontiguousarray(minutes.ravel(), "f8"), out)  # fmt: skip
        return out.reshape(*objects.shape, 7)

    def back(self) -> Array:
        """Room for how far each resonance was integrated; one for each thread."""
        return np.zeros(3 * max(self.deep_count, 1))

    def grid(self, minutes: Array, back: Array | None = None, out: Array | None = None) -> Array:
        """All objects at all `minutes` (ascending) in single precision, in the kernels' blocks:
        times × blocks × 7 × 64."""
        from noroshi.desks.space.kernels.drive import deep_states, near_states

        size = len(minutes) * self.blocks * 7 * LANES
        flat = np.zeros(size, "f4") if out is None else out[:size]
        back = self.back() if back is None else back
        if self.card:
            from noroshi.desks.space import card

            card.grid(self, np.ascontiguousarray(minutes), back, flat)
            return flat.reshape(len(minutes), self.blocks, 7, LANES)
        near_states(self.near_c, self.epochs, 0, self.near_blocks, self.blocks, minutes, flat)
        if self.deep_count:
            deep_states(self.deep_c, self.deep_epochs, 0, self.deep_count, self.near_blocks,
                        self.blocks, minutes, back, np.empty(10 * LANES), flat)  # fmt: skip
        return flat.reshape(len(minutes), self.blocks, 7, LANES)


def _blocks(table: dict[str, Array], near: Array, blocks: int) -> Array:
    """Coefficient by coefficient within blocks of 64; spare lanes hold what is always in error."""
    if not len(near):
        return np.empty(0)
    rows = np.concatenate([near, np.full(blocks * LANES - len(near), near[-1])])
    whole = np.stack([table[name][rows] for name in NEAR])
    whole[NEAR.index("ecco"), len(near) :] = 2.0
    return np.ascontiguousarray(whole.reshape(len(NEAR), blocks, LANES).transpose(1, 0, 2)).ravel()
