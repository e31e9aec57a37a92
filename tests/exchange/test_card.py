"""Cards and phrases: what a node says of itself, and how two people compare it."""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mnemonic import Mnemonic

from noroshi.exchange import card
from noroshi.exchange.phrase import is_of, phrase
from noroshi.exchange.sign import Keys


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.generate(tmp_path_factory.mktemp("card") / "keys")


def test_a_card_reads_as_it_was_made(keys: Keys) -> None:
    found = card.read(card.card("EU", keys, "sha256:ab"))
    assert found == card.Card("card/1", "EU", keys.public, "sha256:ab")


def test_a_card_of_a_later_version_reads_and_is_signed_whole(keys: Keys) -> None:
    raw = msgspec.json.decode(card.card("EU", keys, None))
    said = {**raw["card"], "motto": "new"}
    data = b"noroshi card\x00" + msgspec.json.encode(said)
    signed = {"card": said, "signature": keys.sign(data)}
    assert card.read(msgspec.json.encode(signed)) == card.Card("card/1", "EU", keys.public)
    signed["card"]["motto"] = "changed"
    assert card.read(msgspec.json.encode(signed)) is None


def test_a_card_that_another_key_signed_is_none(keys: Keys, tmp_path: Path) -> None:
    other = msgspec.json.decode(card.card("EU", Keys.generate(tmp_path / "keys"), None))
    mine = msgspec.json.decode(card.card("EU", keys, None))
    assert card.read(msgspec.json.encode({**mine, "signature": other["signature"]})) is None
    assert card.read(msgspec.json.encode({**mine, "card": other["card"]})) is None


@given(st.binary(max_size=200))
def test_what_is_no_card_is_none(raw: bytes) -> None:
    assert card.read(raw) is None


def test_a_signed_card_cut_anywhere_is_none(keys: Keys) -> None:
    raw = card.card("EU", keys, "sha256:ab")
    assert {card.read(raw[:n]) for n in range(len(raw))} == {None}


@given(st.binary(min_size=32, max_size=32))
def test_twelve_words_are_the_first_half_and_its_checksum(key: bytes) -> None:
    words = phrase(key.hex())
    assert len(words) == 12
    # BIP 39 by hand: 128 bits, then the first four of their SHA-256, eleven bits a word.
    bits = f"{int.from_bytes(key[:16]):0128b}{hashlib.sha256(key[:16]).digest()[0]:08b}"[:132]
    listed = Mnemonic("english").wordlist
    assert words == tuple(listed[int(bits[n : n + 11], 2)] for n in range(0, 132, 11))
    assert is_of("  ".join(words).upper(), key.hex())
    assert is_of(" ".join(phrase(key.hex(), "japanese")), key.hex())
    assert not is_of(" ".join(words[:11]), key.hex())
    assert not is_of(" ".join((words[1], words[0], *words[2:])), key.hex()) or words[0] == words[1]
