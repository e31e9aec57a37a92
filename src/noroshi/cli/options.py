"""Options: what commands of every group share — flags, exit codes, the form of an example."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final

import typer

FAILED: Final = 1
PARTLY: Final = 3
WITHHELD: Final = 4
CHANGED: Final = 5

NodeOption = Annotated[
    Path,
    typer.Option("--node", "-n", envvar="NOROSHI_NODE", help="Folder of the node."),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]
HERE: Final = Path(".")


def example(*lines: str) -> str:
    """The epilog of a command: examples a newcomer can paste."""
    return "Example:\n\n" + "\n\n".join(f"[dim]$[/dim] {line}" for line in lines)
