"""Advisories and the catalogue of exploited vulnerabilities: which products they are in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from intelligence import body, came_from, read

from noroshi.words.evidence import JsonPointer
from noroshi.words.label import Tlp

HERE = Path(__file__).parent

CSAF: dict[str, Any] = {
    "document": {
        "category": "csaf_security_advisory", "csaf_version": "2.0", "title": "Relays of Example",
        "publisher": {"category": "vendor", "name": "Example", "namespace": "https://example.test"},
        "distribution": {"tlp": {"label": "WHITE"}},
        "tracking": {"id": "EX-1", "status": "final", "version": "1",
                     "initial_release_date": "2026-01-02T00:00:00.000Z",
                     "current_release_date": "2026-01-03T00:00:00.000Z",
                     "revision_history": [{"number": "1"}]},
    },
    "product_tree": {"branches": [{"category": "vendor", "name": "Example", "branches": [
        {"category": "product_name", "name": "Relay 9", "branches": [
            {"category": "product_version", "name": "1.0",
             "product": {"product_id": "P1", "name": "Relay 9 1.0"}}]}]}]},
    "vulnerabilities": [
        {"cve": "CVE-2026-0001", "notes": [{"category": "summary", "text": "A flaw"}],
         "product_status": {"known_affected": ["P1"], "fixed": ["P2"]}},
        {"cve": "CVE 1"},
    ],
}  # fmt: skip


def test_an_advisory_says_which_products_its_vulnerabilities_are_in() -> None:
    records, rejected = read(CSAF)
    flaw, report = records
    assert (body(flaw)["name"], body(flaw)["description"]) == ("CVE-2026-0001", "A flaw")
    assert came_from(flaw).products == ("example:relay 9",)
    assert body(report)["object_refs"] == [flaw.id]
    assert json.loads(came_from(report).text) == CSAF
    assert report.label.strands[0].tlp is Tlp.CLEAR
    assert rejected[0].locator == JsonPointer("/vulnerabilities/1")


def test_an_advisory_of_red_hat_that_says_only_what_was_fixed() -> None:
    records, rejected = read((HERE / "advisories" / "rhsa-2022_0011.json").read_bytes())
    assert rejected == []
    flaw, report = records
    assert body(flaw)["name"] == "CVE-2020-10188"
    products = came_from(flaw).products
    assert {"red hat:red hat enterprise linux", "redhat:rhel_aus", "redhat:rhel_e4s"} <= {*products}
    assert "red hat:red hat enterprise linux server tus (v. 7.6)" in products
    assert body(report)["object_refs"] == [flaw.id]
    assert report.label.strands[0].tlp is Tlp.CLEAR


def test_an_advisory_without_vulnerabilities_is_of_who_published_it() -> None:
    (publisher, report), rejected = read({**CSAF, "vulnerabilities": []})
    assert rejected == []
    assert (publisher.kind, body(publisher)["name"]) == ("identity", "Example")
    assert body(report)["object_refs"] == [publisher.id]


@pytest.mark.parametrize(
    ("helper", "product"),
    [
        ({"cpe": "cpe:/o:redhat:rhel_aus:7.6::server"}, "redhat:rhel_aus"),
        ({"cpe": "cpe:/a:a%26b:c:1"}, "a&b:c"),
        ({"cpe": "cpe:2.3:a:vendor\\:one:pro\\.duct:1:*:*:*:*:*:*:*"}, "vendor:one:pro.duct"),
        ({"purl": "pkg:rpm/redhat/Telnet@0.17-65.el7_6?arch=src"}, "redhat:telnet"),
        ({"purl": "pkg:golang/github.com/a/b@v1"}, "github.com:b"),
        ({"purl": "pkg:pypi/noroshi@1"}, None),
        ({"cpe": "cpe:/o"}, None),
    ],
)
def test_products_are_read_off_their_identifiers_too(
    helper: dict[str, str], product: str | None
) -> None:
    named = {"product_id": "P", "name": "n", "product_identification_helper": helper}
    flaw = {"cve": "CVE-2026-0001", "product_status": {"fixed": ["P"]}}
    tree = {"full_product_names": [named]}
    (record, _), _ = read({**CSAF, "product_tree": tree, "vulnerabilities": [flaw]})
    assert came_from(record).products == tuple(sorted(each for each in ("n", product) if each))


def test_what_is_a_part_of_something_else_is_both() -> None:
    part = {
        "category": "default_component_of", "product_reference": "P1",
        "relates_to_product_reference": "P9",
        "full_product_name": {"product_id": "P9:P1", "name": "n"},
    }  # fmt: skip
    tree = {
        **CSAF["product_tree"],
        "full_product_names": [{"product_id": "P9", "name": "Station OS"}],
        "relationships": [part],
    }
    flaw = {"cve": "CVE-2026-0001", "product_status": {"known_affected": ["P9:P1"]}}
    (record, _), _ = read({**CSAF, "product_tree": tree, "vulnerabilities": [flaw]})
    assert came_from(record).products == ("example:relay 9", "station os")


@pytest.mark.parametrize(
    ("key", "value", "reason"),
    [
        ("csaf_version", "1.2", "expected 2.0"),
        ("title", None, "Expected `str`"),
        ("tracking", {}, "missing required field"),
    ],
)
def test_an_advisory_that_is_none_is_refused(key: str, value: Any, reason: str) -> None:
    records, rejected = read({**CSAF, "document": {**CSAF["document"], key: value}})
    assert records == []
    assert reason in rejected[0].reason


def test_the_catalogue_of_exploited_vulnerabilities_as_json_and_as_csv() -> None:
    entry = {
        "cveID": "CVE-2024-3400", "vendorProject": "Palo Alto Networks", "product": "PAN-OS",
        "vulnerabilityName": "n", "dateAdded": "2024-04-12", "shortDescription": "A flaw",
        "requiredAction": "Apply", "dueDate": "2024-04-19", "knownRansomwareCampaignUse": "Known",
    }  # fmt: skip
    whole = {"title": "KEV", "catalogVersion": "2026.01.01", "vulnerabilities": [entry, {}]}
    (record,), rejected = read(whole)
    assert body(record)["created"] == "2024-04-12T00:00:00.000Z"
    assert came_from(record).products == ("palo alto networks:pan-os",)
    assert "missing required field" in rejected[0].reason
    padded = {**entry, "vendorProject": "Palo Alto Networks "}  # as SimpleHelp's in February 2025
    assert came_from(read({**whole, "vulnerabilities": [padded]})[0][0]).products == (
        "palo alto networks:pan-os",
    )
    header, row = ",".join(entry), ",".join(entry.values())
    (other,), _ = read(f"{header}\n{row}\n")
    assert other.id == record.id
