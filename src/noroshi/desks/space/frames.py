"""From the axes that SGP4 gives states in (TEME) to the mean equator and equinox of J2000
(EME2000).

Precession IAU 1976 (Lieske 1979) and the thirteen largest terms of the nutation IAU 1980
(Seidelmann 1982); UTC stands for TT, and the pole's offsets are left out. What is left out is some
0.02″: a metre in low orbit, four at the geostationary ring.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import numpy as np

from noroshi.desks.space.coefficients import DAY_US, JD_1970

if TYPE_CHECKING:
    from noroshi.words.desk import Array

# Multiples of l, l', F, D, Ω; then Δψ and its rate a century, Δε and its rate, in 0.0001″.
TERMS: Final = np.array([
    (0, 0, 0, 0, 1, -171996, -174.2, 92025, 8.9),
    (0, 0, 2, -2, 2, -13187, -1.6, 5736, -3.1),
    (0, 0, 2, 0, 2, -2274, -0.2, 977, -0.5),
    (0, 0, 0, 0, 2, 2062, 0.2, -895, 0.5),
    (0, 1, 0, 0, 0, 1426, -3.4, 54, -0.1),
    (1, 0, 0, 0, 0, 712, 0.1, -7, 0.0),
    (0, 1, 2, -2, 2, -517, 1.2, 224, -0.6),
    (0, 0, 2, 0, 1, -386, -0.4, 200, 0.0),
    (1, 0, 2, 0, 2, -301, 0.0, 129, -0.1),
    (0, -1, 2, -2, 2, 217, -0.5, -95, 0.3),
    (1, 0, 0, -2, 0, -158, 0.0, -1, 0.0),
    (0, 0, 2, -2, 1, 129, 0.1, -70, 0.0),
    (-1, 0, 2, 0, 2, 123, 0.0, -53, 0.0),
])  # fmt: skip

# Degrees: constant, and by century its first and second power (Seidelmann 1982).
ARGUMENTS: Final = np.array([
    (134.96298139, 477198.8673981, 0.0086972),
    (357.52772333, 35999.0503400, -0.0001603),
    (93.27191028, 483202.0175381, -0.0036825),
    (297.85036306, 445267.1114800, -0.0019142),
    (125.04452222, -1934.1362608, 0.0020708),
])  # fmt: skip


def to_j2000(at: int) -> Array:
    """The 3 × 3 matrix that turns TEME at `at` (µs UTC) into EME2000."""
    t = (at / DAY_US + JD_1970 - 2451545.0) / 36525.0
    angles = np.radians(ARGUMENTS @ (1.0, t, t * t)) @ TERMS[:, :5].T
    unit = math.radians(1e-4 / 3600.0)
    dpsi = float(np.sum((TERMS[:, 5] + TERMS[:, 6] * t) * np.sin(angles))) * unit
    deps = float(np.sum((TERMS[:, 7] + TERMS[:, 8] * t) * np.cos(angles))) * unit
    mean = _arc(84381.448, -46.8150, -0.00059, 0.001813, t=t)
    zeta = _arc(0.0, 2306.2181, 0.30188, 0.017998, t=t)
    theta = _arc(0.0, 2004.3109, -0.42665, -0.041833, t=t)
    z = _arc(0.0, 2306.2181, 1.09468, 0.018203, t=t)
    # TEME's x axis lies off the true equinox by the equation of the equinoxes.
    to_true = _turn(2, -dpsi * math.cos(mean))
    to_mean = _turn(0, -mean) @ _turn(2, dpsi) @ _turn(0, mean + deps)
    return _turn(2, zeta) @ _turn(1, -theta) @ _turn(2, z) @ to_mean @ to_true


def _arc(*powers: float, t: float) -> float:
    """Seconds of arc as a polynomial in centuries, in radians."""
    return math.radians(sum(each * t**n for n, each in enumerate(powers)) / 3600.0)


def _turn(axis: int, angle: float) -> Array:
    """The axes turned by `angle` about one of them."""
    one, two = (axis + 1) % 3, (axis + 2) % 3
    found = np.eye(3)
    found[one, one] = found[two, two] = math.cos(angle)
    found[one, two], found[two, one] = math.sin(angle), -math.sin(angle)
    return found
