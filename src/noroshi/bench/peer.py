"""A peer while it runs: a script in its own environment that answers JSON lines.

Its first line is `{"version": …}`; then each request line gets one answer line, which is
`{"error": …}` when the script could not do it. It ends when its standard input closes.
"""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

from noroshi.bench.environment import NoEnvironment, interpreter

ENDING_S: Final = 10
SCRIPTS: Final = Path(__file__).with_name("peers")


class PeerMissing(Exception):
    """The peer could not be started or did not answer; the message says why."""


class Peer:
    """A running peer. `hello` is what it said first."""

    def __init__(self, name: str, process: subprocess.Popen[str], limit_s: float) -> None:
        self.name, self._process, self._limit_s = name, process, limit_s
        self.hello = self._answer()
        self.version = str(self.hello["version"])

    def ask(self, operation: str, **arguments: Any) -> Any:
        """The answer to one request. Raises `PeerMissing` on an error or after the time limit."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps({"do": operation, **arguments}) + "\n")
            self._process.stdin.flush()
        except OSError as problem:
            raise PeerMissing(f"{self.name} has ended: {problem}") from problem
        return self._answer()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        # A peer that hangs is ended, which ends the read.
        alarm = threading.Timer(self._limit_s, self._process.kill)
        alarm.start()
        try:
            line = self._process.stdout.readline()
        finally:
            alarm.cancel()
        if not line:
            raise PeerMissing(f"{self.name} gave no answer within {self._limit_s:.0f} s")
        answer = json.loads(line)
        if "error" in answer:
            raise PeerMissing(f"{self.name}: {answer['error']}")
        return answer


@contextmanager
def started(environment: str, script: str, limit_s: float = 120) -> Generator[Peer, None, None]:
    """`peers/SCRIPT.py` under the interpreter of `environment`, until the block ends."""
    try:
        python = interpreter(environment)
        process = subprocess.Popen(
            [str(python), str(SCRIPTS / f"{script}.py")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
        )
    except (NoEnvironment, OSError) as problem:
        raise PeerMissing(str(problem)) from problem
    with process:
        try:
            yield Peer(environment, process, limit_s)
        finally:
            _end(process)


def _end(process: subprocess.Popen[str]) -> None:
    """Close its input, by which a script that has processes of its own ends them; then kill."""
    assert process.stdin is not None
    with suppress(OSError):
        process.stdin.close()
    with suppress(subprocess.TimeoutExpired):
        process.wait(ENDING_S)
    process.kill()
