"""Codes: the parties that an agreement file names, against the registry and against each other."""

from __future__ import annotations

from collections.abc import Iterator

from noroshi.pact.format import File
from noroshi.pact.lines import Path
from noroshi.pact.shape import Problem, nearest
from noroshi.words.party import Parties


def codes(file: File, parties: Parties) -> Iterator[Problem]:
    """Codes that the registry does not hold, or that this agreement has no business with."""
    yield from unknown(file, parties)
    joined = tuple(each.party for joins in file.joins for each in joins.joined)
    ours = (*file.agreement.parties, *joined)
    yield from _of_head(file, ours)
    yield from _of_joins(file, joined)
    yield from _of_clauses(file, ours, parties)


def unknown(file: File, parties: Parties) -> Iterator[Problem]:
    """Codes that the registry does not hold."""
    for path, code in _named(file):
        if code not in parties:
            hint = nearest(code, parties.order) or "add it with [[party]] in node.toml"
            yield Problem(path, "unknown party", code, "a code of the party registry", hint)


def _of_head(file: File, ours: tuple[str, ...]) -> Iterator[Problem]:
    head, wanted = file.agreement, "one of " + ", ".join(ours)
    for i, code in enumerate(head.parties):
        if code in head.parties[:i]:
            yield Problem(("agreement", "parties", i), "party named twice", code)
    if head.hub is not None and head.hub not in ours:
        yield Problem(("agreement", "hub"), "not a party", head.hub, wanted)
    for i, left in enumerate(file.exit.left):
        if left.party not in ours:
            yield Problem(("exit", "left", i, "party"), "not a party", left.party, wanted)


def _of_joins(file: File, joined: tuple[str, ...]) -> Iterator[Problem]:
    for i, joins in enumerate(file.joins):
        for j, each in enumerate(joins.joined):
            if each.party in file.agreement.parties or joined.count(each.party) > 1:
                path: Path = ("joins", i, "joined", j, "party")
                yield Problem(path, "already a party, or joined twice", each.party)


def _of_clauses(file: File, ours: tuple[str, ...], parties: Parties) -> Iterator[Problem]:
    for i, clause in enumerate(file.release):
        for key, ways in (("from", clause.from_), ("to", clause.to)):
            for j, code in enumerate(ways or ()):
                if not parties.is_in(code, ours):
                    yield Problem(("release", i, key, j), "not a party, nor below one", code)
        for code, bodies in clause.bodies.items():
            if code not in ours:
                yield Problem(("release", i, "bodies", code), "not a party", code)
            for j, body in enumerate(bodies):
                if code not in parties.line(body):
                    yield Problem(("release", i, "bodies", code, j), f"not below {code}", body)
    for i, each in enumerate(file.commitment):
        for code in each.lead:
            if not parties.is_in(code, ours):
                yield Problem(("commitment", i, "lead", code), "not a party, nor below one", code)


def _named(file: File) -> Iterator[tuple[Path, str]]:
    for i, code in enumerate(file.agreement.parties):
        yield ("agreement", "parties", i), code
    for i, clause in enumerate(file.release):
        for key, ways in (("from", clause.from_), ("to", clause.to)):
            for j, code in enumerate(ways or ()):
                yield ("release", i, key, j), code
        for code, bodies in clause.bodies.items():
            for j, body in enumerate(bodies):
                yield ("release", i, "bodies", code, j), body
    for name in ("prohibit", "require", "duty"):
        for i, clause in enumerate(getattr(file, name)):
            for j, code in enumerate(clause.when.recipients or ()):
                yield (name, i, "when", "recipients", j), code
    for i, joins in enumerate(file.joins):
        for j, each in enumerate(joins.joined):
            yield ("joins", i, "joined", j, "party"), each.party
    for i, each in enumerate(file.commitment):
        for code in each.lead:
            yield ("commitment", i, "lead", code), code
        for key in ("owners", "flags"):
            for j, code in enumerate(getattr(each.observe, key, ())):
                yield ("commitment", i, "observe", key, j), code
    for i, assertion in enumerate(file.assert_):
        for key, code in (("from", assertion.from_), ("party", assertion.party)):
            if code is not None:
                yield ("assert", i, key), code
    for i, commitment in enumerate(file.commitment):
        for code in commitment.lead:
            yield ("commitment", i, "lead", code), code
