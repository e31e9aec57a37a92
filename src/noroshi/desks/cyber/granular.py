"""Granular markings taken apart: which parts of an object each of them speaks of.

STIX 2.1 §7.2.3 and 2.0 part 1 §4.3. A part that cannot go while the rest stays is widened to what
can: an external reference without its source is none. Where a marking speaks of what an object
cannot do without, names nothing that is there, or does not read, it speaks of the whole object:
somebody marked something, and to guess less than all of it could give it away.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import msgspec

from noroshi.words.selector import Path, Unremovable, moved, parsed, resolves, without, written

_KEPT: Final = frozenset(
    {
        *("type", "id", "spec_version", "created", "modified", "revoked"),
        *("object_marking_refs", "granular_markings"),
    }
)
"""What an object is, and how it is marked: none of it can be taken out."""

_ELEMENTS: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "external_references": (("source_name",), ("description", "url", "external_id")),
    "kill_chain_phases": (("kill_chain_name",), ("phase_name",)),
}
"""Lists of tables, and of what groups an element needs one each (STIX 2.1 §2.5, §2.7)."""

_ONE: Final = frozenset({"objects", "definition"})
"""Tables whose entries refer to one another or are required: taken out together."""


def parts(found: Mapping[str, Any], selectors: Any) -> tuple[str, ...]:
    """The parts that `selectors` speak of in the object `found`, as sorted selectors; none where
    they have to be taken to speak of the whole."""
    if not isinstance(selectors, list) or not selectors:
        return ()
    chosen: set[Path] = set()
    for each in cast("list[Any]", selectors):
        path = _removable(found, each)
        if path is None:
            return ()
        chosen.add(path)
    return tuple(sorted(map(written, _emptied(found, chosen))))


def _emptied(found: Mapping[str, Any], chosen: set[Path]) -> set[Path]:
    """`chosen` with what would be left empty without them, which then goes too; none where an
    element of a list would be left empty beside others."""
    try:
        left = without(found, chosen)
    except Unremovable:
        return set()
    above = {path[:n] for path in chosen for n in range(1, len(path))}
    led = {path: moved(path, chosen) for path in above}
    return chosen | {path for path, to in led.items() if to is None or not resolves(left, to)}


def _removable(found: Mapping[str, Any], selector: Any) -> Path | None:
    """What has to go so that what `selector` selects goes; None where it cannot."""
    try:
        path = parsed(selector)
    except (TypeError, AttributeError, ValueError):
        return None
    if path[0] in _KEPT or not resolves(found, path) or _defining(found, path):
        return None
    if path[0] in _ONE:
        return path[:1]
    while not _stands(found, path):
        path = path[:-1]
    return path


def _defining(found: Mapping[str, Any], path: Path) -> bool:
    """Whether `path` speaks of what makes an extension one, or the object one of its type."""
    if path[0] != "extensions":
        return False
    body: Any = found["extensions"].get(path[1]) if len(path) > 1 else None
    kind = str(cast("dict[str, Any]", body).get("extension_type")) if isinstance(body, dict) else ""
    return (
        not kind or path[2:] == ("extension_type",) or (len(path) == 2 and kind.startswith("new"))
    )


def _stands(found: Mapping[str, Any], path: Path) -> bool:
    """Whether taking out `path` leaves every element of a list something it can be."""
    try:
        left = without(found, (path,))
    except Unremovable:
        return False
    needs = _ELEMENTS.get(str(path[0]))
    if needs is None or len(path) < 3:
        return True
    element: Any = left[str(path[0])][path[1]]
    return all(any(name in element for name in group) for group in needs)


def decoded(raw: bytes) -> dict[str, Any]:
    """The object `raw` as tables and lists."""
    return msgspec.json.decode(raw, type=dict[str, Any])
