"""Identifiers: our fixed namespaces, canonical JSON and UUIDv5 over it.

STIX's own namespace for cyber-observable ids is STIX 2.1 §2.9.
"""

from __future__ import annotations

import functools
import hashlib
import re
import uuid
from typing import Any, Final

import msgspec

NAMESPACE: Final = uuid.UUID("6f1d6f0e-3b0c-5d1e-9d5a-1a7a6c8e4b21")
"""Of findings, observations and everything else that noroshi names. Never changes."""

SCO_NAMESPACE: Final = uuid.UUID("00abedb4-aa42-466c-9c01-fed23315a9b7")
"""Of STIX cyber-observable objects (STIX 2.1 §2.9)."""

EVENT_EXTENSION: Final = "extension-definition--4ca6de00-5b0d-45ef-a1dc-ea7279ea910e"
"""`event` of the OASIS Incident Core extension suite."""

INCIDENT_EXTENSION: Final = "extension-definition--ef765651-680c-498d-9894-99799f2fa126"
"""`incident` of the OASIS Incident Core extension suite."""

FINDING_EXTENSION: Final = "extension-definition--" + str(uuid.uuid5(NAMESPACE, "finding"))
"""Ours: what a finding says beyond `event`. Published in docs/stix.md."""

VESSEL_EXTENSION: Final = "extension-definition--" + str(uuid.uuid5(NAMESPACE, "vessel"))
"""Ours: an AIS transmitter as a cyber-observable object. Published in docs/stix.md."""

_STIX_ID = re.compile(
    r"[a-z][a-z0-9-]{1,248}?[a-z0-9]--"  # types are short: from the front is twice as fast
    r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}"
)

_encoder = msgspec.json.Encoder(order="sorted")


def canonical(value: Any) -> bytes:
    """`value` as JSON with sorted keys and no white space (RFC 8785 for values without floats)."""
    return _encoder.encode(value)


def sha256(data: bytes) -> str:
    """Lower-case hex SHA-256 of `data`."""
    return hashlib.sha256(data).hexdigest()


def uuid5(value: Any, namespace: uuid.UUID = NAMESPACE) -> str:
    """UUIDv5 in `namespace` over the canonical JSON of `value`."""
    return str(uuid.uuid5(namespace, canonical(value).decode()))


def is_stix_id(text: object) -> bool:
    """Whether `text` has the form `type--uuid` of STIX 2.1 §2.9, hex digits in either case as the
    OASIS schemas allow. Ids are compared as text: the same UUID in another case is another id."""
    return isinstance(text, str) and _STIX_ID.fullmatch(text) is not None


@functools.cache
def identity_id(party: str) -> str:
    """The STIX identity that stands for `party`: the same at every node."""
    return "identity--" + uuid5(["party", party])
