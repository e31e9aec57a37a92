"""Sine, cosine and arc tangent without branches or calls, so that loops over them are vectorised.

Polynomials and the three-part π/2 are those of Sun's fdlibm (k_sin.c, k_cos.c, s_atan.c,
e_rem_pio2.c); below 2^20 quarter turns the error is under one unit in the last place.
"""

from __future__ import annotations

from noroshi.desks.space.kernels.jit import inlined

ROUND = 6755399441055744.0
"""1.5 × 2^52: added and taken away again it rounds to a whole number."""

TWO_BY_PI = 6.36619772367581382433e-01
PIO2_1, PIO2_2, PIO2_3 = (
    1.57079632673412561417e00,
    6.07710050630396597660e-11,
    2.02226624879595063154e-21,
)
TWO_PI = 6.283185307179586
PI = 3.141592653589793


@inlined
def whole(x: float) -> float:
    """The nearest whole number."""
    return (x + ROUND) - ROUND


@inlined
def turned(x: float) -> float:
    """`x` less its whole turns, of the same sign as `x`: as C's fmod by 2π."""
    n = whole(x / TWO_PI)
    r = ((x - 4.0 * n * PIO2_1) - 4.0 * n * PIO2_2) - 4.0 * n * PIO2_3
    up = r + TWO_PI if x >= 0.0 and r < 0.0 else r
    return up - TWO_PI if x < 0.0 and up > 0.0 else up


@inlined
def small(r: float) -> tuple[float, float]:
    """Sine and cosine of up to about an eighth of a turn."""
    z = r * r
    s = r + r * z * (
        -1.66666666666666324348e-01 + z * (8.33333333332248946124e-03 + z * (
        -1.98412698298579493134e-04 + z * (2.75573137070700676789e-06 + z * (
        -2.50507602534068634195e-08 + z * 1.58969099521155010221e-10)))))  # fmt: skip
    c = 1.0 - 0.5 * z + z * z * (
        4.16666666666666019037e-02 + z * (-1.38888888888741095749e-03 + z * (
        2.48015872894767294178e-05 + z * (-2.75573143513906633035e-07 + z * (
        2.08757232129817482790e-09 - z * 1.13596475577881948265e-11)))))  # fmt: skip
    return s, c


@inlined
def tiny(r: float) -> tuple[float, float]:
    """The same of less than 0.02: what is left out is below the last digit."""
    z = r * r
    s = r - r * z * (1.0 / 6.0 - z * (1.0 / 120.0))
    c = 1.0 - z * (0.5 - z * (1.0 / 24.0 - z * (1.0 / 720.0)))
    return s, c


@inlined
def sincos(x: float) -> tuple[float, float]:
    """Sine and cosine of any angle in radians."""
    n = whole(x * TWO_BY_PI)
    s, c = small(((x - n * PIO2_1) - n * PIO2_2) - n * PIO2_3)
    quarter = n - 4.0 * whole(n * 0.25)
    odd = abs(quarter) == 1.0
    sine = c if odd else s
    cosine = s if odd else c
    sine = -sine if quarter < 0.0 or quarter > 1.0 else sine
    cosine = -cosine if quarter > 0.0 or quarter < -1.0 else cosine
    return sine, cosine


@inlined
def atan2(y: float, x: float) -> float:
    """The angle of (x, y), radians in [-π, π]."""
    a, b = abs(y), abs(x)
    low, high = min(a, b), max(a, b)
    beyond = low > 0.41421356237309503 * high
    top = low - high if beyond else low
    bottom = low + high if beyond else high
    q = top / (bottom if bottom > 0.0 else 1.0)
    z = q * q
    w = z * z
    s1 = z * (3.33333333333329318027e-01 + w * (1.42857142725034663711e-01 + w * (
        9.09088713343650656196e-02 + w * (6.66107313738753120669e-02 + w * (
        4.97687799461593236017e-02 + w * 1.62858201153657823623e-02)))))  # fmt: skip
    s2 = w * (-1.99999999998764832476e-01 + w * (-1.11111104054623557880e-01 + w * (
        -7.69187620504482999495e-02 + w * (-5.83357013379057348645e-02
        - w * 3.65315727442169155270e-02))))  # fmt: skip
    r = q - q * (s1 + s2)
    r = r + 0.25 * PI if beyond else r
    r = 0.5 * PI - r if a > b else r
    r = PI - r if x < 0.0 else r
    return -r if y < 0.0 else r
