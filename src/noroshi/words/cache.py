"""The folder for what can be made again: peers' environments, compiled kernels."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def cache_folder() -> Path:
    """`NOROSHI_CACHE`, else the platform's folder for what can be made again."""
    if named := os.environ.get("NOROSHI_CACHE"):
        return Path(named)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", Path.home())) / "noroshi"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "noroshi"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "noroshi"
