"""Small agreements and policies for worked cases."""

from __future__ import annotations

from noroshi.pact.load import load
from noroshi.pact.policy import Policy
from noroshi.words.grant import Consent, Grant, Selector, sealed
from noroshi.words.label import Label, Strand, Tlp, label
from noroshi.words.party import packaged_parties
from noroshi.words.time import parse_instant

PARTIES = packaged_parties()
AT = parse_instant("2026-06-01T00:00:00Z")
LEFT = "[exit]\nleft = [{ party = 'EU', effective = 2026-05-01 }]"


def agreement(
    name="x", parties='["EU", "JPN"]', head="", release="", rest="", in_force="2026-01-01"
):
    dated = f"in_force = {in_force}" if in_force else ""
    text = f"""
format = "pact/1"
[agreement]
id = "{name}"
title = "{name}"
form = "treaty"
class = "isa"
parties = {parties}
{dated}
{head}
[[release]]
id = "R1"
basis = "model"
pillars = ["maritime"]
{"" if "max_tlp" in release else 'max_tlp = "amber"'}
{release}
{rest}
"""
    return load(text.encode(), f"{name}.toml", PARTIES)


def policy(*agreements, grants=(), consents=()) -> Policy:
    return Policy(agreements, PARTIES, {each.id: each for each in grants}, consents)


def strand(originator="JPN", **terms) -> Strand:
    given = {"pillar": "maritime", "kind": "stop", "tlp": Tlp.GREEN, **terms}
    return Strand(originator=originator, **given)


def labelled(*strands: Strand) -> Label:
    return label(*strands)


def grant(originator="JPN", recipients=("EU",), onward="none", clause="x/R1", **terms) -> Grant:
    return sealed(Grant("", originator, clause, "", tuple(sorted(recipients)), onward, **terms))


def consent(recipient, originator="JPN", until=AT + 1, **selector) -> Consent:
    wanted = Selector(**(selector or {"pillar": "maritime"}))
    return sealed(Consent("", originator, wanted, recipient, until))
