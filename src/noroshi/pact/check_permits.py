"""What the types cannot say of `[[permit]]` and `[[forbid]]`: codes, clauses that say nothing."""

from __future__ import annotations

from collections.abc import Iterator

from noroshi.pact.format import File
from noroshi.pact.lines import Path
from noroshi.pact.shape import Problem, nearest
from noroshi.words.party import Parties


def permits(file: File, parties: Parties) -> Iterator[Problem]:
    """Problems of the permits and prohibitions of a file that has the right shape."""
    joined = tuple(each.party for joins in file.joins for each in joins.joined)
    ours = (*file.agreement.parties, *joined)
    for i, clause in enumerate(file.permit):
        if "supply" in clause.acts and not clause.supplies:
            text = "a supply of nothing"
            yield Problem(("permit", i, "supplies"), text, None, 'supplies such as "fuel"')
        if clause.supplies and "supply" not in clause.acts:
            text = "supplies without the act"
            yield Problem(("permit", i, "supplies"), text, None, 'acts = ["supply"]')
    for i, clause in enumerate(file.forbid):
        if all(getattr(clause.when, name) is None for name in clause.when.__struct_fields__):
            yield Problem(("forbid", i, "when"), "no condition", None, "at least one condition")
    for path, code in permit_codes(file):
        if code in parties and path[0] == "permit" and not parties.is_in(code, ours):
            yield Problem(path, "not a party, nor below one", code)


def unknown_in_permits(file: File, parties: Parties) -> Iterator[Problem]:
    """Codes that the registry does not hold."""
    for path, code in permit_codes(file):
        if code not in parties:
            hint = nearest(code, parties.order) or "add it with [[party]] in node.toml"
            yield Problem(path, "unknown party", code, "a code of the party registry", hint)


def permit_codes(file: File) -> Iterator[tuple[Path, str]]:
    """Every party code of these blocks, with its path."""
    for i, clause in enumerate(file.permit):
        for key in ("host", "guest", "clearance"):
            for j, code in enumerate(getattr(clause, key) or ()):
                if code not in ("host", "guest"):
                    yield ("permit", i, key, j), code
    for i, clause in enumerate(file.forbid):
        for key in ("host", "guest"):
            for j, code in enumerate(getattr(clause.when, key) or ()):
                yield ("forbid", i, "when", key, j), code
