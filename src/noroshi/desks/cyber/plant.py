"""Planting: known touches and look-alikes in logs, so that what is found can be counted.

`plant` follows the protocol of all desks: an inject, columns and a seed give columns and truths; a
truth holds the indicator that its case needs. `background` makes lines in which nothing is to be
found, though one in twenty holds what a decoy nearly is.
"""

from __future__ import annotations

import io
import random
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from noroshi.desks.cyber.cases import CASES, GRID, OURS, TELECOM, address, equals, name
from noroshi.desks.cyber.match.formats import Reader, recognised
from noroshi.desks.cyber.written import LOGS, Event, Shape, line
from noroshi.words import ids
from noroshi.words.asset import Asset
from noroshi.words.desk import Columns, Source
from noroshi.words.errors import BadInput
from noroshi.words.time import SECOND, format_instant

NEAR: Final = 20
"""One line of the background in so many holds what a decoy nearly is."""

ASSETS: Final = tuple(
    Asset(asset, "network", domain.partition(".")[0].title(), owner=f"{domain} operator",
          identifiers=(net, f"domain:{domain}"))
    for (asset, _, domain), net in ((GRID, "net:192.0.2.0/24"), (TELECOM, "net:198.51.100.0/24"))
)  # fmt: skip


class Inject(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What to plant, and about when (µs UTC)."""

    case: str
    at: int


class Truth(msgspec.Struct, frozen=True):
    """What is true of a case: the indicator, as id and as STIX, what of it is on a warning list,
    and on which lines of which log it was touched at `asset`; None where nothing is to be found."""

    case: str
    indicator: str
    stix: bytes
    asset: str | None
    log: str
    t0: int
    t1: int
    lines: int
    listed: tuple[str, ...] = ()


class Decoy(msgspec.Struct, frozen=True):
    """What is looked for and stands in no log."""

    kind: str
    value: str
    stix: bytes


def seeded(seed: int | str) -> random.Random:
    """Draws that anybody can repeat: made-up lines, no secrets."""
    return random.Random(seed)  # noqa: S311 - repeated on purpose


def plant(inject: Inject, columns: Columns, seed: int) -> tuple[Columns, tuple[Truth, ...]]:
    """`columns` (a log of `written.LOGS`, by its name) with the case's lines in it, by time, and
    what is true of it.

    Raises `BadInput` for an unknown case, another log, or one that does not show such a thing.
    """
    if inject.case not in CASES:
        raise BadInput("inject", "no such case", found=inject.case, expected=", ".join(CASES))
    log = columns.source.name
    if columns.kind != "log" or log not in LOGS:
        raise BadInput("plant", "no such log", found=log, expected=", ".join(LOGS))
    case = CASES[inject.case](inject.at, seeded(seed))
    if case.events[0].shape not in LOGS[log].lines:
        raise BadInput("inject", f"{log} shows no such event", found=inject.case)
    known, stix = indicator(f"{inject.case} {seed}", case.pattern, *case.valid, case.revoked)
    with columns.source.open() as stream:
        lines = stream.read().splitlines(keepends=True)
    reader = Reader(recognised(b"".join(lines[:20])), columns.source.retrieved)
    for heading in (each for each in lines if each.startswith(b"#")):
        reader.heading(heading.rstrip())
    for event in case.events:
        place = bisect_left(lines, event.at, key=lambda each: _time(reader, each))
        lines.insert(place, f"{line(log, event)}\n".encode())
    times = [event.at for event in case.events]
    truth = Truth(
        inject.case, known, stix, case.asset, log, min(times), max(times) + SECOND, len(times),
        case.listed,
    )  # fmt: skip
    return written(columns.source, b"".join(lines)), (truth,)


def shape_of(case: str) -> Shape:
    """How the events of a case are seen."""
    return CASES[case](0, seeded(0)).events[0].shape


def _time(reader: Reader, raw: bytes) -> int:
    """When a line was written; a heading stands before all."""
    return -1 if raw.startswith(b"#") else reader.read(raw.rstrip())[1] or 0


def written(source: Source, data: bytes) -> Columns:
    """`data` as the log that `source` is."""
    import numpy as np

    whole = msgspec.structs.replace(source, sha256=ids.sha256(data), open=lambda: io.BytesIO(data))
    return Columns("log", whole, {"start": np.zeros(1, "i8")})


def indicator(
    key: str, pattern: str, since: int, until: int | None = None, revoked: bool = False
) -> tuple[str, bytes]:
    """An indicator of STIX 2.1: its id, made of `key`, and its bytes."""
    known = "indicator--" + ids.uuid5(["planted", key])
    table = {
        "type": "indicator", "spec_version": "2.1", "id": known, "created": format_instant(since),
        "modified": format_instant(since), "name": f"Planted: {key}", "pattern": pattern,
        "pattern_type": "stix", "valid_from": format_instant(since),
        "valid_until": format_instant(until) if until is not None else None, "revoked": revoked,
    }  # fmt: skip
    return known, ids.canonical({k: v for k, v in table.items() if v is not None})


def decoys(many: int, seed: int, since: int) -> list[Decoy]:
    """Addresses, names, URLs and mail addresses that are looked for, in turns."""
    draw = seeded(seed)
    found: list[Decoy] = []
    for number in range(many):
        kind = ("ipv4-addr", "domain-name", "url", "email-addr")[number % 4]
        value = {
            "ipv4-addr": lambda: f"100.{address(draw).partition('.')[2]}",
            "domain-name": lambda: f"decoy-name-{name(draw)}",
            "url": lambda: f"http://decoy-page-{name(draw)}/d/{draw.randrange(10**6)}",
            "email-addr": lambda: f"decoy@decoy-mail-{name(draw)}",
        }[kind]()
        pattern = equals(f"{kind}:value", value)
        found.append(Decoy(kind, value, indicator(f"decoy {seed} {number}", pattern, since)[1]))
    return found


def background(
    log: str, many: int, since: int, until: int, seed: int, looked_for: Sequence[Decoy]
) -> Iterator[str]:
    """So many lines of `log` in [since, until), by time, which touch nothing that is looked for."""
    draw = seeded(f"{log} {seed}")
    shapes: tuple[Shape, ...] = tuple(LOGS[log].lines)
    values = {each.value for each in looked_for}
    yield LOGS[log].head
    for number in range(many):
        at = since + (until - since) * number // many
        shape = draw.choice(shapes)
        _, hosts, domain = draw.choice(OURS)
        other = _other(shape, draw)
        path = f"/{draw.randrange(10**6):x}/index.html?q={draw.randrange(99)}"
        if looked_for and number % NEAR == 0:
            other, path = _nearly(draw.choice(looked_for), shape, draw, other, path, values)
        ours = f"www.{domain}" if shape in ("visit", "mail") else draw.choice(hosts)
        digest = f"{draw.getrandbits(256):064x}" if shape == "file" else ""
        event = Event(shape, at, ours, other, path=path, digest=digest,
                      referrer=f"https://{draw.choice(_SITES)}/")  # fmt: skip
        yield f"{line(log, event)}\n"


_SITES: Final = tuple(f"site{number}.example" for number in range(500))


def _other(shape: Shape, draw: random.Random) -> str:
    if shape in ("connection", "visit"):
        return ".".join(str(draw.randrange(low, 250)) for low in (110, 0, 0, 0))
    host = f"w{draw.randrange(10**4)}.{draw.choice(_SITES)}"
    return f"user{draw.randrange(999)}@{host}" if shape == "mail" else host


def _nearly(
    decoy: Decoy, shape: Shape, draw: random.Random, other: str, path: str, values: set[str]
) -> tuple[str, str]:
    """What a decoy is not: the next address, a longer name, another page or mailbox."""
    value = decoy.value
    if decoy.kind == "ipv4-addr" and shape in ("connection", "visit"):
        front, _, last = value.rpartition(".")
        near = f"{front}.{int(last) + 1}"
        return (other if near in values else near), path
    if decoy.kind == "domain-name" and shape in ("query", "request", "file"):
        return draw.choice((f"x{value}", f"{value}.example", f"x-{value}")), path
    if decoy.kind == "url" and shape in ("request", "file"):
        host = value.split("/")[2]
        return host, f"/d/{draw.randrange(10**6, 10**7)}"
    if decoy.kind == "email-addr" and shape == "mail":
        return f"x{value}", path
    return other, path
