"""What people say instead of the rules: a file that is kept with its reasons.

format = "overrules/1"
[[overrule]]
incident = "incident--…"
evidence = "order"
hypothesis = "accident"
mark = "neutral"
reason = "the post was about another cable"
by = "watch, 3 March"
"""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Literal

import msgspec

from noroshi.picture.hypotheses import HYPOTHESES, Overrule
from noroshi.words.errors import BadInput


class _File(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal["overrules/1"]
    overrule: list[Overrule] = []


def read_overrules(path: Path | None) -> tuple[Overrule, ...]:
    """The overrules in `path`. Raises `BadInput` naming file and key."""
    if path is None:
        return ()
    try:
        file = msgspec.convert(tomllib.loads(path.read_text("utf-8")), _File)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as problem:
        raise BadInput(str(path), str(problem), hint="docs/picture.md shows one") from problem
    for number, each in enumerate(file.overrule, 1):
        where = f"{path} overrule {number}"
        if each.hypothesis not in HYPOTHESES:
            expected = f"one of {', '.join(HYPOTHESES)}"
            raise BadInput(where, "no such hypothesis", found=each.hypothesis, expected=expected)
        if not each.reason.strip() or not each.by.strip():
            raise BadInput(where, "an overrule has a reason and a name", expected="reason and by")
    return tuple(file.overrule)
