"""A diff told: plain sentences, both directions in one line, the reason, and what is our model."""

from __future__ import annotations

import making
import msgspec
import pytest

from noroshi.pact.changes import NO_TERM, Change, Term
from noroshi.pact.diff import How
from noroshi.pact.masks import Masks
from noroshi.pact.report import Report, lines, report
from noroshi.pact.sides import Side
from noroshi.pact.supposing import entering, joining, without
from noroshi.pact.telling import said
from noroshi.words.errors import BadInput
from noroshi.words.label import Tlp

G, A, S, R = Tlp.GREEN, Tlp.AMBER, Tlp.AMBER_STRICT, Tlp.RED


def told(before, after, party=None) -> list[str]:
    sides = Side(before, making.AT), Side(after, making.AT)
    return list(lines(report(*sides, ("old", "new"), party), *sides))


OLD = making.policy(making.agreement())


def test_equal_sets_say_so() -> None:
    found = told(OLD, OLD)
    assert found[2:] == ["Nothing is decided differently."]


def test_both_directions_stand_in_one_line_and_agencies_are_not_repeated() -> None:
    found = told(OLD, making.policy(making.agreement(release='max_tlp = "amber+strict"')))
    assert "    EU ↔ JPN: maritime" in found
    assert "      TLP AMBER+STRICT" in found
    assert not any("JPN.JCG" in line or "EU.EEAS" in line for line in found)
    assert found[-1] == "Our model and not text (1 of 1 clauses): x/R1"


def test_a_clause_of_the_text_is_not_called_our_model() -> None:
    text = making.agreement(release='max_tlp = "red"')
    clause = msgspec.structs.replace(text.file.release[0], basis="text")
    file = msgspec.structs.replace(text.file, release=(clause,))
    after = making.policy(msgspec.structs.replace(text, file=file))
    before = making.policy(
        msgspec.structs.replace(
            text,
            file=msgspec.structs.replace(
                file, release=(msgspec.structs.replace(clause, max_tlp=Tlp.GREEN),)
            ),
            sha256="old",
        )
    )
    found = told(before, after)
    assert any("by x/R1 (text)" in line for line in found)
    assert found[-1] == "None of these 1 clauses is our model."


def test_what_a_prohibition_takes_names_it() -> None:
    rest = '[[prohibit]]\nid = "X"\nbasis = "practice"\nwhen = { kinds = ["stop"] }'
    found = told(OLD, making.policy(making.agreement(rest=rest)))
    assert any(line.endswith("because of x/X (practice)") for line in found)
    assert "      only: kind stop (TLP GREEN, AMBER)" in found


def test_a_party_sees_only_what_concerns_it() -> None:
    wide = making.agreement(parties='["EU", "JPN", "KOR"]', release='max_tlp = "red"')
    after = making.policy(wide)
    assert any("KOR" in line for line in told(OLD, after))
    assert any("    JPN → EU, KOR" in line for line in told(OLD, after, "JPN"))
    assert told(OLD, after, "USA")[3:] == ["Nothing is decided differently."]


def test_several_who_all_give_to_one_another_stand_in_one_line() -> None:
    three = making.agreement(parties='["EU", "JPN", "KOR"]')
    found = told(making.policy(), making.policy(three))
    assert "    among EU, JPN, KOR: maritime" in found
    assert not any("→" in line for line in found[3:])
    two = making.agreement(parties='["EU", "JPN", "KOR"]', release='from = ["EU", "JPN"]')
    lines = [line for line in told(making.policy(), making.policy(two)) if "maritime" in line]
    assert sorted(lines) == ["    EU → JPN, KOR: maritime", "    JPN → EU, KOR: maritime"]


@pytest.mark.parametrize(
    ("strands", "text"),
    [
        (((NO_TERM, (G, A, S)),), "TLP GREEN to AMBER+STRICT"),
        (((NO_TERM, (A, R)),), "TLP AMBER, RED to those it names"),
        (((NO_TERM, (G,)), (Term("orcon", True), (G, A))),
         "TLP GREEN; also: under originator control (TLP GREEN, AMBER)"),
        (((NO_TERM, (G,)), (Term("only", "everyone"), (Tlp.CLEAR, G))), "TLP GREEN"),
        (((NO_TERM, (G,)), (Term("kind", "stop"), ())), "TLP GREEN; not: kind stop"),
        (((Term("personal", True), (G,)),), "only: personal data (TLP GREEN)"),
    ],
)  # fmt: skip
def test_strands_in_words(strands, text: str) -> None:
    assert said(strands) == text


def test_a_report_goes_through_json_and_back() -> None:
    after = making.policy(making.agreement(release='max_tlp = "red"'))
    found = report(Side(OLD, making.AT), Side(after, making.AT), ("old", "new"))
    raw = msgspec.json.decode(msgspec.json.encode(found))
    assert [each["from"] for each in raw["changes"]] == ["EU", "JPN"]
    assert raw["model"] == ["x/R1"]
    assert isinstance(found, Report)
    assert isinstance(found.changes[0], Change)
    assert isinstance(found.changes[0].after, How)


JOINS = '[[joins]]\nid = "J"\nbasis = "model"\nmode = "mutual_consent"'


@pytest.mark.parametrize(
    ("supposed", "bound"),
    [
        (lambda policy: without(policy, "EU", making.AT), {"JPN"}),
        (lambda policy: joining(policy, "KOR", making.AT), {"EU", "JPN", "KOR"}),
        (lambda policy: joining(policy, "KOR", making.AT, ["x"]), {"EU", "JPN", "KOR"}),
    ],
    ids=["without", "with", "with, named"],
)
def test_supposing_binds_whom_it_says(supposed, bound) -> None:
    policy = supposed(making.policy(making.agreement(rest=JOINS)))
    assert {code for code, of in policy.bounds["x"].items() if making.AT in of.window} == bound


def test_supposing_needs_an_agreement_that_is_there() -> None:
    with pytest.raises(BadInput, match="no such agreement"):
        entering(OLD, ["y"], making.AT)
    with pytest.raises(BadInput, match="no agreement says who else"):
        joining(OLD, "KOR", making.AT)
    draft = making.policy(making.agreement(in_force=None))
    entered = entering(draft, ["x"], making.AT)
    assert making.AT in entered.windows["x"]
    assert entered.set_sha256 != draft.set_sha256
    assert Masks(entered.parties).everyone == Masks(draft.parties).everyone
