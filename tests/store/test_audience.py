"""Audiences at rest: derived, equal when made again, and in places that are for ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sides import Side, Where

from noroshi.pact.decide import decide
from noroshi.pact.load import load
from noroshi.pact.masks import WORD_BITS
from noroshi.pact.policy import Policy
from noroshi.pact.table import Table
from noroshi.store import Store
from noroshi.words.errors import Refused
from noroshi.words.grant import Consent, Selector, sealed
from noroshi.words.label import Label, Strand, Tlp, label
from noroshi.words.party import Parties, Party, packaged_parties
from noroshi.words.record import Record
from noroshi.words.time import DAY, parse_instant

Make = Callable[..., Record]

START = parse_instant("2026-01-01T00:00:00Z")
AT = START + 30 * DAY
PACKAGED = packaged_parties()
TABLES = ("compiled", "audience", "grant_cache")


def agreement(*parties: str, registry: Parties = PACKAGED, rest: str = "", release: str = ""):
    """An agreement that shares maritime strands up to TLP AMBER."""
    text = f"""
format = "pact/1"
[agreement]
id = "x"
title = "x"
form = "treaty"
class = "isa"
parties = {list(parties)}
in_force = 2026-01-01
[[release]]
id = "R1"
basis = "model"
pillars = ["maritime"]
max_tlp = "amber"
{release}
{rest}
"""
    return load(text.encode(), "x.toml", registry)


def strand(**terms) -> Strand:
    return Strand("JPN", "maritime", "stop", **{"tlp": Tlp.GREEN, **terms})


def own(count: int) -> tuple[Party, ...]:
    """A node's own parties."""
    return tuple(Party(f"X{n:03}", "organisation", f"Own {n}", "") for n in range(count))


def derived(side: Side, where: Where) -> dict[str, list[tuple[object, ...]]]:
    """All derived rows, by table."""
    return {name: sorted(side.rows(where, f"SELECT * FROM {name}")) for name in TABLES}


def seqs(store: Store, party: str, at: int = AT, epoch: int = 1) -> list[int]:
    return [each.seq for each in store.visible(party, epoch=epoch, at=at, limit=99)]


LABELS: tuple[Label, ...] = (
    label(strand()),
    label(strand(tlp=Tlp.RED)),
    label(strand(), strand(only=("EU", "FRA"))),
    label(strand(expires=AT + DAY)),
    label(strand(tlp=Tlp.CLEAR)),
)


def filled(store: Store, make: Make) -> None:
    store.put([make(f"tool--{i}", labelled=each) for i, each in enumerate(LABELS)], at=AT)


def test_dropped_and_compiled_again_the_rows_are_equal(
    store: Store, side: Side, where: Where, make: Make
) -> None:
    filled(store, make)
    policy = Policy([agreement("EU", "JPN", "USA")], PACKAGED)
    assert store.compile_audiences(policy, "JPN", epoch=1, at=AT) == len(LABELS)
    before = derived(side, where)
    assert all(before.values())
    store.drop_audiences()
    assert not any(derived(side, where).values())
    store.compile_audiences(policy, "JPN", epoch=1, at=AT + 1)
    assert derived(side, where) == before
    assert store.compile_audiences(policy, "JPN", epoch=1, at=AT + 2) == 0
    assert derived(side, where) == before


def test_what_each_may_see(store: Store, make: Make) -> None:
    filled(store, make)
    policy = Policy(
        [agreement("EU", "JPN", "USA", release="transform = [{kind = 'text'}]")], PACKAGED
    )
    store.compile_audiences(policy, "JPN", epoch=1, at=AT)
    assert seqs(store, "EU") == [1, 3, 4, 5]
    assert seqs(store, "USA") == [1, 4, 5]
    assert seqs(store, "FRA") == [5]
    assert seqs(store, "JPN") == [1, 2, 3, 4, 5]
    assert seqs(store, "ZZZ") == []
    assert [each.seq for each in store.visible("EU", epoch=1, at=AT, after_seq=1, limit=2)] == [
        3,
        4,
    ]
    counted = store.seen(epoch=1, at=AT)
    assert {code: counted[code] for code in ("EU", "USA", "FRA", "JPN")} == {
        "EU": 4, "USA": 3, "FRA": 1, "JPN": 5,
    }  # fmt: skip
    assert store.count_live() == 5
    for party in ("EU", "USA", "FRA", "JPN"):
        for seq, each in enumerate(LABELS, 1):
            wanted = decide(policy, each, "JPN", party, AT)
            found = store.release(party, seq, epoch=1, at=AT)
            assert (found.verdict, found.transforms, found.clauses) == (
                wanted.verdict, wanted.transforms, wanted.clauses,
            )  # fmt: skip


def test_segments_end_where_a_strand_does(store: Store, make: Make) -> None:
    filled(store, make)
    policy = Policy([agreement("EU", "JPN")], PACKAGED)
    store.compile_audiences(policy, "JPN", epoch=1, at=AT)
    with pytest.raises(Refused, match=r"epoch 1 at 2026-02-01"):
        seqs(store, "EU", AT + DAY)
    with pytest.raises(Refused, match="epoch 2"):
        store.release("EU", 1, epoch=2, at=AT)
    assert 4 in seqs(store, "EU", AT + DAY - 1)
    store.compile_audiences(policy, "JPN", epoch=1, at=AT + DAY)
    assert 4 not in seqs(store, "EU", AT + DAY)
    assert 4 in seqs(store, "EU", AT)


def test_what_came_later_is_withheld_until_compiled_again(store: Store, make: Make) -> None:
    filled(store, make)
    policy = Policy([agreement("EU", "JPN")], PACKAGED)
    store.compile_audiences(policy, "JPN", epoch=1, at=AT)
    store.put([make("tool--new", labelled=label(strand(personal=False, orcon=True)))], at=AT)
    store.put([make("tool--like", labelled=LABELS[0])], at=AT)
    assert seqs(store, "EU") == [1, 3, 4, 5, 7]
    assert not store.release("EU", 6, epoch=1, at=AT).permitted
    assert store.compile_audiences(policy, "JPN", epoch=1, at=AT) > 0
    assert seqs(store, "EU") == [1, 3, 4, 5, 6, 7]


def test_a_consent_for_one_record_opens_that_one_alone(store: Store, make: Make) -> None:
    store.put([make(f"tool--{i}", labelled=LABELS[0]) for i in range(3)], at=AT)
    each = agreement("EU", "JPN", release="approval = 'each'")
    yes = sealed(Consent("", "JPN", Selector(record="tool--1"), "EU", AT + DAY))
    store.compile_audiences(Policy([each], PACKAGED), "JPN", epoch=1, at=AT)
    assert seqs(store, "EU") == []
    store.put_consents([yes])
    store.compile_audiences(Policy([each], PACKAGED, {}, (yes,)), "JPN", epoch=1, at=AT)
    assert seqs(store, "EU") == [2]
    assert store.release("EU", 2, epoch=1, at=AT).clauses == ("x/R1",)
    assert not store.release("EU", 1, epoch=1, at=AT).permitted


def test_a_later_party_sees_what_was_made_since(store: Store, make: Make) -> None:
    joins = """[[joins]]
id = "J"
basis = "model"
mode = "open"
joined = [{ party = "USA", in_force = 2026-01-10 }]"""
    days = ("2026-01-09T23:59:59Z", "2026-01-10T00:00:00Z", "2026-01-12T00:00:00Z")
    raws = [f'{{"type":"tool","id":"tool--{d}","created":"{d}"}}'.encode() for d in days]
    store.put(
        [
            make(f"tool--{d}", AT, raw, labelled=LABELS[0])
            for d, raw in zip(days, raws, strict=True)
        ],
        at=AT,
    )
    policy = Policy([agreement("EU", "JPN", rest=joins)], PACKAGED)
    store.compile_audiences(policy, "JPN", epoch=1, at=AT)
    assert seqs(store, "EU") == [1, 2, 3]
    assert seqs(store, "USA") == [2, 3]


@pytest.mark.parametrize("count", [0, 1, 90], ids=["packaged", "one own", "more than two words"])
def test_a_new_party_never_changes_what_a_stored_mask_means(
    store: Store, side: Side, where: Where, make: Make, count: int
) -> None:
    """The store was written before the packaged registry grew, which moves a node's own parties
    in the registry of the running program and not in the store."""
    filled(store, make)
    first = 70
    older = Parties(tuple(PACKAGED.get(code) for code in PACKAGED.order[:first])).extended(
        own(count)
    )
    parties = ("JPN", "EU", *(each.code for each in own(count)[-1:]))
    before_law = Policy([agreement(*parties, registry=older)], older)
    store.compile_audiences(before_law, "JPN", epoch=1, at=AT)
    before, sees = derived(side, where), {code: seqs(store, code) for code in older.order}
    assert {row[2] for row in before["audience"]} == set(range(-(-(first + count) // WORD_BITS)))

    newer = PACKAGED.extended(own(count + 1))
    late = own(count + 1)[-1].code
    law = Policy([agreement(*parties, PACKAGED.order[-1], late, registry=newer)], newer)
    store.compile_audiences(law, "JPN", epoch=2, at=AT)
    after = derived(side, where)
    for name in TABLES:
        assert [row for row in after[name] if row[0] == 1] == before[name]
    assert {code: seqs(store, code) for code in older.order} == sees
    assert {code: seqs(store, code, epoch=2) for code in older.order} == sees
    assert seqs(store, late) == []
    assert seqs(store, late, epoch=2) == seqs(store, PACKAGED.order[-1], epoch=2) == [1, 4, 5]


def test_places_are_for_ever(store: Store, side: Side, where: Where) -> None:
    store.put_parties(own(2))
    for sql in ("UPDATE party SET position = 9", "DELETE FROM party"):
        with pytest.raises(side.forbidden, match="for ever"):
            side.run(where, sql)


def test_known_parties_take_no_places_again(store: Store, side: Side, where: Where) -> None:
    store.put_parties(own(3))
    store.put_parties(own(5))
    places = side.rows(where, "SELECT position FROM party ORDER BY code")
    assert places == [(0,), (1,), (2,), (3,), (4,)]


def test_a_registry_that_grew_is_seen_by_the_same_law(store: Store, make: Make) -> None:
    filled(store, make)
    each = agreement("EU", "JPN")
    store.compile_audiences(Policy([each], PACKAGED), "JPN", epoch=1, at=AT)
    assert seqs(store, "X000") == []
    grown = Policy([each], PACKAGED.extended(own(1)))
    assert store.compile_audiences(grown, "JPN", epoch=1, at=AT) > 0
    assert seqs(store, "X000") == [5]


def test_a_record_that_a_consent_waits_for(store: Store, make: Make) -> None:
    store.put([make("tool--0", labelled=LABELS[0])], at=AT)
    yes = sealed(Consent("", "JPN", Selector(record="tool--1"), "EU", AT + DAY))
    each = agreement("EU", "JPN", release="approval = 'each'")
    policy = Policy([each], PACKAGED, {}, (yes,))
    store.compile_audiences(policy, "JPN", epoch=1, at=AT)
    store.put([make("tool--1", labelled=LABELS[0])], at=AT)
    assert seqs(store, "EU") == []
    store.compile_audiences(policy, "JPN", epoch=1, at=AT)
    assert seqs(store, "EU") == [2]


def test_any_past_instant_is_decided_by_the_law_of_its_time(store: Store, make: Make) -> None:
    """What was answered then is answered now: by decision, by table and by the rows kept then."""
    filled(store, make)
    files = {
        "wide": agreement("EU", "JPN", "USA"),
        "narrow": agreement("EU", "JPN", release="kinds = ['encounter']"),
        "late": agreement("JPN", "USA", release="transform = [{ kind = 'text' }]"),
    }
    answered: dict[tuple[int, int], tuple[int, dict[str, list[int]]]] = {}
    for day, name in enumerate(files, 1):
        each, now = files[name], AT + day * 2 * DAY
        store.load_agreements([(each.id, each.sha256, each.raw)], valid_from=now - DAY, at=now)
        for at in (now - DAY, now):
            answered[at, now] = _answered(store, at, now)
    assert len({str(each) for _, each in answered.values()}) == 3
    assert {epoch for epoch, _ in answered.values()} == {1, 2, 3}
    for (at, known), before in answered.items():
        assert _answered(store, at, known) == before
        assert {code: seqs(store, code, at, before[0]) for code in before[1]} == before[1]


def _answered(store: Store, at: int, known: int) -> tuple[int, dict[str, list[int]]]:
    """(epoch, what each party may have), by the law valid at `at` as known at `known`."""
    epoch, held = store.agreements(at=at, known=known)
    policy = Policy([load(raw, name, PACKAGED) for name, _, raw in held], PACKAGED)
    store.compile_audiences(policy, "JPN", epoch=epoch, at=at)
    cells = {each.key(): each for each in LABELS}
    table = Table(policy, "JPN", cells, at)
    found: dict[str, list[int]] = {}
    for code in ("EU", "USA", "FRA"):
        found[code] = []
        for seq, each in enumerate(LABELS, 1):
            release = decide(policy, each, "JPN", code, at)
            assert table.release(each.key(), code).clauses == release.clauses
            if release.permitted:
                found[code].append(seq)
    return epoch, found
