"""The rows as a table for people."""

from __future__ import annotations

from collections.abc import Sequence

from noroshi.bench.case import Row

HEADINGS = ("case", "noroshi", "unit", "peer", "its figure", "ratio", "target", "met")


def print_rows(rows: Sequence[Row]) -> None:
    """Print the table and how many targets were met."""
    print(table(rows))
    print(f"\n{sum(row.met for row in rows)} of {len(rows)} targets met")


def table(rows: Sequence[Row]) -> str:
    """Aligned columns, figures with the spread of their repeats, missing peers named below."""
    lines = [HEADINGS, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADINGS))]
    text = [_line(line, widths) for line in lines]
    text += [f"{row.name}: {row.peer} is missing: {row.missing}" for row in rows if row.missing]
    return "\n".join(text)


def _cells(row: Row) -> tuple[str, ...]:
    peer = f"{row.peer} {row.peer_version}" if row.peer_version else row.peer
    return (
        row.name,
        _figure(row.value, row.spread),
        row.unit,
        peer or "–",
        _figure(row.peer_value, row.peer_spread),
        "–" if row.ratio is None else f"{row.ratio:,.1f}×",
        _target(row),
        "yes" if row.met else "NO",
    )


def _target(row: Row) -> str:
    wanted = [f"≥ {row.target:g}×"] if row.peer else []
    if row.least is not None:
        wanted.append(f"≥ {_digits(row.least)}")
    return ", ".join(wanted)


def _figure(value: float | None, spread: float | None) -> str:
    if value is None or spread is None:
        return "–"
    return f"{_digits(value)} ±{spread / 2:.0%}"


def _digits(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    numeric = {1, 4, 5, 6}
    padded = (
        cell.rjust(width) if column in numeric else cell.ljust(width)
        for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
    )
    return "  ".join(padded).rstrip()
