"""Kernels kept by their sources: said once when compiled, loaded after, others removed."""

from __future__ import annotations

import fcntl
import importlib
import os
import sys
import threading
from pathlib import Path

import pytest

from noroshi.words import compiling

pytestmark = pytest.mark.skipif(not compiling.usable(), reason="nothing is compiled")

SOURCE = "def more(n):\n    return n + {}\n"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    import numba

    monkeypatch.setenv("NOROSHI_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(numba.config, "CACHE_DIR", "")
    monkeypatch.setattr(compiling, "_told", [])
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path / "cache" / "numba"
    sys.modules.pop("probe_kernels", None)


def made(path: Path, types: str | None = None):
    """The set and its one kernel, as a process that has just started has them."""
    sys.modules.pop("probe_kernels", None)
    importlib.invalidate_caches()
    module = importlib.import_module("probe_kernels")
    return compiling.Kernels("probe", path, 1).compiled(module.more, types, nogil=True)


def test_compiling_is_said_and_loading_is_not(cache, tmp_path):
    said: list[str] = []
    compiling.tell(said.append)
    path = tmp_path / "probe_kernels.py"
    path.write_text(SOURCE.format(1))
    assert made(path)(1) == 2
    assert len(said) == 1
    assert "probe" in said[0]
    again = made(path)
    assert again(1) == 2
    assert sum(again.stats.cache_hits.values()) == 1
    assert len(said) == 1


def test_who_finds_another_compiling_waits_for_it(cache, tmp_path):
    path = tmp_path / "probe_kernels.py"
    path.write_text(SOURCE.format(1))
    made(path)
    (folder,) = cache.iterdir()
    waiting = threading.Thread(target=made, args=(path, "int64(int64)"))
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        waiting.start()
        waiting.join(0.3)
        assert waiting.is_alive()
    waiting.join(60)
    assert not waiting.is_alive()


def test_folders_of_other_sources_go_when_nobody_uses_them(cache, tmp_path):
    path = tmp_path / "probe_kernels.py"
    folders = []
    for step in (1, 2):
        path.write_text(SOURCE.format(step))
        made(path)
        (new,) = set(cache.iterdir()) - set(folders)
        folders.append(new)
    (cache / "other-0123456789abcdef-fast").mkdir()
    os.utime(cache / "other-0123456789abcdef-fast", (0, 0))
    assert all(each.is_dir() for each in folders), "another version may be running"
    os.utime(folders[0], (0, 0))
    made(path)
    assert {each.name for each in cache.iterdir()} == {
        folders[1].name, "other-0123456789abcdef-fast"
    }  # fmt: skip


def test_kernels_are_named_by_all_their_sources(tmp_path):
    (tmp_path / "a.py").write_text("a = 1\n")
    one = compiling.Kernels("probe", tmp_path, 1).digest()
    (tmp_path / "b.py").write_text("b = 1\n")
    assert compiling.Kernels("probe", tmp_path, 1).digest() != one
