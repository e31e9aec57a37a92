"""Scores the space desk against planted truth: `python tools/score_space.py --seed 2001 --seeds 5`.

Every case of `desks/space/cases.py` is planted once per seed into a made-up sky, which is looked at
with the default parameters; the desk sees columns only. Prints tables as they stand in
docs/space.md, or `--json`; both name the hash of the truths that they are of.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
from typing import Any, cast

import msgspec

from noroshi.desks.space import desk
from noroshi.desks.space.cases import CASES
from noroshi.desks.space.plant import planted
from noroshi.desks.space.score import Scene, score_alike, score_kind
from noroshi.words.asset import Asset, AssetGraph
from noroshi.words.desk import Columns, Context, Desk, Found, Source, detect
from noroshi.words.finding import Finding
from noroshi.words.ids import canonical, sha256
from noroshi.words.label import Label, Strand
from noroshi.words.time import format_instant, parse_instant

AT = parse_instant("2030-03-01T00:00:00Z")
LABEL = Label((Strand("JPN", "space", "*"),))
SOURCE = Source("sky", "sky", AT, "0" * 64, LABEL, "JPN", "B", lambda: io.BytesIO(b""))


def scene(seed: int) -> Scene:
    """Every case once, in one sky."""
    whole, truths = planted(seed, AT, SOURCE)
    return Scene(truths, find(whole, {n for each in truths for n in each.protected}))


def find(whole: Columns, protected: set[int]) -> tuple[Finding, ...]:
    """Everything that the desk finds with its default parameters."""
    assets = tuple(
        Asset(f"satellite:{n}", "satellite", str(n), identifiers=(f"norad:{n}",))
        for n in sorted(protected)
    )
    chosen = desk.parameters({"at": format_instant(AT)})
    context = Context("JPN", AssetGraph(assets), desk.kinds, chosen, sha256(canonical(chosen)))
    return tuple(
        e.finding for e in detect(cast("Desk", desk), context, [whole]) if isinstance(e, Found)
    )


def report(first: int, many: int) -> dict[str, Any]:
    """All figures as one table of plain values."""
    scenes: list[Scene] = []
    for seed in range(first, first + many):
        print(f"seed {seed} ({seed - first + 1} of {many})", file=sys.stderr)
        scenes.append(scene(seed))
    truths = [each.truths for each in scenes]
    kinds = [score_kind(kind, scenes) for kind in sorted(desk.kinds)]
    alikes = [score_alike(case, scenes) for case in CASES]
    return {
        "seeds": [first, first + many - 1],
        "truths_sha256": sha256(canonical(truths)),
        "kinds": [
            msgspec.to_builtins(each) | {"precision": each.precision, "recall": each.recall}
            for each in kinds
        ],
        "look_alikes": [msgspec.to_builtins(each) for each in alikes if each.planted],
    }


def show(figures: dict[str, Any]) -> None:
    """As two Markdown tables."""
    print(f"Seeds {figures['seeds']}, truths {figures['truths_sha256'][:16]}.\n")
    heads = ("kind", "planted", "met", "false", "precision", "recall", "time off, h", "size off")
    print("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
    for each in figures["kinds"]:
        ratios = ["—" if each[name] is None else f"{each[name]:.2f}"
                  for name in ("precision", "recall")]  # fmt: skip
        time = "—" if each["time_h"] is None else f"{each['time_h']:.2f}"
        size = "—" if each["size"] is None else f"{each['size']:.1%}"
        cells = (f"`{each['kind']}`", each["planted"], each["met"], each["false"], *ratios, time,
                 size)  # fmt: skip
        print("| " + " | ".join(map(str, cells)) + " |")
    print("\n| must stay silent | planted | fired | as |\n|---|---|---|---|")
    for each in figures["look_alikes"]:
        said = ", ".join(each["kinds"]) or "—"
        print(f"| `{each['case']}` | {each['planted']} | {each['fired']} | {said} |")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=2001, help="first seed (default 2001)")
    parser.add_argument("--seeds", type=int, default=5, help="how many seeds (default 5)")
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    chosen = parser.parse_args()
    figures = report(chosen.seed, chosen.seeds)
    if chosen.json:
        print(json.dumps(figures, indent=1))
    else:
        show(figures)


if __name__ == "__main__":
    main()
