"""The build of the page never breaks an install, and builds the same source once."""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
PLACE = "hatchling.builders.hooks.plugin.interface"


class Interface:
    """What a build hook is given by hatchling: where the tree is, and whom to tell."""

    def __init__(self, root: Path, app: object) -> None:
        self.root, self.app = str(root), app


@pytest.fixture
def hook(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> ModuleType:
    """The build script, its cache in a folder of the test's own."""
    monkeypatch.setenv("NOROSHI_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("NOROSHI_SKIP_WEB", raising=False)
    # The builder is no part of what the tests install; the hook asks only this of it.
    monkeypatch.setitem(sys.modules, PLACE, SimpleNamespace(BuildHookInterface=Interface))
    for n in range(1, 5):
        monkeypatch.setitem(sys.modules, PLACE.rsplit(".", n)[0], ModuleType("stand-in"))
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Said:
    """What a build told whoever runs it."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.info: list[str] = []

    def display_warning(self, text: str) -> None:
        self.warnings.append(text)

    def display_info(self, text: str) -> None:
        self.info.append(text)


def building(hook: ModuleType, tmp_path: Path) -> tuple[Any, Said, Path]:
    """(a hook over a small tree, what it says, where the page goes)."""
    tree = tmp_path / "tree"
    if not tree.exists():
        (tree / "web" / "src").mkdir(parents=True)
        (tree / "web" / "src" / "main.tsx").write_text("one")
        words = tree / "src" / "noroshi" / "words"
        words.mkdir(parents=True)
        (words / "cache.py").write_text((ROOT / "src/noroshi/words/cache.py").read_text())
    said = Said()
    return hook.PageHook(tree, said), said, tree / hook.TARGET


def fake(log: list[str]) -> object:
    def build(work: Path, out: Path) -> str:
        log.append((work / "src" / "main.tsx").read_text())
        out.mkdir()
        (out / "index.html.gz").write_text(log[-1])
        return "sizes"

    return build


def test_one_source_is_built_once_wherever_it_goes(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log: list[str] = []
    monkeypatch.setattr(hook, "build", fake(log))
    made, said, target = building(hook, tmp_path)
    made.initialize("standard", {})
    made.initialize("editable", {})
    assert (log, said.warnings) == (["one"], [])
    assert (target / "index.html.gz").read_text() == "one"
    for path in target.iterdir():
        path.unlink()
    target.rmdir()  # another checkout of the same source
    assert made.dependencies() == []
    made.initialize("standard", {})
    assert log == ["one"]
    assert (target / "index.html.gz").read_text() == "one"
    (tmp_path / "tree" / "web" / "src" / "main.tsx").write_text("two")
    made.initialize("standard", {})
    assert log == ["one", "two"]
    assert (target / "index.html.gz").read_text() == "two"


def test_without_node_a_warning_and_nothing_else(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hook, "_node", list)
    made, said, target = building(hook, tmp_path)
    assert made.dependencies() == [hook.WHEEL]
    made.initialize("standard", {})
    assert len(said.warnings) == 1
    assert "Everything else works" in said.warnings[0]
    assert not target.exists()


@pytest.mark.slow
@pytest.mark.skipif(not (ROOT / "web").is_dir(), reason="no source of the page here")
def test_the_page_is_typed(hook: ModuleType, tmp_path: Path) -> None:
    """TypeScript finds nothing; skipped, with the reason, where it cannot be had."""
    node = hook._node()
    if not node:
        pytest.skip("no Node.js")
    work = tmp_path / "web"
    shutil.copytree(ROOT / "web", work, ignore=shutil.ignore_patterns("node_modules", "dist"))
    try:
        hook._run([*node[1:], "ci", "--prefer-offline"], work, dict(os.environ), 60)
    except (OSError, subprocess.SubprocessError) as problem:
        pytest.skip(f"TypeScript cannot be had: {problem}")
    done = subprocess.run(
        [node[0], "node_modules/typescript/bin/tsc", "--noEmit"],
        cwd=work, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@pytest.mark.parametrize("script", ["sys.exit('no registry')", "import time; time.sleep(60)"])
def test_a_registry_that_fails_or_hangs_is_a_warning(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str
) -> None:
    stand_in = tmp_path / "npm.py"
    stand_in.write_text(f"import sys\n{script}\n")
    monkeypatch.setattr(hook, "_node", lambda: [sys.executable, sys.executable, str(stand_in)])
    monkeypatch.setattr(hook, "NPM_S", 1)
    made, said, target = building(hook, tmp_path)
    made.initialize("standard", {})
    assert len(said.warnings) == 1
    assert not target.exists()


def test_nothing_is_built_where_nothing_is_wanted(
    hook: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOROSHI_SKIP_WEB", "1")
    monkeypatch.setattr(hook, "build", None)
    made, said, target = building(hook, tmp_path)
    assert made.dependencies() == []
    made.initialize("standard", {})
    assert (said.warnings, target.exists()) == ([], False)
