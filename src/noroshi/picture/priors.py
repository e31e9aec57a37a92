"""The stated part of a score: a versioned table that anyone can read and change."""

from __future__ import annotations

import importlib.resources
import tomllib
from pathlib import Path
from typing import Final, Literal

import msgspec

from noroshi.words.errors import BadInput
from noroshi.words.ids import sha256

HOUR_DAYS: Final = 1 / 24
MONTH_DAYS: Final = 365.25 / 12
NEITHER: Final = ("cyber", "information")
"""Domains that are not physical."""


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How many hours after the first of `pair` ended the second may begin (negative: before), and
    P(it begins before the first)."""

    pair: tuple[str, str]
    hours: tuple[float, float]
    before: float


class Nearness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Places within both radii and `reach_m` are one; beyond `vague_m` a place joins nothing."""

    reach_m: float
    vague_m: float


class Graph(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An asset with more neighbours than `hub_degree` hands nothing on. `beside` is P(what a desk
    reports of a campaign is at a neighbour of the asset that it is about)."""

    hub_degree: int
    beside: float


class Gap(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How the time between two findings of one cause is spread over its window: the share `even`
    of it evenly, the rest falling off with the share `fall` of the side it is on."""

    even: float
    fall: float


class Rate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Background rates count at their `upper` quantile."""

    upper: float


class Priors(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`detected` is P(a desk reports something | campaign), `reliability` P(a source is right);
    `domain` names kinds that stand for another domain than their desk's."""

    format: Literal["priors/1"]
    version: str
    campaigns_per_month: float
    detected: dict[str, float]
    reliability: dict[str, float]
    domain: dict[str, str]
    window: tuple[Window, ...]
    place: Nearness
    graph: Graph
    gap: Gap
    rate: Rate
    digest: str = ""

    def domain_of(self, kind: str, pillar: str) -> str:
        """The domain that a kind of a desk's pillar stands for."""
        return self.domain.get(kind, pillar)

    def share(self, domain: str) -> float:
        """P(`domain` reports something of a campaign)."""
        return self.detected.get(domain, self.detected["default"])

    def lag(self, first: str, second: str) -> tuple[float, float]:
        """Days that `second` may begin after `first` ended: lowest and highest."""
        for each in self.window:
            a, b = each.pair
            low, high = each.hours
            if _means(a, first) and _means(b, second):
                return low * HOUR_DAYS, high * HOUR_DAYS
            if _means(a, second) and _means(b, first):
                return -high * HOUR_DAYS, -low * HOUR_DAYS
        return 0.0, 0.0

    def after(self, first: str, second: str) -> float:
        """P(`second` begins after `first`), both being of one cause."""
        for each in self.window:
            a, b = each.pair
            if _means(a, first) and _means(b, second):
                return 1 - each.before
            if _means(a, second) and _means(b, first):
                return each.before
        return 0.5


def _means(named: str, domain: str) -> bool:
    return named == domain or (named == "physical" and domain not in NEITHER)


def load_priors(path: Path | None = None) -> Priors:
    """The table at `path`, else the packaged one. Raises `BadInput` naming file and key."""
    where = str(path) if path else "priors.toml"
    if path:
        data = path.read_bytes()
    else:
        data = importlib.resources.files("noroshi").joinpath("data/priors/priors.toml").read_bytes()
    try:
        found = msgspec.convert(tomllib.loads(data.decode()), Priors)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as problem:
        raise BadInput(where, str(problem), hint="docs/picture.md explains the keys") from problem
    _check(found, where)
    return msgspec.structs.replace(found, digest=sha256(data))


def _check(priors: Priors, where: str) -> None:
    def wrong(key: str, found: object, expected: str) -> BadInput:
        return BadInput(where, f"key {key}", found=repr(found), expected=expected)

    if "default" not in priors.detected:
        raise wrong("detected", sorted(priors.detected), "a `default` among them")
    beside = ("graph.beside", priors.graph.beside)
    for name, share in (*priors.detected.items(), *priors.reliability.items(), beside):
        if not 0 <= share < 1:
            raise wrong(name, share, "a probability, 0 ≤ p < 1")
    if set(priors.reliability) != set("ABCDEF"):
        raise wrong("reliability", sorted(priors.reliability), "A to F")
    for window in priors.window:
        low, high = window.hours
        if not -24 * 60 <= low <= high <= 24 * 60:
            raise wrong("window", window.hours, "[from, to] in hours, at most 60 days")
        if not 0 < window.before < 1:
            raise wrong("window.before", window.before, "a probability, 0 < p < 1")
    if not (0 <= priors.gap.even <= 1 and priors.gap.fall > 0):
        raise wrong("gap", priors.gap, "0 ≤ even ≤ 1 and fall > 0")
    if not 0 < priors.rate.upper < 1 or priors.campaigns_per_month <= 0:
        raise wrong("rate.upper", priors.rate.upper, "0 < upper < 1, and campaigns_per_month > 0")
