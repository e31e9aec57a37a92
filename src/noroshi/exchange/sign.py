"""The node's keys: Ed25519 for what others verify, a secret salt for what nobody may guess.

Grants and consents are signed over `words.grant.unsigned`: canonical JSON without id and
signature. The id is the hash of the same bytes, so a signature holds for exactly one id.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path
from typing import Final

import msgspec
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from noroshi.words.errors import BadInput, Refused
from noroshi.words.grant import Consent, Grant, sealed, unsigned

KEY_FILE: Final = "node.pem"
NEXT_FILE: Final = "next.pem"
SALT_FILE: Final = "salt"
SALT_BYTES: Final = 32


class Keys:
    """One node's signing key and salt. Neither ever leaves the node; `public` does. The key may be
    exchanged under a process that goes on: who needs two facts of it takes `still()` first."""

    def __init__(self, private: Ed25519PrivateKey, salt: bytes) -> None:
        self._held = private, private.public_key().public_bytes_raw()
        self.salt = salt

    def __repr__(self) -> str:
        return f"Keys({self.fingerprint})"

    @classmethod
    def generate(cls, folder: Path) -> Keys:
        """New keys in `folder`, files readable by their owner only. `Refused` where there are
        keys already: what was signed with them could no longer be verified."""
        if any((folder / name).exists() for name in (KEY_FILE, SALT_FILE)):
            raise Refused(f"{folder}: there are keys here already\nHint: choose an empty folder")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        keys = cls(Ed25519PrivateKey.generate(), secrets.token_bytes(SALT_BYTES))
        _write(folder / SALT_FILE, keys.salt.hex().encode() + b"\n")
        _write(folder / KEY_FILE, keys._pem())
        return keys

    @classmethod
    def load(cls, folder: Path) -> Keys:
        """The keys in `folder`; `BadInput` names the file that is missing or not a key."""
        private = _private(folder / KEY_FILE)
        try:
            salt = bytes.fromhex(_read(folder / SALT_FILE).decode().strip())
        except ValueError as problem:
            raise _unusable(folder / SALT_FILE, f"{SALT_BYTES} bytes in hex") from problem
        if len(salt) != SALT_BYTES:
            raise _unusable(folder / SALT_FILE, f"{SALT_BYTES} bytes in hex")
        return cls(private, salt)

    def _pem(self) -> bytes:
        return self._held[0].private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def next(self, folder: Path) -> Keys:
        """A new key beside the one in use, for `adopt` to put in its place."""
        made = Keys(Ed25519PrivateKey.generate(), self.salt)
        _write(folder / NEXT_FILE, made._pem())
        return made

    def adopt(self, folder: Path) -> None:
        """Put the next key in the place of this one, for good: the old private key is gone."""
        private = _private(folder / NEXT_FILE)
        (folder / NEXT_FILE).replace(folder / KEY_FILE)
        _settled(folder)
        self._held = private, private.public_key().public_bytes_raw()

    @staticmethod
    def waiting(folder: Path) -> str:
        """The fingerprint of the next key, which is not in use yet."""
        return fingerprint(_private(folder / NEXT_FILE).public_key().public_bytes_raw())

    def look(self, folder: Path) -> None:
        """Take up a key that another process put there."""
        private = _private(folder / KEY_FILE)
        self._held = private, private.public_key().public_bytes_raw()

    def still(self) -> Keys:
        """These keys as they are now."""
        return Keys(self._held[0], self.salt)

    @property
    def public(self) -> bytes:
        """The public key, 32 bytes."""
        return self._held[1]

    @property
    def public_hex(self) -> str:
        """The public key, 32 bytes in hex, as it stands in a peer's configuration."""
        return self.public.hex()

    @property
    def fingerprint(self) -> str:
        """What two people compare by voice: see `fingerprint`."""
        return fingerprint(self.public)

    def sign(self, data: bytes) -> bytes:
        """64 bytes: the Ed25519 signature (RFC 8032) of `data`."""
        return self._held[0].sign(data)

    def derive(self, purpose: str) -> bytes:
        """32 secret bytes for one purpose, the same ever after: HMAC-SHA256 of it by the salt."""
        return hmac.digest(self.salt, b"noroshi " + purpose.encode(), "sha256")


def fingerprint(public: bytes) -> str:
    """SHA-256 of a public key's 32 bytes, in hex."""
    return hashlib.sha256(public).hexdigest()


def verify(signature: bytes, data: bytes, public: bytes) -> bool:
    """Whether `public` (32 bytes) signed `data`; False for anything malformed."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True


def sign_grant(grant: Grant, keys: Keys) -> Grant:
    """`grant` with the id of its content and the originator's signature."""
    return msgspec.structs.replace(sealed(grant), signature=keys.sign(unsigned(grant)))


def verify_grant(grant: Grant, public: bytes) -> bool:
    """Whether the grant says what `public` signed, under the id that belongs to it."""
    return sealed(grant).id == grant.id and verify(grant.signature, unsigned(grant), public)


def sign_consent(consent: Consent, keys: Keys) -> Consent:
    """`consent` with the id of its content and the originator's signature."""
    return msgspec.structs.replace(sealed(consent), signature=keys.sign(unsigned(consent)))


def verify_consent(consent: Consent, public: bytes) -> bool:
    """Whether the consent says what `public` signed, under the id that belongs to it."""
    return sealed(consent).id == consent.id and verify(consent.signature, unsigned(consent), public)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as problem:
        raise BadInput(
            str(path),
            "the node's key file cannot be read",
            found=problem.strerror,
            hint="`noroshi init` makes keys; a restored node needs its own from the backup",
        ) from problem


def _unusable(path: Path, expected: str) -> BadInput:
    # What was found is a secret, or was meant to be one: never repeated in a message.
    return BadInput(str(path), "not a key that this node can use", expected=expected)


def _write(path: Path, data: bytes) -> None:
    """Write in one step, readable by the owner only: a crash leaves no half key."""
    partial = path.with_name(path.name + ".new")
    partial.unlink(missing_ok=True)
    with os.fdopen(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)
    _settled(path.parent)


def _settled(folder: Path) -> None:
    """Wait until the disk has what the folder lists."""
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def _private(path: Path) -> Ed25519PrivateKey:
    try:
        private = load_pem_private_key(_read(path), None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as problem:
        raise _unusable(path, "an Ed25519 key in PEM, not encrypted") from problem
    if not isinstance(private, Ed25519PrivateKey):
        raise _unusable(path, "an Ed25519 key in PEM, not encrypted")
    return private
