"""An object of STIX 2.0 as one of 2.1: nothing is taken away, and what 2.1 requires is added.

STIX 2.1 differs from 2.0 in what an object must say (§3.2, §4). What follows from the object itself
is added: its `spec_version`, in which language a pattern is, and the types that 2.0 kept among the
labels. A malware of 2.0 has no samples and tells of a kind: it is a family. Instants after START
and STOP are marked as such (§9.6). What observed-data hold become objects of their own
(`words.observed`), which go beside.
"""

from __future__ import annotations

import re
from typing import Any, Final

import msgspec

from noroshi.words import ids, observed
from noroshi.words.evidence import JsonPointer
from noroshi.words.origin import EXTENSION, Origin, origin_of
from noroshi.words.stix import head

FORMAT: Final = "stix-2.0"
"""`Origin.format` of what came as STIX 2.0; its `sha256` is of the object as it came."""

_TYPES: Final = {
    "indicator": (
        "indicator_types",
        "anomalous-activity anonymization attribution benign compromised malicious-activity",
    ),
    "malware": (
        "malware_types",
        "adware backdoor bot ddos dropper exploit-kit keylogger ransomware remote-access-trojan "
        "resource-exploitation rogue-security-software rootkit screen-capture spyware trojan virus "
        "worm",
    ),
    "report": (
        "report_types",
        "attack-pattern campaign identity indicator intrusion-set malware observed-data "
        "threat-actor threat-report tool vulnerability",
    ),
    "threat-actor": (
        "threat_actor_types",
        "activist competitor crime-syndicate criminal hacker insider-accidental "
        "insider-disgruntled nation-state sensationalist spy terrorist",
    ),
    "tool": (
        "tool_types",
        "credential-exploitation denial-of-service exploitation information-gathering "
        "network-capture remote-access vulnerability-scanning",
    ),
}
"""By type the property of 2.1 for what were labels, and the vocabulary of 2.0 (part 1 §6)."""

_properties = msgspec.json.Decoder(dict[str, msgspec.Raw])
_text = msgspec.json.Decoder(str)
_labels = msgspec.json.Decoder(tuple[str, ...])


def upgraded(raw: bytes) -> bytes | None:
    """The object `raw` of STIX 2.0 as one of 2.1, the same for the same bytes; None where it is not
    of 2.0, or what it says cannot be read."""
    try:
        common = head(raw)
        if (common.spec_version or "2.0") != "2.0" or not common.created:
            return None
        if common.type == observed.TYPE:
            found = observed.expanded(raw)
            return None if found is None else found[0]
        properties = _properties.decode(raw)
        _properties.decode(properties.get("extensions", b"{}"))
        added = {"spec_version": "2.1", **_required(common.type, properties)}
    except (msgspec.MsgspecError, ValueError):
        return None
    return msgspec.json.encode({**properties, **added})


def named(raw: bytes, owner: str, sha256: str) -> bytes:
    """`raw`, with the hash of what it was made of, and whose record that is."""
    properties = _properties.decode(raw)
    held = properties.get("extensions")
    other = _properties.decode(held) if held is not None else {}
    origin = Origin(format=FORMAT, lineage=owner, sha256=sha256, place=JsonPointer(""))
    return msgspec.json.encode({**properties, "extensions": {**other, EXTENSION: origin}})


def became(old: bytes, new: bytes) -> bool:
    """Whether `new` is the object `old` of STIX 2.0 as a node hands it on."""
    origin = origin_of(new)
    if origin is None or origin.format != FORMAT:
        return False
    made = upgraded(old)
    return made is not None and named(made, origin.lineage, ids.sha256(old)) == new


def _required(type: str, properties: dict[str, msgspec.Raw]) -> dict[str, Any]:
    added: dict[str, Any] = {}
    if type == "indicator" and "pattern_type" not in properties:
        pattern = _text.decode(properties.get("pattern", b'""'))
        added |= {"pattern": _marked(pattern), "pattern_type": "stix"}
    if type == "malware" and "is_family" not in properties:
        added["is_family"] = True
    name, vocabulary = _TYPES.get(type, ("", ""))
    if name and name not in properties and "labels" in properties:
        found = [
            each for each in _labels.decode(properties["labels"]) if each in vocabulary.split()
        ]
        added |= {name: found} if found else {}
    return added


_INSTANT = re.compile(r"('(?:[^'\\]|\\.)*')|\b(START|STOP)(\s+)(?=')")


def _marked(pattern: str) -> str:
    """A pattern of 2.0 with its instants as 2.1 writes them; what stands in quotes is no START."""
    return _INSTANT.sub(lambda found: found[1] or f"{found[2]}{found[3]}t", pattern)
