"""What the owner reads, and that the recipient cannot tell withheld from absent."""

from __future__ import annotations

import pytest
from making import AT, agreement, labelled, policy, strand

from noroshi.pact.decide import decide
from noroshi.pact.explain import owner, recipient
from noroshi.words.label import Tlp
from noroshi.words.time import FOREVER

RULES = policy(agreement(release="transform=[{kind='position', cell_m=10000}]"))


def _explained(label, party):
    return owner(RULES, label, decide(RULES, label, "JPN", party, AT), party)


def test_owner_in_part() -> None:
    assert _explained(labelled(strand()), "EU") == (
        "Released to EU in part: position to 10 km.\n"
        "  JPN, maritime/stop, TLP green: by x/R1 (x; our reading: the text holds no such rule)\n"
        f"  Agreement set {RULES.set_sha256[:12]}."
    )


def test_owner_near_miss() -> None:
    assert _explained(labelled(strand(tlp=Tlp.RED, only=("EU",))), "EU").splitlines()[:2] == [
        "Withheld from EU.",
        "  x/R1: tlp is red; allowed: ≤ amber",
    ]


def test_owner_default_deny() -> None:
    assert "what is not permitted is denied" in _explained(labelled(strand()), "KOR")


def test_owner_own_and_public() -> None:
    text = _explained(labelled(strand("EU"), strand(tlp=Tlp.CLEAR)), "EU")
    assert "by own (its own)" in text
    assert "by public/CLEAR (public by its own marking)" in text


def test_recipient_cannot_tell_withheld_from_absent() -> None:
    texts = {recipient(None)}
    for one in (strand(tlp=Tlp.RED), strand(pillar="cyber"), strand(denied=("EU",))):
        texts.add(recipient(decide(RULES, labelled(one), "JPN", "EU", AT)))
    assert texts == {"There is no such record."}


def test_recipient_reads_clause_and_change() -> None:
    given = decide(RULES, labelled(strand()), "JPN", "EU", AT)
    assert recipient(given) == "Released to you in part (position to 10 km) by x/R1."
    public = decide(RULES, labelled(strand(tlp=Tlp.CLEAR)), "JPN", "EU", AT)
    assert recipient(public) == "Released to you by public/CLEAR."


JOINED = """[[joins]]
id = "J"
mode = "open"
basis = "model"
reach_back = false
joined = [{ party = "KOR", in_force = 2026-03-01 }]
"""


@pytest.mark.parametrize(("made", "found"), [(-FOREVER, "before any date"), (None, "unknown")])
def test_what_was_made_at_no_date_is_refused_in_words(made, found) -> None:
    rules = policy(agreement(rest=JOINED))
    release = decide(rules, labelled(strand()), "JPN", "KOR", AT, made=made)
    assert [each.condition for each in release.misses] == ["joined"]
    assert found in release.misses[0].found
