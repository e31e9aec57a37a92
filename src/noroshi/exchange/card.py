"""A node's card: who it is, for whom does not know it yet. It is public, and signed by its own key.

A signature proves that whoever answers has the key; whether the key is the party's is for two
people to say, who compare its fingerprint. The card also names the key of the TLS certificate, so
that what they compare speaks for the connection as well.
"""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from noroshi.exchange.sign import Keys, verify
from noroshi.words.ids import canonical

PATH: Final = "/noroshi/card"
MEDIA_TYPE: Final = "application/json"
LONGEST: Final = 16_384
"""In bytes."""


class Card(msgspec.Struct, frozen=True, omit_defaults=True):
    """`party` signs with `public_key` (32 bytes). `tls` is `sha256:` and the SHA-256 of the
    SubjectPublicKeyInfo of its server's certificate; None where it answers without TLS, or where
    something before it does. What a later version adds is signed as well, and not read."""

    format: Literal["card/1"]
    party: str
    public_key: bytes
    tls: str | None = None


class _Signed(msgspec.Struct):
    card: msgspec.Raw
    signature: bytes


def card(party: str, keys: Keys, tls: str | None) -> bytes:
    """The card of the node of `party`, as it is sent."""
    used = keys.still()
    said = canonical(Card("card/1", party, used.public, tls))
    return msgspec.json.encode(_Signed(msgspec.Raw(said), used.sign(_signed(said))))


def read(raw: bytes) -> Card | None:
    """The card; None for what is none, or what its own key did not sign."""
    try:
        found = msgspec.json.decode(raw, type=_Signed)
        said = msgspec.json.decode(found.card, type=Card)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return None
    genuine = verify(found.signature, _signed(bytes(found.card)), said.public_key)
    return said if genuine else None


def _signed(said: bytes) -> bytes:
    return b"noroshi card\x00" + said
