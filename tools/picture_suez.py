"""Draws docs/pictures/suez.svg, the bundled Suez table as the sea desk sees it.

`python tools/picture_suez.py` finds the stops of 20–24 March 2021 and draws where ships were along
the canal against time, and how many lay at rest in each part of it. The table is MovingPandas'
(BSD 3-Clause, data/NOTICE). `--check` writes nothing and ends with 1 where the file would change.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from score_sea import BACKGROUND, columns, find

from noroshi.words.finding import Finding
from noroshi.words.time import HOUR, SECOND, to_datetime

OUT = Path(__file__).resolve().parents[1] / "docs/pictures/suez.svg"
WIDE, LEFT, RIGHT = 1000, 150, 30
TRACKS = (70.0, 600.0)
"""Top and bottom of the upper panel; those of the lower one follow."""

COUNTS = (660.0, 840.0)
NORTH, SOUTH = 31.75, 29.76
SILENT_S = 4 * 3600
"""Across a longer silence no line is drawn, as none is read there by the detectors."""

PARTS = (
    ("Port Said and its roads", 31.15, 40.0, "#0072b2"),
    ("canal and Bitter Lakes", 29.98, 31.15, "#d55e00"),
    ("Suez and its roads", 0.0, 29.98, "#009e73"),
)
"""Of the canal: name, latitudes, colour (Okabe and Ito 2008: told apart by the colour-blind)."""

PLACES = (("Port Said", 31.26), ("Ismailia", 30.58), ("Great Bitter Lake", 30.33), ("Suez", 29.96))
AGROUND = (29.98, 30.05)
"""Latitudes of the southern cut, in which the Ever Given lay from 23 March 2021."""

BEFORE = 1616457600 * SECOND
"""23 March 2021, midnight."""


SPARSE = BEFORE - 4 * HOUR
"""About the middle of the time of which the table has few positions north of 31.1°."""


class Panel:
    """The time axis, and a vertical one between two ordinates."""

    def __init__(self, begin: int, end: int, low: float, high: float, top: float, bottom: float):
        self.begin, self.end = begin, end
        self._low, self._high, self.top, self.bottom = low, high, top, bottom

    def x(self, t: float) -> float:
        """Abscissa of µs."""
        return round(LEFT + (WIDE - LEFT - RIGHT) * (t - self.begin) / (self.end - self.begin), 1)

    def y(self, value: float) -> float:
        """Ordinate of a value."""
        share = (value - self._low) / (self._high - self._low)
        return round(self.bottom - (self.bottom - self.top) * share, 1)


def part(lat: float) -> int:
    """Which of `PARTS` a latitude lies in."""
    return next(n for n, (_, low, high, _) in enumerate(PARTS) if low <= lat < high)


def draw() -> str:
    """The picture."""
    whole = columns(BACKGROUND)
    stops = [each for each in find(whole) if each.kind == "stop"]
    t = whole.arrays["t"]
    begin, end = int(t.min()), int(t.max()) // HOUR * HOUR + HOUR
    upper = Panel(begin, end, SOUTH, NORTH, *TRACKS)
    counts, heard = at_rest(stops, whole.arrays, begin, end)
    most = 5 * (int(max(counts.max(), heard.max())) // 5 + 1)
    lower = Panel(begin, end, 0, most, *COUNTS)
    body = [
        *title(len(np.unique(whole.arrays["mmsi"])), len(t), len(stops)),
        *days(upper, lower),
        f'<clipPath id="panel"><rect x="{LEFT}" y="{TRACKS[0]}" width="{WIDE - LEFT - RIGHT}" '
        f'height="{TRACKS[1] - TRACKS[0]}"/></clipPath><g clip-path="url(#panel)">',
        *tracks(upper, whole.arrays),
        "</g>",
        *resting(upper, stops, whole.arrays),
        *places(upper),
        *aground(upper, stops),
        *curves(lower, counts, heard, most),
    ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDE} 880" '
        'font-family="sans-serif" font-size="14" role="img" aria-label="Ships along the Suez '
        'Canal, 20 to 24 March 2021, and how many lay at rest">'
    )
    return "\n".join([head, f'<rect width="{WIDE}" height="880" fill="#fff"/>', *body, "</svg>\n"])


def title(ships: int, positions: int, stops: int) -> Iterator[str]:
    """What it is and where it is from."""
    yield text(LEFT, 26, "Suez Canal, 20–24 March 2021, by AIS", size=20, weight="bold")
    yield text(
        LEFT, 48,
        f"{ships} ships, {positions:,} positions; thin: under way, thick: {stops} stops found. "
        "Data: MovingPandas examples (BSD-3), VesselsValue",
        size=12, fill="#555",
    )  # fmt: skip


def days(upper: Panel, lower: Panel) -> Iterator[str]:
    """A line each midnight, with the date below."""
    for t in range(upper.begin, upper.end, 24 * HOUR):
        x = upper.x(t)
        for panel in (upper, lower):
            yield line([(x, panel.top), (x, panel.bottom)], "#ddd")
        yield text(x + 4, lower.bottom + 20, f"{to_datetime(t):%-d March}", fill="#333")
    for panel in (upper, lower):
        yield (
            f'<rect x="{LEFT}" y="{panel.top}" width="{WIDE - LEFT - RIGHT}" '
            f'height="{panel.bottom - panel.top}" fill="none" stroke="#999"/>'
        )


def tracks(panel: Panel, arrays: dict[str, np.ndarray]) -> Iterator[str]:
    """Each ship's latitude against time, thin."""
    order = np.lexsort((arrays["t"], arrays["mmsi"]))
    mmsi, t, lat = (arrays[name][order] for name in ("mmsi", "t", "lat"))
    cut = (np.diff(mmsi) != 0) | (np.diff(t) > SILENT_S * SECOND)
    for rows in np.split(np.arange(len(t)), np.flatnonzero(cut) + 1):
        points = [(panel.x(t[row]), panel.y(lat[row])) for row in rows.tolist()]
        bends = [
            point for n, point in enumerate(points)
            if n in (0, len(points) - 1)
            or max(abs(point[1] - points[n - 1][1]), abs(point[1] - points[n + 1][1])) > 0.3
        ]  # fmt: skip
        if len(bends) > 1:
            yield line(bends, "#888", 0.6, 0.55)


def resting(panel: Panel, stops: list[Finding], arrays: dict[str, np.ndarray]) -> Iterator[str]:
    """Each stop, thick, at its own latitude."""
    for each in stops:
        y = panel.y(each.place.lat)
        ends = [(panel.x(each.span.t0), y), (panel.x(each.span.t1), y)]
        yield line(ends, PARTS[part(each.place.lat)][3], 2.2, 0.6)


def places(panel: Panel) -> Iterator[str]:
    """Names at the side."""
    for name, lat in PLACES:
        yield text(LEFT - 10, panel.y(lat) + 5, name, anchor="end")
        yield line([(LEFT - 6, panel.y(lat)), (LEFT, panel.y(lat))], "#333")
    yield halo(
        panel.x(SPARSE), panel.y(31.0), "off Port Said the table has few positions", "middle"
    )
    yield halo(panel.x(SPARSE), panel.y(31.0) + 17, "between these days", "middle")
    yield text(LEFT - 10, panel.top + 14, "Mediterranean", anchor="end", fill="#777")
    yield text(LEFT - 10, panel.bottom - 2, "Gulf of Suez", anchor="end", fill="#777")


def aground(panel: Panel, stops: list[Finding]) -> Iterator[str]:
    """The first ship that stopped in the southern cut on 23 March and did not go on."""
    there = [
        each for each in stops
        if each.span.t0 >= BEFORE and AGROUND[0] < each.place.lat < AGROUND[1]
        and panel.end - each.span.t1 < 2 * HOUR
    ]  # fmt: skip
    first = min(there, key=lambda each: each.span.t0)
    x, y = panel.x(first.span.t0), panel.y(first.place.lat)
    behind = len({each.subjects for each in there}) - 1
    yield f'<circle cx="{x}" cy="{y}" r="6" fill="none" stroke="#000" stroke-width="2"/>'
    for n, words in enumerate((
        f"{to_datetime(first.span.t0):%-d March %H:%M}: a ship stops across the cut",
        f"and does not go on; {behind} behind it stop too",
    )):  # fmt: skip
        yield halo(WIDE - RIGHT - 6, y - 32 + 17 * n, words, "end")


def at_rest(
    stops: list[Finding], arrays: dict[str, np.ndarray], begin: int, end: int
) -> tuple[np.ndarray, np.ndarray]:
    """Ships at rest in each part at each hour, shape (parts, hours); ships heard within three hours
    of it."""
    hours = range(begin, end, HOUR)
    counts = np.zeros((len(PARTS), len(hours)), dtype=int)
    heard = np.zeros(len(hours), dtype=int)
    for n, t in enumerate(hours):
        for each in stops:
            if each.span.t0 <= t < each.span.t1:
                counts[part(each.place.lat), n] += 1
        near = np.abs(arrays["t"] - t) <= 3 * HOUR
        heard[n] = len(np.unique(arrays["mmsi"][near]))
    return counts, heard


def curves(panel: Panel, counts: np.ndarray, heard: np.ndarray, most: int) -> Iterator[str]:
    """How many were at rest, hour by hour, and how many were heard at all."""
    for value in range(0, most + 1, 20):
        y = panel.y(value)
        yield line([(LEFT, y), (WIDE - RIGHT, y)], "#eee")
        yield text(LEFT - 10, y + 5, str(value), anchor="end")
    yield text(LEFT - 10, panel.top - 15, "ships at rest", anchor="end", fill="#333")
    yield line(stepped(panel, heard), "#aaa", 1.2, 1.0, dash="4 3")
    for (_, _, _, colour), values in zip(PARTS, counts, strict=True):
        yield line(stepped(panel, values), colour, 2.2)
    x = LEFT + 12
    for name, colour in (*((name, colour) for name, _, _, colour in PARTS),
                         ("heard within 3 h, at rest or not", "#888")):  # fmt: skip
        yield line([(x, 640), (x + 22, 640)], colour, 3)
        yield text(x + 28, 645, name, size=13)
        x += 60 + 7 * len(name)


def stepped(panel: Panel, values: np.ndarray) -> list[tuple[float, float]]:
    """Of values hour by hour."""
    return [
        (panel.x(panel.begin + n * HOUR), panel.y(value)) for n, value in enumerate(values.tolist())
    ]


def line(
    points: list[tuple[float, float]], colour: str, wide: float = 1, seen: float = 1, dash: str = ""
) -> str:
    """A polyline."""
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    more = f' stroke-dasharray="{dash}"' if dash else ""
    return (
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="{wide:g}" '
        f'stroke-opacity="{seen:g}"{more}/>'
    )


def text(
    x: float, y: float, words: str, anchor: str = "start", size: int = 14, fill: str = "#222",
    weight: str = "normal",
) -> str:  # fmt: skip
    """Words."""
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" font-size="{size}" fill="{fill}" '
        f'font-weight="{weight}">{words}</text>'
    )


def halo(x: float, y: float, words: str, anchor: str) -> str:
    """Words that are read over lines."""
    return (
        f'<text x="{x:g}" y="{y:g}" text-anchor="{anchor}" paint-order="stroke" stroke="#fff" '
        f'stroke-width="5" fill="#000">{words}</text>'
    )


def main() -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="only see whether it is up to date")
    chosen = parser.parse_args()
    made = draw()
    if chosen.check:
        return int(not OUT.is_file() or OUT.read_text(encoding="utf-8") != made)
    OUT.parent.mkdir(exist_ok=True)
    OUT.write_text(made, encoding="utf-8")
    print(f"{OUT}: {len(made):,} characters")
    return 0


if __name__ == "__main__":
    sys.exit(main())
