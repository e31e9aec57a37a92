"""Classes of strands: every strand there can be is in one, and strands of one are alike."""

from __future__ import annotations

import random

import naive
import naive_tags
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st
from making import agreement

from noroshi.pact.abstract import classes, markings
from noroshi.pact.asking import OTHER
from noroshi.pact.decide import is_public
from noroshi.pact.format import When
from noroshi.pact.lanes import Lanes
from noroshi.pact.masks import Masks
from noroshi.pact.policy import Policy
from noroshi.words.label import ClassMark, Tlp


def _covered(clause, strand) -> bool:
    """The clause's own conditions on the strand, from the second implementation's pieces."""
    tlps = list(Tlp)
    paps = ["clear", "green", "amber", "red"]
    return (
        (clause.kinds is None or strand.kind in clause.kinds)
        and tlps.index(strand.tlp) <= tlps.index(clause.max_tlp)
        and (strand.pap is None or paps.index(strand.pap.value) <= paps.index(clause.max_pap.value))
        and all(naive_tags.tag_passes(tag, clause) for tag in strand.handling)
        and (clause.personal or not strand.personal)
        and (
            strand.licence is None
            or (strand.licence in clause.licence if clause.licence is not None
                else strand.licence != "non_redistributable")
        )
    )  # fmt: skip


@given(st.integers(0, 2**48))
@settings(max_examples=80)
def test_every_strand_is_in_a_class(seed: int) -> None:
    rng = random.Random(seed)
    world = worlds.world(rng.getrandbits(64))
    clauses = [each for of in world.agreements for each in of.file.release]
    limits = [
        each.when for of in world.agreements for each in (*of.file.prohibit, *of.file.require)
    ]
    found = classes(clauses, limits)
    rest = len(clauses) + len(limits)
    for _ in range(25):
        strand = worlds.strand(rng, world, "JPN", rng.choice((None, "NOROSHI-26")))
        everyone = None if strand.only is None else worlds.CODES
        asked = strand.__class__(**{
            **{name: getattr(strand, name) for name in strand.__struct_fields__},
            "only": None if everyone is None else tuple(sorted(everyone)),
        })  # fmt: skip
        bits = 0
        for i, clause in enumerate(clauses):
            bits |= _covered(clause, asked) << i
        for i, when in enumerate(limits):
            # The recipient and the pillar are asked about elsewhere; everybody is named or nobody.
            about = When(**{
                name: getattr(when, name)
                for name in when.__struct_fields__ if name not in ("recipients", "pillars")
            })  # fmt: skip
            bits |= naive.holds(world, about, asked, "KOR") << (len(clauses) + i)
        there = [each for each in found.found if each & ((1 << rest) - 1) == bits]
        flags = (
            strand.orcon,
            is_public(asked) if not strand.classes else None,
            strand.tlp is Tlp.RED and strand.only is None,
        )
        assert any(
            found.flags(each)[0] == flags[0]
            and flags[1] in (None, found.flags(each)[1])
            and found.flags(each)[2] == flags[2]
            for each in there
        ), (strand, bin(bits))


@given(st.integers(0, 2**48))
@settings(max_examples=40)
def test_clauses_in_another_order_and_repeated_have_the_same_classes(seed: int) -> None:
    rng = random.Random(seed)
    world = worlds.world(rng.getrandbits(64))
    clauses = [each for of in world.agreements for each in of.file.release]
    limits = [
        each.when for of in world.agreements for each in (*of.file.prohibit, *of.file.require)
    ]
    drawn = [rng.randrange(len(clauses)) for _ in range(rng.randint(0, 6))] if clauses else []
    spoken = [rng.randrange(len(limits)) for _ in range(rng.randint(0, 4))] if limits else []
    plain, known = classes(clauses, limits), {}
    rest = len(clauses) + len(limits)
    for first, then in (([], []), (drawn, []), (drawn[::-1], spoken), ([*drawn, *drawn], spoken)):
        found = classes([clauses[i] for i in first], [limits[i] for i in then], known=known)
        places = [*first, *(len(clauses) + i for i in then), *range(rest, rest + 3)]
        wanted = {
            sum((bits >> place & 1) << i for i, place in enumerate(places)) for bits in plain.found
        }
        # What only the clauses left out tell apart is one class here.
        assert found.found.keys() == wanted
        again = classes([clauses[i] for i in first], [limits[i] for i in then])
        assert found == again


@given(st.integers(0, 2**48))
@settings(max_examples=60)
def test_every_set_of_marks_leaves_what_some_marking_leaves(seed: int) -> None:
    rng = random.Random(seed)
    world = worlds.world(rng.getrandbits(64))
    masks = Masks(world.parties)
    rules = Policy(world.agreements, world.parties)
    for lanes in Lanes(rules, masks).at(worlds.instant(rng)).values():
        found = markings(lanes)
        assert found[tuple(-1 for _ in lanes)] == ()
        for _ in range(10):
            marks = [
                ClassMark(scheme, rng.choice((*worlds.LEVELS[scheme], "none such")))
                for scheme in worlds.some(rng, worlds.LEVELS, 1)
            ]
            left = [-1] * len(lanes)
            for mark in marks:
                left = [
                    each & lane.marks.get(mark, 0) for each, lane in zip(left, lanes, strict=True)
                ]
            assert tuple(left) in found
        for left, marks in found.items():
            again = [-1] * len(lanes)
            for mark in marks:
                again = [
                    each & lane.marks.get(mark, 0) for each, lane in zip(again, lanes, strict=True)
                ]
            assert tuple(again) == left


def test_no_clause_is_one_class_but_for_what_all_strands_have() -> None:
    found = classes([], [])
    # Controlled or not, public or not, shut or not: a controlled one is never public.
    flags = {found.flags(bits) for bits in found.found}
    assert flags == {
        (False, True, False), (False, False, False), (False, False, True),
        (True, False, False), (True, False, True),
    }  # fmt: skip
    assert {found.terms(bits)["kind"] for bits in found.found} == {OTHER}


def test_a_milder_value_that_nobody_names_has_a_class_of_its_own() -> None:
    """Covered as the stricter one is, and not spoken of by who names that one."""
    strict = ("iep:permitted_actions=none",)
    more = "[[release]]\nid = 'R2'\nbasis = 'model'\npillars = ['maritime']\nmax_tlp = 'red'\n"
    of = agreement(release=f"handling = ['{strict[0]}']\nmax_tlp = 'red'", rest=more)
    found = classes(of.file.release, [When(handling=strict)])
    tags = {found.terms(bits)["handling"] for bits in found.found if bits & 0b111 == 0b001}
    assert tags
    assert all(strict[0] not in each for each in tags)
