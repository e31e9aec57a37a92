"""Sine, cosine and arc tangent without branches or calls, so that loops over them are vectorised.

Sines and cosines are polynomials in the square of the angle over a whole turn, so that no quarter
has to be chosen: interpolated at Chebyshev's points of [0, π²] in 60 digits, which is within a
factor of two of the best there is. Those of small angles are Taylor's. The arc tangent is that of
Sun's fdlibm (s_atan.c).
"""

from __future__ import annotations

from noroshi.desks.space.kernels.jit import inlined

ROUND = 6755399441055744.0
"""1.5 × 2^52: added and taken away again it rounds to a whole number."""

TURN_BY = 0.15915494309189535
"""1 / 2π."""
TURN_1, TURN_2 = 6.2831853069365025, 2.430840202602477e-10
"""2π in two parts, of which the first has 33 digits: exact below 2^20 turns."""

TWO_PI = 6.283185307179586
PI = 3.141592653589793


@inlined
def whole(x: float) -> float:
    """The nearest whole number."""
    return (x + ROUND) - ROUND


@inlined
def within(x: float) -> float:
    """`x` less the nearest number of whole turns, in [-π, π]."""
    n = whole(x * TURN_BY)
    return (x - n * TURN_1) - n * TURN_2


@inlined
def turned(x: float) -> float:
    """`x` less its whole turns, of the same sign as `x`: as C's fmod by 2π."""
    r = within(x)
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
def slight(r: float) -> tuple[float, float]:
    """The same of up to 0.2, to 1e-12."""
    z = r * r
    s = r - r * z * (1.0 / 6.0 - z * (1.0 / 120.0 - z * (1.0 / 5040.0)))
    c = 1.0 - z * (0.5 - z * (1.0 / 24.0 - z * (1.0 / 720.0 - z * (1.0 / 40320.0))))
    return s, c


@inlined
def tiny(r: float) -> tuple[float, float]:
    """The same of up to 0.02, to 3e-11, and of what is below 0.004 to the last digit."""
    z = r * r
    return r - r * z * (1.0 / 6.0), 1.0 - z * (0.5 - z * (1.0 / 24.0))


@inlined
def sincos(x: float) -> tuple[float, float]:
    """Sine and cosine of any angle in radians, to 3e-15: from those of its half."""
    r = within(x)
    z = r * r
    chord = r * (9.99999999999999889e-01 + z * (-4.16666666666651794e-02 + z * (
        5.20833333330172226e-04 + z * (-3.10019841013467139e-06 + z * (
        1.07645768004194036e-08 + z * (-2.44647284635865123e-11 + z * (
        3.91800984330215894e-14 - z * 4.50096893546310850e-17)))))))  # fmt: skip
    half = 9.99999999999998113e-01 + z * (-1.24999999999974840e-01 + z * (
        2.60416666661310824e-03 + z * (-2.17013888454487237e-05 + z * (
        9.68811830873944718e-08 + z * (-2.69110697574044110e-10 + z * (
        5.09236279855991483e-13 - z * 6.71872349428376381e-16))))))  # fmt: skip
    return chord * half, 1.0 - 0.5 * chord * chord


@inlined
def sine(x: float) -> float:
    """Sine of any angle, to 3e-11: for what is multiplied by something small."""
    r = within(x)
    z = r * r
    return r * (9.99999999993118949e-01 + z * (-1.66666666577405698e-01 + z * (
        8.33333314318581396e-03 + z * (-1.98412543933117105e-04 + z * (
        2.75567019703417559e-06 + z * (-2.50386818685880838e-08 + z * (
        1.58964745334705896e-10 - z * 6.61012374344401694e-13)))))))  # fmt: skip


@inlined
def cosine(x: float) -> float:
    """Cosine of any angle, to 2e-10: for what is multiplied by something small."""
    r = within(x)
    z = r * r
    return 9.99999999884617741e-01 + z * (-4.99999998503207754e-01 + z * (
        4.16666634776807349e-02 + z * (-1.38888629737490702e-03 + z * (
        2.48005513300087732e-05 + z * (-2.75347674461725515e-07 + z * (
        2.06033300261326268e-09 - z * 9.72173401337621238e-12))))))  # fmt: skip


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
