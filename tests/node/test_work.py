"""The worker: what one feed or peer brings about stops neither the others nor the next round."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

import noroshi.node.serve as serving
from noroshi.node.node import Node

FEEDS = """
[[feed]]
uri = "a/*.csv"
label = { tlp = "amber" }
every = "PT1H"
[[feed]]
uri = "b/*.csv"
label = { tlp = "amber" }
every = "PT1H"
"""


def test_a_feed_that_fails_is_said_and_the_next_is_read(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, said, stop = make(more=FEEDS), list[str](), threading.Event()

    def matching(_: Path, pattern: str) -> list[Path]:
        if pattern.startswith("a"):
            raise ZeroDivisionError("a desk's own mistake")
        stop.set()
        return [folder / "node.toml"]

    monkeypatch.setattr(serving, "_matching", matching)
    with Node.open(folder) as node:
        serving.work(node, stop, said.append)
    assert said == [
        "feed a/*.csv: ZeroDivisionError: a desk's own mistake",
        "b/*.csv: 0 new findings, 1 bad parts",
    ]
