"""Sources that do not date their pieces: read again they change nothing but what they say anew."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from noroshi.node.ingest import ingest
from noroshi.node.ingested import IngestReport
from noroshi.node.node import Node

HOSTS = b"".join(b"198.51.100.%d\n" % n for n in range(1, 6))
KEV = {
    "catalogVersion": "1",
    "vulnerabilities": [
        {
            "cveID": f"CVE-2024-000{n}",
            "vendorProject": "A",
            "product": "B",
            "dateAdded": "2024-04-12",
        }
        for n in range(3)
    ],
}


def read(folder: Path, data: bytes, clock: Callable[[], int]) -> IngestReport:
    path = folder.parent / "known.json"
    path.write_bytes(data)
    with Node.open(folder) as node:
        return ingest(node, [path], clock)


def versions(folder: Path) -> list[tuple[str, int]]:
    with Node.open(folder) as node:
        return [(row.id, row.version) for row in node.store.cells_since(0, 10**6)]


def test_a_list_that_is_retrieved_again_adds_what_it_did_not_have(
    make: Callable[..., Path], clock: Callable[[], int]
) -> None:
    folder = make()
    assert read(folder, HOSTS, clock).sources[0].records == 5
    before = versions(folder)
    again = read(folder, HOSTS + b"203.0.113.9\n", clock).sources[0]
    assert (again.records, again.known, again.conflicts) == (1, 5, 0)
    assert versions(folder)[:5] == before


def test_an_entry_that_reads_otherwise_is_a_version_made_when_the_first_was(
    make: Callable[..., Path], clock: Callable[[], int]
) -> None:
    folder = make()
    read(folder, json.dumps(KEV).encode(), clock)
    changed = json.loads(json.dumps(KEV))
    changed["vulnerabilities"][1]["knownRansomwareCampaignUse"] = "Known"
    again = read(folder, json.dumps(changed).encode(), clock).sources[0]
    assert (again.records, again.known, again.conflicts) == (1, 2, 0)
    name, _ = versions(folder)[-1]
    with Node.open(folder) as node:
        last, first = (node.store.record(name, v) for n, v in versions(folder)[::-1] if n == name)
        assert last is not None
        assert first is not None
    made = [json.loads(each.raw)["created"] for each in (first, last)]
    assert made[0] == made[1]
    assert first.version < last.version
    assert "Ransomware: Known" in json.loads(last.raw)["description"]
