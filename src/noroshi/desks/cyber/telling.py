"""What a partner may be told, by the decision of the node's agreements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import msgspec

if TYPE_CHECKING:
    from noroshi.words.desk import Told
    from noroshi.words.release import Release

CHANGED: Final = {
    "position": "place coarser", "time": "time coarser", "source": "source not named",
    "identity": "who or what removed", "text": "free text removed", "without": "marked parts out",
}  # fmt: skip


class Telling(msgspec.Struct, frozen=True):
    """`yes`, `in part` or `no`; what is changed, the clauses that let it go, and why in full."""

    may: str
    changed: tuple[str, ...]
    clauses: tuple[str, ...]
    why: str

    @property
    def short(self) -> str:
        """For a column of a table."""
        return f"{self.may}: {', '.join(self.changed)}" if self.changed else self.may


def telling(told: Told) -> Telling:
    """A decision in the words of who has to act on it."""
    release = told.release
    may = {"released": "yes", "partial": "in part", "withheld": "no"}[release.verdict]
    return Telling(may, changes(release), tuple(dict.fromkeys(release.clauses)), told.text)


def changes(release: Release) -> tuple[str, ...]:
    """What the transforms of a release change, in words."""
    tags = [str(each.__struct_config__.tag) for each in release.transforms]
    return tuple(dict.fromkeys(CHANGED.get(tag, tag) for tag in tags))
