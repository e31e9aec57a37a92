"""Coverage-guided fuzzing of the plain Python reader of AIS logs: it must never raise.

    python tools/fuzz_twin.py -runs=1000000 -max_len=400

Needs atheris (`pip install atheris`); what stands after the name goes to libFuzzer. Whatever bytes
a log holds, the reader gives rows within their ranges and rejected parts with their places.
"""

from __future__ import annotations

import sys

import atheris

with atheris.instrument_imports(include=["noroshi.desks.sea"]):
    from noroshi.desks.sea import nmea

import fuzz_nmea

from noroshi.words.desk import Columns

SEEDS = 400


def one(data: bytes) -> None:
    """One log; a second time with its checksums made right, so that what is inside is reached."""
    for log in (data, b"\n".join(fuzz_nmea.summed(line) for line in data.split(b"\n"))):
        for item in nmea.read(fuzz_nmea.source(log), 65_536, 2_000):
            if not isinstance(item, Columns):
                end = item.locator.start + item.locator.length
                assert item.reason
                assert 0 <= item.locator.start < end <= len(log)
            elif item.kind == "position":
                assert (abs(item.arrays["lon"]) <= 180).all()
                assert (abs(item.arrays["lat"]) <= 90).all()


def main() -> None:
    """Fuzz until the arguments of libFuzzer are done."""
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        for number, line in enumerate(fuzz_nmea.real()[:SEEDS]):
            (Path(folder) / str(number)).write_bytes(line)
        atheris.Setup([*sys.argv, folder], one)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
