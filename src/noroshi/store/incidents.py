"""Incidents of one store in all their versions, what people said of them, and runs of chance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import msgspec

from noroshi.store import events
from noroshi.store.database import Database
from noroshi.store.statements import statements

SQL = statements("incidents")
TOPIC = "incident.changed"


class IncidentRow(NamedTuple):
    """One version of an incident: its `findings`, the incidents it comes from, and what was `shown`
    of it, as JSON. An ended one says why, and which it went into."""

    id: str
    n: int
    at: int
    status: Literal["live", "ended"]
    why: str
    successor: str | None
    origins: tuple[str, ...]
    findings: tuple[str, ...]
    shown: bytes


class OverruleRow(NamedTuple):
    """What a person said instead of a rule, of an incident that then had these findings. `record`
    is the note that carries it to others."""

    at: int
    incident: str
    findings: tuple[str, ...]
    evidence: str
    hypothesis: str
    mark: str
    reason: str
    who: str
    record: str


class ChanceRow(NamedTuple):
    """What moved streams gave at `at` (µs UTC) under a table of priors, as its maker encoded it."""

    at: int
    priors: str
    seed: int
    shifts: int
    unit: str
    months: float
    findings: int
    body: bytes


class Incidents:
    """Incidents, overrules and runs of chance of one store. Versions are only ever added."""

    _database: Database

    def incidents(self) -> tuple[IncidentRow, ...]:
        """Every incident in its latest version, by when that came."""
        return tuple(map(_incident, self._database.connection.execute(SQL["current"])))

    def incident_versions(self, id: str) -> tuple[IncidentRow, ...]:
        """All versions of one incident, oldest first."""
        return tuple(map(_incident, self._database.connection.execute(SQL["versions"], (id,))))

    def put_incidents(self, rows: Iterable[IncidentRow]) -> None:
        """Add versions, each with its event."""
        given = list(rows)
        with self._database.write() as connection:
            connection.executemany(SQL["put"], [_encoded(each) for each in given])
            for each in given:
                events.emit(connection, [(TOPIC, each.id)], each.at)

    def overrules(self) -> tuple[OverruleRow, ...]:
        """What people said, oldest first."""
        found = self._database.connection.execute(SQL["overrules"])
        return tuple(
            OverruleRow(at, incident, _names(findings), *rest)
            for _, at, incident, findings, *rest in found
        )

    def put_overrule(self, row: OverruleRow) -> None:
        """Keep what a person said."""
        with self._database.write() as connection:
            (last,) = connection.execute(SQL["last_overrule"]).fetchone()
            at, incident, findings, *rest = row
            connection.execute(
                SQL["put_overrule"], (last + 1, at, incident, _json(findings), *rest)
            )
            events.emit(connection, [(TOPIC, incident)], at)

    def chance(self) -> ChanceRow | None:
        """The latest run of moved streams."""
        row = self._database.connection.execute(SQL["last_chance"]).fetchone()
        return None if row is None else ChanceRow(*row)

    def chances(self) -> tuple[ChanceRow, ...]:
        """Every run, oldest first."""
        return tuple(
            ChanceRow(*row) for row in self._database.connection.execute(SQL["chance_runs"])
        )

    def put_chance(self, row: ChanceRow) -> None:
        """Keep a run."""
        with self._database.write() as connection:
            (last,) = connection.execute(SQL["last_run"]).fetchone()
            connection.execute(SQL["put_chance"], (last + 1, *row))


def _incident(row: tuple[Any, ...]) -> IncidentRow:
    origins, findings, shown = row[6:]
    rest = (_names(origins), _names(findings), shown.encode())
    return IncidentRow._make((*row[:6], *rest))


def _encoded(row: IncidentRow) -> tuple[Any, ...]:
    *first, origins, findings, shown = row
    return (*first, _json(origins), _json(findings), shown.decode())


def _json(names: tuple[str, ...]) -> str:
    return msgspec.json.encode(names).decode()


def _names(text: str) -> tuple[str, ...]:
    return msgspec.json.decode(text, type=tuple[str, ...])
