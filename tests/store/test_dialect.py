"""PostgreSQL's words: an INSERT of one row is one of many, wherever its line breaks."""

from __future__ import annotations

import importlib.resources

import pytest

from noroshi.store.dialect import key, rows
from noroshi.store.statements import statements

INSERTS = {
    f"{file.name}:{name}": sql
    for file in importlib.resources.files("noroshi.store").joinpath("sql").iterdir()
    for name, sql in statements(file.name.removesuffix(".sql")).items()
    if "VALUES (" in sql
}


@pytest.mark.parametrize("sql", INSERTS.values(), ids=INSERTS)
def test_every_insert_of_a_row_can_be_one_of_many(sql: str) -> None:
    many = rows(sql, 3)
    assert many is not None
    assert many.count("?") == 3 * sql.count("?")
    assert ("DO UPDATE" in sql) is (key(sql) is not None)


@pytest.mark.parametrize(
    ("sql", "many", "places"),
    [
        ("INSERT INTO a (x)\nVALUES (?)", "INSERT INTO a (x) VALUES (?), (?)", None),
        (
            "INSERT INTO a (x, y, z) VALUES (?, 7, ?)\n    ON CONFLICT (z, x) DO UPDATE SET y = 1",
            "INSERT INTO a (x, y, z) VALUES (?, 7, ?), (?, 7, ?)"
            " ON CONFLICT (z, x) DO UPDATE SET y = 1",
            (1, 0),
        ),
        (
            "INSERT INTO a (x, y) SELECT c.*, b.n FROM (VALUES (?)) c\nJOIN b ON b.y = c.column1",
            "INSERT INTO a (x, y) SELECT c.*, b.n FROM (VALUES (?), (?)) c"
            " JOIN b ON b.y = c.column1",
            None,
        ),
        ("INSERT INTO a (x) SELECT y FROM b WHERE y = ?", None, None),
        ("UPDATE a SET x = ?", None, None),
        ("INSERT INTO a (x) VALUES (?) ON CONFLICT (x) DO UPDATE SET y = ?", None, None),
    ],
    ids=["broken", "a literal", "a join", "a select", "an update", "a parameter after"],
)
def test_rows_and_keys(sql: str, many: str | None, places: tuple[int, ...] | None) -> None:
    assert rows(sql, 2) == many
    assert key(sql) == places
