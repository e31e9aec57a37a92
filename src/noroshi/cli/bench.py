"""`noroshi bench`: each figure beside its peer in the same run."""

from __future__ import annotations

import math
from typing import Annotated

import typer

from noroshi.cli.options import JsonOption, example

bench_app = typer.Typer()


@bench_app.command(epilog=example("noroshi bench", "noroshi bench decisions --json"))
def bench(
    areas: Annotated[list[str] | None, typer.Argument(help="Areas; all when none.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Small sizes: a smoke run.")] = False,
    within: Annotated[
        float | None, typer.Option("--within", help="Begin no case after this many seconds.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Measure each figure beside its peer in the same run."""
    from noroshi.bench import print_rows, run
    from noroshi.cli.show import print_json, warn

    rows = run(areas or [], quick=quick, say=warn, within=math.inf if within is None else within)
    if json:
        print_json(rows)
    else:
        print_rows(rows)
