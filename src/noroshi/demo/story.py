"""The story: ingest at Japan, decide, deliver to the EU over TAXII, play the exercise, and say what
happened."""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from collections import Counter
from collections.abc import Callable, Generator
from concurrent.futures import Executor, ProcessPoolExecutor
from pathlib import Path

import msgspec

from noroshi.config import load_settings
from noroshi.console.users import opening
from noroshi.demo import exercise
from noroshi.demo.exercise import Exercise
from noroshi.demo.nodes import connect, introduce, samples, serving
from noroshi.node.ingest import Progress, ingest
from noroshi.node.ingested import IngestReport
from noroshi.node.node import Node, clock
from noroshi.node.overview import Overview, overview
from noroshi.node.promises import Kept, promises
from noroshi.node.sync import SyncReport, sync
from noroshi.node.why import Why, why


class Story(msgspec.Struct):
    """Everything that the demo prints, counted from the two nodes."""

    folder: str
    read: IngestReport
    decided: Overview
    delivered: SyncReport
    received: dict[str, dict[str, int]]
    examples: list[Why]
    promises: list[Kept]
    exercise: Exercise
    seconds: float
    japan: str
    union: str


def consoles(story: Story) -> dict[str, str]:
    """A link for each node that answers, by whose it is: it opens the node's console, once and
    within ten minutes."""
    links: dict[str, str] = {}
    for whose, folder, url in (
        ("Japan", f"{story.folder}/jpn", story.japan),
        ("the EU", f"{story.folder}/eu", story.union),
        ("the exercise", story.exercise.folder, story.exercise.url),
    ):
        token = opening(load_settings(Path(folder)), "demo", clock())
        links[whose] = f"{url.removesuffix('/taxii2/')}/console/#token={token}"
    return links


@contextlib.contextmanager
def playing(folder: Path, note: Callable[[str], None], progress: Progress) -> Generator[Story]:
    """Play the story in `folder`; both nodes are up until the context ends.

    `note` is told each step, `progress` how far the reading is.
    """
    with contextlib.ExitStack() as stack:
        # The exercise is begun beside all else: on its first run it compiles the picture's kernels.
        # Its process ends before anybody waits for Ctrl-C, which every process would get.
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=spawn) as pool:
            story = _play(folder, stack, pool, note, progress)
        yield story


def _play(
    folder: Path, stack: contextlib.ExitStack, pool: Executor, note: Callable[[str], None],
    progress: Progress,
) -> Story:  # fmt: skip
    began = time.monotonic()
    begun = pool.submit(exercise.begin, folder / "exercise")
    note("Making two nodes: Japan and the EU")
    japan, union = introduce(folder)
    with Node.open(japan) as node:
        note("Reading the bundled feeds at Japan")
        read = ingest(node, samples(japan / "feeds"), clock, progress=progress)
    note("Starting both nodes")
    japan_url = stack.enter_context(serving(japan))
    connect(japan, union, japan_url)
    union_url = stack.enter_context(serving(union))
    note("The EU pulls its view over TAXII 2.1")
    with Node.open(union) as node:
        delivered = sync(node, "JPN", clock)
        received = received_by(node)
    with Node.open(japan) as node:
        now = clock()
        decided = overview(node, "EU", now)
        examples = _examples(node, now)
        kept = promises(node, now)
    note("An exercise on two nodes of its own: a made-up cable fails")
    played = exercise.play(*begun.result(), stack, pool)
    took = round(time.monotonic() - began, 1)
    return Story(
        folder=str(folder),
        read=read,
        decided=decided,
        delivered=delivered,
        received=received,
        examples=examples,
        promises=kept,
        exercise=played,
        seconds=took,
        japan=japan_url,
        union=union_url,
    )


def received_by(node: Node) -> dict[str, dict[str, int]]:
    """How many live records of each kind the node holds, by pillar."""
    counted: dict[str, Counter[str]] = {}
    after = 0
    while rows := node.store.cells_since(after, 10_000):
        for row in rows:
            if row.status == "live":
                pillar = node.store.label_of(row.cell).strands[0].pillar
                counted.setdefault(pillar, Counter())[row.kind] += 1
        after = rows[-1].seq
    return {pillar: dict(each.most_common()) for pillar, each in sorted(counted.items())}


def _examples(node: Node, now: int) -> list[Why]:
    """One decision of each verdict, for the EU, over findings."""
    found: dict[str, Why] = {}
    for row in node.store.findings():
        if len(found) == 3:
            break
        answer = why(node, row.id, "EU", now=now)
        found.setdefault(answer.release.verdict, answer)
    return [found[verdict] for verdict in sorted(found)]
