"""The kernels as a graphics card has them, in numba's simulator of one."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

from noroshi.desks.space import desk
from noroshi.words.errors import BadConfig

CODE = """
import sys
import numpy as np
sys.path.insert(0, sys.argv[1])
from heaven import AT, small
from noroshi.desks.space import desk, elements
from noroshi.desks.space.catalogue import Catalogue
from noroshi.desks.space.screen import screen
sky = small()
rows = elements.sgp4(sky.rows)
one, two = Catalogue(rows), Catalogue(rows, card=desk.parameters({"card": True}).card)
minutes = one.minutes(AT + np.arange(2) * 40_000_000_000)
a, b = (each.grid(minutes).transpose(0, 1, 3, 2).reshape(2, -1, 7)[:, each.slot]
        for each in (one, two))
assert (a[..., 6] == b[..., 6]).all() and np.abs(a - b).max() < 0.005
found = [screen(each, AT, AT + 180_000_000, 900.0, threads=1) for each in (one, two)]
assert len(found[0]) and (found[0].at == found[1].at).all() and (found[0].km == found[1].km).all()
print("the same", len(found[0]))
"""


@pytest.mark.slow
def test_a_card_gives_the_same_states_and_approaches() -> None:
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(Path(__file__).parent)],
        env=os.environ | {"NUMBA_ENABLE_CUDASIM": "1"},
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith("the same"), done.stderr


def test_a_card_that_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    none = types.SimpleNamespace(is_available=lambda: False)
    monkeypatch.setitem(sys.modules, "numba.cuda", none)
    with pytest.raises(BadConfig, match="no graphics card"):
        desk.parameters({"card": True})
