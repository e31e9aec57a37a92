"""A sky that nobody owns: Walker shells, debris, the geostationary ring and Molniya orbits, with
events of known truth in them. Real catalogues may not be given away; this one may.

States become mean elements by taking SGP4's own difference from the state away until none is left.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import msgspec
import numpy as np

from noroshi.desks.space.catalogue import Catalogue
from noroshi.desks.space.elements import DTYPE, sgp4
from noroshi.desks.space.kernels.constants import MU_KM3_S2 as MU
from noroshi.desks.space.kernels.constants import RADIUS_KM
from noroshi.words.time import DAY

if TYPE_CHECKING:
    from noroshi.words.desk import Array

FIRST_NORAD: Final = 900_000_001
"""Numbers of nine digits that nobody has given out."""


class Truth(msgspec.Struct, frozen=True):
    """What was planted: kind, objects by number, when (µs UTC), and its size."""

    kind: str
    objects: tuple[int, ...]
    at: int
    measures: dict[str, float]


class Sky:
    """Element sets and who they are of; grows by what is added to it."""

    def __init__(self, seed: int, at: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.at = at
        self.rows = np.empty(0, DTYPE)
        self.names: dict[int, tuple[str, str, str]] = {}
        self.truths: list[Truth] = []
        self._launches = 0

    def add(
        self, name: str, kind: str, elements: dict[str, Any], launch: str | None = None
    ) -> Array:
        """Objects with the columns n (rev/day), e, i, node, argp, m (degrees), bstar."""
        many = max(np.size(each) for each in elements.values())
        rows = np.zeros(many, DTYPE)
        rows["epoch"] = self.at
        for key, values in elements.items():
            rows[key] = values
        for key in ("node", "argp", "m"):
            rows[key] %= 360.0
        first = FIRST_NORAD + len(self.names)
        rows["norad"] = np.arange(first, first + many)
        if launch is None:
            self._launches += 1
            launch = f"2099-{self._launches:03d}"
        begun = sum(each[1].startswith(launch) for each in self.names.values())
        for n, number in enumerate(rows["norad"].tolist()):
            self.names[number] = (f"{name} {n + 1}", f"{launch}{piece(begun + n)}", kind)
        self.rows = np.concatenate([self.rows, rows])
        return rows

    def walker(
        self, many: int, planes: int, height_km: float, incl: float, phase: int = 1
    ) -> Array:
        """A Walker delta shell (Walker 1984): `many` satellites in `planes` planes."""
        n = np.arange(many)
        plane, place = n // (many // planes), n % (many // planes)
        return self.add(f"WALKER {height_km:.0f}", "PAYLOAD", {
            "n": motion(RADIUS_KM + height_km), "e": 1.2e-4, "i": incl, "bstar": 2e-5,
            "node": plane * 360.0 / planes, "argp": 90.0,
            "m": place * 360.0 / (many // planes) + plane * phase * 360.0 / many,
        })  # fmt: skip

    def debris(self, many: int, low_km: float = 400.0, high_km: float = 1400.0) -> Array:
        """Debris over low orbits, most of it at the inclinations that are flown."""
        rng = self.rng
        e = np.minimum(rng.exponential(0.006, many), 0.08)
        axis = RADIUS_KM + rng.uniform(low_km, high_km, many)
        axis = np.maximum(axis, (RADIUS_KM + 250.0) / (1.0 - e))
        return self.add("CLOUD DEB", "DEBRIS", {
            "n": motion(axis), "e": e, "i": rng.choice([65.0, 74.0, 82.5, 86.4, 98.6], many)
            + rng.normal(0, 1.0, many), "node": rng.uniform(0, 360, many),
            "argp": rng.uniform(0, 360, many), "m": rng.uniform(0, 360, many),
            "bstar": rng.lognormal(-9.0, 1.0, many),
        })  # fmt: skip

    def geostationary(self, many: int) -> Array:
        """Satellites along the ring, a tenth of them drifting and inclined."""
        rng = self.rng
        old = rng.random(many) < 0.1
        return self.add("RING", "PAYLOAD", {
            "n": np.where(old, rng.normal(1.0027, 0.006, many), 1.00273791),
            "e": rng.uniform(5e-5, 5e-4, many), "i": np.where(old, rng.uniform(1, 14, many), 0.05),
            "node": rng.uniform(0, 360, many), "argp": rng.uniform(0, 360, many),
            "m": np.arange(many) * 360.0 / many,
        })  # fmt: skip

    def molniya(self, many: int) -> Array:
        """Half-day orbits of high eccentricity."""
        rng = self.rng
        return self.add("MOLNIYA", "PAYLOAD", {
            "n": rng.normal(2.0061, 0.0005, many), "e": rng.uniform(0.68, 0.74, many), "i": 63.4,
            "node": np.arange(many) * 360.0 / many, "argp": 280.0,
            "m": rng.uniform(0, 360, many),
        })  # fmt: skip

    def meet(self, target: int, at: int, miss_km: float, turn_deg: float = 90.0) -> Truth:
        """A piece that passes `target` (its number) by `miss_km` at `at`, its velocity turned about
        the radius by `turn_deg`."""
        r, v = self._state(target, at)
        radial = r / np.linalg.norm(r)
        # The miss is square to both velocities, so that it is the least distance.
        other = _turned(v, radial, math.radians(turn_deg))
        side = np.cross(v, other)
        side = side / np.linalg.norm(side)
        row = advanced(fit(r + side * miss_km, other, at), self.at)
        number = self.placed("STRAY DEB", "DEBRIS", row)
        truth = Truth("conjunction", (target, number), at, {"miss_km": miss_km})
        self.truths.append(truth)
        return truth

    def break_up(self, parent: int, at: int, pieces: int, spread_ms: float = 40.0) -> Truth:
        """Pieces of `parent` that come apart at `at`, each with a velocity of its own; their sets
        are a day later."""
        r, v = self._state(parent, at)
        launch = self.names[parent][1][:8]
        numbers: list[int] = []
        for _ in range(pieces):
            row = fit(r, v + self.rng.normal(0, spread_ms / 1e3, 3), at)
            later = advanced(row, at + DAY)
            numbers.append(self.placed("FRAGMENT DEB", "DEBRIS", later, launch))
        truth = Truth("breakup", (parent, *numbers), at, {"pieces": pieces})
        self.truths.append(truth)
        return truth

    def history(
        self, number: int, days: int, burns: dict[int, tuple[float, float, float]],
        noise_m: float = 15.0,
    ) -> Array:  # fmt: skip
        """Daily sets of an object from its own on, each a little off, with burns: by their day, m/s
        radial, along and across. Each burn is a truth."""
        from noroshi.desks.space.probability import axes

        row = self.rows[self.rows["norad"] == number][0]
        made: list[Any] = [row]
        for day in range(1, days + 1):
            at = int(row["epoch"]) + DAY
            r, v = state(row, at)
            if day in burns:
                dv = np.array(burns[day]) / 1e3
                v = v + axes(r, v).T @ dv
                self.truths.append(Truth("manoeuvre", (number,), at, {
                    "dv_ms": float(np.linalg.norm(dv)) * 1e3}))  # fmt: skip
            fitted = fit(r, v, at, float(row["bstar"]))
            fitted["norad"] = number
            row = fitted
            told = fitted.copy()
            axis = (MU / (float(told["n"]) * math.pi / 43_200.0) ** 2) ** (1.0 / 3.0)
            told["n"] *= 1.0 + 1.5 * self.rng.normal(0, noise_m / 1e3 * 0.3) / axis
            turn: float = self.rng.normal(0, noise_m / 1e3 / float(axis))
            told["m"] += math.degrees(turn)
            told["i"] += self.rng.normal(0, 2e-4)
            made.append(told)
        rows = np.array(made, DTYPE)
        self.rows = np.concatenate([self.rows[self.rows["norad"] != number], rows])
        return rows

    def inspect(self, target: int, days: int, arrives: int) -> Truth:
        """An object of the ring that drifts towards `target`, stops beside it on the day `arrives`
        and stays. Its daily sets, and the target's."""
        row = self.rows[self.rows["norad"] == target][0].copy()
        start = int(row["epoch"])
        number = self.placed("INSPECTOR", "PAYLOAD", row)
        sets: list[Any] = []
        for day in range(days + 1):
            own = advanced(row, start + day * DAY)
            off = 0.05 + max(0.0, (arrives - day) * 1.0)
            own["m"] = (own["m"] + off) % 360.0
            if day < arrives:
                own["n"] -= 1.0 / 360.0
            own["norad"] = number
            sets.append(own)
        others = self.rows[~np.isin(self.rows["norad"], (number, target))]
        still = [advanced(row, start + day * DAY) for day in range(days + 1)]
        self.rows = np.concatenate([others, np.array(sets, DTYPE), np.array(still, DTYPE)])
        truth = Truth("shadowing", (target, number), start + arrives * DAY, {"off_deg": 0.05})
        self.truths.append(truth)
        return truth

    def placed(self, name: str, kind: str, row: Any, launch: str | None = None) -> int:
        """One more object with the elements of a set; its number."""
        keys = ("n", "e", "i", "node", "argp", "m", "bstar")
        added = self.add(name, kind, {key: float(row[key]) for key in keys}, launch)
        self.rows["epoch"][-1] = row["epoch"]
        return int(added["norad"][0])

    def _state(self, number: int, at: int) -> tuple[Array, Array]:
        return state(self.rows[self.rows["norad"] == number][-1], at)


def sample(seed: int, at: int, scale: float = 1.0) -> Sky:
    """A small sky of all kinds with an approach and a break-up in it; `scale` 10 is about as full
    as the real one."""
    sky = Sky(seed, at)
    planes = max(2, round(12 * scale))
    shell = sky.walker(planes * 20, planes, 550.0, 53.0)
    sky.walker(planes * 10, planes, 780.0, 86.4)
    debris = sky.debris(round(1500 * scale))
    sky.geostationary(round(60 * scale))
    sky.molniya(max(3, round(6 * scale)))
    sky.meet(int(shell["norad"][7]), at + DAY // 3, 0.4)
    sky.break_up(int(debris["norad"][0]), at - 2 * DAY, 12)
    return sky


def motion(axis_km: Any) -> Any:
    """Rev/day of a semi-major axis."""
    return np.sqrt(MU / np.asarray(axis_km) ** 3) * 43_200.0 / math.pi


def piece(n: int) -> str:
    """A, B, … Z, AA: letters of the n-th piece of a launch, without I and O."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ"
    text = ""
    n += 1
    while n:
        n, left = divmod(n - 1, len(letters))
        text = letters[left] + text
    return text


def state(row: Any, at: int) -> tuple[Array, Array]:
    """Position (km) and velocity (km/s) of one set at an instant."""
    table = np.array([row], DTYPE)
    found = Catalogue(sgp4(table)).states(np.zeros(1, "i8"), np.array([at]))[0]
    return found[:3], found[3:6]


def advanced(row: Any, at: int) -> Any:
    """The same orbit with a later epoch."""
    r, v = state(row, at)
    found = fit(r, v, at, float(row["bstar"]))
    found["norad"] = row["norad"]
    return found


def aged(rows: Array, at: int) -> Array:
    """The same orbits with their epochs at `at`, turned on by their secular rates (no drag)."""
    from noroshi.desks.space.coefficients import coefficients

    table, _ = coefficients(sgp4(rows))
    minutes = (at - rows["epoch"]) / 60e6
    found = rows.copy()
    for ours, rate in (("m", "mdot"), ("argp", "argpdot"), ("node", "nodedot")):
        found[ours] = (rows[ours] + np.degrees(table[rate] * minutes)) % 360.0
    found["epoch"] = at
    return found


def fit(r: Array, v: Array, at: int, bstar: float = 0.0) -> Any:
    """Mean elements whose SGP4 state at `at` is (r, v), to about a metre."""
    row = np.zeros(1, DTYPE)[0]
    row["epoch"], row["bstar"] = at, bstar
    aim_r, aim_v = np.array(r), np.array(v)
    for _ in range(25):
        for key, value in kepler(aim_r, aim_v).items():
            row[key] = value
        found_r, found_v = state(row, at)
        if not np.isfinite(found_r).all():
            break
        aim_r, aim_v = aim_r + (r - found_r), aim_v + (v - found_v)
        if np.linalg.norm(r - found_r) < 1e-5 and np.linalg.norm(v - found_v) < 1e-8:
            break
    return row


def kepler(r: Array, v: Array) -> dict[str, float]:
    """Osculating elements: rev/day, and degrees."""
    h = np.cross(r, v)
    node = np.cross([0.0, 0.0, 1.0], h)
    if np.linalg.norm(node) < 1e-9:
        node = np.array([1.0, 0.0, 0.0])
    size = float(np.linalg.norm(r))
    e = np.cross(v, h) / MU - r / size
    ecc = float(np.linalg.norm(e))
    axis = 1.0 / (2.0 / size - float(v @ v) / MU)
    across = np.cross(h, node)
    argp = math.atan2(
        float(e @ across) / np.linalg.norm(across), float(e @ node) / np.linalg.norm(node)
    )
    lead = np.cross(h, e)
    true = math.atan2(float(r @ lead) / np.linalg.norm(lead), float(r @ e) / ecc)
    anomaly = 2.0 * math.atan2(
        math.sqrt(1.0 - ecc) * math.sin(true / 2), math.sqrt(1.0 + ecc) * math.cos(true / 2)
    )
    return {
        "n": float(motion(axis)), "e": ecc,
        "i": math.degrees(math.acos(float(h[2]) / float(np.linalg.norm(h)))),
        "node": math.degrees(math.atan2(node[1], node[0])) % 360.0,
        "argp": math.degrees(argp) % 360.0,
        "m": math.degrees(anomaly - ecc * math.sin(anomaly)) % 360.0,
    }  # fmt: skip


def _turned(v: Array, axis: Array, angle: float) -> Array:
    """`v` turned about a unit vector (Rodrigues)."""
    return (
        v * math.cos(angle)
        + np.cross(axis, v) * math.sin(angle)
        + axis * (axis @ v) * (1.0 - math.cos(angle))
    )
