"""Streams with known truth: background at uneven rates, campaigns and decoys; seeded.

What is drawn here is not what the score assumes: gaps are gamma or even in turns, rates of assets
are log-normal and come in bursts, kinds differ. So figures on it are not the assumptions read back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, Literal

import msgspec
import numpy as np

from noroshi.picture.lines import Array
from noroshi.words.asset import Asset, AssetEdge, AssetGraph
from noroshi.words.time import DAY, HOUR, format_instant, parse_instant

BEGIN: Final = parse_instant("2026-01-01T00:00:00Z")
KINDS: Final[dict[str, tuple[tuple[str, float, float], ...]]] = {
    # kind, share of the background, share of campaigns
    "maritime": (("crossing", 0.7, 0.4), ("gap", 0.2, 0.3), ("loitering", 0.1, 0.3)),
    "cyber": (("scan", 0.6, 0.2), ("intrusion", 0.15, 0.5), ("outage", 0.25, 0.3)),
    "information": (("burst", 0.8, 0.7), ("claim", 0.2, 0.3)),
}
SEEN: Final = {"maritime": 0.9, "cyber": 0.7, "information": 0.8}
"""P(a domain reports something of a campaign), as in the reference of docs/picture.md."""
A_DAY: Final = {"maritime": 0.02, "cyber": 0.01, "information": 0.012}
"""Background findings a day at an asset of the middling kind."""
DECOYS: Final = ("wrong asset", "wrong target", "one source", "nine days late")

Role = Literal["background", "campaign", "decoy"]


class World(msgspec.Struct, frozen=True):
    """What is drawn: so many cables, so many days, so many campaigns and decoys of each kind."""

    cables: int = 120
    days: float = 365.0
    campaigns: int = 40
    decoys: int = 10
    busy: float = 1.0
    seed: int = 1


class Truth(msgspec.Struct, frozen=True):
    """One campaign or decoy and the ids of its findings."""

    name: str
    role: Role
    findings: tuple[str, ...]


class Planted(msgspec.Struct, frozen=True):
    """Lines of a stream as mappings, the graph they stand on, and the truth."""

    lines: tuple[dict[str, Any], ...]
    graph: AssetGraph
    truth: tuple[Truth, ...]


def plant(world: World) -> Planted:
    """Draw a world."""
    return _Drawing(world).drawn()


class _Drawing:
    """A world while it is drawn."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.draw = np.random.default_rng(world.seed)
        self.lines: list[dict[str, Any]] = []
        self.truth: list[Truth] = []
        self.places = self.draw.uniform((-8, 54), (28, 66), (world.cables, 2))
        self.operators = self.draw.integers(0, max(1, world.cables // 3), world.cables)

    def drawn(self) -> Planted:
        """Everything, in no order."""
        for domain in KINDS:
            self._background(domain)
        for n in range(self.world.campaigns):
            self._campaign(n)
        for name in DECOYS:
            for n in range(self.world.decoys):
                self._decoy(name, n)
        self.draw.shuffle(self.lines)  # pyright: ignore[reportArgumentType]
        return Planted(tuple(self.lines), self._graph(), tuple(self.truth))

    def _graph(self) -> AssetGraph:
        run_by: list[int] = self.operators.tolist()
        cables = [Asset(f"cable:{n}", "cable", f"Cable {n}") for n in range(len(run_by))]
        operators = [Asset(f"operator:{n}", "operator", f"Operator {n}") for n in set(run_by)]
        edges = [
            AssetEdge(f"cable:{n}", f"operator:{each}", "operated_by")
            for n, each in enumerate(run_by)
        ]
        return AssetGraph((*cables, *operators), tuple(edges))

    def _background(self, domain: str) -> None:
        world = self.world
        rates = A_DAY[domain] * world.busy * self.draw.lognormal(0, 1, world.cables)
        names, shares, _ = zip(*KINDS[domain], strict=True)
        for cable, rate in enumerate(rates):
            # A third comes in bursts of a few within two days, as real feeds do.
            count = int(self.draw.poisson(float(rate) * world.days * 0.75))
            times: Array = self.draw.uniform(0, world.days, count)
            for at in times.tolist():
                many = 1 + (self.draw.poisson(1.0) if self.draw.random() < 0.25 else 0)
                for _ in range(many):
                    shift = self.draw.exponential(0.7) if many > 1 else 0.0
                    kind = str(self.draw.choice(names, p=shares))
                    self._line(domain, kind, cable, min(world.days, at + shift))

    def _campaign(self, n: int) -> None:
        cable = int(self.draw.integers(self.world.cables))
        at = self.draw.uniform(6, self.world.days - 6)
        found: list[str] = []
        while len(found) < 2:
            found = [
                self._of_campaign(domain, cable, at)
                for domain, seen in SEEN.items()
                if self.draw.random() < seen
            ]
        self.truth.append(Truth(f"campaign {n}", "campaign", tuple(found)))

    def _of_campaign(self, domain: str, cable: int, at: float) -> str:
        kind = self._kind(domain)
        if domain == "maritime":
            return self._line(domain, kind, cable, at)
        if domain == "cyber":
            wide = self.draw.random() < 0.3
            gap = self.draw.uniform(-2.5, 2.5) if wide else self.draw.normal(0, 0.6)
        else:
            wide = self.draw.random() < 0.3
            gap = self.draw.uniform(-0.5, 3.5) if wide else self.draw.gamma(1.5, 0.5)
        return self._line(domain, kind, cable, at + gap)

    def _kind(self, domain: str) -> str:
        names, _, shares = zip(*KINDS[domain], strict=True)
        return str(self.draw.choice(names, p=shares))

    def _decoy(self, name: str, n: int) -> None:
        """Two findings of a campaign, with the one thing wrong that the name says."""
        cable, other = (int(each) for each in self.draw.choice(self.world.cables, 2, replace=False))
        at = self.draw.uniform(12, self.world.days - 12)
        source = f"shared {n}" if name == "one source" else None
        pair = ("maritime", "information") if name == "wrong target" else ("maritime", "cyber")
        first = self._line(pair[0], self._kind(pair[0]), cable, at, source)
        elsewhere = other if name in ("wrong asset", "wrong target") else cable
        later = at + (9.0 if name == "nine days late" else self.draw.uniform(0, 1))
        second = self._line(pair[1], self._kind(pair[1]), elsewhere, later, source)
        self.truth.append(Truth(f"{name} {n}", "decoy", (first, second)))

    def _line(
        self, domain: str, kind: str, cable: int, at: float, lineage: str | None = None
    ) -> str:
        number = f"{domain[:1]}{len(self.lines)}"
        t0 = BEGIN + int(at * DAY)
        lasts = int(self.draw.exponential(2) * HOUR)
        line: dict[str, Any] = {
            "id": number,
            "domain": domain,
            "kind": kind,
            "t0": format_instant(t0),
            "t1": format_instant(t0 + lasts),
            "precision": "min",
            "source": f"{domain} feed",
            "lineage": lineage or f"{domain} {len(self.lines)}",
            "reliability": str(self.draw.choice(list("ABCD"), p=(0.3, 0.4, 0.2, 0.1))),
            "credibility": 2,
        }
        named = f"cable:{cable}"
        if domain == "maritime":
            lon, lat = self.places[cable] + self.draw.normal(0, 0.02, 2)
            line |= {"lat": round(float(lat), 5), "lon": round(float(lon), 5), "radius": 500}
            line["assets"] = [named]
        elif domain == "cyber":
            through = self.draw.random() < 0.6
            line["assets"] = [f"operator:{self.operators[cable]}" if through else named]
        else:
            through = self.draw.random() < 0.4
            line["targets"] = [f"operator:{self.operators[cable]}" if through else named]
        self.lines.append(line)
        return number


def lines(planted: Planted) -> Iterator[bytes]:
    """The stream as JSON lines."""
    for each in planted.lines:
        yield msgspec.json.encode(each)
