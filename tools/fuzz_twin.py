"""Coverage-guided fuzzing of the plain Python reader of AIS logs: it must never raise.

    python tools/fuzz_twin.py -runs=1000000 -max_len=400

Needs atheris (`pip install atheris`); what stands after the name goes to libFuzzer. Whatever bytes
a log holds, the reader gives rows within their ranges and rejected parts with their places. It
begins with real lines in every dialect, and says now and then how far the inputs came: how many
rows of which types they gave.
"""

from __future__ import annotations

import collections
import random
import sys

import atheris

with atheris.instrument_imports(include=["noroshi.desks.sea", "pyais"]):
    import pyais.messages  # noqa: F401 - loaded at the first payload, which would be too late

    from noroshi.desks.sea import nmea

import fuzz_nmea

from noroshi.words.desk import Columns

SEEDS = 1_000
TOLD = 100_000
"""Inputs between two words of how far they came."""

REACHED: collections.Counter[str] = collections.Counter()


def one(data: bytes) -> None:
    """One log; a second time with its checksums made right, so that what is inside is reached."""
    for log in (data, b"\n".join(fuzz_nmea.summed(line) for line in data.split(b"\n"))):
        for item in nmea.read(fuzz_nmea.source(log), 65_536, 2_000):
            if not isinstance(item, Columns):
                end = item.locator.start + item.locator.length
                assert item.reason
                assert 0 <= item.locator.start < end <= len(log)
                REACHED["rejected"] += 1
                continue
            REACHED[item.kind] += len(item.arrays["t"])
            if "type" in item.arrays:
                REACHED.update(f"type {each}" for each in item.arrays["type"].tolist())
            if item.kind == "position":
                assert (abs(item.arrays["lon"]) <= 180).all()
                assert (abs(item.arrays["lat"]) <= 90).all()
    REACHED["inputs"] += 1
    if REACHED["inputs"] % TOLD == 0:
        print(", ".join(f"{name}: {many:,}" for name, many in sorted(REACHED.items())), flush=True)


def seeds() -> list[bytes]:
    """Real lines, of every packaged sample alike, plain and in every dialect."""
    lines, draw = fuzz_nmea.real(), random.Random(1)  # noqa: S311
    plain = lines[:: max(1, len(lines) // SEEDS)] + lines[-SEEDS:]
    return plain + [
        wrap.replace(b"%s", line) for wrap in fuzz_nmea.WRAPS for line in draw.sample(plain, 20)
    ]


def main() -> None:
    """Fuzz until the arguments of libFuzzer are done."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        for number, line in enumerate(seeds()):
            (Path(folder) / str(number)).write_bytes(line)
        atheris.Setup([*sys.argv, folder], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
