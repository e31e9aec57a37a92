"""Nothing reaches a party that the reference decision denies: neither object nor mention.

Random agreements, labels, holders and parties (unions with members, agencies, hubs, consents,
exits, records fused of several originators) over random STIX graphs. The oracle is the second
decision that the pact's tests wrote from the design's prose, and a search of the bytes served.
"""

from __future__ import annotations

import base64
import random
import re
from pathlib import Path
from tempfile import TemporaryDirectory

import argon2
import graphs
import msgspec
import naive
import pytest
import worlds
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.exchange.accounts import Account, Accounts
from noroshi.exchange.credentials import Password, hash_password
from noroshi.exchange.served import Match, Served
from noroshi.exchange.sign import Keys
from noroshi.exchange.taxii.handler import handle
from noroshi.exchange.taxii.message import Request, Response
from noroshi.exchange.taxii.service import Root, Service, view_collection
from noroshi.exchange.tombstone import TYPE
from noroshi.exchange.views import Views
from noroshi.pact.policy import Policy
from noroshi.store import Store
from noroshi.words.label import join
from noroshi.words.time import DAY
from noroshi.words.transform import Position, Source

HOLDER = "JPN"
EVERYTHING = Match(spec_version=("2.0", "2.1"), version=("all",))
HASHER = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PASSWORD = Password(hash_password("secret", HASHER))
ERROR_ID = re.compile(rb'"error_id":"[^"]*"')
ALL = "match[spec_version]=2.0,2.1&match[version]=all"


class Node:
    """A holder's node in a random world, and every version that was put into it."""

    def __init__(self, seed: int, folder: Path, keys: Keys) -> None:
        self.rng = random.Random(seed)
        self.world = worlds.world(seed)
        self.epoch = 1
        self.store = Store.open(folder / "node.db", create=True)
        self.store.put_grants(self.world.grants.values())
        self.store.put_consents(self.world.consents)
        self.views = Views(self.store, self.policy, graphs.KINDS, HOLDER, keys)
        self.made: list[graphs.Made] = []
        self.ids: list[str] = []
        self.was_served: dict[str, set[tuple[str, int]]] = {}
        self._policies: dict[tuple[int, int], Policy] = {}

    def policy(self, at: int) -> tuple[int, Policy]:
        key = self.epoch, self.store.terms()
        if key not in self._policies:
            self._policies[key] = Policy(
                self.world.agreements, self.world.parties, self.store.grants(), self.world.consents
            )
        return self.epoch, self._policies[key]

    def put(self, count: int, at: int) -> None:
        rng = self.rng
        new = [graphs.new_id(rng, rng.choice(graphs.TYPES)) for _ in range(count)]
        again = rng.sample(self.ids, min(len(self.ids), 2))
        self.ids += new
        for n, oid in enumerate([*new, *again]):
            own, any_ = worlds.label_of(rng, self.world, HOLDER), worlds.fused(rng, self.world)
            used = [each.record.label for each in self.made] or [own]
            label = rng.choice((own, own, any_, any_, rng.choice(used)))
            if rng.random() < 0.1 and label.strands[0].exercise == own.strands[0].exercise:
                label = join(label, own)
            others = [each for each in self.ids if each != oid] or [oid]
            self.made.append(graphs.version(rng, oid, others, label, HOLDER, at + n * 1000))
        self.store.put([each.record for each in self.made], at=at)

    def amend(self, seed: int) -> None:
        agreements = worlds.world(seed).agreements
        self.world = self.world._replace(agreements=agreements)
        self.epoch += 1

    def verdict(self, each: graphs.Made, party: str, at: int) -> tuple[str, tuple, tuple]:
        return naive.decide(
            self.world,
            each.record.label,
            HOLDER,
            party,
            at,
            "receive",
            each.record.id,
            each.made,
        )

    def read(self, party: str, at: int) -> list[Served]:
        found: list[Served] = []
        while True:
            after = found[-1].n if found else 0
            page = self.views.page(party, at, after_n=after, limit=7, match=EVERYTHING)
            found += page.entries
            if not page.more:
                return found


def service(node: Node) -> Service:
    accounts = [Account(code.replace(".", "-"), code, (PASSWORD,)) for code in worlds.CODES]
    root = Root("api", "API", (view_collection(HOLDER, node.views),))
    return Service("test", (root,), Accounts(accounts, HASHER), b"s" * 32)


def ask(offered: Service, party: str, path: str, query: str, at: int, peer: bool) -> Response:
    credentials = base64.b64encode(f"{party.replace('.', '-')}:secret".encode()).decode()
    headers = {"authorization": f"Basic {credentials}"}
    if peer:
        headers["noroshi-release"] = "1"
    return handle(offered, Request("GET", path, query, headers, b""), at)


def shown(response: Response) -> bytes:
    """All of a response that leaves the node."""
    headers = "\n".join(f"{name}: {value}" for name, value in response.headers)
    return headers.encode() + b"\n\n" + response.body


def check(node: Node, party: str, at: int, data: bytes, *, stones: bool) -> None:
    """`data` names nothing that the oracle denies the party. `stones`: it may hold tombstones,
    which name what was served before."""
    told = node.was_served.get(party, set()) if stones else set()
    known = {oid for oid, _ in told}
    verdicts = [(each, node.verdict(each, party, at)) for each in node.made]
    plain = {each.record.id for each, (verdict, _, _) in verdicts if verdict == "released"}
    for each, (verdict, transforms, _) in verdicts:
        if each.record.id not in plain and each.record.id not in known:
            assert each.record.id.encode() not in data
        kinds = {type(one) for one in transforms}
        for hidden, mark in (
            (verdict == "withheld", each.name),
            (verdict == "withheld" or Source in kinds, each.source),
            (verdict == "withheld" or Position in kinds, each.place),
        ):
            assert not (hidden and mark and mark.encode() in data)


def check_reading(node: Node, party: str, at: int) -> None:
    served = node.read(party, at)
    objects = [each for each in served if each.otype != TYPE]
    check(node, party, at, b"\n".join(each.body for each in objects), stones=False)
    terms = [msgspec.json.encode((each.label, each.grants)) for each in served]
    check(node, party, at, b"\n".join(terms), stones=False)
    check(node, party, at, b"\n".join(each.body for each in served), stones=True)
    told = node.was_served.setdefault(party, set())
    told |= {(each.oid, each.oversion) for each in objects}
    stones = [each.body for each in served if each.otype == TYPE]
    assert all(any(oid.encode() in body for oid, _ in told) for body in stones)
    complete(node, party, at, {(each.oid, each.oversion) for each in objects})
    dangling(objects)


def complete(node: Node, party: str, at: int, seen: set[tuple[str, int]]) -> None:
    """What is released and needs nothing else did arrive, so that silence cannot pass."""
    for each in node.made:
        free = each.record.id.startswith(("malware", "identity")) and b"seen with" not in (
            each.record.raw
        )
        # A reference to what the party has as a variant makes a variant of this one as well.
        if free and b"_ref" not in each.record.raw:
            released = node.verdict(each, party, at)[0] == "released"
            assert ((each.record.id, each.record.version) in seen) == released


def dangling(objects: list[Served]) -> None:
    """Every required reference leads to something in the same view."""
    present = {each.oid for each in objects}
    for each in objects:
        found = msgspec.json.decode(each.body)
        for name in ("source_ref", "target_ref", "sighting_of_ref", "object_ref", "created_by_ref"):
            assert name not in found or found[name] in present
        assert set(found.get("object_refs", present)) <= present


def check_wire(node: Node, offered: Service, party: str, at: int) -> None:
    """The same through the server, headers and all; and not yours is answered as not there."""
    collection = offered.roots[0].collections[0].id
    base = f"/api/collections/{collection}"
    for path, query, peer in (
        (f"{base}/objects/", ALL, False),
        (f"{base}/objects/", "", True),
        (f"{base}/manifest/", ALL, False),
        ("/api/collections/", "", False),
    ):
        response = ask(offered, party, path, query, at, peer)
        assert response.status == 200
        check(node, party, at, shown(response), stones=True)
    known = {oid for oid, _ in node.was_served.get(party, set())}
    absent = graphs.new_id(node.rng, "malware")
    for oid in node.rng.sample(node.ids, min(4, len(node.ids))):
        for suffix in ("", "versions/") if oid not in known else ():
            # An error's id is a hash of what was asked, which is the caller's own.
            yours, nobodys = (
                ERROR_ID.sub(
                    b"",
                    shown(ask(offered, party, f"{base}/objects/{each}/{suffix}", "", at, False)),
                )
                for each in (oid, absent)
            )
            assert yours == nobodys


def walk(seed: int, keys: Keys, *, objects: int, parties: int, wire: bool) -> None:
    with TemporaryDirectory() as folder:
        node = Node(seed, Path(folder), keys)
        offered = service(node)
        rng = random.Random(seed + 1)
        at = worlds.NOON + 14 * DAY
        legal = {code for each in node.world.agreements for code in each.parties}
        asking = rng.sample([code for code in worlds.CODES if code != HOLDER], parties)
        asking = list({*asking, *(code for code in sorted(legal)[:2] if code != HOLDER)})
        node.put(objects, at - 9 * DAY)
        for step in ("the clock", "more records", "other agreements", "the end"):
            for party in sorted(asking):
                check_reading(node, party, at)
                if wire:
                    check_wire(node, offered, party, at)
            at += DAY // 2 + rng.randint(0, 3) * DAY
            if step == "more records":
                node.put(objects // 3, at)
            elif step == "other agreements":
                node.amend(seed + 1)
        node.store.verify_ledger()
        node.store.close()


@given(st.integers(0, 2**48))
@settings(max_examples=15)
def test_nothing_reaches_a_party_that_the_oracle_denies(keys: Keys, seed: int) -> None:
    walk(seed, keys, objects=12, parties=2, wire=False)


@given(st.integers(0, 2**48))
@settings(max_examples=5)
def test_nor_anything_through_the_server(keys: Keys, seed: int) -> None:
    walk(seed, keys, objects=12, parties=1, wire=True)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@given(st.integers(0, 2**48))
@settings(max_examples=80)
def test_at_length(keys: Keys, seed: int) -> None:
    walk(seed, keys, objects=40, parties=4, wire=True)
