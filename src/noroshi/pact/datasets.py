"""Datasets: what each public dataset on alliances, exercises, votes, arms and forces is.

None comes with noroshi: their owners ask to be cited, and some keep their rights. Column names are
those of the published files (dyads made undirected for ATOP and for the alliances of COW).
"""

from __future__ import annotations

from typing import Final

from noroshi.pact.figures import Codes, Dataset, Read, Row, pair, year_of

UN_FIRST: Final = 1945
"""The first session of the General Assembly was in 1946: session 1 is the year 1946."""

DCAD_SPAN: Final = (1980, 2010)
"""The years that DCAD covers."""


def _ties(row: Row, codes: Codes, measures: dict[str, str]) -> Read:
    year = year_of(row["year"])
    key = pair(codes.of(row["ccode1"]), codes.of(row["ccode2"]))
    for column, measure in measures.items():
        value = row[column]
        if value == "1":
            yield year, measure, key, 1.0
        elif value != "0":
            raise ValueError(f"{column}: neither 0 nor 1: {value!r}")


_ATOP: Final = {f"atop_{name}": name for name in (
    "defense", "offense", "neutral", "nonagg", "consul")}  # fmt: skip
_COW: Final = {f"cow_{name}": name for name in ("defense", "neutral", "nonagg", "entente")}


def _atop(row: Row, codes: Codes) -> Read:
    return _ties(row, codes, _ATOP)


def _cow(row: Row, codes: Codes) -> Read:
    return _ties(row, codes, _COW)


def _dcad(row: Row, codes: Codes) -> Read:
    """A defence cooperation agreement, in every year from its entry into force, or where that is
    unknown its signature, to its estimated end."""
    key = pair(codes.of(row["ccode1"]), codes.of(row["ccode2"]))
    in_force = row["EIFYear"]
    begun = year_of(in_force if in_force and float(in_force) > 0 else row["signYear"])
    ended = year_of(row["endYearEstimate"])
    if ended < begun:
        raise ValueError(f"ends in {ended} before it begins in {begun}")
    for year in range(max(begun, DCAD_SPAN[0]), min(ended, DCAD_SPAN[1]) + 1):
        yield year, row["type"], key, 1.0


def _exercise(row: Row, codes: Codes) -> Read:
    """One state's part in one exercise."""
    if not row["MMEID"]:
        raise ValueError("no exercise")
    yield year_of(row["year"]), "part", (row["MMEID"], codes.of(row["gwcode"])), 1.0


def _votes(row: Row, codes: Codes) -> Read:
    point = row["IdealPointAll"]
    if point in ("", "NA"):
        raise ValueError("no ideal point")
    yield year_of(str(int(row["session"]) + UN_FIRST)), "ideal_point", (
        codes.of(row["ccode"]),
    ), float(point)  # fmt: skip


def _arms(row: Row, codes: Codes) -> Read:
    for side in ("supplier", "recipient"):
        if not row[f"{side}_cown"]:
            raise ValueError(f"no state number: {side} {row.get(side, '')}".rstrip())
    key = codes.of(row["supplier_cown"]), codes.of(row["recipient_cown"])
    yield year_of(row["year"]), "transfers", key, float(row["value"])


def _forces(row: Row, codes: Codes) -> Read:
    """Troops of the United States in a state; of several reports a year the last counts."""
    total = row["troops_all"] or row["troops_ad"]
    if total in ("", "NA"):
        raise ValueError("no number")
    yield year_of(row["year"]), "troops", (codes.of(row["ccode"]),), float(total)


ATOP: Final = Dataset(
    "atop", "ATOP 5.1 (Leeds et al. 2002)", frozenset({"ccode1", "ccode2", "year", *_ATOP}),
    "obligation", True, _atop,
)  # fmt: skip
COW: Final = Dataset(
    "cow", "COW formal alliances 4.1 (Gibler 2009)",
    frozenset({"ccode1", "ccode2", "year", *_COW}), "obligation", True, _cow,
)  # fmt: skip
DCAD: Final = Dataset(
    "dcad", "DCAD 1.0 (Kinne 2020)",
    frozenset({"DCAid", "ccode1", "ccode2", "signYear", "EIFYear", "endYearEstimate", "type"}),
    "agreements", True, _dcad, DCAD_SPAN,
)  # fmt: skip
EXERCISES: Final = Dataset(
    "exercises", "Multinational Military Exercises 7 (doi 10.7910/DVN/KHFODX)",
    frozenset({"MMEID", "year", "gwcode"}), "exercises", True, _exercise,
)  # fmt: skip
VOTES: Final = Dataset(
    "votes", "UN General Assembly ideal points (Bailey, Strezhnev, Voeten 2017)",
    frozenset({"ccode", "session", "IdealPointAll"}), "ideal point", False, _votes,
)  # fmt: skip
ARMS: Final = Dataset(
    "arms", "SIPRI Arms Transfers Database, trend-indicator values",
    frozenset({"supplier_cown", "recipient_cown", "year", "value"}), "TIV m", True, _arms,
)  # fmt: skip
FORCES: Final = Dataset(
    "forces", "US troops abroad (troopdata; US public reports)",
    frozenset({"ccode", "year", "troops_ad", "troops_all"}), "troops", False, _forces,
)  # fmt: skip
DATASETS: Final = (ATOP, COW, DCAD, EXERCISES, VOTES, ARMS, FORCES)
"""In the order in which a header is tried."""
