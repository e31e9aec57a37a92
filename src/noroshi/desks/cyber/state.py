"""What the cyber desk holds: what was seen in each log, series, and which records name an asset.

A log is known by its hash, so that reading it again changes nothing unless other indicators are
looked for: then what was seen in it before is replaced.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

import msgspec

from noroshi.desks.cyber import sightings
from noroshi.desks.cyber.connectivity import Point
from noroshi.desks.cyber.named import Name
from noroshi.desks.cyber.ours import Ours
from noroshi.desks.cyber.sightings import Log
from noroshi.words import ids
from noroshi.words.finding import Reliability
from noroshi.words.label import Label

if TYPE_CHECKING:
    from noroshi.desks.cyber.match.index import Index
    from noroshi.desks.cyber.parameters import Parameters
    from noroshi.desks.cyber.techniques import Reference
    from noroshi.words.desk import Context, Source


class Origin(msgspec.Struct, frozen=True):
    """A source without its bytes: what evidence must say of it."""

    sha256: str
    name: str
    lineage: str
    retrieved: int
    reliability: Reliability
    label: Label


class _Saved(msgspec.Struct, frozen=True):
    tag: tuple[str, str, str, str]
    origins: dict[str, Origin]
    logs: list[tuple[str, Log]]
    series: dict[str, dict[int, Point]]
    named: dict[str, tuple[Name, ...]]
    named_for: str
    named_to: int


class State:
    """Mutable, one per run."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self.parameters: Parameters = context.parameters
        self.origins: dict[str, Origin] = {}
        self.logs: dict[str, Log] = {}
        self.series: dict[str, dict[int, Point]] = {}
        self.named: dict[str, tuple[Name, ...]] = {}
        self.named_for = ""
        self.named_to = 0
        self._reference: Reference | None = None
        self._index: tuple[str, Index | None] | None = None

    @functools.cached_property
    def ours(self) -> Ours:
        """Whose an address or a name is."""
        return Ours(self.context.assets)

    @functools.cached_property
    def assets_key(self) -> str:
        """Another text whenever assets declare otherwise whose something is."""
        assets = self.context.assets.assets.values()
        said = [(a.id, a.name, a.name_ja, a.owner, a.aliases, a.identifiers) for a in assets]
        return ids.sha256(ids.canonical(said))

    @property
    def log_key(self) -> str:
        """Another text whenever a log would be read otherwise. Records may come meanwhile."""
        return f"{sightings.key_of(self)}:{self.assets_key}"

    @functools.cached_property
    def lists_key(self) -> str:
        """Another text whenever other warning lists are named."""
        known = self.context.known
        files = known.files(self.parameters.warning_lists) if known else ()
        return ",".join(each.sha256 for each in files)

    def index(self) -> Index | None:
        """What is looked for in logs."""
        key = sightings.key_of(self)
        if self._index is None or self._index[0] != key:
            self._index = key, sightings.index(self, key)
        return self._index[1]

    def origin(self, source: Source) -> str:
        """The key of the source, which is held. A source of another label or origin is another."""
        origin = Origin(
            source.sha256, source.name, source.lineage, source.retrieved, source.reliability,
            source.label,
        )  # fmt: skip
        key = ids.sha256(ids.canonical([source.sha256, source.lineage, source.label.key()]))[:16]
        held = self.origins.get(key)
        if held is None or (origin.retrieved, origin.name) < (held.retrieved, held.name):
            self.origins[key] = origin
        return key

    def reference(self) -> Reference:
        """The techniques among the node's records, read when first asked for."""
        if self._reference is None:
            from noroshi.desks.cyber.techniques import Reference

            self._reference = Reference(self.context.known)
        return self._reference


def dump(state: State, version: str) -> bytes:
    """`state`, to be loaded by the same version under the same parameters and party."""
    return msgspec.msgpack.encode(
        _Saved(
            tag=_tag(state.context, version),
            origins=state.origins,
            logs=list(state.logs.items()),
            series=state.series,
            named=state.named,
            named_for=state.named_for,
            named_to=state.named_to,
        )
    )


def load(data: bytes, context: Context, version: str) -> State | None:
    """The state that `dump` wrote; None for anything else: fold again."""
    try:
        saved = msgspec.msgpack.decode(data, type=_Saved)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return None
    if saved.tag != _tag(context, version):
        return None
    state = State(context)
    state.origins, state.series, state.logs = saved.origins, saved.series, dict(saved.logs)
    state.named, state.named_for, state.named_to = saved.named, saved.named_for, saved.named_to
    return state


def _tag(context: Context, version: str) -> tuple[str, str, str, str]:
    return ("noroshi-cyber", version, context.party, context.params_sha256)
