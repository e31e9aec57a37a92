"""What has to be computed with columns is computed in another process: what serves never does.

The process is a command of ours with `--json`. One runs at a time, and its answer is kept until
something of the node changed.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from noroshi.words.errors import Refused

PATIENCE_S: Final = 180.0
KEPT: Final = 32
EVIDENCE: Final = "noroshi.console.evidence"
POSITIONS: Final = "noroshi.console.positions"
SATELLITES: Final = "noroshi.console.satellites"
PAPER: Final = "noroshi.console.paper"
"""Those that are no commands: what a finding rests on, what the map shows in columns, paper."""


class Beside:
    """Commands of one node, run beside this process. Safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._one = threading.Lock()
        self._kept: dict[tuple[str, ...], tuple[int, bytes]] = {}

    def ask(self, event: int, *words: str) -> bytes:
        """What `noroshi WORDS… --json` prints of the node after its `event`; what is no command is
        its module and what that takes. Raises `Refused` with what was said."""
        with self._one:
            held = self._kept.get(words)
            if held is not None and held[0] == event:
                return held[1]
            found = self._run(words)
            if len(self._kept) >= KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[words] = event, found
            return found

    def _run(self, words: tuple[str, ...]) -> bytes:
        command = [sys.executable, "-m", "noroshi", *words, "--node", str(self._folder), "--json"]
        if words[0] in (EVIDENCE, POSITIONS, SATELLITES):
            command = [sys.executable, "-m", words[0], str(self._folder), *words[1:]]
        return said(command, words[0])


def said(command: list[str], name: str, given: bytes = b"") -> bytes:
    """What a command of ours writes of what it is `given`. Raises `Refused` with what it said."""
    try:
        done = subprocess.run(  # noqa: S603 — our own command, no shell
            command, input=given, capture_output=True, timeout=PATIENCE_S, check=False
        )
    except subprocess.TimeoutExpired:
        raise Refused(f"noroshi {name} took longer than {PATIENCE_S:.0f} s") from None
    if not done.stdout:
        problem = done.stderr.decode("utf-8", "replace").strip()
        raise Refused(problem.removeprefix("noroshi: ") or f"noroshi {name} said nothing")
    return done.stdout
