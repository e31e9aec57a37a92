"""An amendment that is killed goes on where it was, and ends as if it never had been."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import amended
import graphs
from japan import EVERY, NOW, Node
from projection import projected, shown

from noroshi.exchange.sign import Keys
from noroshi.store import Store
from noroshi.store.failpoint import KILLED, VARIABLE
from noroshi.words.label import Strand, Tlp, label
from noroshi.words.time import HOUR

HERE = Path(__file__).parent


def run(folder: Path, failpoint: str) -> int:
    environment = {**os.environ, VARIABLE: failpoint, "PYTHONPATH": str(HERE)}
    command = [sys.executable, str(HERE / "amended.py"), str(folder)]
    return subprocess.run(command, env=environment, check=False).returncode


def test_an_amendment_that_is_killed_goes_on_where_it_was(tmp_path: Path) -> None:
    keys, rng = Keys.generate(tmp_path / "keys"), random.Random(7)
    names = [graphs.new_id(rng, kind) for kind in graphs.TYPES for _ in range(3)]
    with Store.open(tmp_path / "node.db", create=True) as store:
        node = Node(store, keys)
        for n, oid in enumerate(names):
            held = label(Strand("JPN", "maritime", rng.choice("xxy"), tlp=Tlp.GREEN))
            made = graphs.version(rng, oid, names, held, "JPN", NOW + n)
            store.put([made.record], at=NOW)
        amended.views(node).refresh("EU", NOW)
        before = [each.oid for each in node.see()]
        assert before
    assert run(tmp_path, "before_commit:4") == KILLED
    assert run(tmp_path, "after_commit:9") == KILLED
    with Store.open(tmp_path / "node.db") as store:
        node = Node(store, keys, amended.LAW)
        views = amended.views(node)
        assert views.lag("EU", NOW + HOUR).amending or views.lag("EU", NOW + HOUR).unmade
        views.refresh("EU", NOW + HOUR)
        _, policy = node.policy(NOW + HOUR)
        assert shown(store, policy, "EU") == projected(store, keys, policy, "EU", NOW + HOUR)
        entries = store.view_page("EU", limit=1000, match=EVERY)
        dates = [each.entered_at for each in entries]
        assert dates == sorted(set(dates))
        assert any(each.otype == "tombstone" for each in entries)
