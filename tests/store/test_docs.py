"""The manual has every table, and no table that is not there."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

from noroshi.store import Store

PAGE = Path(__file__).parents[2] / "docs" / "store.md"


def test_every_table_is_described(store: Store, path: Path) -> None:
    connection = sqlite3.connect(path)
    tables = {
        row[0]
        for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")
        if not row[0].startswith("sqlite_")
    }
    connection.close()
    described = re.findall(r"^\| `(\w+)` \|", PAGE.read_text("utf-8"), re.MULTILINE)
    assert sorted(described) == sorted(tables)
