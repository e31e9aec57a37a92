"""States of many objects at many times.

Near-earth coefficients lie in blocks of 64 objects, coefficient by coefficient, so that a loop over
the objects of a block reads and writes whole lanes. Deep-space ones lie object by object, as the
lanes there are times: a resonance is integrated once on its grid of 720 minutes, and every state
read off it. A block's states are seven lanes of 64: x, y, z (km), their rates (km/s), status.
"""

from __future__ import annotations

import math
from typing import Any

from noroshi.desks.space.kernels.jit import compiled, inlined, inner, int64
from noroshi.desks.space.kernels.models import STEP_MIN, State, deep, near, pull

Floats = Singles = Longs = Any

LANES = 64
NEAR_SIZE = 1856
"""Numbers of one block of near-earth objects."""

DEEP_SIZE = 64
"""Numbers of one deep-space object: kind of resonance, the argument of perigee and its rate at
epoch, those of `deep`, those of the resonance."""

STATES = 7 * LANES


@inlined
def block(c: Floats, e: Floats, t: float, steps: int, o: Singles) -> int:
    """The near-earth objects of one block at one time; not 0 where one wants more `steps`."""
    again = int64(0)
    for i in range(LANES):
        x, y, z, vx, vy, vz, status = near(
            t - e[i], steps,
            c[i], c[64 + i], c[128 + i], c[192 + i], c[256 + i], c[320 + i], c[384 + i],
            c[448 + i], c[512 + i], c[576 + i], c[640 + i], c[704 + i], c[768 + i], c[832 + i],
            c[896 + i], c[960 + i], c[1024 + i], c[1088 + i], c[1152 + i], c[1216 + i],
            c[1280 + i], c[1344 + i], c[1408 + i], c[1472 + i], c[1536 + i], c[1600 + i],
            c[1664 + i], c[1728 + i], c[1792 + i],
        )  # fmt: skip
        o[i], o[LANES + i], o[2 * LANES + i] = x, y, z
        o[3 * LANES + i], o[4 * LANES + i], o[5 * LANES + i] = vx, vy, vz
        o[6 * LANES + i] = status
        again |= int64(status < 0.0)
    return again


@compiled
def near_states(
    coefficients: Floats, epochs: Floats, low: int, high: int, blocks: int, times: Floats,
    out: Singles,
) -> None:  # fmt: skip
    """The near-earth blocks from `low` to `high`, at all `times` (minutes as `epochs`), to `out`,
    which holds `blocks` blocks for each time."""
    for b in range(low, high):
        c = coefficients[b * NEAR_SIZE : (b + 1) * NEAR_SIZE]
        e = epochs[b * LANES : (b + 1) * LANES]
        for s in range(len(times)):
            at = (s * blocks + b) * STATES
            o = out[at : at + STATES]
            if block(c, e, times[s], 0, o) != 0:
                block(c, e, times[s], 2, o)


@inner
def near_state(coefficients: Floats, i: int, t: float) -> State:
    """Of one near-earth object, `t` minutes after its epoch."""
    at = (i // LANES) * NEAR_SIZE + i % LANES
    c = coefficients[at : at + NEAR_SIZE - LANES + 1]
    steps = int64(0)
    while True:
        found = near(
            t, steps, c[0], c[64], c[128], c[192], c[256], c[320], c[384], c[448], c[512], c[576],
            c[640], c[704], c[768], c[832], c[896], c[960], c[1024], c[1088], c[1152], c[1216],
            c[1280], c[1344], c[1408], c[1472], c[1536], c[1600], c[1664], c[1728], c[1792],
        )  # fmt: skip
        if found[6] >= 0.0:
            return found
        steps = int64(2)


@inner
def resonance(d: Floats, t: float, back: Floats, n: int) -> tuple[float, float]:
    """Longitude and mean motion of the resonance at `t`, by steps from epoch. `back[n:]` holds the
    step that was reached before, and the two there; ahead of it on the same side it goes on."""
    kind = d[0]
    step = STEP_MIN if t > 0.0 else -STEP_MIN
    want = math.floor(abs(t) / STEP_MIN)
    at, xli, xni = back[n], back[n + 1], back[n + 2]
    if at * t < 0.0 or abs(at) > want or at == 0.0:
        at, xli, xni = 0.0, d[49], d[13]
    while True:
        xndt, xldot, xnddt = pull(
            kind, xli, xni, d[1] + d[2] * at * STEP_MIN,
        d[50], d[51], d[52], d[53], d[54], d[55], d[56], d[57], d[58], d[59], d[60], d[61], d[62],
        d[63],
        )  # fmt: skip
        if abs(at) >= want:
            break
        xli = xli + xldot * step + xndt * 259200.0
        xni = xni + xndt * step + xnddt * 259200.0
        at = at + (1.0 if step > 0.0 else -1.0)
    back[n], back[n + 1], back[n + 2] = at, xli, xni
    ft = t - at * STEP_MIN
    return xli + xldot * ft + xndt * ft * ft * 0.5, xni + xndt * ft + xnddt * ft * ft * 0.5


@inner
def deep_state(d: Floats, t: float, back: Floats, n: int) -> State:
    """Of one deep-space object, `t` minutes after its epoch; `back` as `resonance` has it."""
    xl = nl = 0.0
    if d[0] > 0.0:
        xl, nl = resonance(d, t, back, n)
    return deep(
        t, d[0], xl, nl,
        d[3], d[4], d[5], d[6], d[7], d[8], d[9], d[10], d[11], d[12], d[13], d[14], d[15], d[16],
        d[17], d[18], d[19], d[20], d[21], d[22], d[23], d[24], d[25], d[26], d[27], d[28], d[29],
        d[30], d[31], d[32], d[33], d[34], d[35], d[36], d[37], d[38], d[39], d[40], d[41], d[42],
        d[43], d[44], d[45], d[46], d[47], d[48],
    )  # fmt: skip


@inner
def lanes(d: Floats, work: Floats) -> None:
    """One deep-space object at 64 times: the first three lanes of `work` to the last seven."""
    w = work[0 : 10 * LANES]
    for k in range(LANES):
        x, y, z, vx, vy, vz, status = deep(
            w[k], d[0], w[LANES + k], w[2 * LANES + k],
            d[3], d[4], d[5], d[6], d[7], d[8], d[9], d[10], d[11], d[12], d[13], d[14],
            d[15], d[16], d[17], d[18], d[19], d[20], d[21], d[22], d[23], d[24], d[25], d[26],
            d[27], d[28], d[29], d[30], d[31], d[32], d[33], d[34], d[35], d[36], d[37], d[38],
            d[39], d[40], d[41], d[42], d[43], d[44], d[45], d[46], d[47], d[48],
        )  # fmt: skip
        w[3 * LANES + k], w[4 * LANES + k], w[5 * LANES + k] = x, y, z
        w[6 * LANES + k], w[7 * LANES + k], w[8 * LANES + k] = vx, vy, vz
        w[9 * LANES + k] = status


@compiled
def deep_states(
    coefficients: Floats, epochs: Floats, low: int, high: int, first: int, blocks: int,
    times: Floats, back: Floats, work: Floats, out: Singles,
) -> None:  # fmt: skip
    """The deep-space objects from `low` to `high` at all `times`, in order of time, to `out` as
    `near_states`, in the blocks from `first` on. `back` is three numbers an object, zero at
    first; `work` has room for ten lanes."""
    for i in range(low, high):
        d = coefficients[i * DEEP_SIZE : (i + 1) * DEEP_SIZE]
        for begin in range(0, len(times), LANES):
            many = min(LANES, len(times) - begin)
            for k in range(LANES):
                t = times[begin + min(k, many - 1)] - epochs[i]
                work[k] = t
                work[LANES + k] = work[2 * LANES + k] = 0.0
                if d[0] > 0.0 and k < many:
                    work[LANES + k], work[2 * LANES + k] = resonance(d, t, back, 3 * i)
            lanes(d, work)
            slot = first * LANES + i
            for k in range(many):
                at = ((begin + k) * blocks + slot // LANES) * STATES + slot % LANES
                for j in range(7):
                    out[at + j * LANES] = work[(3 + j) * LANES + k]


@inner
def state(
    near_c: Floats, deep_c: Floats, epochs: Floats, first: int, back: Floats, slot: int, t: float,
) -> State:  # fmt: skip
    """Of the object in `slot`, at `t` minutes: slots from `first` on are of deep space."""
    if slot < first:
        return near_state(near_c, slot, t - epochs[slot])
    i = slot - first
    d = deep_c[i * DEEP_SIZE : (i + 1) * DEEP_SIZE]
    return deep_state(d, t - epochs[slot], back, 3 * i)


@compiled
def states(
    near_c: Floats, deep_c: Floats, epochs: Floats, first: int, back: Floats, slots: Longs,
    times: Floats, out: Floats,
) -> None:  # fmt: skip
    """Each of `slots` at the time beside it, in full precision: seven numbers each to `out`."""
    for k in range(len(slots)):
        found = state(near_c, deep_c, epochs, first, back, int64(slots[k]), times[k])
        (out[7 * k], out[7 * k + 1], out[7 * k + 2], out[7 * k + 3], out[7 * k + 4],
         out[7 * k + 5], out[7 * k + 6]) = found  # fmt: skip
