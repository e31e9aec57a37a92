"""Signed batches: what verifies, what does not and which object is at fault, what shows nothing."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.exchange import batch
from noroshi.exchange.batch import Signed
from noroshi.exchange.sign import Keys
from noroshi.words.attest import Attestation

AT = 1_732_000_000_000_000


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.generate(tmp_path_factory.mktemp("keys"))


def bodies(count: int) -> list[bytes]:
    return [b'{"id":"x--%d","n":[1.50,{"b":true,"a":null}]}' % n for n in range(count)]


def proofs(signed: Signed, given: list[bytes]) -> list[Attestation]:
    found = batch.attestations(signed, given)
    assert all(each is not None for each in found)
    return [each for each in found if each is not None]


@pytest.mark.parametrize("count", [0, 1, 7, 8, 9, 1000])
def test_each_object_is_proved_alone(keys: Keys, count: int) -> None:
    objects = bodies(count)
    signed = batch.sign("JPN", AT, objects, keys)
    assert batch.genuine(signed.batch, keys.public)
    for proof, body in zip(proofs(signed, objects), objects, strict=True):
        assert batch.attests(proof, body)
        assert not batch.attests(proof, body.replace(b"true", b"false"))


def test_another_spelling_of_the_same_json_is_the_same(keys: Keys) -> None:
    body = bodies(1)[0]
    proof = proofs(batch.sign("JPN", AT, [body], keys), [body])[0]
    assert batch.attests(proof, json.dumps(json.loads(body), indent=2, sort_keys=True).encode())


@pytest.mark.parametrize("body", [b'{"a":1,"a":2}', b"\xff\x00", b'{"a":1e999}'])
def test_what_has_no_canonical_form_stands_for_its_bytes(keys: Keys, body: bytes) -> None:
    proof = proofs(batch.sign("JPN", AT, [body], keys), [body])[0]
    assert batch.attests(proof, body)
    assert not batch.attests(proof, body + b" ")


@given(st.integers(1, 20), st.data())
def test_the_changed_object_is_named(keys: Keys, count: int, data: st.DataObject) -> None:
    objects = bodies(count)
    signed = batch.sign("JPN", AT, objects, keys)
    at_fault = data.draw(st.integers(0, count - 1))
    objects[at_fault] = objects[at_fault].replace(b"1.50", b"1.51")
    found = batch.attestations(signed, objects)
    assert [each is None for each in found] == [n == at_fault for n in range(count)]


@pytest.mark.parametrize(
    ("field", "value"),
    [("party", "EU"), ("at", AT + 1), ("size", 16), ("root", bytes(32)), ("key", "0" * 64)],
)
def test_every_field_is_signed(keys: Keys, field: str, value: object) -> None:
    made = batch.sign("JPN", AT, bodies(3), keys).batch
    assert batch.genuine(made, keys.public)
    assert not batch.genuine(msgspec.structs.replace(made, **{field: value}), keys.public)


def test_another_key_signs_nothing_of_ours(keys: Keys, tmp_path: Path) -> None:
    other = Keys.generate(tmp_path / "other")
    made = batch.sign("JPN", AT, bodies(3), other).batch
    assert not batch.genuine(made, keys.public)
    forged = msgspec.structs.replace(made, key=keys.fingerprint)
    assert not batch.genuine(forged, keys.public)


def test_leaves_that_were_not_signed_are_refused(keys: Keys) -> None:
    objects = bodies(3)
    signed = batch.sign("JPN", AT, objects, keys)
    turned = bytes([signed.leaves[0] ^ 1]) + signed.leaves[1:]
    with pytest.raises(ValueError, match="not those that were signed"):
        batch.attestations(msgspec.structs.replace(signed, leaves=turned), objects)
    with pytest.raises(ValueError, match="bytes of leaves"):
        batch.attestations(msgspec.structs.replace(signed, leaves=signed.leaves[:-1]), objects)
    with pytest.raises(ValueError, match="came with 2"):
        batch.attestations(signed, objects[:-1])


@pytest.mark.parametrize("size", [0, 4, 9, 2**20 + 1, 2**40])
def test_sizes_that_no_batch_has_are_refused(keys: Keys, size: int) -> None:
    signed = batch.sign("JPN", AT, bodies(1), keys)
    lied = msgspec.structs.replace(signed.batch, size=size)
    with pytest.raises(ValueError, match="places"):
        batch.tree(msgspec.structs.replace(signed, batch=lied))


def test_a_place_outside_proves_nothing(keys: Keys) -> None:
    objects = bodies(1)
    signed = batch.sign("JPN", AT, objects, keys)
    for place in (-1, -8, 8):
        assert batch.attestations(msgspec.structs.replace(signed, places=(place,)), objects) == [
            None
        ]


def test_nothing_shows_how_many_objects_there_are_or_which(keys: Keys) -> None:
    one, six = (batch.sign("JPN", AT, bodies(n), keys) for n in (1, 6))
    assert one.batch.size == six.batch.size == 8
    first = proofs(one, bodies(1))[0], proofs(six, bodies(6))[0]
    assert {len(each.path) for each in first} == {3}
    again = batch.sign("JPN", AT, bodies(1), keys)
    assert again.batch.root != one.batch.root
    assert not set(again.salts) & set(one.salts)
    places = {batch.sign("JPN", AT, bodies(1), keys).places for _ in range(64)}
    assert len(places) > 4


def test_a_proof_survives_being_written(keys: Keys) -> None:
    objects = bodies(2)
    signed = batch.sign("JPN", AT, objects, keys)
    again = msgspec.json.decode(msgspec.json.encode(signed), type=Signed)
    assert again == signed
    proof = proofs(again, objects)[1]
    copy = msgspec.json.decode(msgspec.json.encode(proof), type=Attestation)
    assert batch.genuine(copy.batch, keys.public)
    assert batch.attests(copy, objects[1])
