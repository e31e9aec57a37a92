"""Spread: to whom one strand may go, by which clause and how transformed, for all parties at once.

One holder and one instant. Terms of the strand, prohibitions, grants and consents become sets of
parties; `ways` does the same for release clauses. `receive` and `pass_on` are one question here,
as they are in `decide`; `keep` asks about the holder alone and has no audience.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from noroshi.pact.decide import OWN, PUBLIC, is_public
from noroshi.pact.emergency import barred
from noroshi.pact.format import When
from noroshi.pact.masks import Masks
from noroshi.pact.policy import Policy
from noroshi.pact.ways import Part, Way, least, reached, sum_masks, ways
from noroshi.words.grant import Grant
from noroshi.words.handling import controlled, listed
from noroshi.words.label import Strand, Tlp
from noroshi.words.transform import Transform, union

Limited = tuple[When, tuple[Transform, ...]]


class Spread:
    """What `holder` may release at `at` under `policy`, strand by strand."""

    def __init__(self, policy: Policy, masks: Masks, holder: str, at: int) -> None:
        self.policy, self.masks, self.holder, self.at = policy, masks, holder, at
        self._ways: dict[tuple[str, str], tuple[Way, ...]] = {}
        self._limits: dict[tuple[str, str | None], tuple[list[Limited], list[Limited]]] = {}

    def of(
        self, strand: Strand, record: str | None = None, made: int | None = None
    ) -> tuple[Part, ...]:
        """Who receives the strand of `record`, made at `made` (µs UTC): parts without overlap."""
        own = self.masks.below(strand.originator)
        grant = self.policy.grants.get(strand.grant) if strand.grant is not None else None
        under = None if grant is None else grant.clause.partition("/")[0]
        prohibitions, requirements = self._limited(strand.originator, under)
        room = self._terms(strand) & ~own
        for when, _ in prohibitions:
            room &= ~self._meant(when, strand)
        parts = [Part(own, OWN, ())]
        if room:
            found = self._given(strand, grant, record, made)
            inside = (Part(mask & room, clause, how) for mask, clause, how in found)
            parts += self._required(inside, requirements, strand)
        return tuple(part for part in parts if part.mask)

    def _given(
        self, strand: Strand, grant: Grant | None, record: str | None, made: int | None
    ) -> Iterable[Part]:
        """What gives the strand to whom, its own terms and all limits aside."""
        if self.holder != strand.originator:
            passed = self._passed_on(strand, grant, record)
            return () if grant is None else (Part(passed, grant.clause, ()),)
        if is_public(strand):
            return (Part(self.masks.everyone, PUBLIC, ()),)
        key = (strand.originator, strand.pillar)
        found = self._ways.get(key)
        if found is None:
            found = self._ways[key] = ways(self.policy, self.masks, *key, self.at)
        agreed = self._agreed(strand, record)
        every = [
            Part(reached(each, strand, made, agreed), each.id, each.transforms) for each in found
        ]
        parts = list(least(every))
        return [*parts, *self._urgent(strand, record, sum_masks(part.mask for part in parts))]

    def _urgent(self, strand: Strand, record: str | None, reached: int) -> Iterator[Part]:
        """Whom an emergency release gives it that no clause reaches."""
        if not self.policy.emergencies or barred(strand) is not None:
            return
        for each in self.policy.emergencies:
            mask = self.masks.bit(each.party) & ~reached
            if mask and each.record == record and each.since <= self.at < each.until:
                reached |= mask
                yield Part(mask, each.clause, ())

    def _terms(self, strand: Strand) -> int:
        """Whom the strand's own terms let through at this instant."""
        masks, at = self.masks, self.at
        shut = (
            any(code not in self.policy.parties for code in strand.denied)
            or (strand.tlp is Tlp.RED and strand.only is None)
            or (strand.not_before is not None and at < strand.not_before)
            or (strand.expires is not None and at >= strand.expires)
        )
        if shut:
            return 0
        named = masks.everyone if strand.only is None else masks.of(strand.only)
        hands = sum(masks.bit(code) for code in strand.via if code in masks.position)
        return named & ~masks.of(strand.denied) & ~hands

    def _agreed(self, strand: Strand, record: str | None) -> int:
        """The parties that consents for this strand, valid at this instant, name."""
        return self.masks.of(self._consenting(strand, record))

    def _consenting(self, strand: Strand, record: str | None) -> Iterator[str]:
        asked = {
            "record": record,
            "grant": strand.grant,
            "pillar": strand.pillar,
            "kind": strand.kind,
        }
        for consent in self.policy.consents_of(strand.originator):
            given = {
                name: wanted
                for name in asked
                if (wanted := getattr(consent.selector, name)) is not None
            }
            if self.at < consent.until and given and given.items() <= asked.items():
                yield consent.recipient

    def _passed_on(self, strand: Strand, grant: Grant | None, record: str | None) -> int:
        """To whom a holder that is not the originator may pass the strand, by its grant alone."""
        line = self.policy.parties.line(self.holder)
        if grant is None or grant.originator != strand.originator or grant.onward == "none":
            return 0
        if grant.until is not None and self.at >= grant.until:
            return 0
        consenting = set(self._consenting(strand, record))
        if grant.onward != "free" and not {*line} & {*grant.recipients, *consenting}:
            return 0
        mask = self._under_agreement(grant, line)
        agreed = self.masks.of(consenting)
        if strand.orcon or grant.onward == "originator_consent":
            mask &= agreed
        return mask & self.masks.of(grant.recipients) if grant.onward == "parties" else mask

    def _under_agreement(self, grant: Grant, line: tuple[str, ...]) -> int:
        """Whom the end of the grant's agreement, exits from it and its hub leave."""
        agreement = self.policy.by_id.get(grant.clause.partition("/")[0])
        if agreement is None:
            return self.masks.everyone
        ended = self.at >= self.policy.windows[agreement.id].end
        if ended or self._left(agreement.id, grant.originator):
            return 0
        if self._left(agreement.id, self.holder):
            return 0
        gone = sum_masks(
            self.masks.bit(code)
            for code in self.policy.parties.order
            if self._left(agreement.id, code)
        )
        hub = agreement.head.hub
        through = self.masks.everyone if hub is None or hub in line else self.masks.below(hub)
        return through & ~gone

    def _left(self, agreement: str, code: str) -> bool:
        """Whether all through which `code` was ever bound is over."""
        bounds = self.policy.bounds[agreement]
        ends = [
            bounds[each].window.end for each in self.policy.parties.line(code) if each in bounds
        ]
        return bool(ends) and self.at >= max(ends)

    def _limited(self, originator: str, under: str | None) -> tuple[list[Limited], list[Limited]]:
        """(prohibitions, requirements) that bind strands of `originator`, held `under` a grant of
        an agreement."""
        found = self._limits.get((originator, under))
        if found is None:
            every = self.policy.agreements
            standing = [each for each in every if self._stands(each.id, originator, under)]
            found = self._limits[originator, under] = (
                [(clause.when, ()) for each in standing for clause in each.file.prohibit],
                [
                    (clause.when, union(clause.transform))
                    for each in standing
                    for clause in each.file.require
                ],
            )
        return found

    def _stands(self, agreement: str, originator: str, under: str | None) -> bool:
        if agreement == under:
            return self.policy.windows[agreement].start <= self.at
        bounds = self.policy.bounds[agreement]
        line = self.policy.parties.line(originator)
        return any(code in bounds and self.at in bounds[code].window for code in line)

    def _meant(self, when: When, strand: Strand) -> int:
        """The recipients for whom the condition holds."""
        if not _speaks(when, strand):
            return 0
        masks = self.masks
        found = masks.everyone if when.recipients is None else masks.of(when.recipients)
        if when.not_in is not None and strand.only is not None:
            found &= ~masks.of(strand.only)
        return found

    def _required(
        self, parts: Iterable[Part], requirements: list[Limited], strand: Strand
    ) -> Iterable[Part]:
        """`parts` with what is required of some parties added, split where it differs."""
        for when, transforms in requirements:
            meant = self._meant(when, strand)
            if meant:
                parts = [
                    split
                    for mask, clause, how in parts
                    for split in (
                        Part(mask & meant, clause, union(how, transforms)),
                        Part(mask & ~meant, clause, how),
                    )
                    if split.mask
                ]
        return parts


def _speaks(when: When, strand: Strand) -> bool:
    """Whether every field of the condition that is the same for all recipients holds."""
    return not (
        (when.pillars is not None and strand.pillar not in when.pillars)
        or (when.kinds is not None and strand.kind not in when.kinds)
        or (when.tlp_min is not None and strand.tlp.rank < when.tlp_min.rank)
        or (when.orcon is not None and when.orcon is not strand.orcon)
        or (when.personal is not None and when.personal is not strand.personal)
        or (when.licence is not None and strand.licence not in when.licence)
        or (when.handling is not None and not {*when.handling} & {*strand.handling})
        or (when.control is not None and not _on_list(strand, when.control))
        or (when.exercise is not None and when.exercise is (strand.exercise is None))
    )


def _on_list(strand: Strand, names: tuple[str, ...]) -> bool:
    return any(listed(code, names) for code in controlled(strand.handling))
