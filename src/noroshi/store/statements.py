"""SQL from its `.sql` files: `-- name: …` begins a statement, the rest is what the database reads.

`(?*)` in a statement stands for a list whose length is only known when it runs.
"""

from __future__ import annotations

import functools
import importlib.resources
import re
from collections.abc import Iterable, Iterator
from typing import Final, TypeVar

LISTED: Final = 500
"""Values in one list of a statement."""

T = TypeVar("T")

_NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)


@functools.cache
def statements(file: str) -> dict[str, str]:
    """The statements of `sql/FILE.sql`, by name."""
    text = importlib.resources.files("noroshi.store").joinpath("sql", f"{file}.sql").read_text()
    parts = _NAME.split(text)
    return dict(zip(parts[1::2], (part.strip().rstrip(";") for part in parts[2::2]), strict=True))


def listed(statement: str, *counts: int) -> str:
    """`statement` with each `(?*)` in turn as a list of so many parameters."""
    for count in counts:
        statement = statement.replace("(?*)", f"({', '.join('?' * count)})", 1)
    return statement


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """The values, as many at a time as one list of a statement takes."""
    every = list(values)
    return (every[start : start + LISTED] for start in range(0, len(every), LISTED))
