"""Mutants of a file of SQL statements: the same file with one place of one statement changed.

Changed are comparisons, AND and OR, arithmetic and bit operators, constants, `EXISTS`, `IN`,
`BETWEEN` and `IS NULL`, `DISTINCT`, the direction of an order, the arguments of `coalesce`; each
term of a condition is made always true; each column gives way to the next of its table that has
its type. What the database would not even prepare is no mutant.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mutants import Mutant

NAME = re.compile(r"^-- name: (\w+)$", re.MULTILINE)
TOKEN = re.compile(r"'[^']*'|\w+|<>|!=|<=|>=|\|\||[^\s\w]")
WORD = re.compile(r"[a-z]\w*", re.IGNORECASE)
SWAPS = {
    "=": "!=", "!=": "=", "<": "<=", "<=": "<", ">": ">=", ">=": ">", "&": "|", "|": "&",
    "+": "-", "-": "+", "EXISTS": "NOT EXISTS", "IN": "NOT IN", "BETWEEN": "NOT BETWEEN",
    "NULL": "NOT NULL", "DISTINCT": "", "DESC": "", "AND": "OR", "OR": "AND",
}  # fmt: skip
ENDS = {"ORDER", "LIMIT", "GROUP", "JOIN", "LEFT", "WHERE", "SET", "VALUES", "RETURNING", ";"}

Columns = dict[str, dict[str, str]]
"""By table, by column: its type."""


class Token(NamedTuple):
    text: str
    start: int
    end: int
    depth: int


Edit = tuple[int, int, str, str]
"""(from, to, what stands there then, what that is)."""


def schema(migrations: Iterable[str]) -> sqlite3.Connection:
    """An empty database of the tables that the statements are for."""
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)")
    for sql in migrations:
        connection.executescript(sql)
    return connection


def of_sql(path: str, source: str, database: sqlite3.Connection) -> list[Mutant]:
    """Every mutant of a file."""
    found: list[Mutant] = []
    names = list(NAME.finditer(source))
    ends = [each.start() for each in names[1:]] + [len(source)]
    for name, until in zip(names, ends, strict=True):
        begin, statement = name.end(), source[name.end() : until]
        for start, end, new, what in _edits(statement, _columns(database)):
            changed = statement[:start] + new + statement[end:]
            if _prepares(database, changed):
                line = source.count("\n", 0, begin + start) + 1
                text = source[:begin] + changed + source[until:]
                found.append(Mutant(path, line, name[1], what, text))
    return found


def _columns(database: sqlite3.Connection) -> Columns:
    tables = [row[0] for row in database.execute("SELECT name FROM sqlite_schema")]
    return {
        table: {row[1]: row[2] for row in database.execute(f"PRAGMA table_info({table})")}
        for table in tables
    }


def _prepares(database: sqlite3.Connection, statement: str) -> bool:
    count = statement.count("?")
    try:
        database.execute(f"EXPLAIN {statement}", (None,) * count)
    except sqlite3.Error:
        return False
    return True


def _edits(statement: str, columns: Columns) -> Iterator[Edit]:
    tokens = list(_tokens(statement))
    yield from _swaps(tokens)
    yield from _terms(statement, tokens)
    yield from _coalesced(statement, tokens)
    yield from _named(tokens, columns)


def _tokens(statement: str) -> Iterator[Token]:
    depth = 0
    for match in TOKEN.finditer(statement):
        depth -= match[0] == ")"
        yield Token(match[0], match.start(), match.end(), depth)
        depth += match[0] == "("


def _near(tokens: list[Token], i: int) -> str:
    """The tokens about the `i`th, which say where a change is."""
    return " ".join(each.text for each in tokens[max(0, i - 3) : i + 4])


def _swaps(tokens: list[Token]) -> Iterator[Edit]:
    between, setting = False, False
    for i, (text, start, end, _) in enumerate(tokens):
        between = between or text == "BETWEEN"
        setting = (setting or text == "SET") and text != "WHERE"
        if between and text == "AND":
            between = False
        elif text.isdigit():
            yield start, end, str(int(text) + 1), f"{_near(tokens, i)}: {text} → {int(text) + 1}"
        elif text.startswith("'"):
            yield start, end, "'x'", f"{_near(tokens, i)}: {text} → 'x'"
        elif text in SWAPS and not (setting and text == "="):
            yield start, end, SWAPS[text], f"{_near(tokens, i)}: {text} → {SWAPS[text] or 'none'}"
        elif text == "BY" and not any(each.text == "DESC" for each in tokens[i:]):
            last = next((t for t in tokens[i:] if t.text in (*ENDS, ",")), tokens[-1])
            yield last.start, last.start, " DESC ", f"{_near(tokens, i)}: DESC"


def _terms(statement: str, tokens: list[Token]) -> Iterator[Edit]:
    """Each term of a WHERE or ON as if it were not there; its parameters stay."""
    for i, opening in enumerate(tokens):
        if opening.text not in ("WHERE", "ON"):
            continue
        between, begin = False, i + 1
        for k in range(i + 1, len(tokens)):
            text, _, _, depth = tokens[k]
            ended = depth < opening.depth or (depth == opening.depth and text in ENDS)
            if depth == opening.depth and text == "BETWEEN":
                between = True
            elif ended or (depth == opening.depth and text == "AND" and not between):
                start, end = tokens[begin].start, tokens[k - 1].end
                term = statement[start:end]
                yield start, end, f"(({term}) OR 1)", f"without {' '.join(term.split())}"
                begin = k + 1
            elif depth == opening.depth and text == "AND":
                between = False
            if ended:
                break


def _coalesced(statement: str, tokens: list[Token]) -> Iterator[Edit]:
    for i, token in enumerate(tokens):
        if token.text == "coalesce":
            last = next(t for t in tokens[i:] if t.text == ")" and t.depth == token.depth)
            start, end = tokens[i + 1].end, last.start
            first, _, second = statement[start:end].partition(",")
            yield start, end, f"{second}, {first}", f"coalesce({statement[start:end]}): turned"


def _named(tokens: list[Token], columns: Columns) -> Iterator[Edit]:
    """Columns as others of their table."""
    tables = dict(_tables(tokens, columns))
    lone = next(iter(tables.values())) if len(tables) == 1 else None
    for i, (text, start, end, _) in enumerate(tokens):
        dotted = i > 1 and tokens[i - 1].text == "."
        table = tables.get(tokens[i - 2].text) if dotted else lone
        if table is None or text not in columns[table]:
            continue
        other = _next(columns[table], text)
        if other is None:
            continue
        where = f"{_near(tokens, i)}: {text} → {other}"
        listed = [k for k in range(i, len(tokens)) if tokens[k].text == other]
        if tokens[0].text != "INSERT":
            yield start, end, other, where
        elif listed:  # two columns of the list change places
            there = tokens[listed[0]]
            middle = "".join(_spaced(tokens[i + 1 : listed[0]]))
            yield start, there.end, f"{other}{middle}{text}", f"{text} ↔ {other}"


def _spaced(tokens: list[Token]) -> Iterator[str]:
    for each in tokens:
        yield f" {each.text} "


def _tables(tokens: list[Token], columns: Columns) -> Iterator[tuple[str, str]]:
    """(alias, table)."""
    for i, token in enumerate(tokens):
        if token.text in columns and tokens[i - 1].text in ("FROM", "JOIN", "INTO", "UPDATE"):
            after = tokens[i + 1].text if i + 1 < len(tokens) else ";"
            alias = after if WORD.fullmatch(after) and after.islower() else token.text
            yield alias, token.text


def _next(columns: dict[str, str], column: str) -> str | None:
    """The next column of the same type, the first after the last."""
    alike = [each for each, kind in columns.items() if kind == columns[column]]
    other = alike[(alike.index(column) + 1) % len(alike)]
    return None if other == column else other
