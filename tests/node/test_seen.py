"""Who has seen a value: all of it for the node itself, and for a partner what it may know."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from noroshi.cli.app import app
from noroshi.desks.cyber import desk
from noroshi.desks.cyber.seen import seen
from noroshi.desks.cyber.values import of_text, values_of
from noroshi.node.assets import load_assets
from noroshi.node.erase import erase
from noroshi.node.ingest import ingest
from noroshi.node.node import Node
from noroshi.store import Store
from noroshi.words.asset import AssetGraph
from noroshi.words.desk import Posted, Told
from noroshi.words.ids import sha256
from noroshi.words.label import Strand, Tlp, label
from noroshi.words.record import Record
from noroshi.words.release import Release, Verdict
from noroshi.words.time import parse_instant
from noroshi.words.transform import Change, Identity, Source, Time, Without

AT = parse_instant("2026-03-01T00:00:00Z")
VALUE = "198.51.100.7"
TLP = {
    "green": "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb",
    "red": "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1",
}


def indicator(n: int, tlp: str, value: str = VALUE) -> dict[str, Any]:
    return {
        "type": "indicator", "spec_version": "2.1", "name": f"N{n}", "pattern_type": "stix",
        "id": f"indicator--5a1b0c4e-7c64-4b3c-9d4e-{n:012d}", "created": "2026-01-01T00:00:00Z",
        "modified": "2026-01-01T00:00:00Z", "valid_from": "2026-01-01T00:00:00Z",
        "object_marking_refs": [TLP[tlp]], "pattern": f"[ipv4-addr:value = '{value}']",
    }  # fmt: skip


def asked(folder: Path, *more: str) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["cyber", "seen", VALUE, "-n", str(folder), "--json", *more])
    assert done.exit_code == 0, done.output
    return json.loads(done.output)


def put(folder: Path, clock: Callable[[], int], *objects: dict[str, Any]) -> None:
    path = folder.parent / "b.json"
    path.write_text(json.dumps({"type": "bundle", "objects": list(objects)}))
    with Node.open(folder) as node:
        ingest(node, [path], clock)


def test_what_is_withheld_from_a_partner_is_not_there_at_all(
    make: Callable[..., Path], clock: Callable[[], int]
) -> None:
    folder = make()
    put(folder, clock, indicator(1, "green"), indicator(3, "green", "198.51.100.9"))
    before = asked(folder, "--to", "EU")
    assert [each["title"] for each in before["mentions"]] == ["N1"]
    put(folder, clock, indicator(2, "red"), *(indicator(n, "red") for n in range(10, 300)))
    assert asked(folder, "--to", "EU") == before
    ours = asked(folder)
    assert len(ours["mentions"]) == 200
    assert ours["more"] == 92
    assert {each["tlp"] for each in ours["mentions"]} == {"green", "red"}


def test_a_revoked_record_is_no_mention(
    make: Callable[..., Path], clock: Callable[[], int]
) -> None:
    folder = make()
    first = indicator(1, "green")
    put(folder, clock, first)
    assert len(asked(folder)["mentions"]) == 1
    put(folder, clock, {**first, "modified": "2026-02-01T00:00:00Z", "revoked": True})
    assert asked(folder)["mentions"] == []


def test_of_an_erased_indicator_no_value_is_left(
    make: Callable[..., Path], clock: Callable[[], int], tmp_path: Path
) -> None:
    """Neither among postings, nor in what the desk holds and keeps for itself."""
    folder, value = make(), "203.0.113.77"
    (tmp_path / "a.toml").write_text(
        'format = "assets/1"\n[[asset]]\nid = "network:n"\nkind = "network"\nname = "N"\n'
        'identifiers = ["net:192.0.2.0/24"]\n'
    )
    log = tmp_path / "a.log"
    log.write_text('192.0.2.1 - - [21/Jan/2026:12:00:00 +0000] "GET / HTTP/1.1" 200 1\n')
    gone = indicator(1, "green", value)
    put(folder, clock, gone, indicator(2, "green"))
    with Node.open(folder) as node:
        load_assets(node, clock, [tmp_path / "a.toml"])
        ingest(node, [log], clock)
    assert CliRunner().invoke(app, ["cyber", "seen", value, "-n", str(folder)]).exit_code == 0
    assert {"node.db"} < {path.name for path in holding(folder, value)}
    with Node.open(folder) as node:
        assert erase(node, gone["id"], "court order", clock()).scrubbed
    assert holding(folder, value) == []


def holding(folder: Path, value: str) -> list[Path]:
    """The files that hold the value."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [path for path in files if value.encode() in path.read_bytes()]


class Fake:
    """A node with records, each under a decision for everybody."""

    def __init__(self, held: Mapping[Record, Release]) -> None:
        self.held = {each.id: (each, release) for each, release in held.items()}

    def posted(self, values: Any) -> tuple[list[Posted], int]:
        return [Posted(each, AT + n) for n, (each, _) in enumerate(self.held.values())], 7

    def told(self, record: str, party: str) -> Told:
        return Told(party, self.held[record][1], "")


LABEL = label(Strand("JPN", "cyber", "*", Tlp.AMBER))


def record(n: int) -> Record:
    raw = json.dumps({**indicator(n, "green"), "name": f"N{n % 2}"}).encode()
    return Record(indicator(n, "green")["id"], AT + n, "indicator", "cyber", f"P{n}", LABEL, raw,
                  sha256(raw), AT + n)  # fmt: skip


changes = st.sets(
    st.sampled_from((Source("class"), Time("day"), Identity(), Without(("pattern",), ()))),
    max_size=3,
)
decisions = st.tuples(st.sampled_from(("released", "partial", "withheld")), changes)


def answer(held: Mapping[Record, Release]) -> Any:
    return seen(Fake(held), {"value": VALUE, "to": "EU", "limit": "50"}).value  # type: ignore[arg-type]


@settings(max_examples=60)
@given(st.lists(decisions, max_size=6), st.randoms())
def test_no_answer_tells_of_what_is_withheld_or_of_whom_a_release_does_not_name(
    drawn: list[tuple[Verdict, set[Change]]], order: Any
) -> None:
    held = {
        record(n): Release(verdict, tuple(c) if verdict == "partial" else ())
        for n, (verdict, c) in enumerate(drawn)
    }
    open_ = {
        each: release for each, release in held.items()
        if release.verdict != "withheld"
        and not any(isinstance(c, (Identity, Without)) for c in release.transforms)
    }  # fmt: skip
    told = answer(held)
    shuffled = dict(order.sample(list(held.items()), len(held)))
    assert told == answer(open_) == answer(shuffled)
    named = {each.by for each in told.mentions} - {"—"}
    assert named == {
        each.owner for each, release in open_.items()
        if not any(isinstance(c, Source) for c in release.transforms)
    }  # fmt: skip
    assert told.more == 0
    for each in told.mentions:
        assert (each.record, each.here, each.lineage, each.tlp) == (None, None, None, None)


@pytest.mark.parametrize(
    ("typed", "kind"),
    [("198.51.100.7", "address"), ("2001:DB8::1", "address"), ("Evil.example.", "domain"),
     ("http://a.b/c", "url"), ("A@b.example", "mail"), ("AS64500", "system"), ("ab" * 32, "hash")],
)  # fmt: skip
def test_what_is_typed_is_found_as_it_is_kept(typed: str, kind: str) -> None:
    patterns = {
        "address": "ipv4-addr:value", "domain": "domain-name:value", "url": "url:value",
        "mail": "email-addr:value", "hash": "file:hashes.'SHA-256'",
    }  # fmt: skip
    quoted = f"'{typed}'" if kind != "system" else "64500"
    raw = json.dumps({"type": "indicator",
                      "pattern": f"[{patterns.get(kind, 'autonomous-system:number')} = {quoted}]"}).encode()  # fmt: skip # noqa: E501
    held = values_of(Record("indicator--1", 1, "indicator", "cyber", "JPN", LABEL, raw, "", 1))
    assert held
    assert set(held) <= set(of_text(typed))


@pytest.mark.parametrize(
    ("kind", "more", "typed"),
    [
        ("vulnerability", {"name": "CVE-2020-10188"}, "cve-2020-10188"),
        ("vulnerability", {"name": "Telnet", "external_references": [
            {"source_name": "cve", "external_id": "CVE-2020-10188"}]}, "CVE-2020-10188"),
        ("observed-data", {"objects": {"0": {"type": "ipv4-addr", "value": VALUE},
                                       "1": 7}}, VALUE),
        ("observed-data", {"objects": {"0": {"type": "file", "hashes": {"MD5": "AB" * 16}}}},
         "ab" * 16),
    ],
    ids=["a name", "a reference", "an address", "a hash"],
)  # fmt: skip
def test_what_a_vulnerability_and_observed_data_are_known_by(
    kind: str, more: dict[str, Any], typed: str
) -> None:
    raw = json.dumps({"type": kind, **more}).encode()
    held = values_of(Record(f"{kind}--1", 1, kind, "cyber", "JPN", LABEL, raw, "", 1))
    assert set(held) & set(of_text(typed))


def test_postings_dropped_are_made_again(
    make: Callable[..., Path], clock: Callable[[], int]
) -> None:
    folder = make()
    put(folder, clock, *(indicator(n, "green") for n in range(5)))
    before = asked(folder)
    with Node.open(folder) as node:
        store: Store = node.store
        store.drop_postings()
    assert asked(folder) == before


def test_what_touches_our_assets_and_what_the_partner_may_be_told(
    make: Callable[..., Path], clock: Callable[[], int], tmp_path: Path
) -> None:
    folder = make()
    (tmp_path / "a.toml").write_text(
        'format = "assets/1"\ntlp = "green"\n[[asset]]\nid = "network:grid"\nkind = "network"\n'
        'name = "Grid"\nowner = "Grid Ltd"\nidentifiers = ["net:198.51.100.0/24"]\n'
    )
    with Node.open(folder) as node:
        load_assets(node, clock, [tmp_path / "a.toml"])
    put(folder, clock, indicator(1, "green"), indicator(2, "red", "198.51.100.9"))
    done = CliRunner().invoke(
        app, ["cyber", "touched", "grid", "--to", "EU", "-n", str(folder), "--json"]
    )
    assert done.exit_code == 0, done.output
    found = json.loads(done.output)["touches"]
    assert {each["measures"]["value"]: each["told"]["may"] for each in found} == {
        "198.51.100.7": "yes", "198.51.100.9": "no",
    }  # fmt: skip
    assert {each["operator"] for each in found} == {"Grid Ltd"}
    shown = CliRunner().invoke(app, ["cyber", "touched", "-n", str(folder)])
    assert "198.51.100.7 by JPN" in shown.output
    assert (
        CliRunner().invoke(app, ["cyber", "touched", "no such", "-n", str(folder)]).exit_code != 0
    )


def test_the_desk_has_no_assets_and_says_so() -> None:
    class Nothing:
        def assets(self) -> AssetGraph:
            return AssetGraph()

        def findings(self, *given: Any) -> list[Any]:
            return []

    (query, _) = desk.queries
    said = query.run(Nothing(), {"asset": None, "since": None, "to": None, "limit": "5"})  # type: ignore[arg-type]
    assert "nothing that was read touches them" in said.before[0]
