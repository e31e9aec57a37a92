"""Intelligence that names an asset: an indicator or observable that lies in what it declares, a
vulnerability in what it runs, an incident reported of it.

Nothing was seen at the asset: somebody else says so, and the finding says who by its evidence.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

import msgspec

from noroshi.desks.cyber.findings import Seen, finding, lineage_of, rests_on
from noroshi.desks.cyber.match.values import Unfit, net
from noroshi.desks.cyber.techniques import told
from noroshi.desks.cyber.values import KNOWS, values_of
from noroshi.words.origin import origin_of
from noroshi.words.time import SECOND, Span, parse_instant

if TYPE_CHECKING:
    from noroshi.desks.cyber.ours import Ours
    from noroshi.desks.cyber.state import State
    from noroshi.words.finding import Credibility, Finding, Measure
    from noroshi.words.record import Record

LOOKED_UP: Final = ("address", "domain", "url", "mail", "system", "product", "name")
RULES: Final = 2
"""Another number whenever other values name assets: then all records are looked at once more."""

MOST: Final = 1_000
"""Findings of one record: one that names more assets than this names none."""


class Name(msgspec.Struct, frozen=True, order=True):
    """A value of a record that is an asset's."""

    record: str
    asset: str
    what: str
    value: str


class _Dated(msgspec.Struct):
    name: str | None = None
    created: str | None = None
    valid_from: str | None = None
    valid_until: str | None = None
    confidence: Any = None


_dated = msgspec.json.Decoder(_Dated)


def look(state: State, ours: Ours) -> None:
    """Bring what the state knows of named assets up to the records that there are now: those that
    came since the last look, or all where the assets or the rules are others."""
    known = state.context.known
    if known is None:
        return
    assets = f"{RULES} {state.assets_key}"
    if state.named_for != assets:
        state.named, state.named_for, state.named_to = {}, assets, 0
    last = state.named_to
    for seq, record in known.records(KNOWS, state.named_to):
        last = max(last, seq)
        names = tuple(sorted(_names(record, ours)))
        state.named.pop(record.id, None)
        if 0 < len(names) <= MOST:
            state.named[record.id] = names
    state.named_to = last
    for name in [each for each in state.named if known.record(each) is None]:
        del state.named[name]


def _names(record: Record, ours: Ours) -> Iterator[Name]:
    for what, value in values_of(record):
        if what in LOOKED_UP:
            yield from (Name(record.id, each, what, value) for each in _assets(what, value, ours))


def narrow(value: str) -> bool:
    """Whether an address or range says whom it is of: one that matching refuses as too wide is
    everybody's."""
    try:
        net(value)
    except Unfit:
        return False
    return True


def _assets(what: str, value: str, ours: Ours) -> tuple[str, ...]:
    if what == "system":
        return ours.of_system(int(value))
    if what == "product":
        return ours.of_product(value)
    if what == "address" and not narrow(value):
        return ()
    return ours.called(value) if what == "name" else ours.of(value)


def named(state: State) -> Iterator[Finding]:
    """A finding for each value of a live record that is an asset's."""
    known = state.context.known
    if known is None:
        return
    for name, held in sorted(state.named.items()):
        record = known.record(name)
        if record is None:
            continue
        for each in held:
            if each.asset in state.context.assets.assets:
                yield finding(_seen(each, record, state), state.context)


def _seen(each: Name, record: Record, state: State) -> Seen:
    dated = _dated.decode(record.raw)
    origin = origin_of(record.raw)
    incident = record.kind == "incident"
    span = origin.span if incident and origin and origin.span else _span(dated, record)
    techniques, more = told(record, state)
    common: dict[str, Measure] = {
        "title": (dated.name or record.id)[:200],
        "techniques": techniques or "—",
        "lineage": lineage_of(record),
    }
    measures = common if incident else {**common, "what": each.what, "value": each.value}
    return Seen(
        kind="incident_report" if incident else "asset_named",
        subjects=(f"record:{record.id}", f"{each.what}:{each.value}"),
        asset=each.asset,
        span=span,
        measures=measures,
        evidence=(rests_on(record), *more),
        reliability="F",
        credibility=sureness(dated.confidence),
        bin=0,
    )


def sureness(confidence: Any) -> Credibility:
    """STIX's confidence (0 to 100) as credibility: 70 and more probably true, below 30 doubtful,
    else possibly true; 6, cannot be judged, where nobody says (STIX 2.1 appendix A, Admiralty)."""
    if not isinstance(confidence, int) or isinstance(confidence, bool):
        return 6
    return 2 if confidence >= 70 else 3 if confidence >= 30 else 4


def _span(dated: _Dated, record: Record) -> Span:
    since = instant(dated.valid_from) or instant(dated.created) or record.received
    until = instant(dated.valid_until) or since + SECOND
    return Span(since, max(until, since + SECOND), "s")


def instant(text: str | None) -> int | None:
    """The instant that a property names (µs UTC); None where it names none."""
    try:
        return parse_instant(text) if text else None
    except ValueError:
        return None
