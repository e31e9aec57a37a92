"""What is not yours is not there: to the byte, in random worlds, for any request.

Two worlds hold the same, but in the second there is nothing that Alice may not know of: neither the
collections in which she has no right, nor the API roots in which she has no collection, nor what
Bob did there. Whatever she asks, the answers are equal: status, headers, body. That is stronger
than comparing one refusal with another, because also what she may see is compared: dates, pages,
`next`, status ids, counts.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st
from taxii_plain import MEDIA, envelope
from taxii_world import CHEAP, NOW, FakeViews, thing

from noroshi.exchange.accounts import Account, Accounts
from noroshi.exchange.collections import Plain, Statuses
from noroshi.exchange.credentials import Limits, Token, hash_token, new_token
from noroshi.exchange.taxii.handler import handle
from noroshi.exchange.taxii.message import Request, Response
from noroshi.exchange.taxii.service import (
    MAX_CONTENT_LENGTH,
    Collection,
    Rights,
    Root,
    Service,
    view_collection,
)
from noroshi.store import Store

TOKENS = {"alice": new_token(), "bob": new_token()}
ROOTS = ("api", "two", "three")
IDS = tuple(f"0c0ffee0-0000-4000-8000-00000000000{n}" for n in range(5))
ALIASES = ("open", "drop", "inbox")
OBJECTS = [thing("malware", n, v) for n in range(2) for v in range(2)] + [thing("ipv4-addr", 1)]
MAY = {"": Rights(), "r": Rights(True), "w": Rights(False, True), "rw": Rights(True, True)}


class Declared(msgspec.Struct, frozen=True):
    """A plain collection of a world: what each may do with it, by account."""

    id: str
    root: str
    alias: str | None
    may: dict[str, str]
    page: int | None


class World(msgspec.Struct, frozen=True):
    """A world: Alice's party and limits, longest bodies by root, and the collections."""

    party: str
    limits: Limits | None
    longest: dict[str, int]
    collections: tuple[Declared, ...]


class Asked(msgspec.Struct, frozen=True):
    """A request: `where` may name what an answer before it told (an index), or anything."""

    who: str
    method: str
    where: tuple[str, str, str]
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes


def declared(n: int) -> st.SearchStrategy[Declared]:
    may = st.sampled_from(["", "", "r", "w", "rw", "rw", "rw"])
    return st.builds(
        Declared,
        id=st.just(IDS[n]),
        root=st.sampled_from(["api", *ROOTS]),
        alias=st.none() | st.sampled_from(ALIASES),
        may=st.fixed_dictionaries({"bob": st.just("rw")}, optional={"alice": may, "*": may}),
        page=st.sampled_from([None, 1, 2]),
    )


worlds = st.builds(
    World,
    party=st.sampled_from(["", "EU"]),
    limits=st.none() | st.builds(
        Limits,
        collections=st.none() | st.sets(st.sampled_from(IDS), max_size=3).map(tuple),
        read_only=st.booleans(),
    ),
    longest=st.dictionaries(st.sampled_from(ROOTS), st.sampled_from([700, 900, 30_000_000])),
    collections=st.tuples(*(declared(n) for n in range(len(IDS)))),
)  # fmt: skip

oids = st.sampled_from([each["id"] for each in OBJECTS] + ["malware--none", "%2F", "%FF"])
rests = st.one_of(
    st.sampled_from(["objects/", "objects/", "objects/", "", "manifest/", "objects", "nothing/"]),
    st.builds("objects/{}/".format, oids),
    st.builds("objects/{}/versions/".format, oids),
)
wheres = st.one_of(
    st.tuples(st.just("api"), st.sampled_from([f"collections/{each}/" for each in IDS]), rests),
    st.tuples(
        st.sampled_from(["api", *ROOTS, "four"]),
        st.sampled_from([f"collections/{each}/" for each in (*IDS, *ALIASES, "view", "x")]),
        rests,
    ),
    st.tuples(st.sampled_from([*ROOTS, "taxii2", "", ".."]), st.just(""), rests | st.just("")),
    st.tuples(st.sampled_from(ROOTS), st.just("collections/"), st.just("")),
    st.tuples(st.just("api"), st.just("status/"), st.integers(0, 3).map(str)),
    st.tuples(st.sampled_from(ROOTS), st.just("status/"), st.integers(0, 9).map(str)),
)
asked = st.builds(
    Asked,
    who=st.sampled_from(["alice", "alice", "bob"]),
    method=st.sampled_from(["GET", "GET", "POST", "POST", "DELETE", "HEAD", "OPTIONS", "PUT", "X"]),
    where=wheres,
    query=st.fixed_dictionaries(
        {},
        optional={
            "limit": st.sampled_from(["1", "1", "2", "2", "x"]),
            "next": st.integers(0, 9).map(str),
            "match[version]": st.sampled_from(["all", "first", "last"]),
            "match[type]": st.just("malware"),
            "added_after": st.just("2026-03-01T00:00:03Z"),
        },
    ),
    headers=st.fixed_dictionaries(
        {},
        optional={
            "accept": st.sampled_from([*[MEDIA] * 9, "text/html"]),
            "content-type": st.sampled_from([*[MEDIA] * 9, "text/plain"]),
            "content-length": st.sampled_from(["0", "0", "0", "600", "4000", "20000000"]),
            "noroshi-release": st.just("1"),
        },
    ),
    body=st.one_of(
        st.lists(st.sampled_from(OBJECTS), min_size=1, max_size=3).map(
            lambda each: envelope(*each)
        ),
        st.sampled_from([b"", b"{", b"x" * 400, b"x" * 4_000]),
    ),
)


def alice_may(world: World, each: Declared) -> Rights:
    """What Alice may do with a collection, from the world alone."""
    may = each.may["alice"] if "alice" in each.may else each.may.get("*", "")
    limits = world.limits or Limits()
    if limits.collections is not None and each.id not in limits.collections:
        return Rights()
    return Rights("r" in may, "w" in may and not limits.read_only)


def served(world: World, store: Store, name: str, *, known_only: bool) -> Service:
    """The world as a service; with `known_only` as if there were nothing but what Alice knows."""
    credentials = {
        "alice": Token(hash_token(TOKENS["alice"]), id="t", limits=world.limits),
        "bob": Token(hash_token(TOKENS["bob"]), id="b"),
    }
    parties = {"alice": world.party, "bob": "AUS"}
    accounts = Accounts(
        [Account(who, parties[who], (held,)) for who, held in credentials.items()], CHEAP
    )
    views = FakeViews()
    for n in range(3):
        views.add(thing("indicator", n), "EU")
        views.add(thing("identity", n), "AUS")
    found: dict[str, list[Collection]] = {root: [] for root in ROOTS}
    everything = world.limits is None or world.limits.collections is None
    if not known_only or (world.party and everything):
        found["api"].append(view_collection("JPN", views))
    aliases: set[tuple[str, str]] = set()
    for each in world.collections:
        plain = Plain(store, each.root + name, each.id + name)
        # The configuration refuses an alias that is used twice in a root.
        alias = each.alias if each.alias and (each.root, each.alias) not in aliases else None
        aliases.add((each.root, alias or ""))
        rights = {who: MAY[may] for who, may in each.may.items()}
        if known_only:
            rights["alice"] = alice_may(world, each)
        if not known_only or rights["alice"] != Rights():
            held = Collection(each.id, "T", plain, alias, None, plain, rights, each.page)
            found[each.root].append(held)
    roots = tuple(
        Root(path, path, tuple(inside), None, Statuses(store, path + name),
             world.longest.get(path, MAX_CONTENT_LENGTH))
        for path, inside in found.items()
        if inside or not known_only
    )  # fmt: skip
    # As a node does: what the server reads at most follows from all roots there are.
    most = max([MAX_CONTENT_LENGTH, *(each.max_content_length or 0 for each in roots)])
    return Service("Test", roots, accounts, b"s" * 32, page_cap=2, max_content_length=most)


def ask(service: Service, one: Asked, told: list[str], now: int) -> Response:
    """The answer; what was told before stands in place of an index into it."""

    def known(text: str) -> str:
        return told[int(text) % len(told)] if text.isdigit() and told else text

    root, middle, rest = one.where
    path = "/" + "".join(each for each in (f"{root}/", middle, known(rest)) if each)
    query = "&".join(f"{name}={known(text)}" if name == "next" else f"{name}={text}"
                     for name, text in one.query.items())  # fmt: skip
    headers = {"accept": MEDIA, "content-type": MEDIA, **one.headers}
    headers["authorization"] = f"Bearer {TOKENS[one.who]}"
    body = one.body if one.method in ("POST", "PUT") else b""
    return handle(service, Request(one.method, path, query, headers, body), now)


class _Told(msgspec.Struct):
    id: str | None = None
    next: str | None = None


def learn(answer: Response) -> list[str]:
    """Status ids and places that an answer told."""
    try:
        found = msgspec.json.decode(answer.body, type=_Told)
    except msgspec.MsgspecError:
        return []
    return [each for each in (found.id, found.next) if each]


@contextlib.contextmanager
def drawn_ids() -> Iterator[list[str]]:
    """Random ids that follow from what stands in the list, so that both worlds draw the same."""
    drawn = ["0"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uuid, "uuid4", lambda: uuid.uuid5(uuid.NAMESPACE_OID, drawn[0]))
        yield drawn


class Stores:
    """The store of either world. Every example gets collections of its own in them."""

    def __init__(self, folder: Path) -> None:
        self.whole = Store.open(folder / "whole.db", create=True)
        self.known = Store.open(folder / "known.db", create=True)
        self._examples = 0

    def example(self) -> str:
        self._examples += 1
        return str(self._examples)


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stores]:
    made = Stores(tmp_path_factory.mktemp("worlds"))
    with made.whole, made.known:
        yield made


def compare(stores: Stores, drawn: list[str], world: World, requests: list[Asked]) -> None:
    """Both worlds answer Alice alike."""
    told: list[str] = []
    name = stores.example()
    there = served(world, stores.whole, name, known_only=False)
    not_there = served(world, stores.known, name, known_only=True)
    for n, request in enumerate(requests):
        drawn[0] = str(n)
        first = ask(there, request, told, NOW + n * 1_000_000)
        second = ask(not_there, request, told, NOW + n * 1_000_000)
        if request.who == "alice":
            assert first == second, (request, first, second)
            event(f"alice is answered {first.status}")
        told += learn(first)


@given(world=worlds, requests=st.lists(asked, min_size=10, max_size=30))
@settings(max_examples=40)
def test_what_is_not_yours_is_not_there(
    stores: Stores, world: World, requests: list[Asked]
) -> None:
    with drawn_ids() as drawn:
        compare(stores, drawn, world, requests)


@pytest.mark.slow
@given(world=worlds, requests=st.lists(asked, min_size=20, max_size=60))
@settings(max_examples=400)
def test_what_is_not_yours_is_not_there_for_longer(
    stores: Stores, world: World, requests: list[Asked]
) -> None:
    with drawn_ids() as drawn:
        compare(stores, drawn, world, requests)
