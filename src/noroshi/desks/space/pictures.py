"""Pictures as SVG: points and lines over two axes, nothing else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

Ticks = tuple[float, ...]
WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 860, 520, 76, 56, 44, 20
COLOURS: Final = ("#1f5fa8", "#c2571a", "#3f7f3f", "#7a4fa0", "#555555")
TICKS: Final = 6
"""Of an axis, about."""

WORLD: Final = (tuple(range(-180, 181, 60)), tuple(range(-90, 91, 30)))
"""Ticks of longitude and latitude."""


class Series(msgspec.Struct, frozen=True):
    """Named points; joined where `line`, broken where a value is NaN."""

    name: str
    points: tuple[tuple[float, float], ...]
    line: bool = False
    ground: bool = False
    """What the rest lies on: pale, and not named."""


def chart(
    title: str, x_name: str, y_name: str, series: Sequence[Series],
    ticks: tuple[Ticks, Ticks] | None = None,
) -> str:  # fmt: skip
    """One picture. Axes have round numbers from below the least value to above the greatest, or
    those that are given."""
    every = [p for each in series for p in each.points if not any(map(math.isnan, p))]
    across, up = ticks or (_round([x for x, _ in every]), _round([y for _, y in every]))
    x0, x1, y0, y1 = across[0], across[-1], up[0], up[-1]

    def px(x: float) -> float:
        return round(LEFT + (x - x0) / (x1 - x0) * (WIDTH - LEFT - RIGHT), 1)

    def py(y: float) -> float:
        return round(HEIGHT - BOTTOM - (y - y0) / (y1 - y0) * (HEIGHT - BOTTOM - TOP), 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        'font-family="sans-serif" font-size="12" role="img">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        f'<text x="{LEFT}" y="24" font-size="15">{escape(title)}</text>',
        *(_drawn(each, "#dfe3e8", px, py) for each in series if each.ground),
    ]
    lines = "".join(f"M{px(x)} {TOP}V{HEIGHT - BOTTOM}" for x in across)
    lines += "".join(f"M{LEFT} {py(y)}H{WIDTH - RIGHT}" for y in up)
    parts.append(f'<path d="{lines}" stroke="#ddd" fill="none"/>')
    parts += [f'<text x="{px(x)}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x:.6g}</text>'
              for x in across]  # fmt: skip
    parts += [f'<text x="{LEFT - 6}" y="{py(y) + 4}" text-anchor="end">{y:.6g}</text>' for y in up]
    parts.append(
        f'<text x="{(LEFT + WIDTH) / 2}" y="{HEIGHT - 12}" text-anchor="middle">'
        f"{escape(x_name)}</text>"
        f'<text transform="translate(16 {HEIGHT / 2}) rotate(-90)" text-anchor="middle">'
        f"{escape(y_name)}</text>"
    )
    for n, each in enumerate(each for each in series if not each.ground):
        colour = COLOURS[n % len(COLOURS)]
        parts.append(_drawn(each, colour, px, py))
        parts.append(
            f'<text x="{WIDTH - RIGHT}" y="{TOP + 16 * (n + 1)}" text-anchor="end" '
            f'fill="{colour}">{escape(each.name)}</text>'
        )
    return "\n".join([*parts, "</svg>", ""])


def _drawn(series: Series, colour: str, px: _Scale, py: _Scale) -> str:
    if series.line:
        path, begun = "", False
        for x, y in series.points:
            broken = math.isnan(x) or math.isnan(y)
            if not broken:
                path += f"{'L' if begun else 'M'}{px(x)} {py(y)}"
            begun = not broken
        wide = 3 if series.ground else 1.5
        return f'<path d="{path}" stroke="{colour}" fill="none" stroke-width="{wide}"/>'
    return "".join(
        f'<circle cx="{px(x)}" cy="{py(y)}" r="2.2" fill="{colour}"/>' for x, y in series.points
    )


def _round(values: Sequence[float]) -> Ticks:
    """Multiples of 1, 2 or 5 times a power of ten, about `TICKS` of them, round all values."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    wide = high - low or abs(low) or 1.0
    power = 10.0 ** math.floor(math.log10(wide / (TICKS - 1)))
    step = next(each * power for each in (1, 2, 5, 10) if each * power * (TICKS - 1) >= wide)
    first, last = math.floor(low / step), math.ceil(high / step)
    return tuple(n * step for n in range(first, max(last, first + 1) + 1))


if TYPE_CHECKING:
    from collections.abc import Callable

    _Scale = Callable[[float], float]
