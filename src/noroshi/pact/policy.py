"""Policy: a set of agreements with grants and consents, ready to decide from.

Nothing is parsed at a decision: passages are made once per (originator, party, pillar) and kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from noroshi.pact.format import Agreement, When
from noroshi.pact.passage import Passage, passage
from noroshi.pact.windows import Bound, Window, bound, windows
from noroshi.words import ids
from noroshi.words.emergency import Emergency
from noroshi.words.grant import Consent, Grant
from noroshi.words.party import Parties
from noroshi.words.time import FOREVER
from noroshi.words.transform import Transform, union


class Limit(NamedTuple):
    """A prohibition (no transforms) or a requirement, and while it stands for a strand."""

    id: str
    when: When
    window: Window
    transforms: tuple[Transform, ...]


Limits = tuple[tuple[Limit, ...], tuple[Limit, ...]]
"""(prohibitions, requirements)."""


class Policy:
    """What one node decides from. Immutable in effect; safe to share between threads."""

    def __init__(
        self,
        agreements: Iterable[Agreement],
        parties: Parties,
        grants: Mapping[str, Grant] | None = None,
        consents: Iterable[Consent] = (),
        emergencies: Iterable[Emergency] = (),
    ) -> None:
        self.agreements = tuple(sorted(agreements, key=lambda each: each.id))
        self.parties = parties
        self.grants: Mapping[str, Grant] = grants if grants is not None else {}
        self.consents = tuple(consents)
        self.emergencies = tuple(emergencies)
        self.set_sha256 = ids.sha256(
            ids.canonical([[each.id, each.sha256] for each in self.agreements])
        )
        self.by_id = {each.id: each for each in self.agreements}
        self.windows = windows(self.agreements)
        self.bounds = {each.id: bound(each, self.windows[each.id]) for each in self.agreements}
        self._passages: dict[tuple[str, str, str], tuple[Passage, ...]] = {}
        self._limits: dict[tuple[str, str, str | None], Limits] = {}
        self._consents: dict[str, list[Consent]] = {}
        for consent in self.consents:
            self._consents.setdefault(consent.originator, []).append(consent)

    def breaks(self) -> tuple[int, ...]:
        """Instants (µs UTC, sorted) at which some agreement starts or ends, or starts or ends
        binding a party. Those of one that never binds count too: what was received under its name
        is limited from its start and closed from its end."""
        bounds = (each.window for of in self.bounds.values() for each in of.values())
        instants = {instant for window in (*self.windows.values(), *bounds) for instant in window}
        return tuple(sorted(instants - {FOREVER}))

    def passages(self, originator: str, party: str, pillar: str) -> tuple[Passage, ...]:
        """Every release clause between the two parties (or what they are below) that covers the
        pillar, in declared order: by agreement id, then as written."""
        key = (originator, party, pillar)
        found = self._passages.get(key)
        if found is None:
            found = self._passages[key] = tuple(self._make(originator, party, pillar))
        return found

    def limits(self, originator: str, pillar: str, agreement: str | None) -> Limits:
        """What limits strands of `originator` and `pillar` received under `agreement` (None: under
        none)."""
        key = (originator, pillar, agreement)
        found = self._limits.get(key)
        if found is None:
            pairs = tuple(self._stands(originator, agreement))
            found = self._limits[key] = (
                tuple(
                    Limit(f"{each.id}/{clause.id}", clause.when, window, ())
                    for each, window in pairs
                    for clause in each.file.prohibit
                    if clause.when.pillars is None or pillar in clause.when.pillars
                ),
                tuple(
                    Limit(f"{each.id}/{clause.id}", clause.when, window, union(clause.transform))
                    for each, window in pairs
                    for clause in each.file.require
                    if clause.when.pillars is None or pillar in clause.when.pillars
                ),
            )
        return found

    def consents_of(self, originator: str) -> Iterable[Consent]:
        """The consents that `originator` gave."""
        return self._consents.get(originator, ())

    def acts(self) -> frozenset[str]:
        """The records about each of which is decided apart: a consent or an emergency names it."""
        consented = (each.selector.record for each in self.consents)
        urgent = (each.record for each in self.emergencies)
        return frozenset(each for each in (*consented, *urgent) if each is not None)

    def legal(self, agreement: str, code: str) -> list[tuple[str, Bound]]:
        """The legal parties of an agreement that `code` is or is below, nearest first."""
        of = self.bounds[agreement]
        return [(each, of[each]) for each in self.parties.line(code) if each in of]

    def _make(self, originator: str, party: str, pillar: str) -> Iterable[Passage]:
        line = (self.parties.line(originator), self.parties.line(party))
        for each in self.agreements:
            pairs = [
                ((a, b), (bound_a, bound_b))
                for a, bound_a in self.legal(each.id, originator)
                for b, bound_b in self.legal(each.id, party)
                if a != b
            ]
            for clause in each.file.release:
                if pairs and pillar in clause.pillars:
                    for pair, bounds in pairs:
                        yield passage(each, self.windows[each.id], clause, pair, bounds, line)

    def _stands(self, originator: str, agreement: str | None) -> Iterable[tuple[Agreement, Window]]:
        """Agreements under which a strand stands: its originator's, while it is bound, and the one
        of its grant, from its start and for good: what was received under it stays under it."""
        for each in self.agreements:
            if each.id == agreement:
                yield each, Window(self.windows[each.id].start, FOREVER)
            else:
                for _, (window, _made) in self.legal(each.id, originator):
                    yield each, window
