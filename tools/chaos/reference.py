"""What every node must hold in the end: decided from the plan alone, in the plainest way.

A record goes to a neighbour of its maker that the maker's own law names, and from there, where the
law says so, from hand to hand among those it names. What was taken back is nowhere.
"""

from __future__ import annotations

from plan import Made, Plan


def named(plan: Plan, made: Made) -> frozenset[str]:
    """To whom the maker's law releases the record, itself among them."""
    law = plan.law[made.party]
    if made.type == "tool":
        return frozenset(law.close)
    return frozenset(law.ring if made.tlp == "green" or law.ring_tlp == "amber" else ())


def holders(plan: Plan, made: Made) -> frozenset[str]:
    """Who must hold the record."""
    if made.recalled:
        return frozenset()
    may, has, edge = named(plan, made), {made.party}, [made.party]
    while edge:
        giver = edge.pop()
        if giver != made.party and made.type == "tool":
            continue
        fresh = [each for each in plan.neighbours(giver) if each in may and each not in has]
        has.update(fresh)
        edge += fresh
    return frozenset(has)


def expected(plan: Plan) -> dict[str, dict[str, list[int]]]:
    """For each node the ids that live there, each with the numbers of its versions, which are
    released alike."""
    found: dict[str, dict[str, list[int]]] = {party: {} for party in plan.parties}
    for made in plan.made.values():
        for party in holders(plan, made):
            found[party][made.id] = [*range(1, made.versions + 1)]
    return found
