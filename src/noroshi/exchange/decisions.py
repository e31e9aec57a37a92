"""Decisions for one party, made once for each label and kept while nothing can change.

A label's cell decides, not the record — except where a consent names one record, or an agreement
closes to a later party what was made before it joined. Where a party may have what a label says of
the whole record, but not some of its marked parts, the record goes without those parts.
"""

from __future__ import annotations

import bisect
import itertools

import msgspec

from noroshi.exchange.hold import Hold
from noroshi.exchange.parts import parting
from noroshi.pact.decide import decide
from noroshi.pact.policy import Policy
from noroshi.words.label import Label, apart
from noroshi.words.label import label as joined
from noroshi.words.release import Release
from noroshi.words.time import FOREVER


class Decisions:
    """What `holder` may release to `party` under `policy` at `at`, and until `until` alike."""

    def __init__(
        self,
        policy: Policy,
        holder: str,
        party: str,
        at: int,
        until: int = FOREVER,
        *,
        hold: Hold | None = None,
    ) -> None:
        self.policy, self.holder, self.party = policy, holder, party
        self.at, self.until, self.hold = at, until, hold
        self._made: dict[tuple[str, int, str | None], Release] = {}
        self._records = policy.acts().union(() if hold is None else hold.agreed)
        self._joined = sorted(
            {
                bound.made_from
                for bounds in policy.bounds.values()
                for bound in bounds.values()
                if bound.made_from is not None
            }
        )

    def of(self, cell: str, label: Label, record: str, made: int) -> Release:
        """The release of a record with this label, made at `made` (µs UTC)."""
        key = self.key(cell, record, made)
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = self._decided(label, key[2], made)
        return found

    def _decided(self, label: Label, record: str | None, made: int) -> Release:
        asked = self.policy, label, self.holder, self.party, self.at
        return in_part(*asked, record, made, hold=self.hold)[1]

    @property
    def named(self) -> frozenset[str]:
        """The records that a consent or a person names: about each of them is decided apart."""
        return self._records

    def stretches(self) -> list[tuple[int, int]]:
        """[from, to) of when records were made (µs UTC), within which a label decides alike."""
        ends = [-FOREVER, *self._joined, FOREVER]
        return list(itertools.pairwise(ends))

    def key(self, cell: str, record: str, made: int) -> tuple[str, int, str | None]:
        """What a decision rests on: the label, who joined before the record was made, and the
        record where a consent or a person names it."""
        named = record if record in self._records else None
        return cell, bisect.bisect_right(self._joined, made), named


def instants(policy: Policy) -> set[int]:
    """The instants (µs UTC) at which decisions may change by themselves, whatever the label."""
    grants = (each.until for each in policy.grants.values() if each.until is not None)
    urgent = (at for each in policy.emergencies for at in (each.since, each.until))
    return {*policy.breaks(), *(each.until for each in policy.consents), *grants, *urgent}


def instants_of(label: Label) -> set[int]:
    """The instants (µs UTC) at which decisions about the label may change by themselves."""
    every = {each for one in label.strands for each in (one.not_before, one.expires)}
    return {each for each in every if each is not None}


def in_part(
    policy: Policy,
    label: Label,
    holder: str,
    party: str,
    at: int,
    record: str | None,
    made: int | None,
    *,
    hold: Hold | None = None,
) -> tuple[Label, Release]:
    """(the label that is decided on, the release): `label` itself, or where that is refused but
    not what it says of the whole record, `label` without the strands of the parts that are. The
    misses are then of those. What waits for a second person (`hold`) is withheld."""
    told, release = _in_part(policy, label, holder, party, at, record, made)
    return told, release if hold is None else hold.over(label, record, release)


def _in_part(
    policy: Policy,
    label: Label,
    holder: str,
    party: str,
    at: int,
    record: str | None,
    made: int | None,
) -> tuple[Label, Release]:

    def asked(each: Label) -> Release:
        return decide(policy, each, holder, party, at, record=record, made=made)

    release = asked(label)
    rest, parts = apart(label)
    if release.permitted or not parts:
        return label, release
    alone = {each: asked(Label((each,))) for each in parts}
    shut = [each for each in parts if not alone[each].permitted]
    told = joined(*rest, *(each for each in parts if each not in shut))
    found = asked(told)
    if not found.permitted:
        return label, release
    return told, msgspec.structs.replace(
        found,
        verdict="partial",
        transforms=(*found.transforms, parting(shut)),
        misses=tuple(miss for each in shut for miss in alone[each].misses),
    )
