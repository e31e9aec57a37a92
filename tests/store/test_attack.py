"""Real objects: ATT&CK as MITRE publishes it, byte for byte in and out, in any order."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from sides import Where

from noroshi.store import Match, NewEntry, Store
from noroshi.words import stix
from noroshi.words.ids import sha256
from noroshi.words.label import Strand, Tlp, label
from noroshi.words.record import Record
from noroshi.words.time import format_instant, parse_instant

pytestmark = pytest.mark.shared

LABEL = label(Strand("MITRE", "cyber", "*", tlp=Tlp.CLEAR))


def as_record(raw: bytes) -> Record:
    """One object of the bundle."""
    head = stix.head(raw)
    return Record(
        id=head.id,
        version=stix.version_of(head, 0),
        kind=head.type,
        pillar="cyber",
        owner="MITRE",
        label=LABEL,
        raw=raw,
        sha256=sha256(raw),
        received=0,
        status="revoked" if head.revoked else "live",
    )


def test_attack_in_and_out(fresh: Callable[[], Where], shared: Path) -> None:
    folder = shared / "data" / "cyber" / "attack"
    data = gzip.decompress((folder / "mobile-attack-17.1.stix21.json.gz").read_bytes())
    told = {each["id"]: each for each in json.loads(data)["objects"]}
    records = [as_record(raw) for raw in stix.split(data)]
    random.Random(1).shuffle(records)
    with Store.open(fresh()) as store:
        for start in range(0, len(records), 500):
            store.put(records[start : start + 700], at=1)
        assert store.counts()["record"] == len(told)
        assert store.counts()["live"] == sum(not o.get("revoked", False) for o in told.values())
        for name, each in told.items():
            held = store.record(name)
            assert held is not None
            assert json.loads(held.raw) == each
            assert held.raw in data
            stamp = each.get("modified") or each["created"]
            assert held.version == parse_instant(stamp)
            assert format_instant(held.version) == stamp


def test_attack_as_a_view(fresh: Callable[[], Where], shared: Path) -> None:
    folder = shared / "data" / "cyber" / "attack"
    data = gzip.decompress((folder / "mobile-attack-17.1.stix21.json.gz").read_bytes())
    records = [as_record(raw) for raw in stix.split(data)]
    with Store.open(fresh()) as store:
        store.put(records, at=1)
        entries = [
            NewEntry(seq, r.id, r.version, r.kind, r.sha256) for seq, r in store.since(0, 99_999)
        ]
        store.view_append("EU", entries, epoch=1, at=1)
        types = ("malware", "course-of-action")
        found, after = [], 0
        while page := store.view_page("EU", after_n=after, limit=37, match=Match(type=types)):
            found += [entry.body for entry in page]
            after = page[-1].n
        assert found == [r.raw for r in records if r.kind in types]
