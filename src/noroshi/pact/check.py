"""Check: what the types of the format cannot say — codes, dates, references, tables of levels."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, cast

import msgspec

from noroshi.pact.check_permits import permits, unknown_in_permits
from noroshi.pact.check_promises import promised
from noroshi.pact.check_technical import technical, unknown_in_technical
from noroshi.pact.codes import codes, unknown
from noroshi.pact.format import File
from noroshi.pact.lines import Path
from noroshi.pact.shape import Problem, nearest
from noroshi.pact.vocabulary import DATE, DURATION
from noroshi.words.handling import CONTROL, IEP, REGISTERED, alike, honours
from noroshi.words.label import UNCLASSIFIED
from noroshi.words.party import Parties
from noroshi.words.time import Span, parse_duration, parse_partial
from noroshi.words.transform import Position

_CITING = ("release", "prohibit", "require", "duty", "joins", "permit", "forbid",
    "transfer", "embargo", "programme",
)  # fmt: skip
_CLAUSES = (*_CITING, "commitment", "assert_")
_DATES = (
    "signed", "in_force", "provisional", "effective", "terminated", "due", "at", "since", "until",
    "on",
)  # fmt: skip
_DURATIONS = ("review", "expires", "within", "notice", "every", "request")


def check(file: File, raw: dict[str, Any], parties: Parties) -> Iterator[Problem]:
    """Every problem of a file that has the right shape; `raw` is the parsed TOML, for its paths."""
    yield from _times(raw, ())
    yield from codes(file, parties)
    yield from _ids(file)
    yield from _order(file)
    yield from _levels(file)
    yield from _conditions(file)
    yield from _tags(file)
    yield from promised(file, parties)
    yield from permits(file, parties)
    yield from unknown_in_permits(file, parties)
    yield from technical(file, parties)
    yield from unknown_in_technical(file, parties)


def beside(raw: dict[str, Any], parties: Parties, known: list[Problem]) -> Iterator[Problem]:
    """Problems of a file of which `known` says that it has not the right shape: dates, codes and
    tags, where the rest of the file can be read. What hangs on several parts is left for later."""
    named = {each.path for each in known}
    yield from (each for each in _times(raw, ()) if each.path not in named)
    rest, places = pruned(raw, known)
    try:
        file = msgspec.convert(rest, File)
    except msgspec.ValidationError:
        return
    for each in (
        *unknown(file, parties),
        *unknown_in_permits(file, parties),
        *unknown_in_technical(file, parties),
        *_tags(file),
    ):
        table, *inner = each.path
        if table in places:
            inner[0] = places[table][int(inner[0])]
        yield Problem((table, *inner), each.text, each.found, each.expected, each.hint)


def pruned(
    raw: dict[str, Any], known: list[Problem]
) -> tuple[dict[str, Any], dict[str | int, list[int]]]:
    """`raw` without the clauses and keys that have a problem, and of each list of clauses which
    are left."""
    wrong = {each.path[:2] for each in known}
    rest: dict[str, Any] = {}
    places: dict[str | int, list[int]] = {}
    for key, value in raw.items():
        if (key,) in wrong:
            continue
        if isinstance(value, list):
            members = cast("list[Any]", value)
            places[key] = [i for i in range(len(members)) if (key, i) not in wrong]
            rest[key] = [members[i] for i in places[key]]
        elif isinstance(value, dict):
            table = cast("dict[str, Any]", value)
            rest[key] = {name: each for name, each in table.items() if (key, name) not in wrong}
        else:
            rest[key] = value
    return rest, places


def _times(value: Any, path: Path) -> Iterator[Problem]:
    """Dates and durations that look right and are not (`2024-13`, `P1X`)."""
    if isinstance(value, list):
        for i, each in enumerate(value):  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            yield from _times(each, (*path, i))
    elif isinstance(value, dict):
        for key, each in value.items():  # pyright: ignore[reportUnknownVariableType]
            yield from _times(each, (*path, str(key)))  # pyright: ignore[reportUnknownArgumentType]
    elif isinstance(value, str) and path and path[-1] in (*_DATES, *_DURATIONS):
        date = path[-1] in _DATES
        try:
            (parse_partial if date else parse_duration)(value)
        except ValueError:
            wanted = DATE if date else DURATION
            yield Problem(path, "wrong value", repr(value), wanted)


def _ids(file: File) -> Iterator[Problem]:
    """Clause ids used twice, and cited ids that this file does not hold."""
    seen: dict[str, str] = {}
    for name in _CLAUSES:
        for i, clause in enumerate(getattr(file, name)):
            if clause.id in seen:
                where = f"already used in [[{seen[clause.id].rstrip('_')}]]"
                yield Problem(
                    (name.rstrip("_"), i, "id"), "duplicate clause id", clause.id, None, where
                )
            seen.setdefault(clause.id, name)
    for name in _CITING:
        for i, clause in enumerate(getattr(file, name)):
            for j, cited in enumerate(clause.cites):
                if cited not in seen:
                    yield Problem(
                        (name, i, "cites", j), "no clause or commitment of this file", cited,
                        None, nearest(cited, tuple(seen)),
                    )  # fmt: skip


def _order(file: File) -> Iterator[Problem]:
    """In force before it was signed, or ended before it began."""
    head = file.agreement
    dates = (
        (("agreement", "signed"), head.signed, ("agreement", "in_force"), head.in_force),
        (("agreement", "in_force"), head.in_force, ("exit", "terminated"), file.exit.terminated),
    )
    for _, early, path, late in dates:
        try:
            if early and late and _before(parse_partial(late), parse_partial(early)):
                yield Problem(
                    path, "earlier than what comes before it", late, f"not before {early}"
                )
        except ValueError:
            continue  # reported by _times


def _before(one: Span, other: Span) -> bool:
    return one.t0 < other.t0 and one.t1 <= other.t0


def _levels(file: File) -> Iterator[Problem]:
    """Ceilings that no equivalence row explains, and levels that stand in two rows."""
    known: dict[tuple[str, str], int] = {}
    for i, row in enumerate(file.equivalence):
        for j, level in enumerate(row.levels):
            key = (level.scheme, level.level)
            if key in known or level.level == UNCLASSIFIED or level.scheme == "any":
                yield Problem(
                    ("equivalence", i, "levels", j), "level stands twice, or needs no row",
                    f"{level.scheme} {level.level}",
                )  # fmt: skip
            known[key] = i
    for i, clause in enumerate(file.release):
        for ceiling in clause.ceilings:
            key = (ceiling.scheme, ceiling.level)
            if ceiling.level != UNCLASSIFIED and key not in known:
                levels = tuple(level for scheme, level in known if scheme == ceiling.scheme)
                yield Problem(
                    ("release", i, "max_class"), "level without an [[equivalence]] row",
                    f"{ceiling.scheme} {ceiling.level}",
                    "unclassified" + "".join(f", {each}" for each in levels),
                    nearest(ceiling.level, levels),
                )  # fmt: skip


def _conditions(file: File) -> Iterator[Problem]:
    """Prohibitions that name no condition, and grid cells of no size."""
    for i, prohibition in enumerate(file.prohibit):
        if all(
            getattr(prohibition.when, name) is None for name in prohibition.when.__struct_fields__
        ):
            yield Problem(("prohibit", i, "when"), "no condition", None, "at least one condition")
    for name in ("release", "require"):
        for i, clause in enumerate(getattr(file, name)):
            for j, transform in enumerate(clause.transform):
                if isinstance(transform, Position) and transform.cell_m <= 0:
                    path: Path = (name, i, "transform", j, "cell_m")
                    yield Problem(path, "wrong value", str(transform.cell_m), "a positive number")


def _tags(file: File) -> Iterator[Problem]:
    """Codes of control lists that stand among handling tags, statements of no registered policy,
    and promises that nobody can keep together."""
    for name in ("release", "prohibit", "require", "duty", "assert_"):
        for i, clause in enumerate(getattr(file, name)):
            when: Path = () if name == "release" else ("when",)
            path: Path = (name.rstrip("_"), i, *when, "handling")
            tags: tuple[str, ...] = (clause if name == "release" else clause.when).handling or ()
            for j, tag in enumerate(tags):
                yield from _tag((*path, j), tag)
            for j, tag in enumerate(tags if name == "release" else ()):
                others = [each for each in tags[:j] if each in alike(tag)]
                if any(not (honours(each, tag) or honours(tag, each)) for each in others):
                    text = "nobody can honour both"
                    yield Problem((*path, j), text, f"{', '.join(others)}, {tag}", "one of them")


def _tag(path: Path, tag: str) -> Iterator[Problem]:
    if tag.startswith(CONTROL):
        hint = f'control = ["{tag.removeprefix(CONTROL)}"]'
        yield Problem(path, "a code of a control list", tag, "the key `control`", hint)
    elif tag.startswith(IEP) and tag not in REGISTERED:
        known = tuple(sorted(REGISTERED))
        yield Problem(path, "no statement of IEP 2.0", tag, None, nearest(tag, known))
