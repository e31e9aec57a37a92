"""Lines of keys in TOML, against a second reading: find the key by its own unique value."""

from __future__ import annotations

import tomllib

import pytest

from noroshi.pact.lines import line_index, line_of

DOCUMENT = '''\
# a comment with [brackets] and = signs
title = "one # not a comment"
"quoted key" = 1
dotted.inner.deep = 'two = [2]'
text = """
[not.a.header]
key = 'no'
"""
list = [ 1, # one
  [2, 3],
  { x = 4, y = { z = "}" } },
]
[table]
first = 1
[table.under]
second = { a = 1, b = [ { c = 2 },
  { c = 3 } ] }
[[many]]
id = 1
[[many.inner]]
id = 2
[[many.inner]]
id = 3
[many.inner.leaf]
id = 4
[[many]]
id = 5
[[many.inner]]
when = 2024-11-01T00:00:00Z # a comment
date = 2024-11-01
[ "spaced" . header ]
literal = \'\'\'
[[no]]\'\'\'
'''

CASES = {
    ("title",): 2,
    ("quoted key",): 3,
    ("dotted", "inner", "deep"): 4,
    ("text",): 5,
    ("list",): 9,
    ("list", 1, 1): 10,
    ("list", 2, "y", "z"): 11,
    ("table", "first"): 14,
    ("table", "under"): 15,
    ("table", "under", "second", "b", 1, "c"): 17,
    ("many", 0): 18,
    ("many", 0, "id"): 19,
    ("many", 0, "inner", 0, "id"): 21,
    ("many", 0, "inner", 1): 22,
    ("many", 0, "inner", 1, "leaf", "id"): 25,
    ("many", 1, "id"): 27,
    ("many", 1, "inner", 0, "when"): 29,
    ("many", 1, "inner", 0, "date"): 30,
    ("spaced", "header", "literal"): 32,
}


@pytest.mark.parametrize(("path", "line"), CASES.items(), ids=[str(each) for each in CASES])
def test_line(path: tuple[str | int, ...], line: int) -> None:
    assert line_index(DOCUMENT)[path] == line


def test_every_value_of_the_document_has_a_line() -> None:
    lines = line_index(DOCUMENT)

    def visit(value: object, path: tuple[str | int, ...]) -> None:
        assert not path or path in lines
        if isinstance(value, dict):
            for key, each in value.items():
                visit(each, (*path, key))
        elif isinstance(value, list):
            for i, each in enumerate(value):
                visit(each, (*path, i))

    visit(tomllib.loads(DOCUMENT), ())


def test_an_absent_key_stands_where_its_table_does() -> None:
    lines = line_index(DOCUMENT)
    assert line_of(lines, ("many", 0, "inner", 1, "absent")) == 22
    assert line_of(lines, ("absent",)) == 1
