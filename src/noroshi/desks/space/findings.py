"""From what detectors saw to findings: the same way for every kind."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import msgspec

from noroshi.words.finding import Credibility, Finding, Measure, Reliability, finding_ids
from noroshi.words.ids import canonical

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from noroshi.desks.space.state import State
    from noroshi.words.asset import Asset
    from noroshi.words.evidence import Evidence
    from noroshi.words.place import Place
    from noroshi.words.time import Span

VERSION = "5"
"""Of the detectors: part of every finding, raised when the same input may give other findings."""


class Seen(msgspec.Struct, frozen=True):
    """What a detector saw: objects by number, the element sets it rests on (rows of the state's
    table) or places of messages, what was measured, and the place on the ground below. `cell` tells
    apart what else is equal."""

    kind: str
    span: Span
    objects: tuple[str, ...]
    measures: dict[str, Measure]
    rows: tuple[Any, ...] = ()
    places: tuple[tuple[int, int, int], ...] = ()
    credibility: Credibility = 3
    cell: str = ""
    place: Place | None = None


class Builder:
    """Makes findings of what detectors saw."""

    def __init__(self, state: State) -> None:
        self._state, self._context = state, state.context
        self._assets = satellites(state)

    def build(self, seen: Seen) -> Finding:
        """The finding of one sighting."""
        kind = self._context.kinds[seen.kind]
        detector = f"space/{seen.kind}"
        subjects = tuple(dict.fromkeys(seen.objects))
        identity, observation = finding_ids(
            self._context.party, detector, kind, subjects, seen.span.t0, seen.cell
        )
        assets = [self._assets[each] for each in subjects if each in self._assets]
        sources = [int(row["source"]) for row in seen.rows] + [each[0] for each in seen.places]
        evidence: set[Evidence] = {self._state.evidence(row) for row in seen.rows}
        evidence |= {self._state.at(*each) for each in seen.places}
        evidence |= {each.evidence for each in assets if each.evidence is not None}
        return Finding(
            id=identity,
            observation=observation,
            version=0,
            owner=self._context.party,
            kind=seen.kind,
            span=seen.span,
            place=seen.place,
            subjects=subjects,
            assets=tuple(sorted({each.id for each in assets})),
            measures=seen.measures | self._named(subjects),
            evidence=tuple(sorted(evidence, key=canonical)),
            detector=detector,
            detector_version=VERSION,
            params_sha256=self._context.params_sha256,
            reliability=cast(
                "Reliability", max(map(self._state.reliability, sources), default="F")
            ),
            credibility=seen.credibility,
        )

    def _named(self, subjects: Sequence[str]) -> dict[str, Measure]:
        return named(self._state, subjects)


def subject(norad: int) -> str:
    """An object as a subject."""
    return f"norad:{norad}"


def named(state: State, subjects: Iterable[str]) -> dict[str, Measure]:
    """The names of objects, in their order, and whose they are."""
    numbers = [int(each.partition(":")[2]) for each in subjects if each.startswith("norad:")]
    known = [state.known.get(number) for number in numbers]
    if not any(each is not None and each.name for each in known):
        return {}
    found: dict[str, Measure] = {"names": ", ".join(each.name if each else "" for each in known)}
    if any(each is not None and each.owner for each in known):
        found["owners"] = ", ".join((each.owner if each else "") or "—" for each in known)
    return found


def satellites(state: State) -> dict[str, Asset]:
    """The protected satellites among the assets by subject: by their `norad:` and `cospar:`
    identifiers, under every number that has the same international designator."""
    designators = {subject(number): each.cospar for number, each in sorted(state.known.items())}
    numbers: dict[str, list[str]] = {}
    for name, cospar in designators.items():
        numbers.setdefault(cospar, []).append(name)
    found: dict[str, Asset] = {}
    alike: list[tuple[str, Asset]] = []
    for _, asset in sorted(state.context.assets.assets.items()):
        for each in asset.identifiers:
            scheme, _, value = each.partition(":")
            if scheme == "norad":
                found.setdefault(each, asset)
                alike.append((designators.get(each, ""), asset))
            elif scheme == "cospar":
                alike.append((value.upper(), asset))
    # A number that an asset names is that asset's, whatever another's designator says.
    for cospar, asset in alike:
        for name in numbers[cospar] if cospar and cospar in numbers else ():
            found.setdefault(name, asset)
    return found
