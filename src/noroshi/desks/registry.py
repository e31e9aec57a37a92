"""Desks by entry point: a third party's desk is found exactly as the built-in ones are."""

from __future__ import annotations

import functools
from importlib.metadata import entry_points
from typing import Final, cast

from noroshi.words.desk import Desk
from noroshi.words.errors import BadInput
from noroshi.words.kind import Kind

GROUP: Final = "noroshi.desks"


@functools.cache
def desks() -> dict[str, Desk]:
    """All installed desks by name. Raises `BadInput` when two of them declare one kind."""
    found = {entry.name: cast("Desk", entry.load()) for entry in entry_points(group=GROUP)}
    owners: dict[str, str] = {}
    for name, desk in sorted(found.items()):
        for kind in desk.kinds:
            if owners.setdefault(kind, name) != name:
                raise BadInput(
                    f"desk {name}", f"kind {kind!r} is already declared by desk {owners[kind]}"
                )
    return dict(sorted(found.items()))


def kinds() -> dict[str, Kind]:
    """Every kind that an installed desk declares."""
    return {name: kind for desk in desks().values() for name, kind in desk.kinds.items()}


def choose(head: bytes, name: str) -> Desk | None:
    """The desk that is surest of a source starting with `head`; None when no desk reads it.

    Raises `BadInput` naming both when two are equally sure.
    """
    sure = sorted(((desk.sniff(head, name), desk.name) for desk in desks().values()), reverse=True)
    if not sure or sure[0][0] <= 0:
        return None
    if len(sure) > 1 and sure[1][0] == sure[0][0]:
        raise BadInput(
            name,
            f"desks {sure[0][1]} and {sure[1][1]} are equally sure of it",
            hint="name one with --desk, or with desk = in its [[feed]]",
        )
    return desks()[sure[0][1]]
