"""Mutants that no test can notice, each with the reason why it gives the same answers.

Keyed by place (`file:function` or `file:statement`) and change, as `tools/mutate.py` prints them.
They are run like all others: one that a test kills, or that is no longer there, fails the run.
"""

from __future__ import annotations

AUDIENCE = "src/noroshi/store/sql/audience.sql"
FIRST = "only the first row is read"
ANY_ROW = "only whether there is a row counts"
LONE = "compiling drops every stretch that overlaps, so at most one holds at an instant"
AGAIN = "more records are dated, each by its own bytes: to the date that it has, if it has one"
ORDER = "what is read goes into a dict or a set, or is updated row by row: its order says nothing"

EQUIVALENT: dict[str, dict[str, str]] = {
    "src/noroshi/pact/ways.py:_reach": {
        "giver != taker and hub in (None, giver, taker) and mask: without mask": (
            "a clause that reaches nobody becomes a part of nobody, and those are left out later"
        ),
    },
    "src/noroshi/pact/decide.py:_by_clause": {
        "bool(policy.consents) and consented(policy, strand, asked.party, asked): without "
        "bool(policy.consents)": "without consents, none is found",
    },
    "src/noroshi/pact/grants.py:_passage": {
        "True → False": (
            "what is released is open by one passage of the clause; by whichever it is found, the "
            "terms are the clause's"
        ),
    },
    "src/noroshi/pact/grants.py:_terms": {
        "strand.grant or '': without ''": "what may be passed on is held under a grant",
    },
    "src/noroshi/pact/spread.py:Spread.of": {
        "for part: without if part.mask": "a part of nobody is in no party's answer",
    },
    "src/noroshi/pact/passage.py:failure": {
        "strand.handling and (not passage.handling.issuperset(strand.handling)): And → Or": (
            "tags are then looked at one by one, and none is found to be refused"
        ),
    },
    "src/noroshi/pact/spread.py:Spread._required": {
        "for split: without if split.mask": "a part of nobody is in no party's answer",
    },
    "src/noroshi/pact/policy.py:Policy._make": {
        "pairs and pillar in clause.pillars: without pairs": "the loop goes over no pairs then",
    },
    "src/noroshi/store/audience.py:order": {
        "0 → 1": "every party is given to the store again, which passes over those it has",
    },
    f"{AUDIENCE}:covers": {"SELECT 1 FROM compiled WHERE: 1 → 2": ANY_ROW},
    f"{AUDIENCE}:since": {
        "ORDER BY since DESC LIMIT 1 ;: DESC → none": LONE,
        "since DESC LIMIT 1 ;: 1 → 2": FIRST,
        "until ORDER BY since DESC LIMIT 1: since → until": LONE,
    },
    f"{AUDIENCE}:cells": {
        "SELECT DISTINCT cell FROM strand: DISTINCT → none": ORDER,
        "FROM strand ORDER BY cell ;: DESC": ORDER,
        "strand ORDER BY cell ;: cell → key": ORDER,
    },
    f"{AUDIENCE}:count_cells": {
        "SELECT count ( DISTINCT cell ) FROM: DISTINCT → none": (
            "the strands of a label are written once, with it: their number changes when that of "
            "the labels does, and it is compared with nothing else"
        ),
    },
    f"{AUDIENCE}:unmade": {
        "IS NULL ORDER BY s . seq: DESC": ORDER,
        "BY s . seq ;: seq → made": ORDER,
        "without s.made IS NULL": AGAIN,
        "without r.seq = s.seq": AGAIN,
    },
    f"{AUDIENCE}:order": {"FROM party ORDER BY position ;: DESC": ORDER},
    f"{AUDIENCE}:visible": {
        "EXISTS ( SELECT 1 FROM audience a: 1 → 2": ANY_ROW,
        "a . made_to - 1 AND a: - → +": (
            "the row of the stretch before lets through fewer than that of the record's own, for "
            "who may have an older record may have a newer one: one more row opens nothing"
        ),
    },
    f"{AUDIENCE}:release": {"record DESC LIMIT 1 ;: 1 → 2": FIRST},
}
