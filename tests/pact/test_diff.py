"""A diff is what comparing decisions one by one finds, on random worlds; and no more."""

from __future__ import annotations

import random

import making
import msgspec
import naive
import pytest
import worlds
from hypothesis import given
from hypothesis import strategies as st

from noroshi.pact.changes import NO_TERM, plainly
from noroshi.pact.decide import decide
from noroshi.pact.diff import diff, kind
from noroshi.pact.masks import Masks
from noroshi.pact.policy import Policy
from noroshi.pact.sides import Side
from noroshi.words.grant import Consent, Selector, sealed
from noroshi.words.label import Strand, Tlp, label
from noroshi.words.time import DAY

MASKS = Masks(worlds.PARTIES)
EVERYBODY = tuple(sorted(worlds.CODES))


def two_worlds(rng: random.Random):
    """A world and an amended one: agreements kept, redrawn, dropped or added; two instants."""
    before = worlds.world(rng.getrandbits(64))
    drawn = worlds.world(rng.getrandbits(64))
    names = {each.id: each for each in before.agreements}
    for each in drawn.agreements:
        if rng.random() < 0.5:
            names[each.id] = each
    for name in list(names):
        if rng.random() < 0.15:
            del names[name]
    after = tuple(names[name] for name in sorted(names))
    at = worlds.instant(rng)
    later = at if rng.random() < 0.6 else worlds.instant(rng)
    return (before.agreements, at), (after, later)


def consents(originator: str, agreed: bool):
    if not agreed:
        return ()
    return tuple(
        sealed(Consent("", originator, Selector(pillar=pillar), code, worlds.NOON + 999 * DAY))
        for code in worlds.CODES
        for pillar in worlds.PILLARS
    )


class Asker:
    """Decisions of both sides about a strand that its originator holds, plainly."""

    def __init__(self, sides, plain: bool) -> None:
        self.sides, self.plain = sides, plain
        self._made = {}

    def of(self, side: int, strand: Strand, party: str, made, agreed: bool):
        agreements, at = self.sides[side]
        key = (side, strand.originator, agreed)
        if key not in self._made:
            given = consents(strand.originator, agreed)
            self._made[key] = (
                naive.World(agreements, worlds.PARTIES, {}, given),
                Policy(agreements, worlds.PARTIES, {}, given),
            )
        world, policy = self._made[key]
        asked = (label(strand), strand.originator, party, at)
        if self.plain:
            verdict, transforms, clauses = naive.decide(world, *asked, "receive", None, made)
        else:
            found = decide(policy, *asked, made=made)
            verdict, transforms, clauses = found.verdict, found.transforms, found.clauses
        return None if verdict == "withheld" else (clauses[0], transforms)


def strand_of(case, compared) -> Strand:
    """One strand of the class that a case is about."""
    terms = compared.plain.terms(case.bits) if case.bits in compared.plain.found else None
    if terms is None:  # marked: the class of an unmarked strand without what makes it public
        public = 2 << (compared.plain.clauses + compared.plain.limits)
        terms = compared.plain.terms(case.bits | public)
    terms["only"] = EVERYBODY if terms["only"] else None
    return Strand(compared.pair.originator, compared.pair.pillar, classes=case.marks, **terms)


def short(how):
    return None if how is None else (how.clause, how.transforms)


@given(st.integers(0, 2**48), st.booleans())
def test_every_difference_is_one_of_the_decisions(seed: int, plain: bool) -> None:
    rng = random.Random(seed)
    before, after = two_worlds(rng)
    asker = Asker((before, after), plain)
    sides = [Side(Policy(agreements, worlds.PARTIES), at) for agreements, at in (before, after)]
    for compared in diff(*sides, MASKS):
        cases = compared.cases
        for case in rng.sample(cases, min(3, len(cases))):
            strand = strand_of(case, compared)
            said = dict.fromkeys(worlds.CODES)
            for mask, one, other in case.found:
                for code in MASKS.codes(mask):
                    assert said[code] is None
                    said[code] = (one, other)
            for party, found in said.items():
                one, other = (
                    asker.of(side, strand, party, case.made, case.agreed) for side in (0, 1)
                )
                if found is None:
                    assert one == other
                else:
                    assert (short(found[0]), short(found[1])) == (one, other)


@given(st.integers(0, 2**48))
def test_every_difference_of_decisions_is_found(seed: int) -> None:
    rng = random.Random(seed)
    before, after = two_worlds(rng)
    asker = Asker((before, after), plain=False)
    sides = [Side(Policy(agreements, worlds.PARTIES), at) for agreements, at in (before, after)]
    known = {
        (compared.pair.originator, compared.pair.pillar, code, short(one), short(other))
        for compared in diff(*sides, MASKS)
        for case in compared.cases
        for mask, one, other in case.found
        for code in MASKS.codes(mask)
    }
    for _ in range(60):
        made = rng.choice((None, worlds.instant(rng)))
        agreed = rng.random() < 0.3
        strand = worlds.strand(rng, before, rng.choice(worlds.CODES))
        terms = {"not_before": None, "expires": None, "denied": (), "only": None}
        if strand.only is not None:
            terms["only"] = EVERYBODY
        strand = msgspec.structs.replace(strand, **terms)
        for party in worlds.CODES:
            one, other = (asker.of(side, strand, party, made, agreed) for side in (0, 1))
            if one != other:
                assert (strand.originator, strand.pillar, party, one, other) in known


def test_equal_sides_differ_in_nothing() -> None:
    agreements = worlds.world(7).agreements
    side = Side(Policy(agreements, worlds.PARTIES), worlds.NOON + 3 * DAY)
    assert list(diff(side, side, MASKS)) == []


def changed(old: str, new: str, at=making.AT):
    """Kinds of change to one agreement's clause, by TLP of a strand without further terms."""
    sides = [Side(making.policy(making.agreement(release=text)), at) for text in (old, new)]
    return {
        (kind(one, other), tlp)
        for compared in diff(*sides)
        for term, tlp, case in plainly(compared)
        for _, one, other in case.found
        if term == NO_TERM
    }


COARSE, FINE = (
    f"transform = [{{ kind = 'position', cell_m = {metres} }}]" for metres in (10_000, 1_000)
)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('max_tlp = "green"', 'max_tlp = "amber"', {("gained", Tlp.AMBER)}),
        ('max_tlp = "amber"', 'max_tlp = "green"', {("lost", Tlp.AMBER)}),
        (COARSE, FINE, {("less", Tlp.GREEN), ("less", Tlp.AMBER)}),
        (FINE, COARSE, {("more", Tlp.GREEN), ("more", Tlp.AMBER)}),
        (COARSE, "transform = [{ kind = 'text' }]", {("other", Tlp.GREEN), ("other", Tlp.AMBER)}),
        ("", "onward = 'free'", {("terms", Tlp.GREEN), ("terms", Tlp.AMBER)}),
        ("", 'note = "The same in other words."', set()),
        ("", "approval = 'each'", {("lost", Tlp.GREEN), ("lost", Tlp.AMBER)}),
    ],
    ids=["gained", "lost", "less", "more", "other", "terms", "a remark", "item by item"],
)
def test_kinds_of_change(old: str, new: str, expected) -> None:
    assert changed(old, new) == expected


def test_clauses_in_another_order_decide_under_another_clause() -> None:
    more = """
[[release]]
id = "R2"
basis = "model"
pillars = ["maritime"]
max_tlp = "amber"
"""
    one = making.agreement(rest=more)
    first, second = one.file.release
    file = msgspec.structs.replace(one.file, release=(second, first))
    other = msgspec.structs.replace(one, file=file, sha256="other")
    sides = [Side(making.policy(each), making.AT) for each in (one, other)]
    found = {
        (kind(before, after), before.clause, after.clause)
        for compared in diff(*sides)
        for case in compared.cases
        for _, before, after in case.found
    }
    assert found == {("clause", "x/R1", "x/R2")}
