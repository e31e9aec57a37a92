"""The reference that the chaos run is held against, and that it can find a difference."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

TOOL = Path(__file__).resolve().parents[2] / "tools" / "chaos"


@pytest.fixture(autouse=True)
def tool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(TOOL))
    for name in ("plan", "reference"):
        monkeypatch.delitem(sys.modules, name, raising=False)


def test_a_plan_follows_from_its_seed() -> None:
    from plan import draw

    assert draw(3, 4, 60, 1.5) == draw(3, 4, 60, 1.5)
    assert draw(3, 4, 60, 1.5) != draw(4, 4, 60, 1.5)
    long = draw(1, 5, 600, 1.5)
    kinds = {step.kind for step in long.steps}
    assert kinds >= {"ingest", "revise", "recall", "lift", "amend", "restore", "kill", "cut"}
    cuts = [step for step in long.steps if step.kind in ("cut", "heal")]
    assert sum(step.kind == "cut" for step in cuts) == sum(step.kind == "heal" for step in cuts)


def test_records_go_from_hand_to_hand_as_far_as_their_maker_says() -> None:
    from plan import Law, Made, Plan
    from reference import holders

    links = (("A", "B"), ("B", "C"), ("C", "D"))
    every = ("A", "B", "C", "D")

    def held(kind: str, tlp: str = "green", *, ring: tuple[str, ...] = every) -> str:
        plan = Plan(every, links)
        plan.law["A"] = Law(ring, "green", ("A", "B", "C"))
        return "".join(sorted(holders(plan, Made("x", "A", kind, tlp))))  # type: ignore[arg-type]

    assert held("malware") == "ABCD"
    assert held("malware", "amber") == "A"
    assert held("malware", ring=("A", "B", "D")) == "AB"
    assert held("tool") == "AB"
    plan = Plan(every, links)
    plan.law["A"] = Law(every, "amber", every)
    assert holders(plan, Made("x", "A", "malware", "green", recalled=True)) == frozenset()
