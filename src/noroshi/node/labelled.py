"""Labelled: what one label of a page comes to, made out once for all objects that bear it.

Hundreds of objects of a page share a label. What can be said of the label alone stands here: whose
strands those are, under whose grants, whether we may keep what bears it, and the label that it has
with us. What depends on the object stands in `receive`.
"""

from __future__ import annotations

from functools import cached_property
from typing import Final

import msgspec

from noroshi.pact.decide import decide
from noroshi.pact.policy import Policy
from noroshi.words.grant import Grant
from noroshi.words.ids import canonical, identity_id
from noroshi.words.label import Label, Strand, Tlp, highest_tlp, passed_on, tlp_marking_id
from noroshi.words.label import label as joined

_RANKS: Final = {tlp_marking_id(tlp): tlp.rank for tlp in Tlp}


class Labelled:
    """`label`, as `party` sent it to `us` under `policy` at `now` (µs UTC)."""

    def __init__(self, policy: Policy, party: str, us: str, label: Label, now: int) -> None:
        self._policy, self._party, self._us, self._now = policy, party, us, now
        self.label = label
        self._ours = policy.parties.line(us)
        self.theirs = tuple(each for each in label.strands if each.originator not in self._ours)
        self._rank = highest_tlp(label).rank
        self._kept: dict[str | None, bool] = {}
        self._claimed: dict[tuple[str, frozenset[str]], bool] = {}

    def ours(self, code: str | None) -> bool:
        """Whether the party is ours, or one that we are below."""
        return code in self._ours

    @cached_property
    def exercise(self) -> str | None:
        """The exercise that it is of; None of what is real, as strands never mix."""
        return self.label.strands[0].exercise

    @cached_property
    def owners(self) -> frozenset[str]:
        """Who may be named as the maker of a finding."""
        return frozenset((self._party, *(strand.originator for strand in self.label.strands)))

    def stricter(self, markings: tuple[str, ...]) -> bool:
        """Whether one of these markings is a TLP above every strand."""
        return any(_RANKS.get(each, -1) > self._rank for each in markings)

    @cached_property
    def came_round(self) -> bool:
        """Whether all that is another's went by our hands already."""
        return all(self._us in strand.via for strand in self.theirs)

    def keeps(self, record: str, named: frozenset[str]) -> bool:
        """Whether we may keep the record; decided apart where it is `named` by a consent."""
        key = record if record in named else None
        found = self._kept.get(key)
        if found is None:
            us = self._us
            release = decide(self._policy, self.label, us, us, self._now, "keep", record=key)
            found = self._kept[key] = release.permitted
        return found

    @cached_property
    def over(self) -> str | None:
        """Whose grant ended before this came: what may be kept since then may not be got anew."""
        for grant in self._grants:
            if grant is not None and grant.until is not None and grant.until <= self._now:
                return f"the grant of {grant.originator} was over"
        return None

    def unsigned(self, signed: frozenset[str]) -> str | None:
        """The first originator whose word is claimed and not shown: neither it `signed`, nor did
        its grant ask for a transform, which it cannot have signed."""
        for strand, line, grant in zip(self.theirs, self._lines, self._grants, strict=True):
            if (grant is None or not grant.transforms) and signed.isdisjoint(line):
                return strand.originator
        return None

    def claims(self, identity: str, signed: frozenset[str]) -> bool:
        """Whether the party of this identity may be named as the maker: it stands in the label, or
        passes it on, or made a variant and signed that."""
        found = self._claimed.get((identity, signed))
        if found is None:
            makers = {self._party}
            for line, grant in zip(self._lines, self._grants, strict=True):
                makers.update(line)
                if grant is not None and grant.transforms:
                    makers |= signed
            found = identity in map(identity_id, makers)
            self._claimed[identity, signed] = found
        return found

    def ended(self, by: frozenset[str]) -> str | None:
        """The first originator whose strand one of these ended, unless it sent this itself."""
        for strand, line in zip(self.theirs, self._lines, strict=True):
            if self._party not in line and not by.isdisjoint(line):
                return strand.originator
        return None

    def attests(self, signed: frozenset[str]) -> str:
        """Whose word there is: the originator's where it came along, else who passed it on."""
        return next((code for line in self._lines for code in line if code in signed), self._party)

    @cached_property
    def here(self) -> Label:
        """The label that it has with us: by whose hands it came, and what is in our own name kept
        to ourselves."""
        mine = (each for each in self.label.strands if each.originator in self._ours)
        closed = (msgspec.structs.replace(each, only=()) for each in mine)
        return joined(*(passed_on(each, self._party) for each in self.theirs), *closed)

    @cached_property
    def clauses(self) -> str:
        """By which clauses, as a JSON text, its grants let us have it."""
        granted = (self._grant(strand) for strand in self.label.strands)
        return canonical(sorted({each.clause for each in granted if each is not None})).decode()

    @cached_property
    def _lines(self) -> tuple[tuple[str, ...], ...]:
        return tuple(self._policy.parties.line(strand.originator) for strand in self.theirs)

    @cached_property
    def _grants(self) -> tuple[Grant | None, ...]:
        return tuple(map(self._grant, self.theirs))

    def _grant(self, strand: Strand) -> Grant | None:
        return self._policy.grants.get(strand.grant or "")


__all__ = ["Labelled"]
