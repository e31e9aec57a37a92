"""`Accept` as clients really send it."""

from __future__ import annotations

import pytest

from noroshi.exchange.taxii.negotiate import acceptable

EXACT = "application/taxii+json;version=2.1"


@pytest.mark.parametrize(
    ("accept", "taken"),
    [
        (None, True),
        ("", True),
        (EXACT, True),
        ("application/taxii+json; version=2.1", True),
        (' Application/TAXII+JSON ; Version = "2.1" ; q=0.9 ', True),
        ("application/taxii+json", True),
        ("application/*", True),
        ("*/*", True),
        ("text/html, */*;q=0.1", True),
        ("application/taxii+json;version=2.0, application/taxii+json;version=2.1", True),
        (f"text/html;q=1.0,{EXACT};q=0.001", True),
        (f"{EXACT};q=1.000", True),
        ("application/taxii+json;charset=utf-8", True),
        ("application/taxii+json;version=2.0", False),
        ("application/taxii+json;version=", False),
        ("application/vnd.oasis.taxii+json;version=2.0", False),
        ("application/json", False),
        ("text/*", False),
        (f"{EXACT};q=0", False),
        (f"*/*, {EXACT};q=0.000", False),
        ("application/taxii+json;q=0, */*", False),
        (f"application/taxii+json;q=0, {EXACT}", True),
        ("*/*;q=0", False),
        (f"{EXACT};q=2", False),
        (f"{EXACT};q=high", False),
        (f"{EXACT};q=high, */*;q=0.5", True),
        ("nonsense", False),
        (",,,", False),
    ],
)
def test_accept(accept: str | None, taken: bool) -> None:
    assert acceptable(accept) is taken
