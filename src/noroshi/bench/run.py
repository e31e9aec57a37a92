"""Run the cases of some areas, one after the other, and turn each into a row."""

from __future__ import annotations

import importlib
import math
import time
from collections.abc import Callable, Sequence
from typing import Final

from noroshi.bench.case import Case, Row, row
from noroshi.words.errors import BadInput

AREAS: Final = (
    "bulk",
    "agreements",
    "pages",
    "proof",
    "web",
    "ledger",
    "signed",
    "crossed",
    "picture",
    "cyber",
    "decode",
    "decisions",
    "records",
    "taxii",
    "sea",
    "space",
    "scale",
)
"""Each is a module here with its `CASES`; it is imported when asked for. The quick ones first:
those that follow make environments for their peers, or fill a node."""


def cases(areas: Sequence[str]) -> list[Case]:
    """The cases of `areas`, in the order of AREAS. Raises `BadInput` for an unknown area."""
    for area in areas:
        if area not in AREAS:
            raise BadInput(
                "bench", "no such area", found=repr(area), expected=f"one of {', '.join(AREAS)}"
            )
    wanted = [area for area in AREAS if area in areas]
    modules = [importlib.import_module(f"noroshi.bench.{area}") for area in wanted]
    return [case for module in modules for case in module.CASES]


def run(
    areas: Sequence[str] = (),
    quick: bool = False,
    say: Callable[[str], None] = lambda _: None,
    within: float = math.inf,
) -> list[Row]:
    """Measure `areas` (all when empty). `quick` is a smoke run: few repeats on less data.

    `say` is told what is being measured. No case is begun after `within` seconds, and `say` names
    those that were left out. A peer that cannot be run is named in its row, whose target is then
    not met.
    """
    rows: list[Row] = []
    began = time.monotonic()
    chosen = cases(areas or AREAS)
    for place, case in enumerate(chosen):
        if time.monotonic() - began >= within:
            names = "; ".join(late.name for late in chosen[place:])
            say(f"left out, {within:g} s being over: {names}")
            break
        say(f"{case.name}, beside {case.peer}" if case.peer else case.name)
        rows.append(row(case, case.run(quick)))
    return rows
