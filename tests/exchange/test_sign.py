"""Keys and signatures: whole files only, owner only; a signature holds for one content and id."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from noroshi.exchange.sign import (
    Keys,
    fingerprint,
    sign_consent,
    sign_grant,
    verify,
    verify_consent,
    verify_grant,
)
from noroshi.words.errors import BadInput, Refused
from noroshi.words.grant import Consent, Grant, Selector, unsigned
from noroshi.words.transform import Position

GRANT = Grant(
    id="",
    originator="JPN",
    clause="eu-jpn-sdp/R1",
    agreement_set="ab" * 32,
    recipients=("EU",),
    onward="originator_consent",
    until=1_800_000_000_000_000,
    transforms=(Position(10_000),),
)
CONSENT = Consent("", "JPN", Selector(kind="encounter"), "FRA", 1_800_000_000_000_000)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    return Keys.generate(tmp_path_factory.mktemp("keys"))


def test_keys_load_as_they_were_made(tmp_path: Path) -> None:
    made = Keys.generate(tmp_path / "keys")
    loaded = Keys.load(tmp_path / "keys")
    assert (loaded.public, loaded.salt) == (made.public, made.salt)
    assert loaded.derive("taxii next") == made.derive("taxii next")
    assert loaded.sign(b"x") == made.sign(b"x")


def test_key_files_are_their_owners_alone(tmp_path: Path) -> None:
    Keys.generate(tmp_path / "keys")
    files = sorted((tmp_path / "keys").iterdir())
    assert [file.name for file in files] == ["node.pem", "salt"]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


def test_keys_are_never_made_over_others(tmp_path: Path) -> None:
    Keys.generate(tmp_path)
    before = (tmp_path / "node.pem").read_bytes()
    with pytest.raises(Refused, match="keys here already"):
        Keys.generate(tmp_path)
    assert (tmp_path / "node.pem").read_bytes() == before


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("node.pem", None),
        ("node.pem", b"some rubbish"),
        ("salt", None),
        ("salt", b"abcd\n"),
        ("salt", b"zz" * 32),
        ("salt", b"\xff\xfe"),
    ],
    ids=["no key", "bad key", "no salt", "short salt", "salt not hex", "salt not text"],
)
def test_unusable_files_are_named(tmp_path: Path, name: str, content: bytes | None) -> None:
    Keys.generate(tmp_path)
    (tmp_path / name).unlink()
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=name) as caught:
        Keys.load(tmp_path)
    assert content is None or content.decode("latin-1").strip() not in str(caught.value)


def test_derived_secrets_differ_by_purpose_and_node(keys: Keys, tmp_path: Path) -> None:
    other = Keys.generate(tmp_path)
    secrets = {each.derive(purpose) for each in (keys, other) for purpose in ("a", "b")}
    assert len(secrets) == 4
    assert all(len(secret) == 32 for secret in secrets)


def test_repr_shows_no_secret(keys: Keys) -> None:
    assert repr(keys) == f"Keys({fingerprint(keys.public)})"
    assert keys.salt.hex() not in repr(keys)


def test_grant_signature_verifies_by_the_library_itself(keys: Keys) -> None:
    signed = sign_grant(GRANT, keys)
    Ed25519PublicKey.from_public_bytes(keys.public).verify(signed.signature, unsigned(signed))
    assert verify_grant(signed, keys.public)
    assert verify_consent(sign_consent(CONSENT, keys), keys.public)


@pytest.mark.parametrize(
    "change",
    [
        {"originator": "KOR"},
        {"clause": "eu-jpn-sdp/R2"},
        {"recipients": ("EU", "FRA")},
        {"onward": "free"},
        {"until": None},
        {"transforms": ()},
        {"keep": "protect"},
        {"id": "grant--" + "0" * 32},
        {"signature": b""},
        {"signature": b"\x00" * 64},
    ],
    ids=lambda change: "-".join(change),
)
def test_a_changed_grant_does_not_verify(keys: Keys, change: dict[str, object]) -> None:
    signed = sign_grant(GRANT, keys)
    assert not verify_grant(msgspec.structs.replace(signed, **change), keys.public)


@pytest.mark.parametrize(
    "change",
    [{"recipient": "USA"}, {"until": 2}, {"selector": Selector(kind="stop")}, {"originator": "EU"}],
    ids=lambda change: "-".join(change),
)
def test_a_changed_consent_does_not_verify(keys: Keys, change: dict[str, object]) -> None:
    signed = sign_consent(CONSENT, keys)
    assert not verify_consent(msgspec.structs.replace(signed, **change), keys.public)


@given(public=st.binary(max_size=40), signature=st.binary(max_size=70), data=st.binary(max_size=9))
def test_noise_never_verifies_and_never_raises(
    public: bytes, signature: bytes, data: bytes
) -> None:
    assert not verify(signature, data, public)
