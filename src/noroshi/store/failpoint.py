"""Failpoints: places where a test makes the process die, to prove that nothing is lost there.

`NOROSHI_FAILPOINT=before_commit` ends the process, as SIGKILL would, the first time it gets there;
`before_commit:3` the third time. Consulted at commit boundaries only.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Final

VARIABLE: Final = "NOROSHI_FAILPOINT"
KILLED: Final = 137
"""Exit status of a process that SIGKILL ended (128 + 9)."""

Failpoint = Callable[[str], None]


def _pass(name: str) -> None:
    """No failpoint is set."""


def from_environment() -> Failpoint:
    """What to call at a failpoint, with its name."""
    wanted, _, times = os.environ.get(VARIABLE, "").partition(":")
    if not wanted:
        return _pass
    left = int(times or "1")

    def reach(name: str) -> None:
        nonlocal left
        if name == wanted:
            left -= 1
            if left == 0:
                os._exit(KILLED)

    return reach
