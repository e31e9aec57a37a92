"""The picture once more, naively: sets, loops over all pairs, no columns. For small streams."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from typing import Any

from noroshi.picture.join import WHOLE_DAYS
from noroshi.picture.postings import is_country
from noroshi.picture.priors import MONTH_DAYS, Priors
from noroshi.picture.rates import BURST_DAYS, gamma_quantile
from noroshi.words.asset import AssetGraph
from noroshi.words.time import DAY, parse_instant

Finding = dict[str, Any]


def incidents(
    findings: list[Finding], graph: AssetGraph, priors: Priors, least: float
) -> list[tuple[float, frozenset[str]]]:
    """(score, ids) of every incident from `least` on, in the order in which they are taken."""
    return _World(findings, graph, priors).taken(least)


class _World:
    def __init__(self, findings: list[Finding], graph: AssetGraph, priors: Priors) -> None:
        self.graph, self.priors = graph, priors
        self.findings = findings
        self.t0 = {f["id"]: parse_instant(f["t0"]) / DAY for f in findings}
        self.t1 = {f["id"]: parse_instant(f["t1"]) / DAY for f in findings}
        self.days = max(1.0, max(self.t1.values()) - min(self.t0.values()))
        until = min(self.t0.values())
        for each in sorted(self.t0, key=lambda name: self.t0[name]):
            # Of weeks in which nothing came two are left.
            self.days -= max(0, math.floor((self.t0[each] - until - 14) / 7)) * 7
            until = max(until, self.t1[each])
        self.kinds = Counter((f["domain"], f["kind"]) for f in findings)
        self.domains = Counter(f["domain"] for f in findings)
        self.here = {f["id"]: {*f["assets"], *f["targets"]} for f in findings}
        self.around = {
            f["id"]: {each for key in self.here[f["id"]] for each in self._near(key)}
            for f in findings
        }
        self.extra = self._bursts()
        self.keys = {key for f in findings for key in self.here[f["id"]] | self.around[f["id"]]}

    def _near(self, key: str) -> frozenset[str]:
        near = self.graph.near(key)
        return near if len(near) <= self.priors.graph.hub_degree else frozenset()

    def _via(self, f: Finding, key: str) -> str | None:
        """The token where `f` is by which it is at `key` or near it."""
        if key in self.here[f["id"]]:
            return key
        return next((t for t in [*f["assets"], *f["targets"]] if key in self._near(t)), None)

    def _rate(self, f: Finding, token: str) -> float:
        """Upper bound a day of findings like `f` at `token`, `f` itself left out."""
        same = [g for g in self.findings if g["domain"] == f["domain"]]
        others = sum(token in self.here[g["id"]] for g in same) - 1
        group = [
            each for each in {t for here in self.here.values() for t in here}
            if self._sort(each) == self._sort(token)
        ]  # fmt: skip
        total = sum(each in self.here[g["id"]] for g in same for each in group)
        mean = max(total / max(1, len(group)) / self.days, 1e-12)
        rate = gamma_quantile(others, self.priors.rate.upper) / (0.5 / mean + self.days)
        rate += self.extra[f["id"]]
        kinds = sum(domain == f["domain"] for domain, _ in self.kinds)
        return rate * self.kinds[f["domain"], f["kind"]] / self.domains[f["domain"]] * kinds

    def _sort(self, token: str) -> str:
        known = self.graph.assets.get(token)
        return known.kind if known else token.partition(":")[0] if ":" in token else ""

    def _bursts(self) -> dict[str, float]:
        """What the neighbours of each finding in its own domain and place add to its rate."""
        extra = dict.fromkeys(self.here, 0.0)
        for domain in self.domains:
            seen = [
                (f["id"], token)
                for f in self.findings if f["domain"] == domain for token in self.here[f["id"]]
            ]  # fmt: skip
            near = {
                (f, token): sum(
                    t == token and abs(self.t0[g] - self.t0[f]) <= BURST_DAYS for g, t in seen
                ) - 1
                for f, token in seen
            }  # fmt: skip
            if not near:
                continue
            many = Counter(token for _, token in seen)
            usual = sum(n * (n - 1) for n in many.values()) / len(seen) * 2 * BURST_DAYS / self.days
            excess = max(0.0, sum(near.values()) / len(near) - usual)
            for (f, _), n in near.items():
                extra[f] = max(extra[f], n * excess / (2 * BURST_DAYS))
        return extra

    def _gap(self, f: Finding, g: Finding) -> float | None:
        """Days between, None where the two are not of one cause."""
        if (self.t0[g["id"]], self.t1[g["id"]]) < (self.t0[f["id"]], self.t1[f["id"]]):
            f, g = g, f
        gap = max(0.0, self.t0[g["id"]] - self.t1[f["id"]])
        low, high = self.priors.lag(f["domain"], g["domain"])
        return gap if low <= gap <= high else None

    def _meeting(self, f: Finding, g: Finding) -> tuple[bool, float, float, str] | None:
        """How `g` counts for `f`: (strong, its part, the part of f, key) by the best key."""
        gap = self._gap(f, g)
        if f["domain"] == g["domain"] or f["lineage"] == g["lineage"] or gap is None:
            return None
        first, second = (f, g) if self.t0[f["id"]] <= self.t0[g["id"]] else (g, f)
        low, high = self.priors.lag(first["domain"], second["domain"])
        found: list[tuple[bool, float, float, str]] = []
        for key in sorted(self.keys):
            f_here, g_here = key in self.here[f["id"]], key in self.here[g["id"]]
            f_near, g_near = key in self.around[f["id"]], key in self.around[g["id"]]
            if not ((f_here and (g_here or g_near)) or (g_here and (f_here or f_near))):
                continue
            via_f, via_g = self._via(f, key), self._via(g, key)
            assert via_f
            assert via_g
            rate_f, rate_g = self._rate(f, via_f), self._rate(g, via_g)
            lasting = sum(self.t1[each["id"]] - self.t0[each["id"]] for each in (f, g))
            wide = high - low + lasting
            side = high if high > 0 else high - low
            even, fall = self.priors.gap.even, self.priors.gap.fall
            peak = even + (1 - even) * math.exp(-gap / side / fall) / fall / (
                1 - math.exp(-1 / fall)
            )
            later = self.priors.after(first["domain"], second["domain"])
            close = 1 + (peak * later * (high - low) / side - 1) * (high - low) / wide
            trust_f, trust_g = (self.priors.reliability[each["reliability"]] for each in (f, g))
            chance = max(1 - math.exp(-rate_g * wide), 1e-12)
            share_f, share_g = (
                self.priors.share(each["domain"]) * self._there(key, here)
                for each, here in ((f, f_here), (g, g_here))
            )
            part = math.log10(trust_g * share_g * close / chance + 1 - trust_g)
            own = math.log10(trust_f * share_f / max(rate_f * WHOLE_DAYS, 1e-12) + 1 - trust_f)
            found.append((not is_country(key), part, own, key))
        return max(found, key=lambda each: (each[0], each[1] + each[2]), default=None)

    def _there(self, key: str, here: bool) -> float:
        beside = self.priors.graph.beside
        return beside if not here else 1 - beside if self._near(key) else 1.0

    def star(self, f: Finding, free: set[str]) -> tuple[float, frozenset[str]]:
        """The score of `f` with the best free finding of each other domain."""
        best: dict[str, tuple[Finding, tuple[bool, float, float, str]]] = {}
        for g in self.findings:
            met = self._meeting(f, g)
            if met is None:
                continue
            held = best.get(g["domain"])
            if held is None or (met[0], met[1] + met[2]) > (held[1][0], held[1][1] + held[1][2]):
                best[g["domain"]] = (g, met)
        kept = {d: (g, met) for d, (g, met) in best.items() if g["id"] in free and met[1] > 0}
        for a, b in itertools.combinations(sorted(kept), 2):
            if a in kept and b in kept and kept[a][0]["lineage"] == kept[b][0]["lineage"]:
                del kept[b if kept[b][1][1] <= kept[a][1][1] else a]
        strong = [met for _, met in kept.values() if met[0]]
        if not strong:
            return -math.inf, frozenset()
        own = max(strong, key=lambda met: met[1] + met[2])[2]
        assets = max(1, sum(not is_country(key) for key in self.keys))
        prior = math.log10(self.priors.campaigns_per_month / MONTH_DAYS * WHOLE_DAYS / assets)
        score = prior + own + sum(met[1] for _, met in kept.values())
        for domain in sorted(set(self.domains) - set(kept) - {f["domain"]}):
            score += self._missing(f, domain, best.get(domain), free)
        return score, frozenset({f["id"], *(g["id"] for g, _ in kept.values())})

    def _missing(self, f: Finding, domain: str, best: Any, free: set[str]) -> float:
        """What it says that `domain` has nothing for `f`."""
        gaps = [
            abs(self.t0[g["id"]] - self.t0[f["id"]]) for g in self.findings if g["domain"] == domain
        ]
        silent = 0.0
        if domain in self.priors.detected and min(gaps) <= 3.0:
            silent = math.log10(1 - self.priors.detected[domain])
        if best is None or best[0]["id"] not in free or best[1][1] > 0:
            return silent
        return max(silent, best[1][1])

    def taken(self, least: float) -> list[tuple[float, frozenset[str]]]:
        """The highest star whose middle is free, again and again."""
        free = {f["id"] for f in self.findings}
        found: list[tuple[float, frozenset[str]]] = []
        while True:
            stars = [self.star(f, free) for f in self.findings if f["id"] in free]
            score, ids = max(stars, key=lambda each: each[0], default=(-math.inf, frozenset()))
            if score < least or score == -math.inf:
                return found
            found.append((score, ids))
            free -= ids
