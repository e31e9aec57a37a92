"""The web of agreements: what an amendment changes, and what each withdrawal would.

An amendment of one agreement among 200 of 60 parties (the world of `proof`): pillars more, a higher
TLP, one party more. Measured from the agreements as read to the rows of a report. The real web is
what comes with noroshi: each party that an agreement names leaves all of them, one after the other.
Yearly networks are read from lines of the shape of ATOP's file, which does not come with noroshi.
CPU time of one core.
"""

from __future__ import annotations

import random
from typing import Final

import msgspec

from noroshi.bench.case import Case, Measured
from noroshi.bench.measure import rate
from noroshi.bench.proof import AT, SEED, world
from noroshi.node.catalogue import web
from noroshi.pact.capability import shape, yearly
from noroshi.pact.changes import changes
from noroshi.pact.datasets import ATOP
from noroshi.pact.diff import compare, diff
from noroshi.pact.figures import Codes, read
from noroshi.pact.format import Agreement
from noroshi.pact.masks import Masks
from noroshi.pact.policy import Policy
from noroshi.pact.sides import Reader, Side
from noroshi.pact.supposing import without
from noroshi.words.label import Tlp
from noroshi.words.party import packaged_parties

ROWS: Final = 33
"""Rows of the report about the amendment."""

MEMBERS: Final = 66
"""Parties that an agreement of the real web names."""

_replace = msgspec.structs.replace


def amended(agreement: Agreement, party: str) -> Agreement:
    """The agreement with wider terms and one party more."""
    file = agreement.file
    first, *rest = file.release
    wider = tuple(dict.fromkeys((*first.pillars, "maritime", "cyber", "space")))
    released = (_replace(first, pillars=wider, max_tlp=Tlp.RED), *rest)
    head = _replace(file.agreement, parties=(*agreement.parties, party))
    return Agreement(_replace(file, agreement=head, release=released), "amended", b"")


def amendment(quick: bool) -> Measured:
    """Diffs per second. Raises `AssertionError` where the report has another length."""
    agreements, parties = world(random.Random(SEED))  # noqa: S311 — a repeatable world
    outside = next(code for code in parties.order if code not in agreements[0].parties)
    after = (amended(agreements[0], outside), *agreements[1:])

    def work() -> int:
        masks = Masks(parties)
        sides = Side(Policy(agreements, parties), AT), Side(Policy(after, parties), AT)
        found = len(changes(diff(*sides, masks), masks))
        if found != ROWS:
            raise AssertionError(f"{found} rows, {ROWS} were expected")
        return 1

    return Measured(tuple(rate(work, 0.1 if quick else 0.5) for _ in range(1 if quick else 7)))


def withdrawals(quick: bool) -> Measured:
    """Members per second that leave the real web."""
    parties = packaged_parties()
    policy, masks = web(parties), Masks(parties)
    members = sorted({code for bound in policy.bounds.values() for code in bound})
    if len(members) != MEMBERS:
        raise AssertionError(f"{len(members)} members, {MEMBERS} were expected")

    def work() -> int:
        before = Reader(Side(policy, AT), masks)
        for party in members:
            after = Reader(Side(without(policy, party, AT), AT), masks)
            if not changes(compare(before, after), masks) and party not in ("MNG", "NATO"):
                raise AssertionError(f"nothing changes when {party} leaves")
        return len(members)

    return Measured(tuple(rate(work, 0.1) for _ in range(1 if quick else 3)))


YEARS: Final = range(1815, 2019)
PACTS: Final = 136_648
"""Rows of ATOP 5.1 by dyad and year, 1815 to 2018."""


def pacts(draw: random.Random) -> list[str]:
    """Lines of a file of the shape of ATOP's: as many rows, growing to about the same ties among as
    many states in the last year."""
    head = "ccode1,ccode2,year,atop_defense,atop_offense,atop_neutral,atop_nonagg,atop_consul\n"
    weights = [16 + (year - YEARS[0]) ** 2 / 3 for year in YEARS]
    lines = [head]
    for year, weight in zip(YEARS, weights, strict=True):
        states = 16 + round(130 * (year - YEARS[0]) / len(YEARS))
        for _ in range(round(PACTS * weight / sum(weights))):
            one, other = sorted(draw.sample(range(2, states + 2), 2))
            lines.append(f"{one},{other},{year},1,0,0,{draw.randint(0, 1)},1\n")
    return lines


def networks(quick: bool) -> Measured:
    """Years per second: the file read, and the network of every year measured."""
    lines = pacts(random.Random(SEED))  # noqa: S311 — a repeatable world
    years = len(YEARS)

    def work() -> int:
        series, bad = read(lines, Codes(), [ATOP])
        if series is None or bad:
            raise AssertionError(f"{len(bad)} rows could not be read")
        if sum(1 for _ in map(shape, (of for _, of in yearly(series, "defense")))) != years:
            raise AssertionError(f"not {years} years")
        return years

    return Measured(tuple(rate(work, 0.1) for _ in range(1 if quick else 5)))


CASES: Final = (
    Case("diff, 200 agreements × 60 parties", "web", "diffs/s", 0.0, "", amendment, 5.0),
    Case("each member withdraws, real web", "web", "members/s", 0.0, "", withdrawals, MEMBERS / 5),
    Case("yearly networks, 1815–2018", "web", "years/s", 0.0, "", networks, 102.0),
)
