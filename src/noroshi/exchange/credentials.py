"""What an account proves itself with: a password, a token, or the key of a certificate.

A password is kept as Argon2id, because people choose passwords. A token is kept as its plain
SHA-256: it has 202 random bits, so there is no list of likely ones to try, and a slow hash would
only slow down every poll. Of a certificate the public key is pinned, not a name somebody signed.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import re
import secrets
import string
import zlib
from typing import Final

import argon2
import msgspec

LONGEST: Final = 1024
"""Characters of a name, password or token beyond which nothing is computed: none is so long."""

PREFIX: Final = "noroshi_"
"""With what every token begins, so that scanners find one that lies where it should not."""

_ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_RANDOM: Final = 34  # of 62 characters: 202 bits
_CHECK: Final = 6  # of 62 characters hold the 32 bits of a CRC
_TOKEN = re.compile(f"{PREFIX}[0-9A-Za-z]{{{_RANDOM + _CHECK}}}")


class Kept(
    msgspec.Struct,
    frozen=True,
    forbid_unknown_fields=True,
    omit_defaults=True,
    tag_field="kind",
    kw_only=True,
):
    """What every credential has. Instants are µs UTC; what was revoked is kept, for the list."""

    id: str = ""
    created: int = 0
    expires: int | None = None
    revoked: int | None = None
    note: str = ""


class Password(Kept, frozen=True, tag="password"):
    """A password: `argon2` is its encoded hash."""

    argon2: str

    def __post_init__(self) -> None:
        try:
            argon2.extract_parameters(self.argon2)
        except argon2.exceptions.InvalidHashError as error:
            raise ValueError("expected an encoded Argon2 hash of the account's password") from error


class Limits(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a token may at most, of what its account may: `collections` by id, None for all."""

    collections: tuple[str, ...] | None = None
    read_only: bool = False


class Token(Kept, frozen=True, tag="token"):
    """A token: `sha256` of its text in hex."""

    sha256: str
    limits: Limits | None = None


class Certificate(Kept, frozen=True, tag="certificate"):
    """A pinned key: `spki` is the SHA-256 in hex of the certificate's SubjectPublicKeyInfo. `pem`
    is the certificate, which the handshake then trusts; without it a CA has to have signed it."""

    spki: str
    pem: str | None = None


Credential = Password | Token | Certificate


class Presented(msgspec.Struct, frozen=True):
    """The certificate that a caller proved to hold the key of: its pin, and while it is valid."""

    spki: str
    not_before: int
    not_after: int


def live(credential: Credential, now: int) -> bool:
    """Whether the credential may be used at `now` (µs UTC)."""
    ended = (credential.expires, credential.revoked)
    return all(end is None or now < end for end in ended)


def new_id() -> str:
    """A name for a credential: eight hex digits, which say nothing about it."""
    return secrets.token_hex(4)


def new_password() -> str:
    """A random password of 192 bits, safe in URLs and shells."""
    return secrets.token_urlsafe(24)


def hash_password(password: str, hasher: argon2.PasswordHasher | None = None) -> str:
    """The encoded Argon2id hash of `password`, with a fresh salt."""
    return (hasher or argon2.PasswordHasher()).hash(password)


def nobody(hasher: argon2.PasswordHasher) -> str:
    """What stands for the hash of a name that there is not: random in place of a digest, so that no
    password is right, and checking one takes as long as `hasher` takes for a real hash. Making it
    computes nothing. 19 is the version of RFC 9106, 0x13."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(n)).decode().rstrip("=")
        for n in (hasher.salt_len, hasher.hash_len)
    )
    costs = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    kind = f"argon2{hasher.type.name.lower()}"
    return f"${kind}$v=19${costs}${salt}${digest}"


def new_token() -> str:
    """A random token: prefix, 202 bits, and a check sum that finds what was mistyped or cut."""
    text = PREFIX + "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
    return text + _check_sum(text)


def is_token(text: str) -> bool:
    """Whether this has the form of a token and its check sum is right; whose it is is not asked."""
    return _TOKEN.fullmatch(text) is not None and text[-_CHECK:] == _check_sum(text[:-_CHECK])


def hash_token(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@functools.lru_cache(maxsize=1024)
def presented(der: bytes) -> Presented:
    """What a certificate says that decides about it. `der` comes out of a TLS handshake or a file;
    `ValueError` when it is no certificate."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization

    certificate = x509.load_der_x509_certificate(der)
    spki = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return Presented(
        hashlib.sha256(spki).hexdigest(),
        int(certificate.not_valid_before_utc.timestamp()) * 1_000_000,
        int(certificate.not_valid_after_utc.timestamp()) * 1_000_000,
    )


def _check_sum(text: str) -> str:
    rest, found = zlib.crc32(text.encode()), ""
    for _ in range(_CHECK):
        rest, digit = divmod(rest, len(_ALPHABET))
        found = _ALPHABET[digit] + found
    return found
