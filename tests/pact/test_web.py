"""The real web: its counts come out, its codes are codes, and it says what is our model."""

from __future__ import annotations

import csv

import pytest

from noroshi.node.catalogue import files, web
from noroshi.pact.conflicts import remarks
from noroshi.pact.web import Wanted, layer_of, partners, resting, select
from noroshi.words.party import packaged_parties
from noroshi.words.time import parse_partial

WEB = web(packaged_parties())
NOW = parse_partial("2026-11-23").t1
OTHER_IDS = {"jpn-fra-isa": "fra-jpn-isa", "tisa": "tisa-2014"}


def by(text: str) -> int:
    return parse_partial(text).t1


@pytest.mark.parametrize(
    ("wanted", "party", "agreements", "others"),
    [
        (Wanted("isa", "treaty", in_force_at=by("2024-11"), party="JPN"), "JPN", 9, 9),
        (Wanted("dett", signed_by=by("2024-12"), party="JPN"), "JPN", 16, 16),
        (Wanted("acsa", signed_by=by("2024-11"), party="JPN"), "JPN", 9, 8),
        (Wanted("sdp", signed_by=by("2025-06"), party="EU"), "EU", 8, 8),
        # What the counts leave out: one of two superseded, one not yet in force.
        (Wanted("acsa", in_force_at=by("2024-11"), party="JPN"), "JPN", 7, 7),
        (Wanted("sdp", signed_by=by("2025-05"), party="EU"), "EU", 7, 7),
    ],
    ids=["isa in force", "dett", "acsa", "sdp", "acsa in force", "sdp a month before"],
)
def test_counts_of_the_real_web(wanted, party, agreements, others) -> None:
    rows = select(WEB, wanted, NOW)
    assert (len(rows), len(partners(rows, party))) == (agreements, others)


def test_every_id_is_there_once_and_every_code_is_registered() -> None:
    names = [each.name.removesuffix(".toml") for each in files()]
    assert sorted(names) == sorted(WEB.by_id)
    assert len(names) == len(set(names))
    codes = {code for of in WEB.bounds.values() for code in of}
    assert codes <= {*WEB.parties.order}
    assert not any(" " in code for code in codes)


def test_what_is_not_in_force_grants_nothing_and_says_so() -> None:
    for row in select(WEB, Wanted(), NOW):
        if row.state in ("negotiating, not signed", "signed, not in force"):
            assert row.in_force is None
        assert row.state in (
            "in force", "ended", "negotiating, not signed", "signed, not in force",
        )  # fmt: skip
    states = {row.id: row.state for row in select(WEB, Wanted(), NOW)}
    assert states["jpn-aus-acsa1"] == states["aukus-ennpia"] == "ended"
    assert states["eu-jpn-sia"] == "negotiating, not signed"


def test_layers_leave_regimes_out_and_follow_the_file_before_the_class() -> None:
    layers = {each.id: layer_of(each) for each in WEB.agreements}
    assert layers["npt"] is None
    assert layers["mwds"] == "information"
    assert layers["usa-phl-edca"] == "visiting_forces"
    assert layers["gbr-fra-lancaster"] == "political"


def test_a_report_can_name_the_clauses_that_are_our_model() -> None:
    clauses = ["tisa-2014/X1", "tisa-2014/R1", "public/CLEAR", "own"]
    assert resting(WEB, clauses) == ("tisa-2014/R1",)
    assert all(row.model for row in select(WEB, Wanted(), NOW))


def test_every_clause_of_the_web_could_let_something_pass() -> None:
    found = [each for each in remarks(WEB, NOW) if each.kind == "unreachable"]
    assert [each.clause for each in found if each.clause.endswith("/R1")] == []


@pytest.mark.shared
def test_every_row_of_the_table_of_facts_has_its_file(shared) -> None:
    path = shared / "data" / "agreements" / "partnerships.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 119
    for row in rows:
        head = WEB.by_id[OTHER_IDS.get(row["id"], row["id"])].head
        assert head.cls == row["type"]
        assert (head.signed or "") == row["signed"]
        if row["type"] not in ("regime", "alliance"):
            assert {*head.parties} == {*row["parties"].split(";")}
