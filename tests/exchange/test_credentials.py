"""Tokens and pins: their form, what is kept of them, and which of them still count."""

from __future__ import annotations

import binascii
import hashlib
from datetime import UTC, datetime, timedelta

import argon2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from noroshi.exchange.credentials import (
    Certificate,
    Credential,
    Password,
    Token,
    hash_password,
    hash_token,
    is_token,
    live,
    new_id,
    new_token,
    nobody,
    presented,
)

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def test_tokens_have_a_prefix_enough_characters_and_the_crc_of_the_rest() -> None:
    tokens = {new_token() for _ in range(200)}
    assert len(tokens) == 200
    for token in tokens:
        text = token[:-6]
        assert text.startswith("noroshi_")
        assert 62 ** len(text.removeprefix("noroshi_")) > 2**192
        assert token == summed(text)
        assert is_token(token)


def summed(text: str) -> str:
    """`text` and its CRC in six digits of base 62."""
    number = binascii.crc32(text.encode())
    return text + "".join(DIGITS[number // 62**n % 62] for n in range(5, -1, -1))


@given(place=st.integers(0, 47), other=st.sampled_from(DIGITS))
def test_one_wrong_character_is_noticed(place: int, other: str) -> None:
    token = summed("noroshi_0123456789abcdefghijABCDEFGHIJ0123")
    wrong = token[:place] + other + token[place + 1 :]
    assert is_token(wrong) == (wrong == token)


def test_nobody_s_hash_is_checked_like_a_real_one_and_is_never_right() -> None:
    hasher = argon2.PasswordHasher(time_cost=2, memory_cost=64, parallelism=2)
    real, found = hasher.hash("x"), nobody(hasher)
    assert argon2.extract_parameters(found) == argon2.extract_parameters(real)
    assert len(found) == len(real)
    assert found != nobody(hasher)
    with pytest.raises(argon2.exceptions.VerifyMismatchError):  # computed, and not the same
        hasher.verify(found, "x")


@pytest.mark.parametrize("text", ["", "noroshi_", "x" * 48, "noroshi_" + "ä" * 40, "\ud800"])
def test_what_is_no_token_is_none(text: str) -> None:
    assert not is_token(text)


def test_a_token_is_kept_as_its_sha256() -> None:
    token = new_token()
    assert hash_token(token) == hashlib.sha256(token.encode()).hexdigest()
    assert len(new_id()) == 8


@pytest.mark.parametrize(
    ("expires", "revoked", "now", "counts"),
    [
        (None, None, 10**18, True),
        (10, None, 9, True),
        (10, None, 10, False),
        (None, 10, 9, True),
        (None, 10, 10, False),
        (20, 10, 15, False),
        (10, 20, 15, False),
    ],
)
def test_what_has_ended_counts_no_more(
    expires: int | None, revoked: int | None, now: int, counts: bool
) -> None:
    every: tuple[Credential, ...] = (
        Token("00", expires=expires, revoked=revoked),
        Certificate("00", expires=expires, revoked=revoked),
        Password(hash_password("x"), expires=expires, revoked=revoked),
    )
    assert {live(each, now) for each in every} == {counts}


def test_a_password_s_hash_is_one() -> None:
    with pytest.raises(ValueError, match="Argon2"):
        Password("x")


@pytest.mark.parametrize("kind", ["ed25519", "p256"])
def test_a_certificate_is_known_by_its_key_however_often_it_is_renewed(kind: str) -> None:
    key = ed25519.Ed25519PrivateKey.generate() if kind == "ed25519" else ec.generate_private_key(
        ec.SECP256R1()
    )  # fmt: skip
    start = datetime(2026, 1, 1, tzinfo=UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a partner")])
    found = set()
    for days in (30, 60):
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=days))
            .sign(key, None if kind == "ed25519" else hashes.SHA256())
        )
        got = presented(made.public_bytes(serialization.Encoding.DER))
        assert got.not_before == int(start.timestamp()) * 1_000_000
        assert got.not_after == got.not_before + days * 86_400 * 1_000_000
        found.add(got.spki)
    spki = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    assert found == {hashlib.sha256(spki).hexdigest()}


def test_what_is_no_certificate_is_refused() -> None:
    with pytest.raises(ValueError):
        presented(b"no certificate")
