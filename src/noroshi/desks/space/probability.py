"""The probability that two objects collide, from where they pass and how well that is known.

2D (Foster and Estes, NASA JSC-25898, 1992): both move on straight lines during the encounter, so
that what matters is the error in the plane across their relative velocity; its density is
integrated over a disc of the combined hard-body radius. Without a covariance, the largest value
that any size of an assumed shape of covariance gives (Alfano 2005, AAS 05-308; Frisbee 2009,
AAS 09-334): where the true covariance is larger the value is diluted, not safe.
"""

from __future__ import annotations

import functools
import math
from typing import TYPE_CHECKING, Final

import msgspec
import numpy as np

if TYPE_CHECKING:
    from noroshi.desks.space.cdm import Cdm
    from noroshi.words.desk import Array

NODES: Final = 128
"""Gauss-Legendre nodes across the disc: with x = R sin θ the integrand has no edge."""

SLOW_MS: Final = 10.0
"""Below this relative speed the straight lines do not hold (NASA CARA, usage limits of 2D Pc)."""

_erfc = np.vectorize(math.erfc, otypes=[float])


class Probability(msgspec.Struct, frozen=True):
    """`value` by 2D integration, the largest over all sizes of the covariance, and what to mind:
    `diluted` (a better orbit could raise it), `slow` (no straight lines), `clipped` (the covariance
    was not positive definite and was mended)."""

    value: float
    largest: float
    diluted: bool
    slow: bool
    clipped: bool


def in_plane(r: Array, v: Array, c: Array) -> tuple[Array, Array]:
    """Position and covariance across the relative velocity: (2,), (2, 2)."""
    along = v / np.linalg.norm(v)
    first = r - along * (r @ along)
    if np.linalg.norm(first) < 1e-9:
        first = np.cross(along, np.eye(3)[int(np.argmin(np.abs(along)))])
    first = first / np.linalg.norm(first)
    basis = np.stack([first, np.cross(along, first)])
    return basis @ r, basis @ c @ basis.T


def foster(miss: Array, covariance: Array, hbr: float) -> float:
    """The 2D integral: `miss` (2,) and `hbr` in one unit, `covariance` (2, 2) in its square."""
    values, vectors = np.linalg.eigh(covariance)
    sx, sy = np.sqrt(np.maximum(values, 0.0))
    x0, y0 = np.abs(vectors.T @ miss)
    if sx < 1e-9 * hbr or sy < 1e-9 * hbr:
        return float(np.hypot(x0, y0) < hbr)
    nodes, weights = _gauss()
    theta = nodes * (math.pi / 2)
    x, half = hbr * np.sin(theta), hbr * np.cos(theta)
    low, high = (y0 - half) / (sy * math.sqrt(2)), (y0 + half) / (sy * math.sqrt(2))
    # y0 is not negative, so that the difference of two complements keeps its digits in the tail.
    across = 0.5 * (_erfc(low) - _erfc(high))
    density = np.exp(-0.5 * ((x - x0) / sx) ** 2) / (sx * math.sqrt(2 * math.pi))
    return float(np.sum(weights * density * across * half) * (math.pi / 2))


@functools.cache
def _gauss() -> tuple[Array, Array]:
    return np.polynomial.legendre.leggauss(NODES)


def largest(miss: Array, covariance: Array, hbr: Array) -> tuple[Array, Array]:
    """The largest 2D probability over all multiples k² of the covariance, and its k, for many at
    once: `miss` (n, 2), `covariance` (n, 2, 2). For discs that are small against the error."""
    inverse = np.linalg.inv(covariance)
    d2 = np.einsum("ni,nij,nj->n", miss, inverse, miss)
    root = np.sqrt(np.linalg.det(covariance))
    with np.errstate(divide="ignore"):
        value = hbr**2 / (root * d2 * math.e)
    inside = np.linalg.norm(miss, axis=1) <= hbr
    return np.where(inside, 1.0, np.minimum(value, 1.0)), np.sqrt(d2 / 2.0)


def axes(r: Array, v: Array) -> Array:
    """Radial, transverse and normal unit vectors as rows: n × 3 × 3."""
    radial = r / np.linalg.norm(r, axis=-1, keepdims=True)
    normal = np.cross(r, v)
    normal = normal / np.linalg.norm(normal, axis=-1, keepdims=True)
    return np.stack([radial, np.cross(normal, radial), normal], axis=-2)


def screening(
    ra: Array, va: Array, rb: Array, vb: Array, hbr_km: Array, shape: tuple[float, float, float]
) -> tuple[Array, Array]:
    """The largest probability of pairs at closest approach (n × 3, km and km/s), where nothing is
    known of the errors but their `shape`: standard deviations in proportion (radial, transverse,
    normal), of both objects. The second is the transverse one, in km, at which it is reached."""
    total = np.zeros((len(ra), 3, 3))
    for r, v in ((ra, va), (rb, vb)):
        turn = axes(r, v)
        total += np.einsum("nki,k,nkj->nij", turn, np.square(shape), turn)
    r, v = rb - ra, vb - va
    along = v / np.maximum(np.linalg.norm(v, axis=1, keepdims=True), 1e-12)
    flat = r - along * np.sum(r * along, axis=1, keepdims=True)
    size = np.linalg.norm(flat, axis=1, keepdims=True)
    spare = np.cross(along, np.eye(3)[np.argmin(np.abs(along), axis=1)])
    first = np.where(size > 1e-9, flat, spare)
    first = first / np.linalg.norm(first, axis=1, keepdims=True)
    basis = np.stack([first, np.cross(along, first)], axis=1)
    miss = np.einsum("nki,ni->nk", basis, r)
    covariance = np.einsum("nki,nij,nlj->nkl", basis, total, basis)
    value, scale = largest(miss, covariance, hbr_km)
    return value, scale * shape[1]


@np.errstate(all="ignore")
def of_message(cdm: Cdm, hbr_m: float) -> Probability | None:
    """The probability that a message's own states and covariances give, shifted to the closest
    approach of the straight lines; None where they are not all there, in two frames, or such that
    no plane lies across the relative velocity.

    A covariance of one object alone is used as the whole, as its sender must have done."""
    one, two = cdm.one, cdm.two
    if one.state is None or two.state is None or one.frame != two.frame:
        return None
    covariances = [each for each in (one, two) if each.covariance is not None]
    if not covariances:
        return None
    total = np.zeros((3, 3))
    for each in covariances:
        state = np.array(each.state) * 1000.0
        turn = axes(state[:3], state[3:])
        total += turn.T @ _matrix(each.covariance or ()) @ turn
    relative = (np.array(two.state) - np.array(one.state)) * 1000.0
    r, v = relative[:3], relative[3:]
    square = float(v @ v)
    if not 0.0 < square < math.inf:
        return None
    speed = math.sqrt(square)
    miss, plane = in_plane(r - v * (float(r @ v) / square), v, total)
    # A state without a plane of its own has no axes either, and its covariance no direction.
    if not (np.isfinite(miss).all() and np.isfinite(plane).all()):
        return None
    values, vectors = np.linalg.eigh(plane)
    floor = (1e-4 * hbr_m) ** 2
    clipped = bool(values.min() < floor)
    plane = (vectors * np.maximum(values, floor)) @ vectors.T
    value = foster(miss, plane, hbr_m)
    most, scale = largest(miss[None], plane[None], np.array([hbr_m]))
    return Probability(
        value=value,
        largest=max(float(most[0]), value),
        diluted=bool(scale[0] < 1.0),
        slow=speed < SLOW_MS,
        clipped=clipped,
    )


def _matrix(given: tuple[float, ...]) -> Array:
    rr, tr, tt, nr, nt, nn = given
    return np.array([[rr, tr, nr], [tr, tt, nt], [nr, nt, nn]])
