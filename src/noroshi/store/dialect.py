"""PostgreSQL's words for what the `.sql` files say in SQLite's: each statement is written once.

All that differs stands here. In the schema: the names of types, text in the order of its bytes
(collation "C", SQLite's BINARY), and how a trigger refuses. In statements: parameters, the empty
`x''`, and `LIKE`, which in SQLite does not tell the cases of ASCII apart. Anything else that
only SQLite understands fails in the tests, which run every statement on both sides.
"""

from __future__ import annotations

import functools
import re
from typing import Final

TYPES: Final = {
    "INTEGER": "BIGINT",
    "REAL": "DOUBLE PRECISION",
    "TEXT": 'TEXT COLLATE "C"',
    "BLOB": "BYTEA",
}
REFUSE: Final = """
CREATE OR REPLACE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'restrict_violation'; END $$;
"""
"""What the translated triggers call, with their message."""

_TYPE = re.compile(rf"\b({'|'.join(TYPES)})\b")
_TRIGGER = re.compile(
    r"CREATE TRIGGER (?P<name>\w+) (?P<when>BEFORE [^;]*? ON \w+)\s+"
    r"(?:WHEN (?P<only>[^;]*?)\s+)?"
    r"BEGIN SELECT RAISE\(ABORT, '(?P<message>[^']*)'\); END;"
)
_STRICT = re.compile(r"\) STRICT;")
_ROW = re.compile(
    r"(?P<into>INSERT INTO [^?]+ (?:FROM \()?VALUES )(?P<row>\((?:[?,\s\d]|'\w*')+\))"
    r"(?P<rest>(?:\) c JOIN [^?]*| ON CONFLICT\b[^?]*)?)"
)
_COMMENT = re.compile(r"--[^\n]*")
_LITERAL = re.compile(r"('(?:[^']|'')*')")


def _trigger(found: re.Match[str]) -> str:
    only = f" WHEN ({found['only']})" if found["only"] else ""
    return (
        f"CREATE TRIGGER {found['name']} {found['when']} FOR EACH ROW{only} "
        f"EXECUTE FUNCTION refuse('{found['message']}');"
    )


def schema(sql: str) -> str:
    """A migration. One that is in PostgreSQL's words already stays as it is."""
    text = _TRIGGER.sub(_trigger, _COMMENT.sub("", sql))
    text = _STRICT.sub(");", text)
    return "".join(
        part if part.startswith("'") else _TYPE.sub(lambda found: TYPES[found[1]], part)
        for part in _LITERAL.split(text)
    )


@functools.lru_cache(maxsize=1024)
def statement(sql: str) -> bytes:
    """A statement with its parameters as psycopg writes them."""
    parts = _LITERAL.split(_COMMENT.sub("", sql).replace("%", "%%"))
    said = "".join(part if part.startswith("'") else _said(part) for part in parts)
    return said.replace("x''", "''::bytea").encode()


def _said(sql: str) -> str:
    return sql.replace("?", "%s").replace(" LIKE ", " ILIKE ")


@functools.lru_cache(maxsize=256)
def rows(sql: str, count: int) -> str | None:
    """The INSERT of one row as one of `count` rows; None for a statement that is no such INSERT.
    Where it changes what is there, no two of the rows may be of one key: see `key`."""
    found = _ROW.fullmatch(" ".join(sql.split()))
    if found is None:
        return None
    return found["into"] + ", ".join([found["row"]] * count) + found["rest"]


@functools.lru_cache(maxsize=256)
def key(sql: str) -> tuple[int, ...] | None:
    """Where in its parameters an INSERT that changes what is there has the key that it goes by;
    None for another statement."""
    found = _ROW.fullmatch(" ".join(sql.split()))
    if found is None or "DO UPDATE" not in found["rest"]:
        return None
    columns, conflict = (
        [each.strip() for each in text[text.index("(") + 1 : text.index(")")].split(",")]
        for text in (found["into"], found["rest"])
    )
    given = [
        column
        for column, value in zip(columns, found["row"].strip("()").split(","), strict=True)
        if value.strip() == "?"
    ]
    return tuple(given.index(each) for each in conflict)
