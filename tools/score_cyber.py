"""Scores the cyber desk against planted truth: `python tools/score_cyber.py --seed 1 --seeds 5`.

Every case of `desks/cyber/cases.py` is planted once per seed into a week of each kind of log of
`desks/cyber/written.py`, at hosts and times that the seed draws, among decoys that stand nowhere.
Every other seed's mail log is in UTF-16. Prints tables, or `--json`; `--write FOLDER` leaves the
logs, the intelligence, the assets and the warning list of the first seed for `noroshi`, and what
was planted, sealed by its hash, in `truth.json`.
"""

from __future__ import annotations

import argparse
import io
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from noroshi.desks.cyber import desk
from noroshi.desks.cyber.cases import ALIKES, CASES, TOUCHES
from noroshi.desks.cyber.plant import (
    ASSETS,
    Decoy,
    Inject,
    Truth,
    background,
    decoys,
    plant,
    shape_of,
    written,
)
from noroshi.desks.cyber.score import Scene, decoyed, score_case
from noroshi.desks.cyber.written import LOGS
from noroshi.words.asset import AssetGraph
from noroshi.words.desk import Columns, Context, Found, Named, Source, detect
from noroshi.words.finding import Finding
from noroshi.words.ids import canonical, sha256
from noroshi.words.label import Strand, Tlp, label
from noroshi.words.record import Record
from noroshi.words.time import DAY, parse_instant

BEGIN = parse_instant("2026-11-16T00:00:00Z")
END = BEGIN + 7 * DAY
RETRIEVED = END + DAY
LABEL = label(Strand("JPN", "cyber", "*", Tlp.GREEN))
WARNING = "warning.json"


def source(name: str, data: bytes) -> Source:
    """`data` as what a feed of this name gave."""
    return Source(name, name, RETRIEVED, sha256(data), LABEL, "JPN", "B", lambda: io.BytesIO(data))


class Held:
    """Records and one warning list, as a node would hold them (`words.desk.Known`)."""

    def __init__(self, records: Sequence[Record], warning: bytes, folder: Path) -> None:
        self._live = {each.id: each for each in records if each.status == "live"}
        self._warning, self.folder = warning, folder

    def digest(self, kinds: Sequence[str]) -> str:
        return sha256(canonical(sorted(each.sha256 for each in self._live.values())))

    def records(self, kinds: Sequence[str], after: int = 0) -> Iterator[tuple[int, Record]]:
        held = (each for each in self._live.values() if each.kind in kinds)
        yield from ((n, each) for n, each in enumerate(held, 1) if n > after)

    def record(self, id: str) -> Record | None:
        return self._live.get(id)

    def files(self, patterns: Sequence[str]) -> Sequence[Named]:
        return [Named(WARNING, sha256(self._warning), lambda: io.BytesIO(self._warning))]


class Made(msgspec.Struct, frozen=True):
    """One seed's logs, intelligence, warning list and truth."""

    logs: tuple[Columns, ...]
    bundle: bytes
    warning: bytes
    truths: tuple[Truth, ...]
    lines: int


def made(seed: int, lines: int, many: int) -> Made:
    """Every case once, each in a log that shows it."""
    looked_for = decoys(many, seed, BEGIN)
    logs = {name: written(source(name, b""), whole(name, lines, seed, looked_for)) for name in LOGS}
    truths: list[Truth] = []
    for number, case in enumerate(CASES):
        chance = seed * 1000 + number
        showing = [name for name, log in LOGS.items() if shape_of(case) in log.lines]
        name = showing[chance % len(showing)]
        at = BEGIN + DAY + chance * 7_919_000_003 % (5 * DAY)
        logs[name], told = plant(Inject(case, at), logs[name], chance)
        truths += told
    if seed % 2:
        mail = logs["mail.log"].source.open().read().decode().encode("utf-16")
        logs["mail.log"] = written(logs["mail.log"].source, mail)
    objects = [each.stix for each in (*truths, *looked_for)]
    bundle = b'{"type":"bundle","id":"bundle--%s","objects":[' % _uuid(seed)
    listed = sorted({value for truth in truths for value in truth.listed})
    warning = {"name": "Planted", "type": "cidr", "list": listed, "matching_attributes": ["ip-dst"]}
    return Made(
        tuple(logs.values()), bundle + b",".join(objects) + b"]}", canonical(warning),
        tuple(truths), lines * len(LOGS),
    )  # fmt: skip


def _uuid(seed: int) -> bytes:
    return b"00000000-0000-4000-8000-%012d" % seed


def whole(log: str, lines: int, seed: int, looked_for: Sequence[Decoy]) -> bytes:
    """The background of one log."""
    return "".join(background(log, lines, BEGIN, END, seed, looked_for)).encode()


def find(given: Made, folder: Path) -> tuple[Finding, ...]:
    """Everything that the desk finds with its default parameters and the warning list."""
    bundle = source("indicators.json", given.bundle)
    records = [each for each in desk.read(bundle) if isinstance(each, Record)]
    chosen = desk.parameters({"warning_lists": [WARNING]})
    context = Context(
        "JPN", AssetGraph(ASSETS), desk.kinds, chosen, sha256(canonical(chosen)),
        Held(records, given.warning, folder),
    )  # fmt: skip
    columns: list[Columns] = []
    for log in given.logs:
        columns += [each for each in desk.read(log.source) if isinstance(each, Columns)]
    emits = detect(desk, context, columns)
    return tuple(emit.finding for emit in emits if isinstance(emit, Found))


def report(first: int, many: int, lines: int, looked_for: int) -> dict[str, Any]:
    """All figures as one table of plain values."""
    scenes: list[Scene] = []
    for seed in range(first, first + many):
        print(f"seed {seed} ({seed - first + 1} of {many})", file=sys.stderr)
        given = made(seed, lines, looked_for)
        with tempfile.TemporaryDirectory() as folder:
            scenes.append(Scene(given.truths, find(given, Path(folder)), given.lines))
    touches = [score_case(case, scenes) for case in TOUCHES]
    alikes = [score_case(case, scenes) for case in ALIKES]
    met, planted = sum(each.met for each in touches), sum(each.planted for each in touches)
    decoy = sum(decoyed(scene) for scene in scenes)
    false = sum(each.false for each in (*touches, *alikes)) + decoy
    total = sum(scene.lines for scene in scenes)
    return {
        "seeds": [first, first + many - 1],
        "lines": total,
        "decoys": looked_for,
        "precision": met / (met + false) if met + false else None,
        "recall": met / planted if planted else None,
        "false": false,
        "false_decoys": decoy,
        "false_per_million_lines": round(false * 1e6 / total, 2),
        "touches": [msgspec.to_builtins(each) for each in touches],
        "look_alikes": [msgspec.to_builtins(each) for each in alikes],
    }


def show(figures: dict[str, Any]) -> None:
    """As Markdown tables: they stand in docs/cyber.md."""
    print(
        f"Seeds {figures['seeds']}, {figures['lines']:,} lines, {figures['decoys']:,} decoys: "
        f"precision {figures['precision']:.3f}, recall {figures['recall']:.3f}, "
        f"{figures['false']} false ({figures['false_per_million_lines']} per million lines).\n"
    )
    print("| touch | planted | met | lines right | false |\n|---|---|---|---|---|")
    for each in figures["touches"]:
        cells = (f"`{each['case']}`", each["planted"], each["met"], each["exact"], each["false"])
        print("| " + " | ".join(map(str, cells)) + " |")
    print("\n| must stay silent | planted | fired |\n|---|---|---|")
    for each in figures["look_alikes"]:
        print(f"| `{each['case']}` | {each['planted']} | {each['false']} |")


def leave(given: Made, folder: Path) -> None:
    """The files of one seed, for `noroshi ingest`."""
    folder.mkdir(parents=True, exist_ok=True)
    for log in given.logs:
        (folder / log.source.name).write_bytes(log.source.open().read())
    (folder / "indicators.json").write_bytes(given.bundle)
    (folder / WARNING).write_bytes(given.warning)
    lines = ['format = "assets/1"', 'tlp = "green"']
    for each in ASSETS:
        said = {key: getattr(each, key) for key in ("id", "kind", "name", "owner", "identifiers")}
        lines += ["[[asset]]", *(f"{key} = {json.dumps(value)}" for key, value in said.items())]
    (folder / "assets.toml").write_text("\n".join(lines) + "\n", "utf-8")
    truth = canonical([msgspec.structs.replace(each, stix=b"") for each in given.truths])
    (folder / "truth.json").write_bytes(truth)
    print(f"sealed truth: sha256 {sha256(truth)}")


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="first seed (default 1)")
    parser.add_argument("--seeds", type=int, default=5, help="how many seeds (default 5)")
    parser.add_argument("--lines", type=int, default=40_000, help="of each log (default 40,000)")
    parser.add_argument("--decoys", type=int, default=20_000, help="looked for in vain")
    parser.add_argument("--json", action="store_true", help="figures as JSON")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="leave the first seed's files")
    chosen = parser.parse_args()
    if chosen.write:
        leave(made(chosen.seed, chosen.lines, chosen.decoys), chosen.write)
        return
    figures = report(chosen.seed, chosen.seeds, chosen.lines, chosen.decoys)
    if chosen.json:
        print(json.dumps(figures, indent=1))
    else:
        show(figures)


if __name__ == "__main__":
    main()
