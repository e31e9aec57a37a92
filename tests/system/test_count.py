"""The last line of .ci/run: how many tests passed, added up over runs."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

SUITE = '<testsuites><testsuite tests="{}" failures="{}" errors="{}" skipped="{}"/></testsuites>'


@pytest.fixture(scope="module")
def counting() -> ModuleType:
    """`.ci/count.py`, which no package holds."""
    path = Path(__file__).resolve().parents[2] / ".ci" / "count.py"
    spec = importlib.util.spec_from_file_location("count", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("suites", "line", "status"),
    [
        ([(10, 0, 0, 1), (5, 0, 0, 0)], "14 passed, 0 failed, 1 skipped", 0),
        ([(10, 2, 1, 1)], "6 passed, 3 failed, 1 skipped", 1),
        ([(0, 0, 0, 0)], "0 passed, 0 failed, 0 skipped", 1),
        ([], "0 passed, 0 failed, 0 skipped", 1),
    ],
    ids=["green", "red", "no test", "no run"],
)
def test_count(
    counting: ModuleType,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    suites: list[tuple[int, ...]],
    line: str,
    status: int,
) -> None:
    paths = []
    for number, suite in enumerate(suites):
        path = tmp_path / f"{number}.xml"
        path.write_text(SUITE.format(*suite), "utf-8")
        paths.append(str(path))
    assert counting.main(paths) == status
    assert capsys.readouterr().out == line + "\n"


def test_a_run_without_a_report_fails(
    counting: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert counting.main([str(tmp_path / "none.xml")]) == 1
    assert capsys.readouterr().out == "0 passed, 1 failed, 0 skipped\n"
