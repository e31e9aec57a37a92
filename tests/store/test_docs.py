"""The manual has every table, and no table that is not there."""

from __future__ import annotations

import re
from pathlib import Path

from noroshi.store import Store

PAGE = Path(__file__).parents[2] / "docs" / "store.md"


def test_every_table_is_described(store: Store) -> None:
    tables = {each for each in store._database.tables() if not each.startswith("sqlite_")}
    described = re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(described) == sorted(tables)
