"""What the types cannot say of `[[transfer]]`, `[[embargo]]` and `[[programme]]`."""

from __future__ import annotations

from collections.abc import Iterator

from noroshi.pact.format import File
from noroshi.pact.lines import Path
from noroshi.pact.shape import Problem, nearest
from noroshi.pact.technical import Programme
from noroshi.words.party import Parties


def technical(file: File, parties: Parties) -> Iterator[Problem]:
    """Problems of the blocks about items and programmes of a file that has the right shape."""
    joined = tuple(each.party for joins in file.joins for each in joins.joined)
    ours = (*file.agreement.parties, *joined)
    for path, code in technical_codes(file):
        recipient = path[0] == "embargo"
        if code in parties and not recipient and not parties.is_in(code, ours):
            yield Problem(path, "not a party, nor below one", code)
    for i, clause in enumerate(file.embargo):
        if all(getattr(clause.when, name) is None for name in clause.when.__struct_fields__):
            yield Problem(("embargo", i, "when"), "no condition", None, "at least one condition")
    for i, programme in enumerate(file.programme):
        yield from _programme(programme, ("programme", i))


def _programme(programme: Programme, path: Path) -> Iterator[Problem]:
    for code, share in programme.workshare.items():
        if not 0 <= share <= 100:
            yield Problem((*path, "workshare", code), "no share", f"{share:g}", "0 to 100 per cent")
    total = sum(programme.workshare.values())
    if programme.workshare and not 99 <= total <= 100.5:
        yield Problem((*path, "workshare"), "shares do not make a whole", f"{total:g}", "100")
    for j, right in enumerate(programme.background):
        if len(right.owners) != 1:
            found = ", ".join(right.owners)
            yield Problem(
                (*path, "background", j, "owners"), "background has one owner", found, "one party"
            )
    seen: set[str] = set()
    for name in ("background", "foreground"):
        for j, right in enumerate(getattr(programme, name)):
            if right.id in seen:
                yield Problem((*path, name, j, "id"), "duplicate right", right.id)
            seen.add(right.id)


def unknown_in_technical(file: File, parties: Parties) -> Iterator[Problem]:
    """Codes that the registry does not hold."""
    for path, code in technical_codes(file):
        if code not in parties:
            hint = nearest(code, parties.order) or "add it with [[party]] in node.toml"
            yield Problem(path, "unknown party", code, "a code of the party registry", hint)


def technical_codes(file: File) -> Iterator[tuple[Path, str]]:
    """Every party code of these blocks, with its path."""
    for i, clause in enumerate(file.transfer):
        for key, codes in (("from", clause.from_), ("to", clause.to)):
            for j, code in enumerate(codes or ()):
                yield ("transfer", i, key, j), code
    for i, clause in enumerate(file.embargo):
        for j, code in enumerate(clause.when.recipients or ()):
            yield ("embargo", i, "when", "recipients", j), code
    for i, programme in enumerate(file.programme):
        for code in programme.workshare:
            yield ("programme", i, "workshare", code), code
        for name in ("background", "foreground"):
            for j, right in enumerate(getattr(programme, name)):
                for key in ("owners", "partners"):
                    for k, code in enumerate(getattr(right, key) or ()):
                        yield ("programme", i, name, j, key, k), code
