"""What is true of every file: short, named in the notices, drawn in the error tree."""

from __future__ import annotations

import gzip
import hashlib
import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest

import noroshi
from noroshi.words import errors

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "noroshi"
DATA = SOURCE / "data"
SAMPLES = sorted(path for path in (DATA / "samples").iterdir() if path.suffix == ".gz")
LONGEST_FILE = 400
PACKAGES = sorted(
    module.name
    for module in pkgutil.walk_packages([str(SOURCE)], "noroshi.")
    if module.ispkg and ".peers" not in module.name
)


def test_no_file_is_longer_than_one_idea() -> None:
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text("utf-8").splitlines())
        for folder in (SOURCE, ROOT / "tests", ROOT / "tools")
        for path in folder.rglob("*.py")
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FILE} == {}


@pytest.mark.parametrize("name", PACKAGES)
def test_what_a_package_promises_is_there(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} does not say what comes in and what goes out"
    promised = getattr(module, "__all__", ())
    assert [each for each in promised if not hasattr(module, each)] == []
    assert list(promised) == sorted(promised)


def test_the_error_tree_is_drawn_as_it_is() -> None:
    drawn = re.findall(r"^ {4}([│ ├└─]*)(\w+)", errors.__doc__ or "", re.MULTILINE)
    depth_of = {name: len(lines) // 4 for lines, name in drawn}
    classes = {
        name: value
        for name, value in inspect.getmembers(errors, inspect.isclass)
        if value.__module__ == errors.__name__
    }
    below = len(errors.NoroshiError.__mro__)
    real = {name: len(value.__mro__) - below for name, value in classes.items()}
    assert depth_of == real
    order = [name for _, name in drawn]
    for name, value in classes.items():
        if name != "NoroshiError":
            assert order.index(value.__mro__[1].__name__) < order.index(name)


def test_errors_that_leave_a_room_are_ours() -> None:
    raised = {
        (str(path.relative_to(SOURCE)), name)
        for path in SOURCE.rglob("*.py")
        for name in re.findall(r"raise (Exception|RuntimeError|BaseException)\b", path.read_text())
    }
    assert raised == set()


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_every_sample_has_its_source_licence_and_hash(path: Path) -> None:
    lines = (DATA / "samples" / "README.md").read_text("utf-8").splitlines()
    rows = [line for line in lines if line.startswith(f"| `{path.name}` |")]
    assert len(rows) == 1
    sha256 = hashlib.sha256(gzip.decompress(path.read_bytes())).hexdigest()
    assert f"`{sha256}`" in rows[0]
    assert f"samples/{path.name}" in (DATA / "NOTICE").read_text("utf-8")


def test_samples_stay_small() -> None:
    assert sum(path.stat().st_size for path in SAMPLES) <= 1_500_000


def test_pins_are_names_and_versions_only() -> None:
    lines = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if not line.startswith("#")]
    assert [
        pin for pin in pins if not re.fullmatch(r"[A-Za-z0-9._-]+==[0-9][A-Za-z0-9.]*", pin)
    ] == []
    assert len(pins) == len({pin.partition("==")[0].lower() for pin in pins})


def test_the_version_is_one() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", noroshi.__version__)
