"""Pictures as SVG: points and lines over two axes, nothing else."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT, LEFT, BOTTOM, TOP, RIGHT = 860, 520, 76, 56, 44, 20
COLOURS: Final = ("#1f5fa8", "#c2571a", "#3f7f3f", "#7a4fa0", "#555555")
TICKS: Final = 6


class Series(msgspec.Struct, frozen=True):
    """Named points; joined where `line`, broken where a value is NaN."""

    name: str
    points: tuple[tuple[float, float], ...]
    line: bool = False
    ground: bool = False
    """What the rest lies on: pale, and not named."""


def chart(title: str, x_name: str, y_name: str, series: Sequence[Series]) -> str:
    """One picture. Axes reach from the least to the greatest value."""
    every = [p for each in series for p in each.points if not any(map(math.isnan, p))]
    x0, x1 = _range([x for x, _ in every])
    y0, y1 = _range([y for _, y in every])

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
    for n in range(TICKS):
        x, y = (low + (high - low) * n / (TICKS - 1) for low, high in ((x0, x1), (y0, y1)))
        parts.append(
            f'<path d="M{px(x)} {TOP}V{HEIGHT - BOTTOM}M{LEFT} {py(y)}H{WIDTH - RIGHT}" '
            'stroke="#ddd" fill="none"/>'
            f'<text x="{px(x)}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{x:g}</text>'
            f'<text x="{LEFT - 6}" y="{py(y) + 4}" text-anchor="end">{y:.6g}</text>'
        )
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


def _range(values: Sequence[float]) -> tuple[float, float]:
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    pad = (high - low) * 0.03 or max(abs(low) * 0.05, 0.5)
    return _neat(low - pad, math.floor), _neat(high + pad, math.ceil)


def _neat(value: float, to: _Round) -> float:
    if value == 0:
        return 0.0
    unit = 10.0 ** (math.floor(math.log10(abs(value))) - 2)
    return to(value / unit) * unit


if TYPE_CHECKING:
    from collections.abc import Callable

    _Scale = Callable[[float], float]
    _Round = Callable[[float], int]
