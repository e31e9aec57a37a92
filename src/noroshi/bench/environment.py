"""An environment of its own for each peer: made on first use, with pinned packages, and kept.

Peers cannot share one (medallion 3.0.0 imports `pkg_resources`, gone from setuptools 81), and
none of them belongs in the user's.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

from noroshi.words import ids
from noroshi.words.cache import cache_folder

INSTALL_S: Final = 300

REQUIREMENTS: Final[dict[str, tuple[str, ...]]] = {
    "astroz": ("astroz==0.17.0", "numpy==2.4.6"),
    "sgp4": ("sgp4==2.27", "numpy==2.4.6"),
    "aiscat": ("aiscat==0.68.16",),
    "cedarpy": ("cedarpy==4.12.2",),
    "medallion": (
        "medallion==3.0.0",
        "Flask==3.1.3",
        "Flask-HTTPAuth==4.8.1",
        "Werkzeug==3.1.9",
        "pytz==2026.6",
        "setuptools==80.9.0",
        "six==1.17.0",
    ),
    "opentaxii": (
        "opentaxii==0.9.3",
        "Flask==3.1.3",
        "SQLAlchemy==2.1.9",
        "Werkzeug==3.1.9",
        "gunicorn==27.0.1",
        "libtaxii==1.1.119",
        "marshmallow==4.4.0",
        "PyJWT==2.15.1",
        "pytz==2026.6",
        "stix2==3.0.2",
        "structlog==26.1.0",
    ),
    "movingpandas": (
        "movingpandas==0.23.0",
        "geopandas==1.2.0",
        "pandas==3.1.1",
        "pyproj==3.7.2",
        "shapely==2.2.0",
    ),
    "shapely": ("shapely==2.2.0", "numpy==2.4.6"),
    "scipy": ("scipy==1.17.1", "numpy==2.4.6"),
    "schemathesis": ("schemathesis==4.32.5",),
    "pyais": ("pyais==3.3.1", "attrs==26.1.0"),
    "z3-solver": ("z3-solver==5.4.1.0",),
    "stix2-matcher": (
        "stix2-matcher==3.0.0",
        "stix2-patterns==2.1.2",
        "antlr4-python3-runtime==4.13.2",
        "deepmerge==4.0.0",
        "python-dateutil==4.0.0",
        "six==1.17.0",
    ),
    "stix2": ("stix2==3.0.2", "pytz==2026.6", "requests==2.34.2", "simplejson==4.3.0"),
}
"""Peer → what pip installs for it; schemathesis is for `tools/fuzz_taxii.py`. A change makes a new
environment beside the old one."""


class NoEnvironment(Exception):
    """The environment of a peer could not be made; the message is pip's last line."""


def interpreter(peer: str) -> Path:
    """The Python of the peer's environment, which is made now if it is not there.

    Raises `NoEnvironment` when packages cannot be installed, for example without a network.
    """
    wanted = [sys.version, *REQUIREMENTS[peer]]
    folder = cache_folder() / "peers" / f"{peer}-{ids.sha256(ids.canonical(wanted))[:12]}"
    python = folder / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")
    complete = folder / "complete"
    if not complete.exists():
        # What a killed run left half made is of no use.
        shutil.rmtree(folder, ignore_errors=True)
        _execute(peer, sys.executable, "-m", "venv", str(folder))
        _execute(peer, str(python), "-m", "pip", "install", "-q", *REQUIREMENTS[peer])
        complete.touch()
    return python


def _execute(peer: str, *command: str) -> None:
    # Our own constraints are not the peer's.
    environment = {name: value for name, value in os.environ.items() if name != "PIP_CONSTRAINT"}
    environment["PIP_DISABLE_PIP_VERSION_CHECK"] = "1"
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=INSTALL_S
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise NoEnvironment(f"no environment for {peer}: {problem}") from problem
    if done.returncode != 0:
        last = (done.stderr.strip() or done.stdout.strip() or "no output").splitlines()[-1]
        raise NoEnvironment(f"no environment for {peer}: {last}")
