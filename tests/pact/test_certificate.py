"""Certificates: made again they are the same, and any change is found."""

from __future__ import annotations

import msgspec
import pytest
from making import AT, PARTIES, agreement, consent, policy

from noroshi.pact import certificate as of
from noroshi.pact.certificate import certify, verify, written
from noroshi.pact.policy import Policy
from noroshi.pact.told import told
from noroshi.words.errors import BadInput
from noroshi.words.party import Party

ONE = agreement("a", '["AUT", "BEL"]', release='onward = "parties"')
TWO = agreement("b", '["BEL", "CYP"]', release='onward = "none"')
RULES = policy(ONE, TWO)
MADE = certify(RULES, "1.0", 10)
DATA = written(MADE)


def _sealed(**changed) -> bytes:
    """A certificate that says something else and has a seal for it."""
    found = msgspec.structs.replace(MADE, seal="", **changed)
    seal = of.ids.sha256(of.ids.canonical(found))
    return written(msgspec.structs.replace(found, seal=seal))


def test_it_is_the_same_when_made_again() -> None:
    assert MADE.holds
    assert MADE.proof.cells > 0
    assert MADE.replay.cells > 0
    assert MADE.control.pairs == 2
    assert written(certify(RULES, "1.0", 10)) == DATA
    assert verify(DATA, "proof.json", RULES) == ()
    assert set(MADE.agreements) == {"a", "b"}


ELSEWHERE = {
    "another byte of an agreement": (
        policy(agreement("a", '["AUT", "BEL"]', release='onward = "parties" '), TWO),
        "agreement a: other bytes",
    ),
    "one agreement less": (policy(ONE), "agreement b: in one of the two sets only"),
    "one agreement more": (
        policy(ONE, TWO, agreement("c", '["AUT", "CYP"]')), "agreement c: in one of the two",
    ),
    "another registry": (
        Policy((ONE, TWO), PARTIES.extended((Party("ZZZ", "state", "", ""),))), "registry:",
    ),
    "a consent": (policy(ONE, TWO, consents=(consent("BEL", "AUT", AT),)), "consents:"),
}  # fmt: skip


@pytest.mark.parametrize(("there", "says"), ELSEWHERE.values(), ids=ELSEWHERE)
def test_it_fails_for_another_set(there: Policy, says: str) -> None:
    assert any(each.startswith(says) for each in verify(DATA, "proof.json", there))


TAMPERED = {
    "fewer leaks": {"proof": msgspec.structs.replace(MADE.proof, leaking=1)},
    "more cells": {"proof": msgspec.structs.replace(MADE.proof, cells=MADE.proof.cells + 1)},
    "other control": {"control": msgspec.structs.replace(MADE.control, pairs=0)},
    "other replay": {"replay": msgspec.structs.replace(MADE.replay, decisions=0)},
    "other set": {"agreement_set": "0" * 64},
    "other hash": {"agreements": {**MADE.agreements, "a": "0" * 64}},
    "other registry": {"registry": "0" * 64},
    "other consents": {"consents": "0" * 64},
}


@pytest.mark.parametrize("changed", TAMPERED.values(), ids=TAMPERED)
def test_a_result_that_was_changed_is_found_even_sealed_again(changed) -> None:
    assert len(verify(_sealed(**changed), "proof.json", RULES)) >= 1


def test_any_byte_that_is_changed_is_found() -> None:
    for place in range(0, len(DATA), 7):
        other = DATA[:place] + bytes([DATA[place] ^ 1]) + DATA[place + 1 :]
        try:
            found = verify(other, "proof.json", RULES)
        except BadInput:
            continue  # no longer a certificate at all
        assert found, place


def test_another_version_of_noroshi_may_make_it_again() -> None:
    assert verify(written(certify(RULES, "2.0", 10)), "proof.json", RULES) == ()


@pytest.mark.parametrize("data", [b"", b"[]", b'{"format": "proof/9"}'])
def test_what_is_no_certificate_is_refused(data: bytes) -> None:
    with pytest.raises(BadInput, match=r"^proof.json: not a certificate"):
        verify(data, "proof.json", RULES)


def test_a_difference_between_proof_and_decision_is_no_proof() -> None:
    wrong = msgspec.structs.replace(
        MADE, replay=msgspec.structs.replace(MADE.replay, differences=1)
    )
    assert not wrong.holds


def test_told_in_lines() -> None:
    lines = list(told(MADE))
    assert lines[1].startswith("No leak")
    assert "AUT > BEL > CYP by a/R1, b/R1: maritime" in lines[2]
    leak = MADE.control.first
    assert leak is not None
    proof = msgspec.structs.replace(MADE.proof, leaking=3, leaks=(leak,), pairs=(("AUT", "CYP"),))
    told_so = list(told(msgspec.structs.replace(MADE, proof=proof)))
    assert told_so[1].strip().startswith("AUT > BEL > CYP by")
    assert told_so[2] == "LEAKS: 3 classes, 1 pairs of originator and third."
