"""Observed-data of STIX 2.0 as one of 2.1, with an object for each observable that it numbers.

In 2.0 an observed-data holds its observables by number, and they refer to one another by those
numbers (part 3 §2). In 2.1 each is an object of its own, and its id follows from what it is: UUIDv5
over the canonical JSON of some of its properties (STIX 2.1 §2.9, §6). What 2.1 names otherwise has
its new name; what it has no name for goes on under one with `x_` before it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any, Final, cast

import msgspec

from noroshi.words import ids, jcs

TYPE: Final = "observed-data"

CONTRIBUTING: Final[Mapping[str, tuple[str, ...]]] = {
    "artifact": ("hashes", "payload_bin"),
    "autonomous-system": ("number",),
    "directory": ("path",),
    "domain-name": ("value",),
    "email-addr": ("value",),
    "email-message": ("from_ref", "subject", "body"),
    "file": ("hashes", "name", "parent_directory_ref", "extensions"),
    "ipv4-addr": ("value",),
    "ipv6-addr": ("value",),
    "mac-addr": ("value",),
    "mutex": ("name",),
    "network-traffic": (
        *("start", "end", "src_ref", "dst_ref", "src_port", "dst_port", "protocols"),
        "extensions",
    ),
    "process": (),
    "software": ("name", "cpe", "swid", "vendor", "version"),
    "url": ("value",),
    "user-account": ("account_type", "user_id", "account_login"),
    "windows-registry-key": ("key", "values"),
    "x509-certificate": ("hashes", "serial_number"),
}
"""By type the properties that its id is made of (STIX 2.1 §6, "ID Contributing Properties")."""

_DATES: Final = {"created": "ctime", "modified": "mtime", "accessed": "atime"}

_RENAMED: Final[Mapping[str, Mapping[str, str]]] = {
    "directory": _DATES,
    "file": {
        **_DATES,
        "is_encrypted": "x_is_encrypted",
        "encryption_algorithm": "x_encryption_algorithm",
        "decryption_key": "x_decryption_key",
    },
    "process": {
        "created": "created_time",
        "binary_ref": "image_ref",
        "name": "x_name",
        "arguments": "x_arguments",
    },
    "user-account": {"password_last_changed": "credential_last_changed"},
    "windows-registry-key": {"modified": "modified_time"},
    "archive-ext": {"version": "x_version"},
    "raster-image-ext": {"image_compression_algorithm": "x_image_compression_algorithm"},
    "socket-ext": {"protocol_family": "x_protocol_family"},
}
"""By type, and by extension, what properties of 2.0 are called in 2.1."""

_LISTS: Final = frozenset({"additional_header_fields", "request_header"})
"""Dictionaries whose values 2.1 has as lists (§6.6.2, §6.12.2)."""

_DATA: Final = _LISTS | {
    *("environment_variables", "startup_info", "exif_tags", "document_info_dict", "ipfix"),
    "options",
}
"""Dictionaries whose keys are data: one that ends in `_ref` is no reference."""

_HASHES: Final = ("MD5", "SHA-1", "SHA-256", "SHA-512")
"""Of several hashes the first of these makes the id (STIX 2.1 §2.9)."""

_MOST_DEEP: Final = 16
"""How far ids may be made of one another: an archive in an archive, and so on."""

_NOT_OURS: Final = frozenset({"id", "spec_version", "object_marking_refs", "granular_markings"})
_properties = msgspec.json.Decoder(dict[str, msgspec.Raw])

Value = dict[str, Any]


def expanded(raw: bytes) -> tuple[bytes, tuple[bytes, ...]] | None:
    """The observed-data `raw` of STIX 2.0 as (one of 2.1, its observables), the same for the same
    bytes; the observables are under the markings that it is under.

    None where it is none, or where that cannot be said without a loss: where a part of `objects` is
    marked by itself, numbers lead nowhere, or two observables of one id say different things.
    """
    try:
        properties = _properties.decode(raw)
        found: Value = msgspec.json.decode(raw)
        objects = found.get("objects")
        if found.get("type") != TYPE or not isinstance(objects, dict) or not objects:
            return None
        if found.get("spec_version", "2.0") != "2.0" or _marked_apart(found):
            return None
        made = _observables(cast("Value", objects), found)
    except (msgspec.MsgspecError, ValueError, TypeError, AttributeError, RecursionError):
        return None
    del properties["objects"]
    root = {**properties, "spec_version": "2.1", "object_refs": list(made)}
    return msgspec.json.encode(root), tuple(ids.canonical(each) for each in made.values())


def _marked_apart(found: Value) -> bool:
    return any(
        selector.split(".")[0] == "objects"
        for marking in found.get("granular_markings", ())
        for selector in marking["selectors"]
    )


def _observables(objects: Value, found: Value) -> dict[str, Value]:
    """The objects by id, in their order. Two of one id are one, where they do not gainsay."""
    markings = found.get("object_marking_refs")
    numbered = _Numbered(objects, found["id"])
    made: dict[str, Value] = {}
    for number in objects:
        each = numbered.observable(number)
        if markings:
            each["object_marking_refs"] = markings
        made[each["id"]] = _both(made.get(each["id"], {}), each)
    return made


def _both(one: Value, other: Value) -> Value:
    if any(one[name] != value for name, value in other.items() if name in one):
        raise ValueError(f"{other['id']} says two things")
    return {**one, **other}


class _Numbered:
    """The observables of one observed-data, `within` that id."""

    def __init__(self, objects: Value, within: str) -> None:
        self._objects, self._within = objects, within
        self._renamed = {number: _renamed(each) for number, each in objects.items()}
        self._ids: dict[str, str] = {}
        self._deep = 0

    def observable(self, number: str) -> Value:
        """The object of that number as 2.1 has it."""
        own = {"spec_version": "2.1", "id": self.id(number)}
        return {**self._led("", self._renamed[number]), **own}

    def id(self, number: object) -> str:
        """The id of the object of that number. One that nothing makes an id of, as a process, has
        one that is made of where it stood: STIX would have it drawn, and each node draw another."""
        if not isinstance(number, str) or number not in self._objects:
            raise ValueError(f"no object of the number {number!r}")
        if number in self._ids:
            return self._ids[number]
        self._deep += 1
        if self._deep > _MOST_DEEP:
            raise ValueError("ids that are made of one another, too far or in a circle")
        found = self._renamed[number]
        kind = found["type"]
        made_of = {name: found[name] for name in CONTRIBUTING.get(kind, ()) if name in found}
        if "hashes" in made_of:
            made_of["hashes"] = _one_hash(made_of["hashes"])
        if made_of:
            form = jcs.canonical(msgspec.json.encode(self._led("", made_of))).decode()
            own = str(uuid.uuid5(ids.SCO_NAMESPACE, form))
        else:
            own = ids.uuid5([self._within, number, self._objects[number]])
        self._deep -= 1
        self._ids[number] = f"{kind}--{own}"
        return self._ids[number]

    def _led(self, name: str, value: Any) -> Any:
        """`value` of the property `name` with ids for numbers."""
        if name in _DATA:
            return value
        if name.endswith("_ref"):
            return self.id(value)
        if name.endswith("_refs"):
            if not isinstance(value, list):
                raise ValueError(f"{name} is no list")
            return [self.id(each) for each in cast("list[Any]", value)]
        if isinstance(value, dict):
            return {key: self._led(key, each) for key, each in cast("Value", value).items()}
        if isinstance(value, list):
            return [self._led("", each) for each in cast("list[Any]", value)]
        return value


def _renamed(found: Value) -> Value:
    """An observable of 2.0 under the names of 2.1; `ValueError` where it is none."""
    kind = found["type"]
    if not (kind in CONTRIBUTING or str(kind).startswith("x-")) or _NOT_OURS & found.keys():
        raise ValueError(f"no observable: {kind!r}")
    changed = _of_21(kind, found)
    if {"created", "modified"} & changed.keys() or not ids.is_stix_id(f"{kind}--{ids.uuid5([])}"):
        raise ValueError(f"a {kind!r} of 2.1 cannot say so")
    return changed


def _of_21(type: str, found: Value) -> Value:
    names = _RENAMED.get(type, {})
    changed = {names.get(name, name): _value(name, value) for name, value in found.items()}
    if len(changed) != len(found):
        raise ValueError(f"two names of one property in a {type!r}")
    return changed


def _value(name: str, value: Any) -> Any:
    if name == "extensions":
        return {each: _of_21(each, held) for each, held in cast("Value", value).items()}
    if name in _LISTS:
        return {key: _listed(each) for key, each in cast("Value", value).items()}
    if name == "hashes" or name.endswith("_hashes"):
        hashes = cast("Value", value)
        return {"SSDEEP" if key == "ssdeep" else key: each for key, each in hashes.items()}
    if isinstance(value, list):
        return [_value("", each) for each in cast("list[Any]", value)]
    if isinstance(value, dict) and name not in _DATA:
        return {key: _value(key, each) for key, each in cast("Value", value).items()}
    return cast("Any", value)


def _listed(value: Any) -> list[Any]:
    return cast("list[Any]", value) if isinstance(value, list) else [value]


def _one_hash(hashes: Value) -> Value:
    name = next((each for each in _HASHES if each in hashes), None) or min(hashes)
    return {name: hashes[name]}
