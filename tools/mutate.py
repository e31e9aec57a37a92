"""Mutation testing: change the code in one place at a time and see whether a test notices.

    python tools/mutate.py
    python tools/mutate.py table sql --sample 100 --seconds 600
    python tools/mutate.py sql --only "visible"

Three groups: `decide` (what decides and seals), `table` (what compiles audiences) and `sql` (what
stores and asks for them, with the text of its statements). A mutant of one of their files (see
`mutants.py`, `mutants_sql.py`) is killed when a test fails with it, or takes five times as long as
without. It runs in a copy of the sources, in a process forked from one that has imported what the
tests need; the tests that killed its neighbours go first, then the fastest. `--sample` takes so
many of each group by a fixed seed, `--seconds` ends the run.

Printed are the survivors (look at each: either a test is missing or the change means the same) and
the figures by file and group; `mutants_equal.py` lists what means the same, with the reason. Exit
status 1 where a group falls short of `--floor`.
"""

from __future__ import annotations

import argparse
import faulthandler
import importlib
import importlib.util
import json
import math
import multiprocessing
import os
import pkgutil
import random
import resource
import shutil
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import hypothesis
import msgspec  # noqa: F401 — what the tests need is imported once, before the forks
import numpy as np  # noqa: F401
import pytest
from mutants import Mutant, of_python
from mutants_equal import EQUIVALENT
from mutants_sql import of_sql, schema

ROOT = Path(__file__).resolve().parents[1]
PACT, STORE = "src/noroshi/pact", "src/noroshi/store"
GROUPS = {
    "decide": [
        f"{PACT}/{name}.py"
        for name in ("decide", "passage", "onward", "terms", "policy", "grants")
    ],
    "table": [f"{PACT}/{name}.py" for name in ("table", "masks", "ways", "spread", "bulk")],
    "sql": [f"{PACT}/sql.py", f"{STORE}/audience.py", f"{STORE}/sql/audience.sql"],
}  # fmt: skip
TESTS = {
    "decide": ["decide", "held", "grants", "table_cells", "traps", "windows", "agreements",
               "explain", "misses", "oracle"],
    "table": ["masks", "table_cells", "bulk", "table"],
    "sql": ["sql_cells", "sql", "masks"],
}  # fmt: skip
"""Tests of the pact that look at a group; of `sql` those of the store's audiences do too."""
PARTS = ("src", "tests", "docs", "tools", "pyproject.toml")
OPTIONS = (
    "-x", "-q", "-o", "addopts=", "--strict-markers", "--timeout=0",
    "-W", "ignore::pytest.PytestAssertRewriteWarning", "-p", "no:xdist", "-p", "no:randomly",
    "-p", "no:cacheprovider", "-p", "no:faulthandler",
)  # fmt: skip
START_S, SPARE_S, TIMES = 30, 5, 5
"""Processor seconds to import everything; for each test, these and so many times its usual time."""
WAIT = 4
"""So many times as long a test may take by the clock."""
MEMORY = 4 << 30
OVERRAN = "ran too long"


class Outcome(NamedTuple):
    """`by`: the test that failed, or why there is none; `took`: seconds by test."""

    passed: bool
    by: str
    took: dict[str, float]


class Watch:
    """Orders the tests, limits each, and notes what failed."""

    def __init__(self, took: dict[str, float], kills: Counter[str]) -> None:
        self.usual, self.kills = took, kills
        self.took: dict[str, float] = {}
        self.by = ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: -self._worth(item.nodeid))

    def _worth(self, test: str) -> float:
        """How likely it is to kill, for each second it takes."""
        return (self.kills[test] + 0.1) / (self.usual.get(test, 0.0) + 0.01)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        more = SPARE_S + TIMES * self.usual.get(nodeid, 60.0)
        limit = math.ceil(time.process_time() + more)
        resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))
        faulthandler.dump_traceback_later(WAIT * more, exit=True)  # for one that waits for ever

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.took[report.nodeid] = self.took.get(report.nodeid, 0.0) + report.duration
        if report.failed:
            self.by = self.by or report.nodeid


def tests(group: str) -> list[str]:
    """The files that look at a group."""
    files = [f"tests/pact/test_{name}.py" for name in TESTS[group]]
    files += ["tests/store/test_audience.py"] if group == "sql" else []
    return [each for each in files if (ROOT / each).exists()]


def attempt(folder: Path, group: str, took: dict[str, float], kills: Counter[str]) -> Outcome:
    """Run a group's tests on what lies in `folder`, in a child of this process."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        _run(folder, group, Watch(took, kills), writer)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    if not answer:
        return Outcome(False, OVERRAN, {})
    code, by, took_now = json.loads(answer)
    if code not in (0, 1, 2):
        raise RuntimeError(
            f"pytest ended with {code}:\n{(folder / 'said.txt').read_text()[-2000:]}"
        )
    return Outcome(code == 0, by or "not even collected", took_now)


def _run(folder: Path, group: str, watch: Watch, writer: int) -> None:
    """In the child: the tests, then the answer, then the end."""
    code: int = 3
    try:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_CPU, (START_S, resource.RLIM_INFINITY))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        said = os.open(folder / "said.txt", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(said, 1)
        os.dup2(said, 2)
        code = int(pytest.main([*OPTIONS, *tests(group)], plugins=[watch]))
    except BaseException:  # the process ends here, whatever happened
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os.write(writer, json.dumps((code, watch.by, watch.took)).encode())
        os._exit(0)


def enter(folder: Path) -> None:
    """Make `folder` the place that this process imports noroshi from, and what no mutant is in."""
    os.chdir(folder)
    sys.path.insert(0, str(folder / "src"))
    words = importlib.import_module("noroshi.words")
    if not Path(words.__file__ or "").is_relative_to(folder):
        raise RuntimeError(f"noroshi was imported from elsewhere: {words.__file__}")
    for each in pkgutil.iter_modules(words.__path__):
        importlib.import_module(f"noroshi.words.{each.name}")
    # A failing property is enough: the smallest example of it helps nobody here.
    phases = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
    hypothesis.settings.register_profile("mutants", phases=phases)
    hypothesis.settings.load_profile("mutants")


class Bench:
    """A worker: a copy of the sources, and what it has learnt of the tests."""

    def __init__(self, master: Path, took: dict[str, float]) -> None:
        self.folder = master.with_name(f"{master.name}-{os.getpid()}")
        shutil.copytree(master, self.folder)
        enter(self.folder)
        self.took = took
        self.kills: dict[str, Counter[str]] = {}

    def outcome(self, mutant: Mutant) -> Outcome:
        """What the tests say of it."""
        target = self.folder / mutant.path
        original, kept = target.read_bytes(), target.stat()
        near = self.kills.setdefault(f"{mutant.path}:{mutant.where}", Counter())
        wider = self.kills.setdefault(mutant.path, Counter())
        target.write_text(mutant.text, "utf-8")
        try:
            found = attempt(
                self.folder,
                group_of(mutant.path),
                self.took,
                Counter(wider) + Counter(near) + Counter(near),
            )
        finally:
            target.write_bytes(original)
            # It is known by its second and size, which the next mutant may share.
            Path(importlib.util.cache_from_source(str(target))).unlink(missing_ok=True)
            os.utime(target, ns=(kept.st_atime_ns, kept.st_mtime_ns))
        if not found.passed:
            near[found.by] += 1
            wider[found.by] += 1
        return found


_bench: list[Bench] = []


def _start(master: Path, took: dict[str, float]) -> None:
    _bench.append(Bench(master, took))


def _work(mutant: Mutant) -> tuple[Mutant, Outcome]:
    return mutant, _bench[0].outcome(mutant)


def mutants() -> dict[str, list[Mutant]]:
    """Every mutant of every group."""
    migrations = sorted((ROOT / STORE / "migrations").glob("*.sql"))
    tables = schema(each.read_text("utf-8") for each in migrations)
    found: dict[str, list[Mutant]] = {}
    for group, paths in GROUPS.items():
        found[group] = []
        for path in paths:
            text = (ROOT / path).read_text("utf-8")
            found[group] += (
                of_sql(path, text, tables) if path.endswith(".sql") else of_python(path, text)
            )
    return found


def same(mutant: Mutant) -> str | None:
    """The reason why the mutant gives the same answers, where one is listed."""
    place, what = mutant.key
    return EQUIVALENT.get(place, {}).get(what)


def results(
    chosen: list[Mutant], folder: Path, jobs: int, seconds: float
) -> Iterator[tuple[Mutant, Outcome]]:
    """Each mutant with what the tests said, for as long as there is time."""
    master = folder / "tree"
    master.mkdir()
    for part in PARTS:
        copy: Any = shutil.copytree if (ROOT / part).is_dir() else shutil.copy2
        copy(ROOT / part, master / part)
    context = multiprocessing.get_context("fork")
    groups = sorted({group_of(each.path) for each in chosen})
    with context.Pool(max(1, len(groups)), _start, (master, {})) as pool:
        plain = pool.map(_usual, groups)
    usual: dict[str, float] = {}
    for each in plain:
        if not each.passed:
            sys.exit(f"the tests do not pass as they are: {each.by}")
        usual |= each.took
    print(f"{len(usual)} tests, {sum(usual.values()):.0f} s", file=sys.stderr)
    began = time.monotonic()
    with context.Pool(jobs, _start, (master, usual)) as pool:
        for each in pool.imap_unordered(_work, chosen):
            yield each
            if time.monotonic() - began > seconds:
                break


def _usual(group: str) -> Outcome:
    return attempt(_bench[0].folder, group, {}, Counter())


def group_of(path: str) -> str:
    """The group of a file."""
    return next(group for group, paths in GROUPS.items() if path in paths)


class Tally(Counter[str]):
    """Of some mutants, how many were killed, equivalent, survived; `overran` are among those
    killed."""

    def line(self, name: str) -> str:
        tried = self["killed"] + self["equivalent"] + self["survived"]
        return (
            f"{name:36}{tried:6}{self['killed']:8}{self['overran']:9}"
            f"{self['equivalent']:12}{self['survived']:10}{self.share:9.1%}"
        )

    @property
    def share(self) -> float:
        """Killed, of those that are not equivalent."""
        counted = self["killed"] + self["survived"]
        return self["killed"] / counted if counted else 1.0


def report(tried: Iterable[tuple[Mutant, Outcome]], floor: float) -> bool:
    """Print what became of them; whether all is as it should be."""
    tallies: dict[str, Tally] = {}
    wrong = False
    for number, (mutant, outcome) in enumerate(tried, 1):
        tally, reason = tallies.setdefault(mutant.path, Tally()), same(mutant)
        name = f"{mutant.path}:{mutant.line} {mutant.where} | {mutant.what}"
        if not outcome.passed:
            tally["killed"] += 1
            tally["overran"] += outcome.by == OVERRAN
            if reason is not None:
                wrong = True
                print(f"listed as equivalent, but killed by {outcome.by}: {name}", flush=True)
        elif reason is not None:
            tally["equivalent"] += 1
        else:
            tally["survived"] += 1
            print(f"survived  {name}", flush=True)
        if number % 50 == 0:
            print(f"{number} tried", file=sys.stderr, flush=True)
    print(f"{'':36} tried  killed (overran)  equivalent  survived    killed")
    for group, paths in GROUPS.items():
        whole = Tally()
        for path in paths:
            if path in tallies:
                whole.update(tallies[path])
                print(tallies[path].line(path))
        if whole:
            print(whole.line(f"= {group}"))
            wrong = wrong or whole.share < floor / 100
    return not wrong


def main() -> None:
    """Run the mutants and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("groups", nargs="*", help=f"of {', '.join(GROUPS)}; all by default")
    parser.add_argument("--sample", type=int, default=0, help="how many of each group; 0 for all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=math.inf, help="end after this long")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only", default="", help="those with this text in place or change")
    parser.add_argument("--floor", type=float, default=90.0, help="per cent of each group")
    given = parser.parse_args()
    every = mutants()
    keys = {each.key for group in every.values() for each in group}
    listed = {(place, what) for place, changes in EQUIVALENT.items() for what in changes}
    for place, what in sorted(listed - keys):
        sys.exit(f"listed as equivalent, but not there: {place} | {what}")
    chosen: list[Mutant] = []
    for group in given.groups or GROUPS:
        drawn = [each for each in every[group] if given.only in " | ".join(each.key)]
        random.Random(given.seed).shuffle(drawn)  # noqa: S311 — a repeatable sample
        chosen += drawn[: given.sample or None]
    random.Random(given.seed).shuffle(chosen)  # noqa: S311
    print(f"{len(chosen)} mutants of {len(keys)}", file=sys.stderr)
    with tempfile.TemporaryDirectory() as name:
        if not report(results(chosen, Path(name), given.jobs, given.seconds), given.floor):
            sys.exit(1)


if __name__ == "__main__":
    main()
