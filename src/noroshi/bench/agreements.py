"""Five hundred agreement files read, checked and made a policy. Wall clock, as a person waits.

The files are the bundled ones under other ids and with other clauses: real in length and shape,
and no two alike.
"""

from __future__ import annotations

import importlib.resources
import tempfile
import time
from pathlib import Path
from typing import Final

from noroshi.bench.case import Case, Measured
from noroshi.pact.load import load_folder, sound
from noroshi.pact.policy import Policy
from noroshi.words.party import packaged_parties

FILES: Final = 500
LEAST: Final = 250.0
"""Files per second: five hundred in two seconds."""


def write(folder: Path, count: int) -> None:
    """`count` files into `folder`."""
    source = importlib.resources.files("noroshi.data").joinpath("agreements")
    bundled = sorted(
        ((each.name.removesuffix(".toml"), each.read_text("utf-8")) for each in source.iterdir()),
    )
    for number in range(count):
        name, text = bundled[number % len(bundled)]
        other = f"{name}-{number}"
        text = text.replace(f'id = "{name}"', f'id = "{other}"').replace('"R1"', f'"R1.{number}"')
        (folder / f"{other}.toml").write_text(text, "utf-8")


def loaded(folder: Path, count: int) -> float:
    """Files per second, from the folder to a policy."""
    parties = packaged_parties()
    sound.cache_clear()
    began = time.perf_counter()
    agreements, bad = load_folder([folder], parties)
    Policy(agreements, parties)
    spent = time.perf_counter() - began
    if bad or len(agreements) != count:
        raise AssertionError(f"{len(agreements)} of {count} files were read, {len(bad)} problems")
    return count / spent


def five_hundred(quick: bool) -> Measured:
    """Five hundred files, again and again."""
    with tempfile.TemporaryDirectory() as name:
        write(Path(name), FILES)
        return Measured(tuple(loaded(Path(name), FILES) for _ in range(1 if quick else 7)))


CASES: Final = (
    Case("agreement files loaded", "agreements", "files/s", 0.0, "", five_hundred, LEAST),
)
