"""The STIX patterning language read into a tree (STIX 2.1 §9.8; START and STOP as in 2.0 too).

A recursive descent over the tokens of one regular expression. FOLLOWEDBY binds least, then OR, then
AND; all associate to the left, and qualifiers bind to the expression before them.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final, NoReturn, cast

from noroshi.desks.cyber.match.pattern.tree import (
    Between,
    Both,
    Comparison,
    Exists,
    Expression,
    Joint,
    Leaf,
    Literal_,
    Operator,
    Path,
    Refused,
    Repeats,
    Stamp,
    Test,
    Within,
)
from noroshi.words.time import SECOND, parse_instant

LONGEST: Final = 64 * 1024
DEEPEST: Final = 60
MOST_REPEATS: Final = 10_000
"""What a pattern may ask of its reader: characters, brackets within brackets, and repetitions."""

_TOKENS: Final = re.compile(
    r"""(?P<space>(?:[\s\u2028\u2029]+|/\*.*?\*/|//[^\r\n]*)+)
      | (?P<stamp>t'\d{4}-[^']*')
      | (?P<hex>h'(?:[0-9A-Fa-f]{2})*')
      | (?P<binary>b'[A-Za-z0-9+/=]*')
      | (?P<string>'(?:[^'\\]|\\'|\\\\)*')
      | (?P<float>[+-]?\d*\.\d+)
      | (?P<int>-?(?:0|[1-9]\d*)|\+(?:0|[1-9]\d*))
      | (?P<word>[A-Za-z_][A-Za-z0-9_-]*)
      | (?P<mark>==|!=|<>|<=|>=|[=<>:.,()\[\]*])""",
    re.VERBOSE | re.DOTALL | re.ASCII,
)
_ESCAPE = re.compile(r"\\(['\\])")
_ORDERS: Final[dict[str, Operator]] = {
    "=": "=",
    "==": "=",
    "<": "<",
    "<=": "<=",
    ">": ">",
    ">=": ">=",
}
_STRINGED: Final = ("LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET")
_KEYWORDS: Final = frozenset(
    (
        *("AND", "OR", "NOT", "FOLLOWEDBY", "LIKE", "MATCHES", "ISSUPERSET", "ISSUBSET", "EXISTS"),
        *("LAST", "IN", "START", "STOP", "SECONDS", "true", "false", "WITHIN", "REPEATS", "TIMES"),
    )
)

Token = tuple[str, str, int]


def read(text: str) -> Expression:
    """The tree of a pattern. Raises `Refused` with the character where it went wrong."""
    if len(text) > LONGEST:
        raise Refused(f"a pattern of {len(text)} characters; at most {LONGEST} are read")
    reader = _Reader(_tokens(text))
    tree = reader.followed()
    if reader.kind != "end":
        reader.wrong("an operator, a qualifier or the end")
    return tree


def _tokens(text: str) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(text):
        token = _TOKENS.match(text, at)
        if token is None:
            raise Refused(
                f"character {at + 1}: {text[at : at + 12]!r} is nothing that is known here"
            )
        kind = token.lastgroup or ""
        if kind == "word" and token[0] in _KEYWORDS:
            kind = token[0]
        if kind != "space":
            found.append((token[0] if kind == "mark" else kind, token[0], at))
        at = token.end()
    found.append(("end", "", at))
    return found


class _Reader:
    """The tokens, and how far they were read."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens, self._at, self._depth, self._leaves = tokens, 0, 0, 0
        self.kind, self.text, _ = tokens[0]

    def wrong(self, expected: str) -> NoReturn:
        """Raise what is wrong here."""
        found = repr(self.text) if self.text else "the end"
        raise Refused(f"character {self._tokens[self._at][2] + 1}: {found}; expected {expected}")

    def take(self, *kinds: str) -> str:
        """The text of a token that must be one of `kinds`."""
        if self.kind not in kinds:
            self.wrong(" or ".join(kinds))
        return self.next()

    def next(self) -> str:
        """The text of this token; the next one is at hand then."""
        text = self.text
        self._at += 1
        self.kind, self.text, _ = self._tokens[self._at]
        return text

    def deeper(self) -> None:
        """Enter a pair of brackets."""
        self._depth += 1
        if self._depth > DEEPEST:
            raise Refused(f"more than {DEEPEST} brackets within one another")

    def followed(self) -> Expression:
        """Expressions joined by FOLLOWEDBY."""
        tree = self.either()
        while self.kind == "FOLLOWEDBY":
            self.next()
            tree = Both("FOLLOWEDBY", tree, self.either())
        return tree

    def either(self) -> Expression:
        """Expressions joined by OR."""
        tree = self.all()
        while self.kind == "OR":
            self.next()
            tree = Both("OR", tree, self.all())
        return tree

    def all(self) -> Expression:
        """Expressions joined by AND."""
        tree = self.qualified()
        while self.kind == "AND":
            self.next()
            tree = Both("AND", tree, self.qualified())
        return tree

    def qualified(self) -> Expression:
        """`[…]` or `(…)`, and its qualifiers."""
        tree: Expression
        if self.kind == "[":
            self.next()
            self._leaves += 1
            number = self._leaves - 1
            tree = Leaf(self.any_of(), number)
            self.take("]")
        else:
            self.take("(")
            self.deeper()
            tree = self.followed()
            self.take(")")
            self._depth -= 1
        qualifiers = 0
        while self.kind in ("START", "WITHIN", "REPEATS"):
            tree = self.qualifier(tree)
            qualifiers += 1
            if qualifiers > DEEPEST:
                raise Refused(f"more than {DEEPEST} qualifiers one after the other")
        return tree

    def qualifier(self, tree: Expression) -> Expression:
        """`tree` with the qualifier at hand."""
        kind = self.next()
        if kind == "START":
            start = self.instant()
            self.take("STOP")
            return Between(tree, start, self.instant())
        if kind == "WITHIN":
            seconds = float(self.take("int", "float"))
            self.take("SECONDS")
            if not 0 < seconds < 1e12:
                raise Refused(f"WITHIN {seconds:g} SECONDS; expected a positive duration")
            return Within(tree, round(seconds * SECOND))
        times = int(self.take("int"))
        self.take("TIMES")
        if not 1 <= times <= MOST_REPEATS:
            raise Refused(f"REPEATS {times} TIMES; expected 1 to {MOST_REPEATS}")
        return Repeats(tree, times)

    def instant(self) -> int:
        """A timestamp literal, or a string of STIX 2.0 that is one."""
        text = self.take("stamp", "string")
        return _instant(text[text.index("'") + 1 : -1])

    def any_of(self) -> Comparison:
        """Comparisons joined by OR."""
        tree = self.all_of()
        while self.kind == "OR":
            self.next()
            tree = Joint("OR", tree, self.all_of())
        return tree

    def all_of(self) -> Comparison:
        """Comparisons joined by AND."""
        tree = self.test()
        while self.kind == "AND":
            self.next()
            tree = Joint("AND", tree, self.test())
        return tree

    def test(self) -> Comparison:
        """One comparison, or several in parentheses."""
        if self.kind == "(":
            self.next()
            self.deeper()
            tree = self.any_of()
            self.take(")")
            self._depth -= 1
            return tree
        if self.kind == "EXISTS":
            self.next()
            return Exists(self.path())
        path = self.path()
        negated = self.kind == "NOT"
        if negated:
            self.next()
        return self.compared(path, negated)

    def compared(self, path: Path, negated: bool) -> Test:
        """The operator after a path, and what it compares with."""
        kind = self.kind
        if kind in ("!=", "<>"):
            self.next()
            return Test(path, "=", not negated, self.literal())
        if kind in _ORDERS:
            self.next()
            value = self.literal()
            if isinstance(value, bool) and _ORDERS[kind] != "=":
                raise Refused(f"true and false have no order: found {kind}")
            return Test(path, _ORDERS[kind], negated, value)
        if kind == "IN":
            self.next()
            return Test(path, "IN", negated, self.set())
        if kind not in _STRINGED:
            self.wrong("a comparison operator")
        self.next()
        return Test(path, cast("Operator", kind), negated, _unquoted(self.take("string")))

    def path(self) -> Path:
        """`type:key.key[*]`."""
        kind = self.take("word", "SECONDS", "TIMES", "LAST")
        self.take(":")
        steps: list[str | int | None] = [self.key()]
        while self.kind in (".", "["):
            if self.next() == ".":
                steps.append(self.key())
            else:
                step = self.take("int", "*")
                steps.append(None if step == "*" else int(step))
                self.take("]")
        return Path(kind, tuple(steps))

    def key(self) -> str:
        """A name, or a quoted one; a name with a hyphen must be quoted."""
        if self.kind == "string":
            return _unquoted(self.next())
        if self.kind != "word" or "-" in self.text:
            self.wrong("a property's name, quoted where it has a hyphen")
        return self.next()

    def set(self) -> tuple[Literal_, ...]:
        """`(literal, …)`, all of one type."""
        self.take("(")
        found: list[Literal_] = []
        while self.kind != ")":
            if found:
                self.take(",")
            found.append(self.literal())
        self.next()
        kinds = {float if type(each) is int else type(each) for each in found}
        if len(kinds) > 1:
            raise Refused("a set of literals of more than one type")
        return tuple(found)

    def literal(self) -> Literal_:
        """A literal's value."""
        kind = self.kind
        text = self.take("string", "int", "float", "stamp", "hex", "binary", "true", "false")
        if kind == "string":
            return _unquoted(text)
        if kind in ("true", "false"):
            return kind == "true"
        if kind == "stamp":
            return Stamp(_instant(text[2:-1]))
        if kind in ("hex", "binary"):
            return _bytes(kind, text[2:-1])
        if len(text) > 400:
            raise Refused("a number of more than 400 digits")
        return int(text) if kind == "int" else float(text)


def _unquoted(text: str) -> str:
    return _ESCAPE.sub(r"\1", text[1:-1]) if "\\" in text else text[1:-1]


def _bytes(kind: str, text: str) -> bytes:
    try:
        if kind == "hex":
            return bytes.fromhex(text)
        return base64.b64decode(text, validate=True)
    except (ValueError, binascii.Error) as problem:
        raise Refused(f"not base 64: {text!r}") from problem


def _instant(text: str) -> int:
    try:
        if text != text.upper() or not text.endswith("Z"):
            raise ValueError(f"expected the form 2026-11-29T12:00:00Z: found {text!r}")
        return parse_instant(text)
    except ValueError as problem:
        raise Refused(str(problem)) from problem
