"""SGP4 and SDP4, one scalar source of each: a state at one time from coefficients.

Hoots and Roehrich, Spacetrack Report No. 3 (1980), as revised by Vallado, Crawford, Hujsak and
Kelso, "Revisiting Spacetrack Report #3", AIAA 2006-6753, in its improved mode and WGS 72. Written
without branches, so that loops over objects or times are vectorised. Two things are done otherwise
with the same result: Kepler's equation by a fixed number of steps, and angles that differ by little
turned by an addition theorem instead of a new sine.

Times are minutes, states km and km/s in TEME. A state comes with a status: 0, or the error of the
report (1 mean eccentricity, 2 mean motion, 3 perturbed eccentricity, 4 semilatus rectum, 6
decayed).
"""

from __future__ import annotations

import math

from noroshi.desks.space.kernels.constants import J2, J3_BY_J2, KMPS, RADIUS_KM
from noroshi.desks.space.kernels.jit import inlined, inner
from noroshi.desks.space.kernels.sines import (
    TWO_PI,
    atan2,
    cosine,
    sincos,
    sine,
    slight,
    small,
    tiny,
    turned,
    within,
)

State = tuple[float, float, float, float, float, float, float]


@inlined
def kepler(
    axnl: float, aynl: float, u: float, first: float, steps: int
) -> tuple[float, float]:  # fmt: skip
    """Sine and cosine of the eccentric longitude by Kepler's equation, from the guess `first`: for
    any eccentricity, if the steps are enough."""
    e = first
    se, ce = sincos(e)
    for _ in range(steps):
        slope = 1.0 - ce * axnl - se * aynl
        bend = axnl * se - aynl * ce
        off = u - e + bend
        # Halley's method is cubic: each step triples the digits that are right.
        step = off * slope / (slope * slope + 0.5 * off * bend)
        step = min(max(step, -0.95), 0.95)
        e = e + step
        ds, dc = small(step)
        se, ce = se * dc + ce * ds, ce * dc - se * ds
    # One more, which is small by now.
    slope = 1.0 - ce * axnl - se * aynl
    bend = axnl * se - aynl * ce
    off = u - e + bend
    ds, dc = slight(min(max(off * slope / (slope * slope + 0.5 * off * bend), -0.02), 0.02))
    return se * dc + ce * ds, ce * dc - se * ds


ROUGH = 1e-4
"""A last step of Halley's method below this leaves less than 1e-13 at a low eccentricity."""


@inlined
def kepler_low(axnl: float, aynl: float, su: float, cu: float) -> tuple[float, float, float]:
    """The same for low eccentricities, from sine and cosine of the mean longitude: Lagrange's
    series to the fourth power, and one step. The third number is 1 where that was not enough
    (from an eccentricity of about 0.15 on), else 0."""
    bend, q = axnl * su - aynl * cu, axnl * cu + aynl * su
    far = bend * (1.0 + q * (1.0 + q * (1.0 + q)) - bend * bend * (0.5 + 1.6666666666666667 * q))
    ds, dc = slight(far)
    se, ce = su * dc + cu * ds, cu * dc - su * ds
    bend = axnl * se - aynl * ce
    by = 1.0 / (1.0 - ce * axnl - se * aynl)
    step = (bend - far) * by
    step = step - 0.5 * bend * by * step * step
    ds, dc = tiny(step)
    enough = abs(step) <= ROUGH and abs(far) <= 0.2
    return se * dc + ce * ds, ce * dc - se * ds, 0.0 if enough else 1.0


@inlined
def orbit(
    am: float, by_am: float, axnl: float, aynl: float, se: float, ce: float, si: float, ci: float,
    sn: float, cn: float, status: float, steps: int,
) -> State:  # fmt: skip
    """From mean elements with long-period terms to a state by short-period terms. `by_am` is 1 /
    `am`, `s` and `c` are sine and cosine of eccentric longitude, inclination and node; `steps` are
    those taken for Kepler's equation."""
    ecose = axnl * ce + aynl * se
    esine = axnl * se - aynl * ce
    el2 = axnl * axnl + aynl * aynl
    flat = 1.0 - el2
    status = 4.0 if am * flat < 0.0 and status == 0.0 else status
    betal = math.sqrt(max(flat, 0.0))
    # Of three numbers the reciprocals by one division, which takes as long as twenty products.
    lift, near_by = 1.0 + betal, 1.0 - ecose
    pair = flat * near_by
    third = 1.0 / (pair * lift)
    along = esine * pair * third
    third = third * lift
    p1 = by_am * near_by * third
    scale = flat * third
    speed = math.sqrt(by_am)
    rdotl, rvdotl = speed * esine * scale, speed * betal * scale
    su = scale * (se - aynl - axnl * along)
    cu = scale * (ce - axnl + aynl * along)
    s2u = (cu + cu) * su
    c2u = 1.0 - 2.0 * su * su
    p2 = 0.5 * J2 * p1
    p3 = p2 * p1
    cc = ci * ci
    con41, x1mth2, x7thm1 = 3.0 * cc - 1.0, 1.0 - cc, 7.0 * cc - 1.0
    mrt = am * near_by * (1.0 - 1.5 * p3 * betal * con41) + 0.5 * p2 * x1mth2 * c2u
    turn = 1.5 * p3 * ci
    # Below 0.002 above the ground at a low eccentricity; up to a radian where most of the orbit is
    # inside the Earth.
    if steps == 0:
        ds, dc = tiny(-0.25 * p3 * x7thm1 * s2u)
        sw, cw = tiny(turn * s2u)
        sd, cd = tiny(turn * si * c2u)
    else:
        ds, dc = small(-0.25 * p3 * x7thm1 * s2u)
        sw, cw = small(turn * s2u)
        sd, cd = small(turn * si * c2u)
    ss, cs = su * dc + cu * ds, cu * dc - su * ds
    sn, cn = sn * cw + cn * sw, cn * cw - sn * sw
    si, ci = si * cd + ci * sd, ci * cd - si * sd
    p2 = by_am * speed * p2
    mvt = (rdotl - p2 * x1mth2 * s2u) * KMPS
    rvdot = (rvdotl + p2 * (x1mth2 * c2u + 1.5 * con41)) * KMPS
    mx, my = -sn * ci, cn * ci
    ux, uy, uz = mx * ss + cn * cs, my * ss + sn * cs, si * ss
    vx, vy, vz = mx * cs - cn * ss, my * cs - sn * ss, si * cs
    r = mrt * RADIUS_KM
    status = 6.0 if mrt < 1.0 and status == 0.0 else status
    return (
        r * ux, r * uy, r * uz, mvt * ux + rvdot * vx, mvt * uy + rvdot * vy, mvt * uz + rvdot * vz,
        status,
    )  # fmt: skip


@inlined
def near(
    t: float, steps: int, mo: float, mdot: float, argpo: float, argpdot: float, nodeo: float,
    nodedot: float, nodecf: float, cc1: float, bc4: float, t2cof: float, omgcof: float,
    xmcof: float, eta: float, delmo: float, d2: float, d3: float, d4: float, bc5: float,
    sinmao: float, t3cof: float, t4cof: float, t5cof: float, no: float, ecco: float, ao: float,
    sinio: float, cosio: float, aycof: float, xlcof: float,
) -> State:  # fmt: skip
    """SGP4 of an object with a period below 225 minutes, `t` minutes after its epoch. Objects with
    a perigee below 220 km have zeros for what the report leaves out of theirs. With no `steps` for
    Kepler's equation it is for low eccentricities, and the status is -1 where that was too high;
    two are enough for all."""
    t2 = t * t
    xmdf = mo + mdot * t
    argpdf = argpo + argpdot * t
    node = nodeo + nodedot * t + nodecf * t2
    one = 1.0 + eta * cosine(xmdf)
    drag = omgcof * t + xmcof * (one * one * one - delmo)
    mm, argp = xmdf + drag, argpdf - drag
    tempa = 1.0 - cc1 * t - t2 * (d2 + t * (d3 + t * d4))
    tempe = bc4 * t + bc5 * (sine(mm) - sinmao)
    templ = t2 * (t2cof + t * (t3cof + t * (t4cof + t * t5cof)))
    am = ao * tempa * tempa
    em = ecco - tempe
    status = 1.0 if em >= 1.0 or em < -0.001 else 0.0
    status = 2.0 if no <= 0.0 else status
    em = max(em, 1.0e-6)
    mm = mm + no * templ
    sg, cg = sincos(argp)
    axnl = em * cg
    flat = 1.0 - em * em
    temp = 1.0 / (am * flat)
    aynl = em * sg + temp * aycof
    sn, cn = sincos(node)
    u = within(mm + argp + temp * xlcof * axnl)
    if steps == 0:
        su, cu = sincos(u)
        se, ce, rough = kepler_low(axnl, aynl, su, cu)
    else:
        se, ce = kepler(axnl, aynl, u, u, steps)
        rough = 0.0
    x, y, z, vx, vy, vz, status = orbit(
        am, temp * flat, axnl, aynl, se, ce, sinio, cosio, sn, cn, status, steps
    )
    return x, y, z, vx, vy, vz, -1.0 if rough > 0.0 else status


# SDP4: solar and lunar terms. Spacetrack Report No. 3, DPPER.
ZNS, ZES, ZNL, ZEL = 1.19459e-5, 0.01675, 1.5835218e-4, 0.05490
RPTIM = 4.37526908801129966e-3
"""Rotation of the Earth, rad/min."""
STEP_MIN = 720.0


@inlined
def deep(
    t: float, resonant: float, xl: float, nl: float,
    mo: float, mdot: float, argpo: float, argpdot: float, nodeo: float, nodedot: float,
    nodecf: float, cc1: float, bc4: float, t2cof: float, no: float, ao: float, ecco: float,
    inclo: float, gsto: float, dedt: float, didt: float, dmdt: float, dnodt: float, domdt: float,
    ee2: float, e3: float, se2: float, se3: float, xi2: float, xi3: float, si2: float, si3: float,
    xl2: float, xl3: float, xl4: float, sl2: float, sl3: float, sl4: float,
    xgh2: float, xgh3: float, xgh4: float, sgh2: float, sgh3: float, sgh4: float,
    xh2: float, xh3: float, sh2: float, sh3: float, zmol: float, zmos: float,
) -> State:  # fmt: skip
    """SDP4 of an object with a period of 225 minutes or more. `resonant` is 0, 1 (one day) or 2
    (half a day); then `xl` and `nl` are the resonance's longitude and mean motion at `t`."""
    t2 = t * t
    mm = mo + mdot * t + dmdt * t
    argp = argpo + argpdot * t + domdt * t
    node = nodeo + nodedot * t + nodecf * t2 + dnodt * t
    em = ecco + dedt * t
    incl = inclo + didt * t
    theta = turned(gsto + t * RPTIM)
    mm = xl - node - argp + theta if resonant == 1.0 else mm
    mm = xl - 2.0 * node + 2.0 * theta if resonant == 2.0 else mm
    nm = nl if resonant > 0.0 else no
    status = 2.0 if nm <= 0.0 else 0.0
    tempa = 1.0 - cc1 * t
    # (ke / n)^(2/3) from that at epoch by the cube root of the ratio, which is about 1: Halley.
    ratio = no / nm
    root = 1.0 + (ratio - 1.0) / 3.0
    for _ in range(4):
        cube = root * root * root
        root = root * (cube + 2.0 * ratio) / (2.0 * cube + ratio)
    am = ao * root * root * tempa * tempa
    em = em - bc4 * t
    status = 1.0 if (em >= 1.0 or em < -0.001) and status == 0.0 else status
    em = max(em, 1.0e-6)
    mm = mm + no * t2cof * t2
    xlm = mm + argp + node
    node = turned(node)
    argp = turned(argp)
    argp = argp + TWO_PI if argp < 0.0 else argp
    mp = xlm - argp - node
    # Long-period terms of Sun and Moon.
    zm = zmos + ZNS * t
    s, _ = sincos(zm)
    s, c = sincos(zm + 2.0 * ZES * s)
    f2, f3 = 0.5 * s * s - 0.25, -0.5 * s * c
    zm = zmol + ZNL * t
    q, _ = sincos(zm)
    q, d = sincos(zm + 2.0 * ZEL * q)
    g2, g3 = 0.5 * q * q - 0.25, -0.5 * q * d
    ep = em + se2 * f2 + se3 * f3 + ee2 * g2 + e3 * g3
    pinc = si2 * f2 + si3 * f3 + xi2 * g2 + xi3 * g3
    pl = sl2 * f2 + sl3 * f3 + sl4 * s + xl2 * g2 + xl3 * g3 + xl4 * q
    pgh = sgh2 * f2 + sgh3 * f3 + sgh4 * s + xgh2 * g2 + xgh3 * g3 + xgh4 * q
    ph = sh2 * f2 + sh3 * f3 + xh2 * g2 + xh3 * g3
    incl = incl + pinc
    si, ci = sincos(incl)
    sno, cno = sincos(node)
    # Lyddane's form where the inclination is small (below 0.2 rad), else the terms as they are.
    lyddane = incl < 0.2
    alf = si * sno + ph * cno + pinc * ci * sno
    bet = si * cno - ph * sno + pinc * ci * cno
    low = atan2(alf, bet)
    low = low + TWO_PI if low < node - 0.5 * TWO_PI else low
    low = low - TWO_PI if low > node + 0.5 * TWO_PI else low
    xls = mp + argp + pl + pgh + (ci - pinc * si) * node
    pho = ph / (si if si != 0.0 else 1.0)
    mp = mp + pl
    argp = xls - mp - ci * low if lyddane else argp + pgh - ci * pho
    node = low if lyddane else node + pho
    below = incl < 0.0
    node = node + 0.5 * TWO_PI if below else node
    argp = argp - 0.5 * TWO_PI if below else argp
    si = -si if below else si
    status = 3.0 if (ep < 0.0 or ep > 1.0) and status == 0.0 else status
    aycof = -0.5 * J3_BY_J2 * si
    flat = 1.0 + ci
    flat = flat if abs(flat) > 1.5e-12 else 1.5e-12
    xlcof = -0.25 * J3_BY_J2 * si * (3.0 + 5.0 * ci) / flat
    sg, cg = sincos(argp)
    axnl = ep * cg
    temp = 1.0 / (am * (1.0 - ep * ep))
    aynl = ep * sg + temp * aycof
    u = turned(mp + argp + temp * xlcof * axnl)
    # From 0.85 e ahead of or behind the mean anomaly (Danby 1988, 6.6): no overshooting near
    # perigee at any eccentricity.
    su, cu = sincos(u)
    lead = 0.85 * math.sqrt(axnl * axnl + aynl * aynl)
    first = u + (lead if axnl * su - aynl * cu >= 0.0 else -lead)
    se, ce = kepler(axnl, aynl, u, first, 4)
    sn, cn = sincos(node)
    return orbit(am, 1.0 / am, axnl, aynl, se, ce, si, ci, sn, cn, status, 4)


FASX2, FASX4, FASX6 = 0.13130908, 2.8843198, 0.37448087
G22, G32, G44, G52, G54 = 5.7686396, 0.95240898, 1.8014998, 1.0508330, 4.4108898
HALF_STEP = 0.5 * STEP_MIN * STEP_MIN


@inner
def pull(
    kind: float, xli: float, xni: float, xomi: float, xfact: float, del1: float, del2: float,
    del3: float, d2201: float, d2211: float, d3210: float, d3222: float, d4410: float, d4422: float,
    d5220: float, d5232: float, d5421: float, d5433: float,
) -> tuple[float, float, float]:  # fmt: skip
    """Rates of the resonance: of its mean motion, of its longitude, and the second of the first."""
    xldot = xni + xfact
    if kind == 1.0:
        s1, c1 = sincos(xli - FASX2)
        s2, c2 = sincos(2.0 * (xli - FASX4))
        s3, c3 = sincos(3.0 * (xli - FASX6))
        return (
            del1 * s1 + del2 * s2 + del3 * s3,
            xldot,
            (del1 * c1 + 2.0 * del2 * c2 + 3.0 * del3 * c3) * xldot,
        )
    x2omi, x2li = 2.0 * xomi, 2.0 * xli
    sa, ca = sincos(x2omi + xli - G22)
    sb, cb = sincos(xli - G22)
    sc, cc = sincos(xomi + xli - G32)
    sd, cd = sincos(-xomi + xli - G32)
    se, ce = sincos(x2omi + x2li - G44)
    sf, cf = sincos(x2li - G44)
    sg, cg = sincos(xomi + xli - G52)
    sh, ch = sincos(-xomi + xli - G52)
    si, ci = sincos(xomi + x2li - G54)
    sj, cj = sincos(-xomi + x2li - G54)
    return (
        d2201 * sa + d2211 * sb + d3210 * sc + d3222 * sd + d4410 * se + d4422 * sf + d5220 * sg
        + d5232 * sh + d5421 * si + d5433 * sj,
        xldot,
        (d2201 * ca + d2211 * cb + d3210 * cc + d3222 * cd + d5220 * cg + d5232 * ch
         + 2.0 * (d4410 * ce + d4422 * cf + d5421 * ci + d5433 * cj)) * xldot,
    )  # fmt: skip
