"""docs/taxii.md names every endpoint, filter, status and property that there is."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from noroshi.exchange.taxii import query
from noroshi.exchange.taxii.envelope import ReleaseTerms

DOCS = Path(__file__).resolve().parents[3] / "docs" / "taxii.md"
HEADINGS = re.findall(r"^### (GET|POST|DELETE) (\S+)$", DOCS.read_text(), re.MULTILINE)


def test_every_resource_has_a_heading_for_each_of_its_methods(ask: Any, service: Any) -> None:
    for path in {path for _, path in HEADINGS}:
        real = re.sub(r"\{id\}", "view" if "collections" in path else "1", path)
        allow = ask(service, real.replace("{object-id}", "x"), method="OPTIONS").header("Allow")
        methods = set(allow.split(", ")) - {"HEAD", "OPTIONS"}
        assert methods == {method for method, other in HEADINGS if other == path}
    assert len(HEADINGS) == 11


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 406, 413, 415, 422, 429, 503])
def test_every_status_is_explained(status: int) -> None:
    assert f"\n| {status} |" in DOCS.read_text()


@pytest.mark.parametrize("name", ReleaseTerms.__struct_fields__)
def test_every_property_of_the_terms_is_explained(name: str) -> None:
    assert f"\n| `{name}` |" in DOCS.read_text()


@pytest.mark.parametrize("name", query.COLLECTION_FIELDS)
def test_the_table_of_filters_is_the_code_s(name: str) -> None:
    (row,) = (line for line in DOCS.read_text().splitlines() if line.startswith("| `match[")
              and f"match[{name}]" in line)  # fmt: skip
    marks = [cell.strip() == "✓" for cell in row.split("|")[3:6]]
    fields = (query.COLLECTION_FIELDS, query.OBJECT_FIELDS, query.VERSIONS_FIELDS)
    assert marks == [name in each for each in fields]
