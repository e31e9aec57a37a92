"""What a record looks like on the wire.

A finding goes as its `event` with plain STIX beside it, for readers that know nothing of ours: a
`location`, a `relationship` to it, the transmitters it speaks of, its text in Japanese. All ids
follow from the event's id, so that a variant's companions lead to the variant and no further.
Observed-data of STIX 2.0 go with the observables that they hold. Everything else goes as the one
object that it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import msgspec

from noroshi.words import ids
from noroshi.words.kind import Kind
from noroshi.words.label import Tlp, tlp_marking_id
from noroshi.words.party import Parties
from noroshi.words.stix import FindingBody, Head, body_of, describe, head
from noroshi.words.time import format_instant, parse_instant

ISSUED: Final = parse_instant("2024-11-01T00:00:00Z")
"""The date of what never changes: identities of parties, transmitters. That of the partnership."""

TLP1: Final = (
    "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9",
    "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da",
    "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82",
    "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed",
)
"""White, green, amber, red: the predefined markings of STIX 2.1 §7.2.1.4."""

TLP2_EXTENSION: Final = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
TOMBSTONE_EXTENSION: Final = "extension-definition--" + ids.uuid5(["extension", "tombstone"])

PUBLIC_IDS: Final = frozenset(
    (
        *map(tlp_marking_id, Tlp),
        *TLP1,
        TLP2_EXTENSION,
        TOMBSTONE_EXTENSION,
        ids.EVENT_EXTENSION,
        ids.INCIDENT_EXTENSION,
        ids.FINDING_EXTENSION,
        ids.VESSEL_EXTENSION,
    )
)
"""Ids that stand in published specifications: to name one tells nobody anything."""

_VESSEL_SCHEMES: Final = {"mmsi": "mmsi", "track": "track"}


class Body(msgspec.Struct, frozen=True):
    """One object as it goes out; `oversion` µs UTC. A `shared` one is the same beside every
    record that brings it, and stays while any of them does."""

    oid: str
    oversion: int
    otype: str
    spec_version: str
    body: bytes
    shared: bool = False


def spec_of(common: Head) -> str:
    """STIX 2.0 has no `spec_version` on objects; 2.1 may leave it out where there is no date."""
    return common.spec_version or ("2.0" if common.created else "2.1")


def identity(code: str, parties: Parties) -> Body:
    """The public identity of a party, the same at every node."""
    party = parties.get(code)
    oid = ids.identity_id(code)
    return _shared(
        {
            "type": "identity",
            "spec_version": "2.1",
            "id": oid,
            "created": format_instant(ISSUED),
            "modified": format_instant(ISSUED),
            "name": party.en,
            "identity_class": "organization",
        }
    )


def vessel(subject: str) -> Body | None:
    """The transmitter (`mmsi:431000001`) or track that a subject names, as a cyber-observable
    object; None for other subjects. It holds its identifying property only: an MMSI is a
    transmitter, not a ship. Its id is the one that STIX 2.1 §2.9 prescribes."""
    scheme, _, value = subject.partition(":")
    if scheme not in _VESSEL_SCHEMES or not value:
        return None
    identifying = {_VESSEL_SCHEMES[scheme]: value}
    return _shared(
        {
            "type": "vessel",
            "spec_version": "2.1",
            "id": "vessel--" + ids.uuid5(identifying, ids.SCO_NAMESPACE),
            **identifying,
            "extensions": {ids.VESSEL_EXTENSION: {"extension_type": "new-sco"}},
        }
    )


def observable(raw: bytes) -> Body:
    """An observable that was made of what an observed-data of STIX 2.0 holds."""
    common = head(raw)
    return Body(common.id, ISSUED, common.type, "2.1", raw, shared=True)


def companions(root: bytes, kind: Kind | None, held: Callable[[str], bool]) -> list[Body]:
    """What goes beside the finding `root`; nothing for what is no finding. An object that this
    node `held` as a record of its own is left out: it goes, or not, for itself."""
    body = body_of(root)
    if body is None:
        return []
    made = [each for each in _companions(root, body, kind) if not held(each.oid)]
    return list({each.oid: each for each in made}.values())


def _companions(root: bytes, body: FindingBody, kind: Kind | None) -> Iterator[Body]:
    common = head(root)
    if body.place is not None:
        lon, lat, radius_m = body.place
        where = f"location--{ids.uuid5([common.id, 'location'])}"
        at = {"id": where, "longitude": lon, "latitude": lat, "precision": radius_m}
        yield _beside(common, "location", at)
        yield _related(common, "located-at", where)
    for subject in body.subjects:
        transmitter = vessel(subject)
        if transmitter is not None:
            yield transmitter
            yield _related(common, "related-to", transmitter.oid)
    if kind is not None:
        yield _japanese(root, common, body, kind)


def _related(common: Head, how: str, target: str) -> Body:
    return _beside(
        common,
        "relationship",
        {
            "id": f"relationship--{ids.uuid5([common.id, how, target])}",
            "relationship_type": how,
            "source_ref": common.id,
            "target_ref": target,
        },
    )


def _japanese(root: bytes, common: Head, body: FindingBody, kind: Kind) -> Body:
    text = {"name": kind.ja}
    if "description" in msgspec.json.decode(root, type=dict[str, msgspec.Raw]):
        text["description"] = describe(body, kind, "ja")
    return _beside(
        common,
        "language-content",
        {
            "id": f"language-content--{ids.uuid5([common.id, 'text'])}",
            "object_ref": common.id,
            "object_modified": common.modified,
            "contents": {"ja": text},
        },
    )


def _beside(common: Head, type: str, properties: dict[str, Any]) -> Body:
    """A companion of the event `common`: of its creator, dates, markings and revocation."""
    object_ = {
        "type": type,
        "spec_version": "2.1",
        "created_by_ref": common.created_by_ref,
        "created": common.created,
        "modified": common.modified,
        "revoked": common.revoked or None,
        "object_marking_refs": list(common.object_marking_refs) or None,
        **properties,
    }
    body = ids.canonical({name: value for name, value in object_.items() if value is not None})
    version = parse_instant(common.modified or common.created or "")
    return Body(properties["id"], version, type, "2.1", body)


def _shared(object_: dict[str, Any]) -> Body:
    return Body(object_["id"], ISSUED, object_["type"], "2.1", ids.canonical(object_), shared=True)
