"""The projection of findings: one row for the latest version of each, rebuilt from records at will.

It is made from the bytes that travel (`words.stix.body_of`) or from the `Finding` at hand: both
give the same row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import msgspec

from noroshi.store.database import Connection
from noroshi.store.rows import FindingRow
from noroshi.store.statements import LISTED, listed, statements
from noroshi.words.finding import Finding, Measure
from noroshi.words.ids import canonical
from noroshi.words.record import Record
from noroshi.words.stix import FindingBody, body_of
from noroshi.words.time import FOREVER

SQL = statements("findings")
CHUNK: Final = 1000
PREFIX: Final = "event--"
"""Every finding's id begins so (contracts, "Identity and versions")."""

Told = Finding | FindingBody
Decode = Callable[[bytes], FindingBody | None]

_measures = msgspec.json.Decoder(dict[str, Measure])


def project(
    connection: Connection,
    latest: list[Record],
    told: Mapping[str, Told],
    retraction: tuple[str | None, str | None] | None,
) -> list[str]:
    """Bring the rows of `latest` up to date inside the open transaction; ids that changed."""
    changed: list[str] = []
    for record in latest:
        if not record.id.startswith(PREFIX):
            continue
        body = _fitting(told.get(record.id), record) or decoded(record.raw, body_of)
        held = connection.execute(SQL["version"], (record.id,)).fetchone()
        _drop(connection, record.id)
        if body is not None:
            (seq,) = connection.execute(SQL["seq"], (record.id, record.version)).fetchone()
            _put(connection, _row(record, seq, body, retraction), body)
        if body is not None or held is not None:
            changed.append(record.id)
    return changed


def _fitting(told: Told | None, record: Record) -> Told | None:
    """`told` unless it is another version than the record."""
    if isinstance(told, Finding) and told.version not in (0, record.version):
        return None
    return told


def decoded(raw: bytes, decode: Decode) -> FindingBody | None:
    """The finding in `raw`; None where it holds none that can be read and kept.

    The bytes may be a stranger's, so that nothing in them may end the batch they came in.
    """
    try:
        body = decode(raw)
    except (msgspec.DecodeError, ValueError):
        return None
    if body is None:
        return None
    numbers = (body.span.t0, body.span.t1, body.credibility)
    return body if all(abs(number) <= FOREVER for number in numbers) else None


def _row(
    record: Record, seq: int, body: Told, retraction: tuple[str | None, str | None] | None
) -> tuple[Any, ...]:
    reason, replaced_by = retraction or (None, None)
    lon, lat, radius_m = _place(body)
    return (
        record.id,
        seq,
        record.version,
        body.observation,
        record.owner,
        body.kind,
        body.span.t0,
        body.span.t1,
        body.span.precision,
        lon,
        lat,
        radius_m,
        canonical(body.measures).decode(),
        body.detector,
        body.reliability,
        body.credibility,
        "live" if record.status == "live" else "retracted",
        reason or body.reason,
        replaced_by or body.replaced_by,
    )


def _place(body: Told) -> tuple[float, float, float] | tuple[None, None, None]:
    if body.place is None:
        return None, None, None
    if isinstance(body, FindingBody):
        return body.place
    return body.place.lon, body.place.lat, body.place.radius_m


def _put(connection: Connection, row: tuple[Any, ...], body: Told) -> None:
    connection.execute(SQL["put"], row)
    connection.executemany(
        SQL["put_subject"], [(row[0], each) for each in sorted(set(body.subjects))]
    )
    connection.executemany(SQL["put_asset"], [(row[0], each) for each in sorted(set(body.assets))])


def _drop(connection: Connection, id: str) -> None:
    for statement in ("drop_subjects", "drop_assets", "drop"):
        connection.execute(SQL[statement], (id,))


def rebuild(
    connection: Connection,
    read: Callable[[int, int], list[tuple[int, Record]]],
    decode: Decode,
) -> int:
    """Drop the projection and make it again from the records inside the open transaction."""
    for statement in ("drop_all_subjects", "drop_all_assets", "drop_all"):
        connection.execute(SQL[statement])
    after = made = 0
    while rows := read(after, CHUNK):
        for seq, record in rows:
            body = decoded(record.raw, decode) if record.id.startswith(PREFIX) else None
            if body is not None and _is_latest(connection, record):
                told = connection.execute(SQL["retraction"], (seq,)).fetchone()
                _put(connection, _row(record, seq, body, told), body)
                made += 1
        after = rows[-1][0]
    return made


def _is_latest(connection: Connection, record: Record) -> bool:
    (version,) = connection.execute(SQL["latest_version"], (record.id,)).fetchone()
    return version == record.version


def findings(
    connection: Connection,
    kind: str | None,
    since: int | None,
    until: int | None,
    limit: int | None,
    status: str,
    asset: str | None = None,
) -> list[FindingRow]:
    """Rows whose interval meets [since, until), by start; of `asset` where it is given."""
    span = (FOREVER if until is None else until, -FOREVER if since is None else since)
    cut = FOREVER if limit is None else limit
    if asset is not None:
        rows = connection.execute(SQL["rows_of_asset"], (asset, status, kind, *span, cut))
    elif kind is None:
        rows = connection.execute(SQL["rows"], (status, *span, cut))
    else:
        rows = connection.execute(SQL["rows_of_kind"], (status, kind, *span, cut))
    return _finding_rows(connection, rows.fetchall())


def finding(connection: Connection, id: str) -> FindingRow | None:
    """The row of one finding, live or retracted."""
    rows = _finding_rows(connection, connection.execute(SQL["row"], (id,)).fetchall())
    return rows[0] if rows else None


def _finding_rows(connection: Connection, rows: Sequence[tuple[Any, ...]]) -> list[FindingRow]:
    found: list[FindingRow] = []
    for start in range(0, len(rows), LISTED):
        some = rows[start : start + LISTED]
        ids = tuple(row[0] for row in some)
        subjects, assets = (_named(connection, each, ids) for each in ("subjects", "assets"))
        found += (_row_of(row, subjects.get(row[0], ()), assets.get(row[0], ())) for row in some)
    return found


def _row_of(row: tuple[Any, ...], subjects: Sequence[str], assets: Sequence[str]) -> FindingRow:
    return FindingRow(
        *row[:12],
        subjects=tuple(subjects),
        assets=tuple(assets),
        measures=_measures.decode(row[12]),
        detector=row[13],
        reliability=row[14],
        credibility=row[15],
        status=row[16],
        reason=row[17],
        replaced_by=row[18],
    )


def _named(connection: Connection, statement: str, ids: tuple[str, ...]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for whose, name in connection.execute(listed(SQL[statement], len(ids)), ids):
        found.setdefault(whose, []).append(name)
    return found
