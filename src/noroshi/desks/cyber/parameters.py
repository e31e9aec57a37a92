"""`[desk.cyber]`: what the desk looks for and when it calls it a finding. All are ours."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import msgspec

from noroshi.words.errors import BadConfig


class Signal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of one source of a series: a loss is below `share` of the median of `hours` before."""

    share: float
    hours: int


SIGNALS: Final = {
    "bgp": Signal(0.9, 24),
    "ping-slash24": Signal(0.8, 168),
    "merit-nt": Signal(0.25, 168),
}


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`warning_lists`: patterns of files, relative to the node's folder, of what is no finding."""

    warning_lists: tuple[str, ...] = ()

    mappings: dict[str, str] = {}
    """By pattern of a log's name the file that says which fields its JSON lines have."""

    look_back_days: int = 90
    """An indicator counts for lines of so long before it is valid: who writes one has seen it, and
    others saw it before."""

    lines: int = 4
    """Lines that a finding keeps as evidence: the first, and the last. The others are counted."""

    series_points: int = 3
    """A loss of connectivity has so many points: one alone is an error of measuring."""

    signals: dict[str, Signal] = msgspec.field(default_factory=lambda: dict(SIGNALS))
    """By source of a series, as IODA calls them."""

    other_share: float = 0.8
    other_hours: int = 24
    """Of a source that `signals` does not name."""

    def signal(self, datasource: str) -> tuple[float, int]:
        """(share, hours) of a source."""
        known = self.signals.get(datasource)
        return (known.share, known.hours) if known else (self.other_share, self.other_hours)


def parameters(table: Mapping[str, Any]) -> Parameters:
    """`[desk.cyber]`, checked. Raises `BadConfig` naming the key and what was expected."""
    try:
        found = msgspec.convert(dict(table), Parameters)
    except msgspec.ValidationError as problem:
        known = ", ".join(Parameters.__struct_fields__)
        raise BadConfig("[desk.cyber]", str(problem), hint=f"the keys are {known}") from problem
    signals = {"other": Signal(found.other_share, found.other_hours), **found.signals}
    for name, each in signals.items():
        if not 0 < each.share < 1 or each.hours <= 0:
            raise BadConfig(
                f"[desk.cyber] signals {name}", "no such share or time",
                found=f"{each.share} of {each.hours} h", expected="between 0 and 1, above 0 h",
            )  # fmt: skip
    for key, least in (("look_back_days", 0), ("lines", 2), ("series_points", 1)):
        if getattr(found, key) < least:
            raise BadConfig(
                f"[desk.cyber] {key}", "too small", found=str(getattr(found, key)),
                expected=f"at least {least}",
            )  # fmt: skip
    return found
