"""The checked-in worlds: decision, plain reading, table and SQL give the answers that stand."""

from __future__ import annotations

import msgspec
import naive
import pytest
import vectors
from test_sql import audience, record, stored, template

from noroshi.pact.decide import decide
from noroshi.pact.table import Table

__all__ = ["template"]


@pytest.fixture(scope="module", params=vectors.NAMES)
def world(request: pytest.FixtureRequest):
    read = vectors.read(request.param)
    return read, vectors.world_of(read)


def asked(read: vectors.Vectors):
    """(case, label, at, made) of every case."""
    for case in read.cases:
        yield case, read.labels[case.label], vectors.instant(case.at), vectors.instant(case.made)


def told(transforms, clauses) -> dict[str, object]:
    return {
        "transforms": [msgspec.to_builtins(each) for each in transforms],
        "clauses": list(clauses),
    }


def test_the_vectors_tell_something(world) -> None:
    read, _ = world
    assert read.format == "pact-vectors/1"
    assert len(read.cases) == vectors.CASES
    assert sum(map(vectors.telling, read.cases)) > vectors.CASES // 2
    assert any(each["transforms"] for case in read.cases for each in case.released.values())


@pytest.mark.parametrize("act", ["receive", "pass_on"])
def test_by_decision_and_plain_reading(world, act: str) -> None:
    read, of = world
    policy = vectors.policy_of(of)
    for case, label, at, made in asked(read):
        for party in of.parties.order:
            given = (label, case.holder, party, at, act)
            found = decide(policy, *given, record=case.record, made=made)
            expected = case.released.get(party)
            assert (told(found.transforms, found.clauses) if found.permitted else None) == expected
            verdict, transforms, clauses = naive.decide(of, *given, case.record, made)
            assert (None if verdict == "withheld" else told(transforms, clauses)) == expected


def test_by_table(world) -> None:
    read, of = world
    for case, label, at, made in asked(read):
        table = Table(vectors.policy_of(of), case.holder, {"c": label}, at)
        for party in of.parties.order:
            found = table.release("c", party, case.record, made)
            expected = case.released.get(party)
            assert (told(found.transforms, found.clauses) if found.permitted else None) == expected


def test_by_sql(world, template) -> None:
    read, of = world
    for case, label, at, made in asked(read):
        if made is None:
            continue  # a record that is stored was made at some time
        connection = stored(template, [record(case.record or "r9", label, made)])
        audience.derive(connection, vectors.policy_of(of), case.holder, 1, at)
        for party in of.parties.order:
            found = audience.release(connection, party, 1, at, 1)
            seen = bool(audience.visible(connection, party, 1, at, 0, 9))
            expected = case.released.get(party)
            assert (told(found.transforms, found.clauses) if seen else None) == expected
        connection.close()
