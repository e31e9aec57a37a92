"""What the owner reads of each condition that failed: what was found, and what is allowed, in
English as it is kept and in the Japanese of the console."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from making import AT, agreement, labelled, policy, strand
from test_decide import CONDITIONS

from noroshi.pact.decide import decide
from noroshi.pact.explain import explained, missed, nearest

WORDS = {
    "kind not listed": ("stop", "encounter"),
    "tlp above": ("amber+strict", "≤ amber"),
    "red unnamed": ("red without named recipients", "red with named recipients"),
    "pap above an unstated ceiling": ("green", "≤ clear"),
    "pap above": ("amber", "≤ green"),
    "classified without a table": ("JPN hi", "unclassified"),
    "level above": ("JPN gokuhi", "unclassified, EU restricted, JPN hi"),
    "no equivalent at the recipient": (
        "JPN kimitsu",
        "unclassified, EU restricted, EU secret, JPN gokuhi, JPN hi",
    ),
    "unknown level": ("JPN top", "unclassified, EU restricted, EU secret, JPN gokuhi, JPN hi"),
    "handling not honoured": ("eyes", "none"),
    "one of two handlings": ("limdis", "eyes"),
    "a controlled item": ("5A002", "none"),
    "one of two codes": ("ML15", "5A002"),
    "a code whose number only starts alike": ("ML15", "ML1"),
    "a code and a tag": ("eyes", "none"),
    "a policy that asks": ("iep:encrypt_in_transit=must", "none"),
    "less than a policy asks": (
        "iep:permitted_actions=none",
        "iep:permitted_actions=internally-visible-actions",
    ),
    "not redistributable": ("non_redistributable", "what may be redistributed"),
    "licence not listed": ("BSD-3", "CC-BY-4.0"),
    "personal": ("personal data", "no personal data"),
    "from the other": ("JPN", "EU"),
    "to another": ("EU", "EU.EEAS"),
    "not a body": ("EU.EMSA", "EU.EEAS"),
    "not in force": ("negotiating, not signed", "in force"),
    "signed only": ("signed, not in force", "in force"),
    "later": ("not yet in force", "in force"),
    "part of a date, still open": ("not yet in force", "in force"),
    "ended": ("ended", "in force"),
    "ends at its earliest": ("ended", "in force"),
    "left": ("a party that has left or not yet joined", "both parties bound"),
    "approval without consent": ("no consent", "the originator's consent, item by item"),
    "denied": ("EU", "not EU"),
    "denied above": ("EU.EEAS", "not EU"),
    "denied unknown code": ("unknown code ZZZ", "codes of the party registry"),
    "not named": ("EU", "KOR"),
    "originator alone": ("EU", "JPN alone"),
    "embargo": ("2026-06-01T00:00:00.000Z", "from 2026-06-01T00:00:00.000001Z"),
    "expired": ("2026-06-01T00:00:00.000Z", "before 2026-06-01T00:00:00.000Z"),
    "around the hub": ("JPN to EU", "only through USA"),
    "joined, records unknown in time": (
        "made at an unknown time",
        "made from 2026-03-01T00:00:00.000Z on",
    ),
}


def test_every_condition_that_fails_has_its_words() -> None:
    failing = {name for name, (*_, fails) in CONDITIONS.items() if fails not in (None, "nothing")}
    assert WORDS.keys() == failing


@pytest.mark.parametrize("name", WORDS)
def test_what_was_found_and_what_is_allowed(name: str) -> None:
    of, terms, party, _ = CONDITIONS[name]
    one = strand(**terms)
    found = decide(policy(agreement(**of)), labelled(one), one.originator, party, AT)
    assert [(each.found, each.allowed) for each in found.misses] == [WORDS[name]]


JAPANESE = Path(__file__).resolve().parents[2] / "web" / "src" / "words.json"
ENGLISH = re.compile(r"[a-z]{2,} [a-z]{2,}")
"""Two words on end; a name or a level by itself is no sentence."""


@pytest.mark.skipif(not JAPANESE.is_file(), reason="no source of the page here")
@pytest.mark.parametrize("name", WORDS)
def test_each_is_said_in_japanese_from_what_it_is_made_of(name: str) -> None:
    words = json.loads(JAPANESE.read_text("utf-8"))
    of, terms, party, _ = CONDITIONS[name]
    one, rules = strand(**terms), policy(agreement(**of))
    found = decide(rules, labelled(one), one.originator, party, AT)
    (miss,) = found.misses
    assert miss.condition in words
    said = [missed(miss), nearest(found), *explained(rules, labelled(one), found, party)]
    for each in said:
        line = each.said(lambda text: words.get(text, text))
        assert not ENGLISH.search(line), line
        assert line != each.said()
    assert all(each.text in words for each in miss.told if each.values)
    if miss.told:
        assert [each.said() for each in miss.told] == [miss.found, miss.allowed]
