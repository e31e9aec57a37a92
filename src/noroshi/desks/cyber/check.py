"""What one object must be before it can be a record: STIX 2.1 §3.2, and 2.0 part 1 §3.1.

Only what routing, versions and markings rest on is required. A custom property, a value outside an
open vocabulary or a missing `name` is the business of who uses the object, not a reason to lose it.
"""

from __future__ import annotations

import json
from typing import Any, Final

import msgspec

from noroshi.words import ids, jcs, stix
from noroshi.words.nesting import too_deep
from noroshi.words.time import parse_instant

SCO_TYPES: Final = frozenset(
    (
        *("artifact", "autonomous-system", "directory", "domain-name", "email-addr"),
        *("email-message", "file", "ipv4-addr", "ipv6-addr", "mac-addr", "mutex"),
        *("network-traffic", "process", "software", "url", "user-account"),
        *("windows-registry-key", "x509-certificate"),
    )
)
"""Cyber-observable objects (STIX 2.1 §6): they have neither `created` nor `modified`."""

VERSIONED_TYPES: Final = frozenset(
    (
        *("attack-pattern", "campaign", "course-of-action", "grouping", "identity", "incident"),
        *("indicator", "infrastructure", "intrusion-set", "location", "malware"),
        *("malware-analysis", "note", "observed-data", "opinion", "report", "threat-actor"),
        *("tool", "vulnerability", "relationship", "sighting"),
        *("language-content", "extension-definition"),
    )
)
"""Objects that must have `created` and `modified` (STIX 2.1 §3.2, §4, §5, §7)."""

ENDS: Final = {"relationship": ("source_ref", "target_ref"), "sighting": ("sighting_of_ref",)}
"""What each relationship object links (STIX 2.1 §5)."""

MARKING: Final = "marking-definition"
SPEC_VERSIONS: Final = ("2.0", "2.1")


class Granular(msgspec.Struct, frozen=True):
    """One granular marking as it stands; one without a marking but with a language marks none of
    what it selects (STIX 2.1 §7.2.3)."""

    marking_ref: str | None = None
    lang: str | None = None
    selectors: Any = None

    @property
    def marks(self) -> bool:
        """Whether it is a marking. One that names neither is one, of an id that nobody knows."""
        return self.marking_ref is not None or not self.lang


class Parts(stix.Head, frozen=True, gc=False):
    """The head of an object, and what besides it decides the object's label. Decoded from JSON it
    holds no circle, and need not be looked through for one."""

    labels: tuple[str, ...] = ()
    granular_markings: tuple[Granular, ...] = ()
    extensions: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    source_ref: Any = None
    target_ref: Any = None
    sighting_of_ref: Any = None

    def ends(self) -> tuple[str, ...]:
        """The ids that a relationship or sighting links; nothing for any other type."""
        names = ENDS.get(self.type)
        return () if names is None else tuple([getattr(self, name) for name in names])


class Unacceptable(Exception):
    """Why an object cannot be a record, in words for the person who sent it."""


_parts = msgspec.json.Decoder(Parts)


class _Extension(msgspec.Struct):
    extension_type: str | None = None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    table = dict(pairs)
    if len(table) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unacceptable(f"the key {twice!r} stands twice in one JSON object")
    return table


_decode = msgspec.json.Decoder().decode
_encode = msgspec.json.Encoder().encode
_strict = json.JSONDecoder(object_pairs_hook=_unique)


def strictly(raw: bytes) -> Any:
    """Raise `Unacceptable` unless `raw` is UTF-8 JSON whose objects name each key once; its value
    where that was told at once, else None.

    Of two values of one key, two readers may take different ones: a marking could vanish.
    """
    if too_deep(raw):
        raise Unacceptable(stix.TOO_DEEP)
    value = _plain(raw)
    if value is not None:
        return value
    try:
        _strict.decode(raw.decode())
    except UnicodeDecodeError as problem:
        raise Unacceptable(f"not UTF-8 at byte {problem.start}") from problem
    except (ValueError, RecursionError) as problem:
        raise Unacceptable(f"not JSON: {problem}") from problem
    return None


def _plain(raw: bytes) -> Any:
    """The value of `raw`; None where a key stands twice, or where it is no JSON: then `strictly`
    reads it once more, slower, and says why."""
    try:
        value = _decode(raw)
        return None if jcs.dropped(raw, _encode(value)) else value
    except (ValueError, OverflowError, RecursionError, msgspec.MsgspecError):
        return None


def checked(raw: bytes) -> Parts:
    """The parts of the object `raw`; raises `Unacceptable` saying what was found and expected."""
    value = strictly(raw)
    try:
        parts = _parts.decode(raw) if value is None else msgspec.convert(value, Parts)
        _check_id(parts)
        _check_times(parts)
    except (ValueError, RecursionError) as problem:
        raise Unacceptable(str(problem)) from problem
    for name in ENDS.get(parts.type, ()):
        end = getattr(parts, name)
        if not ids.is_stix_id(end):
            raise Unacceptable(f"{parts.id}: `{name}` is not a STIX id: found {end!r}")
    return parts


def _check_id(parts: Parts) -> None:
    if not parts.type:
        raise Unacceptable("no `type`")
    if not parts.id:
        raise Unacceptable(f"{parts.type} without `id`; expected {parts.type}--UUID")
    if not ids.is_stix_id(parts.id):
        raise Unacceptable(f"not a STIX id: found {parts.id!r}; expected {parts.type}--UUID")
    if parts.id[:-38] != parts.type:  # without `--` and the UUID
        raise Unacceptable(f"the id {parts.id} is not of the type {parts.type!r}")
    if parts.type == "bundle":
        raise Unacceptable("a bundle inside a bundle; expected objects only")
    if parts.spec_version is not None and parts.spec_version not in SPEC_VERSIONS:
        raise Unacceptable(f"spec_version {parts.spec_version!r}; expected 2.0 or 2.1")


def _check_times(parts: Parts) -> None:
    for name in _required_times(parts):
        if getattr(parts, name) is None:
            raise Unacceptable(f"{parts.id} has no `{name}`, which its type requires")
    created = _instant(parts, "created")
    modified = _instant(parts, "modified")
    if created is not None and modified is not None and modified < created:
        raise Unacceptable(
            f"{parts.id}: modified {parts.modified} is before created {parts.created}"
        )


def _required_times(parts: Parts) -> tuple[str, ...]:
    if parts.type == MARKING:
        return ("created",)
    if parts.type in SCO_TYPES:
        return ()
    if parts.type in VERSIONED_TYPES or parts.created or parts.modified or _new_sdo(parts):
        return ("created", "modified")
    return ()  # of a type we do not know, and without either: a custom observable


def _new_sdo(parts: Parts) -> bool:
    """Whether an extension says that the object's type is a domain or relationship object."""
    return any(
        msgspec.convert(each, _Extension).extension_type in ("new-sdo", "new-sro")
        for name, each in parts.extensions.items()
        if name.startswith("extension-definition--")
    )


def _instant(parts: Parts, name: str) -> int | None:
    text = getattr(parts, name)
    if text is None:
        return None
    try:
        return parse_instant(text)
    except ValueError as problem:
        raise Unacceptable(f"{parts.id}: `{name}` is {problem}") from problem
