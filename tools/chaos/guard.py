"""The guard: a process that clears up once the run is over, also when that was killed.

It waits for the end of a pipe whose other end the run holds. Then it ends the processes that the
run wrote down (each the first of a group of its own), undoes the network and removes the folder.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

STARTED = "started"


class Guard:
    """Keeps watch over `folder` from when it is made until `done`."""

    def __init__(self, folder: Path, commands: list[list[str]], *, keep: bool) -> None:
        read, self._write = os.pipe()
        self._pid = os.fork()
        if self._pid == 0:
            with contextlib.suppress(BaseException):
                os.setsid()
                os.close(self._write)
                for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                    signal.signal(number, signal.SIG_IGN)
                os.read(read, 1)
                _clear(folder, commands, keep)
            os._exit(0)
        os.close(read)

    @property
    def end(self) -> int:
        """The descriptor that no child may hold on to."""
        return self._write

    def done(self) -> None:
        """Clear up now, and wait for it."""
        os.close(self._write)
        os.waitpid(self._pid, 0)


def _clear(folder: Path, commands: list[list[str]], keep: bool) -> None:
    log = folder / STARTED
    for line in log.read_text().split() if log.exists() else ():
        _end(int(line), str(folder))
    for command in commands:
        subprocess.run(command, capture_output=True, check=False)  # noqa: S603
    if not keep:
        for _ in range(20):
            shutil.rmtree(folder, ignore_errors=True)
            if not folder.exists():
                return
            time.sleep(0.1)


def _end(group: int, folder: str) -> None:
    """Kill the group, if its first process still is one of this run."""
    with contextlib.suppress(OSError):
        told = Path(f"/proc/{group}/cmdline").read_bytes()
        if folder.encode() in told or b"chaos" in told:
            os.killpg(group, signal.SIGKILL)
