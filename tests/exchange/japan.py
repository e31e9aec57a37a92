"""A Japanese node for the tests of views, with one agreement and short ways to use it."""

from __future__ import annotations

import json
from typing import Any

import graphs

from noroshi.exchange.served import Match, Served
from noroshi.exchange.sign import Keys
from noroshi.exchange.views import Views
from noroshi.pact.load import load
from noroshi.pact.policy import Policy
from noroshi.store import Store
from noroshi.words import ids
from noroshi.words.label import Label, Strand, Tlp, label
from noroshi.words.party import packaged_parties
from noroshi.words.record import Hop, Record
from noroshi.words.time import DAY, format_instant, parse_instant

NOW = parse_instant("2026-03-01T00:00:00Z")
EVERY = Match(spec_version=("2.0", "2.1"), version=("all",))
A, B, C = (f"malware--{n}1111111-1111-4111-8111-111111111111" for n in range(3))
LINK = "relationship--11111111-1111-4111-8111-111111111111"
REPORT = "report--11111111-1111-4111-8111-111111111111"
EVENT = "event--11111111-1111-5111-8111-111111111111"


class Node:
    """A Japanese node with one agreement, whose release clause is as the test says."""

    def __init__(self, store: Store, keys: Keys, release: str = "") -> None:
        self.store, self.keys = store, keys
        self.law(release)
        self.views = self.opened()

    def law(self, release: str, parties: str = '"EU", "JPN", "AUS"') -> None:
        text = f"""
            format = "pact/1"
            [agreement]
            id = "one"
            title = "One"
            form = "treaty"
            class = "isa"
            parties = [{parties}]
            signed = 2024-01-01
            in_force = 2024-01-01
            [[release]]
            id = "R1"
            basis = "model"
            pillars = ["maritime"]
            max_tlp = "amber"
            onward = "none"
            {release}
        """.encode()
        agreement = load(text, "one.toml", packaged_parties())
        self.agreements = (agreement,)
        files = [(agreement.id, agreement.sha256, agreement.raw)]
        self.epoch = self.store.load_agreements(files, valid_from=0, at=NOW)

    def policy(self, at: int) -> tuple[int, Policy]:
        grants, consents = self.store.grants(), self.store.consents()
        return self.epoch, Policy(self.agreements, packaged_parties(), grants, consents)

    def opened(self) -> Views:
        return Views(self.store, self.policy, graphs.KINDS, "JPN", self.keys)

    def put(
        self,
        oid: str,
        properties: dict[str, Any] | None = None,
        *,
        at: int = NOW,
        owner: str = "JPN",
        labelled: Label | None = None,
        hops: tuple[Hop, ...] = (),
        **strand: Any,
    ) -> None:
        terms = {"tlp": Tlp.GREEN, **strand}
        object_ = {
            "type": oid.partition("--")[0],
            "spec_version": "2.1",
            "id": oid,
            "created": format_instant(NOW - DAY),
            "modified": format_instant(at),
            **(properties or {"name": f"name of {oid[:12]}", "is_family": False}),
        }
        raw = json.dumps(object_).encode()
        held = labelled or label(Strand("JPN", "maritime", "malware", **terms))
        record = Record(oid, at, "malware", "maritime", owner, held, raw, ids.sha256(raw), at, hops)
        self.store.put([record], at=at)

    def link(self, source: str, target: str, **more: Any) -> None:
        ends = {"relationship_type": "uses", "source_ref": source, "target_ref": target}
        self.put(LINK, {**ends, **more})

    def see(self, party: str = "EU", at: int = NOW, views: Views | None = None) -> list[Served]:
        page = (views or self.views).page(party, at, match=EVERY)
        return [each for each in page.entries if each.otype != "identity"]

    def ids(self, party: str = "EU", at: int = NOW) -> list[str]:
        return [each.oid for each in self.see(party, at)]


def body(served: Served) -> dict[str, Any]:
    return json.loads(served.body)
