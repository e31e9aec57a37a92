"""The `next` of a page: stateless, replayable, bound to the caller and to what was asked.

A token is a tag and the place to go on from, hidden under a stream drawn from the tag (the
synthetic-IV construction of RFC 5297, with HMAC-SHA256 for both steps). Equal places give equal
tokens, so a retried page is the same page; and since the place is hidden, nobody can count from
it how many entries of a journal were passed over.
"""

from __future__ import annotations

import base64
import hmac
import struct

_TAG = 16
_PLACE = struct.Struct(">q")


def mint(secret: bytes, bound: bytes, place: int) -> str:
    """The token for going on after `place`; `bound` is whatever must be asked again unchanged."""
    data = _PLACE.pack(place)
    tag = _tag(secret, bound, data)
    return base64.urlsafe_b64encode(tag + _hide(secret, tag, data)).rstrip(b"=").decode()


def read(secret: bytes, bound: bytes, token: str) -> int | None:
    """The place that `mint` hid for the same `secret` and `bound`; None for any other text."""
    try:
        raw = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), b"-_", True)
    except ValueError:
        return None
    if len(raw) != _TAG + _PLACE.size:
        return None
    tag, data = raw[:_TAG], _hide(secret, raw[:_TAG], raw[_TAG:])
    if not hmac.compare_digest(tag, _tag(secret, bound, data)):
        return None
    return int(_PLACE.unpack(data)[0])


def _tag(secret: bytes, bound: bytes, data: bytes) -> bytes:
    return hmac.digest(secret, b"next tag\0" + data + bound, "sha256")[:_TAG]


def _hide(secret: bytes, tag: bytes, data: bytes) -> bytes:
    stream = hmac.digest(secret, b"next stream\0" + tag, "sha256")
    return bytes(a ^ b for a, b in zip(data, stream, strict=False))
