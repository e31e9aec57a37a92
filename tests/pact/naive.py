"""A second decision, written from the design's prose alone: no index, no cache, no early exit.

Slow and plain on purpose. It shares the types and the reading of dates with the code under test,
and nothing else of the room `pact` or of its policy.
"""

from __future__ import annotations

from typing import NamedTuple

from naive_tags import MILD, is_item, tag_passes

from noroshi.words.time import ends, parse_partial, starts
from noroshi.words.transform import union, weaker


class World(NamedTuple):
    agreements: tuple
    parties: object
    grants: dict
    consents: tuple


def above(world, code):
    """`code` and all that it is below."""
    line = [code]
    while line[-1] in world.parties and world.parties.get(line[-1]).below:
        line.append(world.parties.get(line[-1]).below)
    return line


def is_one_of(world, code, codes):
    return bool(set(above(world, code)) & set(codes))


# -- time ----------------------------------------------------------------------------------------


def begun(agreement, at):
    dates = (agreement.head.in_force, agreement.head.provisional)
    return any(starts(parse_partial(each)) <= at for each in dates if each)


def never_begins_before_it_ends(agreement):
    dates = (agreement.head.in_force, agreement.head.provisional)
    first = min((starts(parse_partial(each)) for each in dates if each), default=None)
    last = agreement.file.exit.terminated
    return first is None or (last is not None and ends(parse_partial(last)) <= first)


def depends_on(world, agreement):
    return [each for each in world.agreements if each.id in agreement.head.depends_on]


def started(world, agreement, at, seen=()):
    return begun(agreement, at) and all(
        started(world, each, at, (*seen, agreement.id))
        for each in depends_on(world, agreement)
        if each.id not in (*seen, agreement.id)
    )


def over(world, agreement, at, seen=()):
    terminated = agreement.file.exit.terminated
    begins = agreement.head.in_force or agreement.head.provisional
    return (
        bool(begins and terminated and ends(parse_partial(terminated)) <= at)
        or any(
            agreement.id in each.head.supersedes
            and begun(each, at)
            and not never_begins_before_it_ends(each)
            for each in world.agreements
        )
        or any(
            over(world, each, at, (*seen, agreement.id))
            for each in depends_on(world, agreement)
            if each.id not in (*seen, agreement.id)
        )
    )


def in_force(world, agreement, at):
    return started(world, agreement, at) and not over(world, agreement, at)


def joined_at(agreement, code):
    for joins in agreement.file.joins:
        for each in joins.joined:
            if each.party == code:
                return starts(parse_partial(each.in_force)), joins.reach_back
    return None


def named(agreement):
    return {*agreement.parties} | {
        each.party for joins in agreement.file.joins for each in joins.joined
    }


def has_left(agreement, code, at):
    return any(
        each.party == code and ends(parse_partial(each.effective)) <= at
        for each in agreement.file.exit.left
    )


def is_bound(world, agreement, code, at):
    joined = joined_at(agreement, code)
    return (
        in_force(world, agreement, at)
        and not has_left(agreement, code, at)
        and (joined is None or joined[0] <= at)
    )


# -- the strand's own terms, consents, limits ----------------------------------------------------


def denied(world, strand, party):
    return any(code not in world.parties for code in strand.denied) or is_one_of(
        world, party, strand.denied
    )


def shut(world, strand, party, at):
    return (
        denied(world, strand, party)
        or (strand.only is not None and not is_one_of(world, party, strand.only))
        or (strand.tlp.value == "red" and strand.only is None)
        or (strand.not_before is not None and at < strand.not_before)
        or (strand.expires is not None and strand.expires <= at)
    )


def consented(world, strand, party, at, record):
    found = False
    for consent in world.consents:
        wanted = consent.selector
        asked = {
            "record": record,
            "grant": strand.grant,
            "pillar": strand.pillar,
            "kind": strand.kind,
        }
        given = {name for name in asked if getattr(wanted, name) is not None}
        found |= (
            consent.originator == strand.originator
            and is_one_of(world, party, (consent.recipient,))
            and at < consent.until
            and bool(given)
            and all(asked[name] == getattr(wanted, name) for name in given)
        )
    return found


def agreement_of(strand, world):
    grant = world.grants.get(strand.grant)
    return grant.clause.split("/")[0] if grant else None


def stands(world, strand, agreement, at):
    if agreement.id == agreement_of(strand, world):
        return started(world, agreement, at)
    return any(
        is_bound(world, agreement, code, at)
        for code in above(world, strand.originator)
        if code in named(agreement)
    )


def holds(world, when, strand, party):
    if when.pillars is not None and strand.pillar not in when.pillars:
        return False
    if when.kinds is not None and strand.kind not in when.kinds:
        return False
    if when.tlp_min is not None:
        chain = ["clear", "green", "amber", "amber+strict", "red"]
        if chain.index(strand.tlp.value) < chain.index(when.tlp_min.value):
            return False
    if when.orcon is not None and strand.orcon is not when.orcon:
        return False
    if when.not_in == "only" and strand.only is not None and is_one_of(world, party, strand.only):
        return False
    if when.personal is not None and strand.personal is not when.personal:
        return False
    if when.licence is not None and strand.licence not in when.licence:
        return False
    if when.handling is not None and not set(when.handling) & set(strand.handling):
        return False
    if when.control is not None and not is_item(strand, when.control):
        return False
    if when.exercise is not None and bool(strand.exercise) is not when.exercise:
        return False
    return when.recipients is None or is_one_of(world, party, when.recipients)


def limits(world, strand, party, at, kind):
    return [
        clause
        for agreement in world.agreements
        if stands(world, strand, agreement, at)
        for clause in getattr(agreement.file, kind)
        if holds(world, clause.when, strand, party)
    ]


# -- release clauses -----------------------------------------------------------------------------


def level_passes(agreement, clause, mark, line):
    if mark.level == "unclassified":
        return True
    rows = [
        [(each.scheme, each.level) for each in row.levels] for row in agreement.file.equivalence
    ]
    tops = [
        i
        for i, row in enumerate(rows)
        for ceiling in clause.ceilings
        if (ceiling.scheme, ceiling.level) in row
    ]
    return any(
        (mark.scheme, mark.level) in row
        and any(i <= top for top in tops)
        and any(scheme in line for scheme, _ in row)
        for i, row in enumerate(rows)
    )


def between(world, agreement, clause, strand, party, at, made):
    """Whether some two legal parties are bound, and the clause lets one receive of the other."""
    for one in above(world, strand.originator):
        for other in above(world, party):
            if one == other or not {one, other} <= named(agreement):
                continue
            if not (is_bound(world, agreement, one, at) and is_bound(world, agreement, other, at)):
                continue
            if agreement.head.hub and agreement.head.hub not in (one, other):
                continue
            if clause.from_ is not None and not is_one_of(world, strand.originator, clause.from_):
                continue
            if clause.to is not None and not is_one_of(world, party, clause.to):
                continue
            if other in clause.bodies and not is_one_of(world, party, clause.bodies[other]):
                continue
            late = [joined_at(agreement, code) for code in (one, other)]
            if any(each and not each[1] and (made is None or made < each[0]) for each in late):
                continue
            return True
    return False


def clause_passes(world, agreement, clause, strand, party, at, record, made):
    paps = ["clear", "green", "amber", "red"]
    tlps = ["clear", "green", "amber", "amber+strict", "red"]
    return (
        between(world, agreement, clause, strand, party, at, made)
        and strand.pillar in clause.pillars
        and (clause.kinds is None or strand.kind in clause.kinds)
        and tlps.index(strand.tlp.value) <= tlps.index(clause.max_tlp.value)
        and (strand.pap is None or paps.index(strand.pap.value) <= paps.index(clause.max_pap.value))
        and all(
            level_passes(agreement, clause, mark, above(world, party)) for mark in strand.classes
        )
        and all(tag_passes(tag, clause) for tag in strand.handling)
        and (
            strand.licence is None
            or (clause.licence is None and strand.licence != "non_redistributable")
            or (clause.licence is not None and strand.licence in clause.licence)
        )
        and (clause.personal or not strand.personal)
        and (clause.approval is None or consented(world, strand, party, at, record))
    )


def is_public(strand):
    return (
        strand.tlp.value == "clear"
        and {mark.level for mark in strand.classes} <= {"unclassified"}
        and not (strand.orcon or strand.personal)
        and all(tag in MILD for tag in strand.handling)
        and strand.only is None
        and (strand.pap is None or strand.pap.value == "clear")
        and strand.licence != "non_redistributable"
    )


def by_clause(world, strand, party, at, record, made):
    if is_public(strand) and party in world.parties:
        return "public/CLEAR", ()
    found = [
        (f"{agreement.id}/{clause.id}", union(clause.transform))
        for agreement in sorted(world.agreements, key=lambda each: each.id)
        for clause in agreement.file.release
        if clause_passes(world, agreement, clause, strand, party, at, record, made)
    ]
    least = [
        (name, each) for name, each in found if not any(weaker(other, each) for _, other in found)
    ]
    return least[0] if least else None


# -- grants --------------------------------------------------------------------------------------


def entitled(world, strand, grant, holder, at, record):
    return (
        is_one_of(world, holder, grant.recipients)
        or grant.onward == "free"
        or consented(world, strand, holder, at, record)
    )


def agreement_held(world, grant):
    name = grant.clause.split("/")[0]
    return next((each for each in world.agreements if each.id == name), None)


def gone(world, agreement, code, at):
    """Whether the agreement has ended for `code`, by its own end or because `code` left."""
    mine = [each for each in above(world, code) if each in named(agreement)]
    return over(world, agreement, at) or (
        bool(mine) and all(has_left(agreement, each, at) for each in mine)
    )


def may_pass_on(world, strand, holder, party, at, record):
    grant = world.grants.get(strand.grant)
    if grant is None or grant.originator != strand.originator:
        return False
    agreement = agreement_held(world, grant)
    if agreement is not None:
        if any(gone(world, agreement, code, at) for code in (grant.originator, holder, party)):
            return False
        hub = agreement.head.hub
        if hub and hub not in (*above(world, holder), *above(world, party)):
            return False
    agreed = consented(world, strand, party, at, record)
    return (
        entitled(world, strand, grant, holder, at, record)
        and (grant.until is None or at < grant.until)
        and (agreed or not strand.orcon)
        and {
            "none": False,
            "parties": is_one_of(world, party, grant.recipients),
            "originator_consent": agreed,
            "free": True,
        }[grant.onward]
    )


def may_keep(world, strand, holder, at, record):
    if denied(world, strand, holder) or (strand.expires is not None and strand.expires <= at):
        return False
    grant = world.grants.get(strand.grant)
    if grant is None or grant.originator != strand.originator:
        return False
    agreement = agreement_held(world, grant)
    ended = agreement is not None and gone(world, agreement, holder, at)
    return entitled(world, strand, grant, holder, at, record) and (
        grant.keep == "protect" or ((grant.until is None or at < grant.until) and not ended)
    )


def judge(world, strand, holder, party, at, act, record, made):
    """(clause, transforms) of a permitted strand, else None."""
    if act == "keep":
        if holder != party:
            return None
        if is_one_of(world, holder, (strand.originator,)):
            return "own", ()
        kept = may_keep(world, strand, holder, at, record)
        return (world.grants[strand.grant].clause, ()) if kept else None
    if is_one_of(world, party, (strand.originator,)):
        return "own", ()
    if shut(world, strand, party, at) or limits(world, strand, party, at, "prohibit"):
        return None
    if holder == strand.originator:
        found = by_clause(world, strand, party, at, record, made)
    else:
        passed = may_pass_on(world, strand, holder, party, at, record)
        found = (world.grants[strand.grant].clause, ()) if passed else None
    if found is None:
        return None
    more = (each.transform for each in limits(world, strand, party, at, "require"))
    return found[0], union(found[1], *more)


def decide(world, label, holder, party, at, act, record=None, made=None):
    """(verdict, transforms, clauses): the same as `Release` without its misses."""
    found = [judge(world, strand, holder, party, at, act, record, made) for strand in label.strands]
    if any(each is None for each in found):
        return "withheld", (), ()
    transforms = union(*(each[1] for each in found))
    verdict = "partial" if transforms else "released"
    return verdict, transforms, tuple(each[0] for each in found)
