"""A third party's desk, whole, that imports `noroshi.words` and nothing else of ours.

It reads tide gauges and finds when the water stood too high. It is installed here as a package's
entry point would install it, and then chosen, read and folded as the built-in desks are.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.desks import registry
from noroshi.words.asset import AssetGraph
from noroshi.words.desk import (
    Columns,
    Context,
    Desk,
    Emit,
    Found,
    Query,
    Rejected,
    Source,
    detect,
)
from noroshi.words.errors import BadInput
from noroshi.words.evidence import Evidence, Row
from noroshi.words.finding import Finding, finding_ids, finding_label
from noroshi.words.ids import canonical, is_stix_id, sha256
from noroshi.words.kind import Kind, load_kinds
from noroshi.words.label import Strand, Tlp, label
from noroshi.words.time import Span, format_instant, parse_instant

# The desk: what a third party's package would hold.

KINDS = load_kinds(
    """
    format = "kinds/1"
    desk = "tide"
    pillar = "maritime"
    [kind.high_water]
    en = "High water"
    ja = "高潮"
    text_en = "{subjects}: the water stood {level_m:.2f} m high"
    text_ja = "{subjects}：水位{level_m:.2f} m"
    source = "Ours: the highest reading of an hour at or above `limit_m`"
    units = { level_m = "m" }
    tags = { level_m = "plain" }
    """,
    "tide/kinds.toml",
)


class Parameters(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    limit_m: float = 3.0


class State(msgspec.Struct):
    context: Context
    highest: dict[str, Finding]


class TideDesk:
    def __init__(self, name: str = "tide") -> None:
        self.name, self.version = name, "1"
        self.kinds: Mapping[str, Kind] = KINDS
        self.queries: tuple[Query, ...] = ()

    def parameters(self, table: Mapping[str, Any]) -> Parameters:
        return msgspec.convert(table, Parameters)

    def sniff(self, head: bytes, name: str) -> float:
        return 1.0 if head.startswith(b"station,time,level_m") else 0.0

    def read(self, source: Source) -> Iterator[Columns | Rejected]:
        good: list[tuple[str, int, float, int]] = []
        with io.TextIOWrapper(source.open(), "utf-8", newline="") as text:
            for row, found in enumerate(csv.DictReader(text), start=1):
                try:
                    at, level_m = parse_instant(found["time"]), float(found["level_m"])
                    good.append((found["station"], at, level_m, row))
                except ValueError as problem:
                    yield Rejected(source.sha256, Row(row), str(problem))
        names = ("station", "at", "level_m", "row")
        arrays: dict[str, np.ndarray[Any, Any]] = {
            name: np.array([each[n] for each in good]) for n, name in enumerate(names)
        }
        yield Columns("tide", source, arrays)

    def start(self, context: Context) -> State:
        return State(context, {})

    def fold(self, state: State, columns: Columns, watermark: int) -> tuple[State, list[Emit]]:
        highest = dict(state.highest)
        lists = (array.tolist() for array in columns.arrays.values())
        for station, at, level_m, row in zip(*lists, strict=True):
            if level_m >= state.context.parameters.limit_m:
                new = high_water(
                    state.context, columns.source, f"gauge:{station}", at, level_m, row
                )
                held = highest.get(new.id, new)
                highest[new.id] = max(held, new, key=_height)
        return State(state.context, highest), []

    def finish(self, state: State) -> list[Emit]:
        return [Found(state.highest[each]) for each in sorted(state.highest)]

    def dump(self, state: State) -> bytes:
        return msgspec.json.encode(state.highest)

    def load(self, data: bytes, context: Context) -> State:
        return State(context, msgspec.json.decode(data, type=dict[str, Finding]))


def high_water(
    context: Context, source: Source, gauge: str, at: int, level_m: float, row: int
) -> Finding:
    kind, hour = KINDS["high_water"], Span(at, at + 1).truncated("h")
    own, observation = finding_ids(context.party, "tide.high", kind, (gauge,), hour.t0, "")
    return Finding(
        id=own,
        observation=observation,
        version=0,
        owner=context.party,
        kind=kind.name,
        span=hour,
        place=None,
        subjects=(gauge,),
        assets=(),
        measures={"level_m": level_m},
        evidence=(
            Evidence(
                source=source.name,
                lineage=source.lineage,
                retrieved=source.retrieved,
                sha256=source.sha256,
                locator=Row(row),
                label=source.label,
            ),
        ),
        detector="tide.high",
        detector_version="1",
        params_sha256=context.params_sha256,
        reliability=source.reliability,
    )


def _height(finding: Finding) -> tuple[object, ...]:
    return (finding.measures["level_m"], canonical(finding.evidence))


desk: Desk = TideDesk()

# How it is found, chosen and run.

T0 = parse_instant("2026-09-01T00:00:00Z")
LABEL = label(Strand("JPN", "maritime", "*", Tlp.GREEN))
CONTEXT = Context("JPN", AssetGraph(), KINDS, desk.parameters({}), "0" * 64)


class EntryPoint:
    """What `importlib.metadata.entry_points` gives for an installed package."""

    def __init__(self, name: str, loaded: object) -> None:
        self.name, self.loaded = name, loaded

    def load(self) -> object:
        return self.loaded


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Install desks beside the built-in ones until the test ends."""
    built_in = tuple(registry.entry_points(group=registry.GROUP))

    def installed(*more: EntryPoint) -> None:
        def entry_points(group: str) -> tuple[Any, ...]:
            return (*built_in, *more)

        monkeypatch.setattr(registry, "entry_points", entry_points)
        registry.desks.cache_clear()

    yield installed
    registry.desks.cache_clear()


def source(rows: list[tuple[str, int, float]], name: str = "tide.csv") -> Source:
    lines = [f"{station},{format_instant(at)},{level_m}" for station, at, level_m in rows]
    data = "\n".join(["station,time,level_m", *lines, ""]).encode()
    opened = lambda: io.BytesIO(data)  # noqa: E731 — what `feeds` gives
    return Source(name, "tide:jpn", T0, sha256(data), LABEL, "JPN", "B", opened)


def found(*sources: Source) -> list[Finding]:
    columns = [c for s in sources for c in desk.read(s) if isinstance(c, Columns)]
    return [emit.finding for emit in detect(desk, CONTEXT, columns) if isinstance(emit, Found)]


def test_an_installed_desk_is_chosen_by_content(install: Any) -> None:
    assert registry.choose(b"station,time,level_m\n", "x") is None
    install(EntryPoint("tide", desk))
    assert registry.choose(b"station,time,level_m\n", "x") is desk
    assert list(registry.desks()) == ["cyber", "sea", "space", "tide"]
    assert registry.kinds()["high_water"].pillar == "maritime"


def test_two_desks_that_are_as_sure_are_both_named(install: Any) -> None:
    other = TideDesk("ebb")
    other.kinds = {}
    install(EntryPoint("tide", desk), EntryPoint("ebb", other))
    with pytest.raises(BadInput, match=r"desks tide and ebb are equally sure") as tie:
        registry.choose(b"station,time,level_m\n", "gauge.csv")
    assert "--desk" in str(tie.value)


def test_two_desks_cannot_declare_one_kind(install: Any) -> None:
    install(EntryPoint("tide", desk), EntryPoint("ebb", TideDesk("ebb")))
    with pytest.raises(BadInput, match=r"'high_water' is already declared by desk ebb"):
        registry.desks()


def test_it_finds_the_highest_reading_of_an_hour_with_its_row() -> None:
    rows = [("aden", T0, 2.9), ("aden", T0 + 5, 3.4), ("aden", T0 + 9, 3.1), ("suez", T0, 1.0)]
    (high,) = found(source(rows))
    assert (high.subjects, high.measures) == (("gauge:aden",), {"level_m": 3.4})
    assert high.evidence[0].locator == Row(2)
    assert is_stix_id(high.id)
    assert finding_label(high, KINDS["high_water"]) == label(
        Strand("JPN", "maritime", "high_water", Tlp.GREEN)
    )


def test_a_bad_row_is_returned_by_its_number_and_the_rest_is_read() -> None:
    data = b"station,time,level_m\naden,now,4\naden,2026-09-01T00:00:00Z,4\n"
    items = list(desk.read(msgspec.structs.replace(source([]), open=lambda: io.BytesIO(data))))
    assert isinstance(items[0], Rejected)
    assert items[0].locator == Row(1)
    assert isinstance(items[1], Columns)
    assert items[1].arrays["row"].tolist() == [2]


readings = st.lists(
    st.tuples(
        st.sampled_from(["aden", "suez"]),
        st.integers(T0 // 1000, T0 // 1000 + 7_200_000).map(lambda ms: ms * 1000),
        st.sampled_from([1.0, 2.9, 3.0, 4.5]),
    ),
    max_size=12,
    unique_by=lambda reading: reading[:2],
)


@given(readings, st.integers(0, 12), st.randoms())
def test_the_live_set_does_not_depend_on_chunks_order_or_repeats(
    rows: list[tuple[str, int, float]], cut: int, random: Any
) -> None:
    def live(findings: list[Finding]) -> set[tuple[object, ...]]:
        return {(each.id, each.measures["level_m"], each.span) for each in findings}

    shuffled = random.sample(rows, len(rows))
    assert live(found(source(rows))) == live(
        found(source(shuffled[cut:]), source(shuffled[:cut]), source(rows))
    )


@given(readings, readings)
def test_a_dumped_state_goes_on_where_it_stopped(
    early: list[tuple[str, int, float]], late: list[tuple[str, int, float]]
) -> None:
    first, second = (next(iter(desk.read(source(rows)))) for rows in (early, late))
    assert isinstance(first, Columns)
    assert isinstance(second, Columns)
    state, _ = desk.fold(desk.start(CONTEXT), first, 0)
    through, _ = desk.fold(desk.load(desk.dump(state), CONTEXT), second, 0)
    straight, _ = desk.fold(state, second, 0)
    assert desk.finish(through) == desk.finish(straight)
