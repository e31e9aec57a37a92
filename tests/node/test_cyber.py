"""The cyber desk in a node: intelligence, logs and series, against what is declared of assets."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from noroshi.cli.app import app
from noroshi.node.assets import load_assets
from noroshi.node.ingest import IngestReport, again, ingest
from noroshi.node.node import Node
from noroshi.node.relook import relook
from noroshi.words.ids import sha256
from noroshi.words.label import Strand, Tlp, label
from noroshi.words.record import Record
from noroshi.words.stix import FindingBody, body_of

ASSETS = """
format = "assets/1"
tlp = "green"
[[asset]]
id = "network:grid"
kind = "network"
name = "Grid One"
identifiers = ["net:192.0.2.0/24", "asn:64500", "domain:grid.example", "product:Example:Relay 9"]
[[asset]]
id = "operator:grid"
kind = "operator"
name = "Grid One Ltd"
[[asset]]
id = "host:scada"
kind = "host"
name = "Control room"
identifiers = ["ip:192.0.2.9"]
[[edge]]
a = "network:grid"
b = "operator:grid"
relation = "operated_by"
[[edge]]
a = "host:scada"
b = "operator:grid"
relation = "operated_by"
"""

FEEDS = """
[assets]
files = ["assets.toml"]
[[feed]]
uri = "*.log"
label = { tlp = "amber" }
lineage = "sensor"
reliability = "B"
[[feed]]
uri = "*.txt"
label = { tlp = "green" }
lineage = "list one"
[[feed]]
uri = "*.json"
label = { tlp = "green" }
"""

ZEEK = [
    "#separator \\x09",
    "#set_separator\t,",
    "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto",
    "#types\ttime\tstring\taddr\tport\taddr\tport\tenum",
    "1769000000.0\tC1\t192.0.2.9\t40000\t198.51.100.7\t443\ttcp",
    "1769000060.0\tC2\t192.0.2.10\t40000\t198.51.100.7\t443\ttcp",
    "1769000120.0\tC3\t203.0.113.4\t40000\t198.51.100.7\t443\ttcp",
    "1769090000.0\tC4\t192.0.2.9\t40000\t198.51.100.7\t443\ttcp",
    "1769000180.0\tC5\t192.0.2.9\t40000\t203.0.113.200\t443\ttcp",
]
HOSTS = "198.51.100.7\n198.51.100.8\n"


def written(folder: Path, name: str, data: str | bytes) -> Path:
    path = folder.parent / name
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


@pytest.fixture
def node(make: Callable[..., Path], clock: Callable[[], int]) -> Path:
    """A node with a grid operator's network and control room."""
    folder = make()
    toml = folder / "node.toml"
    toml.write_text(toml.read_text().split("[[feed]]")[0] + FEEDS)
    (folder / "assets.toml").write_text(ASSETS)
    with Node.open(folder) as opened:
        load_assets(opened, clock)
    return folder


def read(folder: Path, clock: Callable[[], int], *paths: Path, **more: Any) -> IngestReport:
    with Node.open(folder) as opened:
        return ingest(opened, list(paths), clock, **more)


def live(folder: Path, kind: str) -> list[FindingBody]:
    with Node.open(folder) as opened:
        rows = opened.store.findings(kind=kind)
        bodies = [body_of(opened.store.by_seq(row.seq).raw) for row in rows]
    return [each for each in bodies if each is not None]


def seen(folder: Path) -> list[tuple[str, int, str]]:
    found = live(folder, "sighting")
    return sorted((b.assets[0], int(b.measures["lines"]), str(b.measures["ours"])) for b in found)


def test_an_indicator_in_a_log_is_a_finding_for_each_asset_and_day(
    node: Path, clock: Callable[[], int]
) -> None:
    log = written(node, "conn.log", "\n".join(ZEEK) + "\n")
    report = read(node, clock, written(node, "hosts.txt", HOSTS), log)
    assert report.sources[1].rows == {"log": 9}
    assert report.sources[1].told == {"matches": 4, "on lines that name nothing else of ours": 1}
    assert seen(node) == [
        ("host:scada", 1, "192.0.2.9"), ("host:scada", 1, "192.0.2.9"),
        ("network:grid", 1, "192.0.2.10"),
    ]  # fmt: skip
    first = min(live(node, "sighting"), key=lambda each: (each.span.t0, each.assets))
    assert first.measures["value"] == "198.51.100.7"
    assert first.measures["operator"] == "Grid One Ltd"
    assert first.span.t0 == 1_769_000_000_000_000
    assert (first.sources, first.reliability) == (("assets.toml", "list one", "sensor"), "B")
    with Node.open(node) as opened:
        (row, *_) = opened.store.findings(kind="sighting")
        label = opened.store.by_seq(row.seq).label
    assert {strand.tlp.value for strand in label.strands} == {"amber", "green"}


@pytest.mark.parametrize("seed", range(4))
def test_order_repeats_and_cuts_do_not_change_what_is_live(
    node: Path, make: Callable[..., Path], clock: Callable[[], int], seed: int
) -> None:
    """Cut as logs are: each part with its heading, in any order, some twice, the list anywhere."""
    draw = random.Random(seed)
    cut = draw.randrange(5, 9)
    parts = [[*ZEEK[:4], *ZEEK[4:cut]], [*ZEEK[:4], *ZEEK[cut:]]]
    paths = [written(node, f"{n}.log", "\n".join(part) + "\n") for n, part in enumerate(parts)] + [
        written(node, "hosts.txt", HOSTS)
    ]
    for path in draw.sample([*paths, *paths], 2 * len(paths)):
        read(node, clock, path)
    read(node, clock, *paths)
    assert seen(node) == [
        ("host:scada", 1, "192.0.2.9"), ("host:scada", 1, "192.0.2.9"),
        ("network:grid", 1, "192.0.2.10"),
    ]  # fmt: skip


def test_a_log_read_before_is_read_again_when_other_indicators_are_there(
    node: Path, clock: Callable[[], int]
) -> None:
    log = written(node, "conn.log", "\n".join(ZEEK) + "\n")
    read(node, clock, log)
    assert seen(node) == []
    assert read(node, clock, log).sources[0].skipped
    read(node, clock, written(node, "hosts.txt", "203.0.113.200\n"))
    assert not read(node, clock, log).sources[0].skipped
    assert seen(node) == [("host:scada", 1, "192.0.2.9")]


def test_what_is_on_a_warning_list_is_no_finding_and_is_counted(
    node: Path, clock: Callable[[], int]
) -> None:
    known = {"name": "Known resolvers", "type": "cidr", "version": 1, "description": "d",
             "list": ["198.51.100.0/24"], "matching_attributes": ["ip-dst", "ip-src"]}  # fmt: skip
    (node / "warned.json").write_text(json.dumps(known))
    with (node / "node.toml").open("a") as file:
        file.write('[desk.cyber]\nwarning_lists = ["warned.json"]\n')
    log = written(node, "conn.log", "\n".join(ZEEK) + "\n")
    report = read(node, clock, written(node, "hosts.txt", HOSTS), log)
    assert seen(node) == []
    assert report.sources[1].told["held back by Known resolvers"] == 4


def test_an_indicator_that_is_refused_is_said_with_each_log(
    node: Path, clock: Callable[[], int]
) -> None:
    """The intake of a list refuses what is too wide; a bundle of STIX goes by no intake."""
    patterns = ["[ipv4-addr:value = '198.51.100.7']", "[ipv4-addr:value ISSUBSET '0.0.0.0/0']",
                "[domain-name:value = 'com']", "[domain-name:value = 'org']"]  # fmt: skip
    objects = [
        {"type": "indicator", "spec_version": "2.1", "pattern_type": "stix", "pattern": each,
         "id": f"indicator--00000000-0000-4000-8000-{n:012d}", "created": "2026-01-20T00:00:00Z",
         "modified": "2026-01-20T00:00:00Z", "valid_from": "2026-01-20T00:00:00Z"}
        for n, each in enumerate(patterns)
    ]  # fmt: skip
    bundle = written(node, "bundle.json", json.dumps({"objects": objects}))
    logs = [written(node, f"{n}.log", "\n".join(ZEEK[: 6 + n]) + "\n") for n in range(2)]
    report = read(node, clock, bundle, *logs)
    for each in report.sources[1:]:
        assert {key: many for key, many in each.told.items() if "not looked for" in key} == {
            "indicators not looked for: a name of a single label is everything below it": 2,
            "indicators not looked for: a range as wide as /0; at least /8 is looked for": 1,
        }
    assert len(seen(node)) == 2


def test_a_revoked_indicator_takes_its_sightings_back(node: Path, clock: Callable[[], int]) -> None:
    common = {"type": "indicator", "spec_version": "2.1", "pattern_type": "stix",
              "id": "indicator--5a1b0c4e-7c64-4b3c-9d4e-000000000001",
              "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z",
              "valid_from": "2026-01-01T00:00:00Z", "confidence": 80,
              "pattern": "[ipv4-addr:value = '198.51.100.7']"}  # fmt: skip
    log = written(node, "conn.log", "\n".join(ZEEK) + "\n")
    read(node, clock, written(node, "a.json", json.dumps(common)), log)
    assert len(seen(node)) == 3
    assert {each.credibility for each in live(node, "sighting")} == {2}
    revoked = {**common, "modified": "2026-01-02T00:00:00Z", "revoked": True}
    assert read(node, clock, written(node, "b.json", json.dumps(revoked))).retracted == 3
    assert seen(node) == []


def test_a_truncated_log_is_read_as_far_as_it_goes(node: Path, clock: Callable[[], int]) -> None:
    import gzip

    whole = gzip.compress("\n".join([*ZEEK[:5], *(f"{n}\t{random.Random(n).random()}" for n in range(9000))]).encode())  # fmt: skip # noqa: E501
    log = written(node, "conn.log", whole[: len(whole) // 2])
    report = read(node, clock, written(node, "hosts.txt", HOSTS), log)
    assert seen(node) == [("host:scada", 1, "192.0.2.9")]
    assert "cut off" in str(report.sources[1].problem)
    assert report.sources[1].rows["log"] > 1000


def test_intelligence_that_names_an_asset_says_so(node: Path, clock: Callable[[], int]) -> None:
    flaw = {"catalogVersion": "1", "vulnerabilities": [
        {"cveID": "CVE-2026-0001", "vendorProject": "Example", "product": "Relay 9",
         "dateAdded": "2026-01-02"}]}  # fmt: skip
    incidents = (
        "incident_id,name,start_date,end_date,receiver_name,receiver_country,incident_type\n"
        "17,Intrusion,2026-02-01,,Grid One Ltd,Utopia,Disruption\n"
    )
    read(
        node, clock, written(node, "kev.json", json.dumps(flaw)),
        written(node, "hosts.txt", "www.grid.example\n192.0.2.128/25\nother.example\n"),
        written(node, "eurepoc.csv", incidents), tlp="green",
    )  # fmt: skip
    named = live(node, "asset_named")
    assert sorted((each.assets[0], str(each.measures["value"])) for each in named) == [
        ("network:grid", "192.0.2.128/25"), ("network:grid", "example:relay 9"),
        ("network:grid", "www.grid.example"),
    ]  # fmt: skip
    (report,) = live(node, "incident_report")
    assert report.assets == ("operator:grid",)
    assert report.span.precision == "month"


def test_assets_declared_later_are_found_in_what_is_held(
    make: Callable[..., Path], clock: Callable[[], int]
) -> None:
    folder = make()
    read(folder, clock, written(folder, "hosts.txt", "192.0.2.7\n"), tlp="green")
    assert live(folder, "asset_named") == []
    (folder.parent / "assets.toml").write_text(ASSETS)
    with Node.open(folder) as opened:
        load_assets(opened, clock, [folder.parent / "assets.toml"])
    assert len(live(folder, "asset_named")) == 1
    (folder.parent / "assets.toml").write_text(ASSETS.replace("192.0.2.", "192.0.3."))
    with Node.open(folder) as opened:
        load_assets(opened, clock, [folder.parent / "assets.toml"])
    assert live(folder, "asset_named") == []


def test_what_comes_otherwise_than_by_reading_is_looked_at_as_well(
    node: Path, clock: Callable[[], int]
) -> None:
    """As what a partner sends: put into the store, and then looked at by the worker."""
    common = {"type": "indicator", "spec_version": "2.1", "pattern_type": "stix",
              "id": "indicator--5a1b0c4e-7c64-4b3c-9d4e-000000000001",
              "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z",
              "valid_from": "2026-01-01T00:00:00Z",
              "pattern": "[ipv4-addr:value = '192.0.2.9']"}  # fmt: skip
    raw = json.dumps(common).encode()
    partner = label(Strand("EU", "cyber", "indicator", Tlp.AMBER, grant="g"))
    record = Record(common["id"], 1, "indicator", "cyber", "EU", partner, raw, sha256(raw), 1)
    with Node.open(node) as opened:
        relook(opened, clock)
        assert relook(opened, clock) is None
        opened.store.put([record], at=clock())
        assert (report := relook(opened, clock)) is not None
        assert report.found == {"asset_named": 1}
        (row,) = opened.store.findings(kind="asset_named")
        marks = opened.store.by_seq(row.seq).label.strands
        assert {(each.originator, each.grant) for each in marks} >= {("EU", "g")}
        opened.store.withdraw(record.id, at=clock())
        assert (gone := relook(opened, clock)) is not None
        assert gone.retracted == 1


def test_techniques_are_those_that_the_source_or_a_relationship_names(
    node: Path, clock: Callable[[], int]
) -> None:
    stamp = {"spec_version": "2.1", "created": "2026-01-01T00:00:00Z",
             "modified": "2026-01-01T00:00:00Z"}  # fmt: skip
    one, two, three, four = (f"5a1b0c4e-7c64-4b3c-9d4e-00000000000{n}" for n in range(4))
    red = {"object_marking_refs": ["marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1"]}
    objects = [
        {"type": "indicator", "id": f"indicator--{one}", "pattern_type": "stix", **stamp,
         "valid_from": "2026-01-01T00:00:00Z", "pattern": "[domain-name:value = 'a.grid.example']",
         "labels": ['misp-galaxy:mitre-attack-pattern="X - T1071"']},
        {"type": "attack-pattern", "id": f"attack-pattern--{two}", **stamp,
         "name": "Modify Program",
         "external_references": [{"source_name": "mitre-attack", "external_id": "T0889"}]},
        {"type": "relationship", "id": f"relationship--{three}", "relationship_type": "indicates",
         "source_ref": f"indicator--{one}", "target_ref": f"attack-pattern--{two}", **stamp, **red},
        {"type": "relationship", "id": f"relationship--{four}", "relationship_type": "uses",
         "source_ref": f"indicator--{one}", "target_ref": f"attack-pattern--{two}", **stamp},
    ]  # fmt: skip
    read(node, clock, written(node, "b.json", json.dumps({"type": "bundle", "objects": objects})))
    (named,) = live(node, "asset_named")
    assert named.measures["techniques"] == "T0889, T1071"
    with Node.open(node) as opened:
        (row,) = opened.store.findings(kind="asset_named")
        marks = {each.tlp for each in opened.store.by_seq(row.seq).label.strands}
    assert Tlp.RED in marks
    done = CliRunner().invoke(app, ["cyber", "touched", "-n", str(node)])
    assert "T0889 Modify Program" in done.output


def test_what_was_looked_at_is_told_with_its_time(node: Path, clock: Callable[[], int]) -> None:
    read(node, clock, written(node, "conn.log", "\n".join(ZEEK) + "\n"))
    read(node, clock, written(node, "a.csv", series(range(0))), tlp="green")
    with Node.open(node) as opened:
        (log,) = opened.store.coverage("sighting")
        (net,) = opened.store.coverage("connectivity_loss")
    assert (log.where, log.span.t0, log.span.t1) == (
        "sensor", 1_769_000_000_000_000, 1_769_090_001_000_000,
    )  # fmt: skip
    assert net.where == "network:grid"


def test_an_indicator_that_is_ours_is_named_and_not_seen_on_each_of_our_lines(
    node: Path, clock: Callable[[], int]
) -> None:
    log = written(node, "conn.log", "\n".join(ZEEK) + "\n")
    report = read(node, clock, written(node, "hosts.txt", "192.0.2.9\n"), log)
    assert report.sources[1].told["matches"] == 3
    assert seen(node) == []
    assert [each.assets for each in live(node, "asset_named")] == [("host:scada",)]


def test_a_version_that_names_an_asset_no_longer_takes_that_back(
    node: Path, clock: Callable[[], int]
) -> None:
    first = {"type": "indicator", "spec_version": "2.1", "pattern_type": "stix",
             "id": "indicator--5a1b0c4e-7c64-4b3c-9d4e-000000000001",
             "created": "2026-01-01T00:00:00Z", "modified": "2026-01-01T00:00:00Z",
             "valid_from": "2026-01-01T00:00:00Z",
             "pattern": "[domain-name:value = 'grid.example']"}  # fmt: skip
    read(node, clock, written(node, "a.json", json.dumps(first)))
    assert len(live(node, "asset_named")) == 1
    later = {"modified": "2026-01-02T00:00:00Z", "pattern": "[domain-name:value = 'b.example']"}
    read(node, clock, written(node, "b.json", json.dumps(first | later)))
    assert live(node, "asset_named") == []


def series(drop: range, lowest: float = 10.0) -> str:
    lines = ["time,asn,datasource,value"]
    for n in range(400):
        hour, minute = divmod(n * 5, 60)
        value = lowest if n in drop else 100.0 + n % 3
        day, hour = divmod(hour, 24)
        lines.append(f"2026-03-{day + 1:02}T{hour:02}:{minute:02}:00Z,AS64500,bgp,{value}")
    return "\n".join(lines) + "\n"


def test_a_loss_of_connectivity_has_its_interval(node: Path, clock: Callable[[], int]) -> None:
    whole = series(range(300, 312))
    read(node, clock, written(node, "a.csv", whole), tlp="green")
    (loss,) = live(node, "connectivity_loss")
    assert loss.measures["lost_share"] == pytest.approx(0.9, abs=0.01)
    assert loss.measures["points"] == 12
    assert loss.measures["over"] == "yes"
    assert loss.span.t1 - loss.span.t0 == 12 * 300_000_000
    lines = whole.splitlines()
    random.Random(1).shuffle(rows := lines[1:])
    for n, some in enumerate((rows[:200], rows[150:])):
        text = "\n".join([lines[0], *some]) + "\n"
        read(node, clock, written(node, f"{n}.csv", text), tlp="green")
    (again_,) = live(node, "connectivity_loss")
    assert (again_.span, again_.measures) == (loss.span, loss.measures)


def test_looking_again_changes_nothing(node: Path, clock: Callable[[], int]) -> None:
    log = written(node, "conn.log", "\n".join(ZEEK) + "\n")
    read(node, clock, written(node, "hosts.txt", HOSTS + "grid.example\n"), log)
    with Node.open(node) as opened:
        report = again(opened, clock)
    assert (report.new, report.changed, report.retracted) == (0, 0, 0)
    assert report.unchanged == 4
