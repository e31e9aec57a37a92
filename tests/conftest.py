"""What every test may use: the shared data folder, and how hypothesis and slow tests run.

Hypothesis repeats the same examples on every run. `NOROSHI_DEEP=1` runs what is marked `slow` too
and lets hypothesis draw fifty times as many examples, still the same ones each time.
"""

from __future__ import annotations

import asyncio
import functools
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main
import typer.testing
from hypothesis import HealthCheck, settings

DEEP = os.environ.get("NOROSHI_DEEP") == "1"
SHARED = Path(__file__).resolve().parents[2] / "shared"

KERNELS = ("desks.sea.kernels", "desks.space.kernels", "desks.cyber.match.kernels")
COMPILE = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for each in pkgutil.iter_modules(package.__path__, package.__name__ + "."):
    importlib.import_module(each.name)
"""

settings.register_profile(
    "default",
    derandomize=True,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("deep", settings.get_profile("default"), max_examples=2_000)
settings.load_profile("deep" if DEEP else "default")


@pytest.fixture(scope="session")
def shared() -> Path:
    """The data folder beside the checkout; the test is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip("no ../shared beside the checkout")
    return SHARED


@pytest.fixture(scope="session", autouse=True)
def copied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A new SQLite store in this process is a copy of one that was made by its migrations, unless
    a test changes those: they take 30 ms, and a thousand stores are made."""
    from noroshi.store import Store, migrate, sqlite

    made, packaged = sqlite.opened, migrate.packaged
    file = tmp_path_factory.mktemp("copied") / "node.db"
    Store.open(file, create=True).close()
    empty = file.read_bytes()

    def opened(path: Path, *, create: bool) -> sqlite.Database:
        database = made(path, create=create)
        if create and migrate.packaged is packaged and not path.stat().st_size:
            path.write_bytes(empty)
        return database

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite, "opened", opened)
        yield


@pytest.fixture(scope="session", autouse=True)
def hasty() -> Iterator[None]:
    """A server of uvicorn in this process looks every 10 ms whether it is to end, not every 100:
    hundreds of them are ended, and each time somebody waits."""
    import uvicorn.server

    class Hasty:
        def __getattr__(self, name: str) -> Any:
            return getattr(asyncio, name)

        async def sleep(self, seconds: float) -> None:
            await asyncio.sleep(min(seconds, 0.01))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uvicorn.server, "asyncio", Hasty())
        yield


def pytest_configure(config: pytest.Config) -> None:
    """Test files of one name may stand in several rooms, so none is imported by its bare name. The
    tree of commands is made once: typer's runner would make it for each command, for 0.1 s. What
    Python compiles is kept whatever the environment says, for the many processes that follow."""
    sys.dont_write_bytecode = False
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    config.option.importmode = "importlib"
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.setattr(typer.testing, "_get_command", functools.cache(typer.main.get_command))
    config.add_cleanup(monkeypatch.undo)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Before a run of everything the kernels are compiled side by side, where they are not: the
    workers import them in one order, in which each would wait for the other."""
    config = session.config
    everything = config.args_source is pytest.Config.ArgsSource.TESTPATHS
    if everything and config.getoption("numprocesses", None):
        for each in KERNELS:
            command = [sys.executable, "-c", COMPILE, f"noroshi.{each}"]
            config.add_cleanup(subprocess.Popen(command).wait)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out `slow` tests unless asked for by `-m slow` or `NOROSHI_DEEP=1`. Those that say how
    long they may take begin first: else one of them would go on at the end beside an idle core."""
    items.sort(key=lambda item: item.get_closest_marker("timeout") is None)
    if DEEP or "slow" in (config.option.markexpr or ""):
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    if slow:
        config.hook.pytest_deselected(items=slow)
        items[:] = [item for item in items if not item.get_closest_marker("slow")]
