"""The projection of findings: the latest version of each, rebuilt from the bytes at will."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sides import Side, Where

from noroshi.store import FindingRow, Store
from noroshi.words import stix
from noroshi.words.asset import Asset, AssetEdge, AssetGraph
from noroshi.words.desk import Covered
from noroshi.words.evidence import Evidence, Row
from noroshi.words.finding import Finding
from noroshi.words.kind import Kind
from noroshi.words.label import Label, Strand, label
from noroshi.words.place import Place
from noroshi.words.record import Record
from noroshi.words.time import Span

Make = Callable[..., Record]

LABEL = label(Strand("JPN", "maritime", "stop"))
KIND = Kind(
    name="stop",
    desk="sea",
    pillar="maritime",
    en="Stop",
    ja="停船",
    text_en="{subjects} stopped",
    text_ja="{subjects} 停船",
    source="test",
    units={"gap_s": "s", "kn": "kn", "port": "name"},
)
SALT = b"salt"


def event_id(i: int) -> str:
    """The i-th event's id."""
    return f"event--00000000-0000-4000-8000-{i:012d}"


def a_finding(i: int = 1, version: int = 1000, **more: Any) -> Finding:
    """A finding with every field that the projection shows."""
    held = Finding(
        id=event_id(i),
        observation=f"observation--{i}",
        version=version,
        owner="JPN",
        kind="stop",
        span=Span(10, 20, "s"),
        place=Place(139.5, 35.1, 120.0),
        subjects=("mmsi:431000001", "mmsi:431000002"),
        assets=("port-yokohama",),
        measures={"gap_s": 60, "kn": 1.5, "port": "横浜"},
        evidence=(Evidence("ais.csv", "ais", 5, "a" * 64, Row(3), LABEL),),
        detector="sea.stop",
        detector_version="1",
        params_sha256="b" * 64,
        reliability="B",
        credibility=2,
    )
    return msgspec.structs.replace(held, **more)


def as_record(finding: Finding, *, revoked: bool = False, labelled: Label = LABEL) -> Record:
    """The record that travels for `finding`."""
    body = stix.finding_body(finding, SALT)
    raw = stix.event(
        finding.id, body, KIND, created=1000, modified=finding.version, revoked=revoked
    )
    return Record(
        id=finding.id,
        version=finding.version,
        kind=finding.kind,
        pillar="maritime",
        owner=finding.owner,
        label=labelled,
        raw=raw,
        sha256=stix.ids.sha256(raw),
        received=finding.version,
        status="revoked" if revoked else "live",
    )


def projection(side: Side, where: Where) -> list[list[Any]]:
    """The three derived tables as they are on disc."""
    tables = ("finding", "finding_subject", "finding_asset")
    return [side.rows(where, f"SELECT * FROM {each} ORDER BY 1, 2") for each in tables]


def test_a_finding_as_it_is_shown(store: Store) -> None:
    finding = a_finding()
    store.put([as_record(finding)], {finding.id: finding}, at=1)
    assert store.findings() == [
        FindingRow(
            id=finding.id,
            seq=1,
            version=1000,
            observation="observation--1",
            owner="JPN",
            kind="stop",
            t0=10,
            t1=20,
            precision="s",
            lon=139.5,
            lat=35.1,
            radius_m=120.0,
            subjects=("mmsi:431000001", "mmsi:431000002"),
            assets=("port-yokohama",),
            measures={"gap_s": 60, "kn": 1.5, "port": "横浜"},
            detector="sea.stop",
            reliability="B",
            credibility=2,
            status="live",
        )
    ]
    assert [e.topic for e in store.events(0, 9)] == ["record.stored", "finding.changed"]


@pytest.mark.parametrize("place", [None, Place(-180.0, -90.0, 0.0)], ids=["nowhere", "corner"])
def test_bytes_alone_give_the_same_row(
    store: Store, side: Side, where: Where, place: Place | None
) -> None:
    finding = a_finding(place=place)
    store.put([as_record(finding)], {finding.id: finding}, at=1)
    told = projection(side, where)
    store.rebuild_findings()
    assert projection(side, where) == told
    elsewhere = side.nothing()
    with Store.open(elsewhere, create=True) as other:
        other.put([as_record(finding)], at=1)
    assert projection(side, elsewhere) == told


def test_of_several_versions_the_latest_shows(store: Store) -> None:
    old, new = a_finding(version=1000, assets=()), a_finding(version=2000, subjects=())
    store.put([as_record(new)], {new.id: new}, at=1)
    store.put([as_record(old)], {old.id: old}, at=1)
    (row,) = store.findings()
    assert (row.version, row.subjects, row.assets) == (2000, (), ("port-yokohama",))


def test_both_versions_in_one_batch(store: Store) -> None:
    old, new = a_finding(version=1000), a_finding(version=2000, measures={"kn": 9.0})
    store.put([as_record(new), as_record(old)], {old.id: old}, at=1)
    assert store.findings()[0].measures == {"kn": 9.0}


def test_retracted(store: Store, side: Side, where: Where) -> None:
    finding = a_finding()
    store.put([as_record(finding)], {finding.id: finding}, at=1)
    gone = as_record(msgspec.structs.replace(finding, version=3000), revoked=True)
    store.retract(finding.id, gone.raw, 3000, "moved", event_id(2), at=2)
    assert store.findings() == []
    (row,) = store.findings(status="retracted")
    assert (row.version, row.reason, row.replaced_by) == (3000, "moved", event_id(2))
    before = projection(side, where)
    store.rebuild_findings()
    assert projection(side, where) == before
    assert store.counts()["retracted"] == 1


def test_what_is_no_finding_is_not_shown(store: Store, make: Make) -> None:
    foreign = b'{"type":"event","id":"%s"}' % event_id(3).encode()
    store.put([make(event_id(3), 1, foreign), make(event_id(4), 1, b"no json"), make()], at=1)
    assert store.findings() == []
    assert store.rebuild_findings() == 0


STRANGE = {
    "an instant past 64 bits": (b'"t1":20', b'"t1":1' + b"0" * 30),
    "a credibility past 64 bits": (b'"credibility":2', b'"credibility":1' + b"0" * 30),
    "a subject twice": (b'"mmsi:431000002"', b'"mmsi:431000001"'),
    "an asset twice": (b'["port-yokohama"]', b'["port-yokohama","port-yokohama"]'),
}


@pytest.mark.parametrize(("said", "strange"), STRANGE.values(), ids=STRANGE)
def test_what_a_stranger_says_never_ends_a_batch(
    store: Store, make: Make, side: Side, where: Where, said: bytes, strange: bytes
) -> None:
    usual = as_record(a_finding())
    raw = usual.raw.replace(said, strange)
    assert raw != usual.raw
    odd = msgspec.structs.replace(usual, raw=raw, sha256=stix.ids.sha256(raw))
    assert store.put([make(), odd, make("tool--2")], at=1).stored == 3
    assert len(store.findings()) == (b"0" * 30 not in raw)
    before = projection(side, where)
    store.rebuild_findings()
    assert projection(side, where) == before


def test_a_finding_whose_latest_version_is_none_goes(
    store: Store, make: Make, side: Side, where: Where
) -> None:
    finding = a_finding()
    store.put([as_record(finding)], {finding.id: finding}, at=1)
    store.put([make(finding.id, 5000, b"no json")], at=2)
    assert store.findings() == []
    before = projection(side, where)
    store.rebuild_findings()
    assert projection(side, where) == before


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, [1, 2, 3]),
        ({"kind": "stop"}, [1, 3]),
        ({"kind": "none"}, []),
        ({"since": 25}, [2, 3]),
        ({"until": 20}, [1]),
        ({"since": 15, "until": 30, "kind": "stop"}, [1]),
        ({"limit": 2}, [1, 2]),
    ],
    ids=str,
)
def test_asked_by_kind_and_time(store: Store, asked: dict[str, Any], found: list[int]) -> None:
    three = [
        a_finding(1, span=Span(10, 20)),
        a_finding(2, span=Span(20, 40), kind="encounter"),
        a_finding(3, span=Span(30, 50)),
    ]
    store.put([as_record(f) for f in three], {f.id: f for f in three}, at=1)
    assert [row.id for row in store.findings(**asked)] == [event_id(i) for i in found]


def test_asked_by_asset(store: Store) -> None:
    some = [
        a_finding(1, span=Span(10, 20), assets=("cable-1", "cable-2")),
        a_finding(2, span=Span(20, 40), assets=("cable-1",), kind="encounter"),
        a_finding(3, span=Span(30, 50), assets=("cable-2",)),
    ]
    store.put([as_record(f) for f in some], {f.id: f for f in some}, at=1)

    def asked(asset: str, **more: Any) -> list[str]:
        return [row.id for row in store.findings(asset=asset, **more)]

    assert asked("cable-1") == [event_id(1), event_id(2)]
    assert asked("cable-1", kind="encounter") == [event_id(2)]
    assert asked("cable-2", since=21) == [event_id(3)]
    assert asked("cable-2", until=30) == [event_id(1)]
    assert asked("cable-3") == []


_steps = st.lists(
    st.tuples(st.integers(1, 3), st.integers(1, 5), st.booleans(), st.booleans()), max_size=12
)


@settings(max_examples=settings().max_examples // 2)
@given(steps=_steps)
def test_rebuilding_changes_nothing(side: Side, steps: list[tuple[int, int, bool, bool]]) -> None:
    where = side.fresh()
    with Store.open(where, create=True) as store:
        for i, version, told, retract in steps:
            finding = a_finding(i, version * 1000, measures={"gap_s": version})
            record = as_record(finding, revoked=retract)
            if retract and store.record(finding.id) is not None:
                store.retract(finding.id, record.raw, version * 1000, f"why {version}", None, at=1)
            else:
                store.put([record], {finding.id: finding} if told else {}, at=1)
        before = projection(side, where)
        store.rebuild_findings()
        assert projection(side, where) == before


def test_assets_and_their_edges(store: Store) -> None:
    a = Asset("cable-1", "cable", "One", path=((1.0, 2.0), (3.0, 4.0)))
    b = Asset("landing-1", "landing_point", "Landing", place=Place(1.0, 2.0, 5.0))
    store.put_assets(AssetGraph((a, b), (AssetEdge("cable-1", "landing-1", "lands_at"),)))
    held = store.assets()
    assert (held.assets, held.near("cable-1")) == ({a.id: a, b.id: b}, {"landing-1"})
    store.put_assets(AssetGraph((b,)))
    assert store.assets().assets == {b.id: b}
    assert store.assets().edges == ()


def test_coverage(store: Store) -> None:
    early, late = Covered("stop", "cell", Span(1, 5), 0.5), Covered("stop", "cell", Span(5, 9), 1.0)
    store.put_coverage([late, early, Covered("encounter", "cell", Span(1, 5), 0.9)])
    store.put_coverage([Covered("stop", "cell", Span(1, 5), 0.7)])
    assert store.coverage("stop") == [msgspec.structs.replace(early, quality=0.7), late]
