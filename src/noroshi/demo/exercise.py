"""The demo's exercise: a made-up cable that fails, on two nodes that hold nothing real.

No open data hold such a case, and no real ship or operator is to be shown in one. So everything
here is planted by the desks' own planters, says EXERCISE in its name and is marked as of the
exercise in its label; its nodes have keys and stores of their own and take nothing else.
"""

from __future__ import annotations

import contextlib
import io
from collections import Counter
from concurrent.futures import Executor
from pathlib import Path
from typing import Final

import msgspec

from noroshi.demo.nodes import connect, introduce, serving
from noroshi.desks.cyber import plant as logs
from noroshi.desks.sea import plant as sea
from noroshi.desks.sea.wear import Reception, speak
from noroshi.node.assets import load_assets
from noroshi.node.incidents import shown
from noroshi.node.ingest import ingest
from noroshi.node.node import Node, clock
from noroshi.node.picture import own
from noroshi.node.sync import sync
from noroshi.node.watching import Watch
from noroshi.node.why import why
from noroshi.picture.priors import load_priors
from noroshi.picture.score import Incident
from noroshi.words.desk import Source
from noroshi.words.label import Label, Strand
from noroshi.words.time import DAY, HOUR, format_instant, parse_instant

NAME: Final = "hinoki"
AT: Final = parse_instant("2026-03-03T01:00:00Z")
LON, LAT = 139.2, 40.3
"""Off Akita; no cable is there on any chart that we know."""
SEED: Final = 9
HEARD: Final = Reception(lost=0.8, stations=1, heard_again=0.0, late=0.0)
RARELY: Final = Reception(lost=0.95, stations=1, heard_again=0.0, late=0.0)

FEEDS: Final = """
[history]
keep = false

[assets]
files = ["exercise-assets.toml"]
label = { tlp = "amber" }
watch_zones = false

[[feed]]
uri = "exercise-ais.nmea"
label = { tlp = "amber" }
lineage = "EXERCISE: planted ship tracks"
reliability = "B"

[[feed]]
uri = "exercise-outage.toml"
label = { tlp = "amber" }
lineage = "EXERCISE: report of a made-up operator"
reliability = "B"

[[feed]]
uri = "exercise-indicator.json"
label = { tlp = "green" }
lineage = "EXERCISE: made-up intelligence"
reliability = "B"

[[feed]]
uri = "exercise-query.log"
label = { tlp = "amber" }
lineage = "EXERCISE: planted log of a made-up network"
reliability = "B"
"""
ASSETS: Final = """\
format = "assets/1"
source = "EXERCISE: made up for noroshi's demo"
surveyed = true

[[asset]]
id = "cable:exercise"
kind = "cable"
name = "EXERCISE cable"
path = [[{west[0]:.5f}, {west[1]:.5f}], [{east[0]:.5f}, {east[1]:.5f}]]

[[asset]]
id = "operator:exercise"
kind = "operator"
name = "EXERCISE operator"

[[asset]]
id = "{network}"
kind = "network"
name = "EXERCISE network that supervises the cable"
identifiers = ["{range}"]

[[edge]]
a = "cable:exercise"
b = "operator:exercise"
relation = "operated_by"

[[edge]]
a = "operator:exercise"
b = "{network}"
relation = "runs"

[[edge]]
a = "{network}"
b = "cable:exercise"
relation = "serves"
"""
OUTAGE: Final = """\
format = "outages/1"
[[outage]]
ref = "EXERCISE-1"
asset = "cable:exercise"
began = {began}
reported_by = "EXERCISE operator"
note = "EXERCISE: made up; no such cable failed"
"""


class Side(msgspec.Struct, frozen=True):
    """What one node of the exercise holds, live findings by kind, and the incidents that it makes
    of them, out of so many `days` of history."""

    party: str
    found: dict[str, int]
    incidents: list[Incident]
    days: float


class Exercise(msgspec.Struct, frozen=True):
    """The exercise `name` as Japan's node in `folder` sees it at `url`, what the agreements let the
    EU have of the incident and of each finding in it, and what the EU's node makes of that."""

    name: str
    folder: str
    url: str
    japan: Side
    given: list[Given]
    union: Side


class Given(msgspec.Struct, frozen=True):
    """How a record of this kind goes to the EU."""

    kind: str
    said: str
    clauses: list[str]


def begin(folder: Path) -> tuple[Path, Path]:
    """Make the two nodes of the exercise in `folder`, and plant at Japan's."""
    japan, union = introduce(folder, FEEDS, NAME)
    feeds = japan / "feeds"
    feeds.mkdir()
    for name, body in planted().items():
        (feeds / name).write_bytes(body)
    (feeds / "exercise-assets.toml").replace(japan / "exercise-assets.toml")
    with Node.open(japan) as node:
        load_assets(node, clock)
        ingest(node, sorted(feeds.iterdir()), clock)
        Watch(node).follow(clock)  # as its worker would, which has nothing left to do then
    return japan, union


def play(japan: Path, union: Path, stack: contextlib.ExitStack, pool: Executor) -> Exercise:
    """Start Japan's node for as long as `stack` lasts, and have the EU's pull and the two compared
    in `pool`, where the kernels of the picture are."""
    url = stack.enter_context(serving(japan))
    connect(japan, union, url)
    return Exercise(NAME, str(japan), url, *pool.submit(_compared, japan, union).result())


def _compared(japan: Path, union: Path) -> tuple[Side, list[Given], Side]:
    with Node.open(union) as node:
        sync(node, "JPN", clock)
        Watch(node).follow(clock)
        theirs = _side(node)
    with Node.open(japan) as node:
        ours = _side(node)
        now, about = clock(), ours.incidents[:1]
        given = [_given(node, each, now) for seen in about for each in (seen.id, *seen.findings)]
    return ours, given, theirs


def _side(node: Node) -> Side:
    rows = node.store.incidents()
    live = [shown(each).incident for each in rows if each.status == "live"]
    found = Counter(each.kind for each in node.store.findings())
    return Side(node.party, dict(found), live, round(own(node, load_priors()).days, 1))


def _given(node: Node, record: str, now: int) -> Given:
    told = why(node, record, "EU", now=now)
    clauses = sorted({*told.release.clauses})
    return Given(told.kind, told.text.partition("\n")[0], clauses)


def planted() -> dict[str, bytes]:
    """The sources of the exercise by name: the same at every call."""
    inject = sea.Inject("cable_failed", AT, LON, LAT, 0, HEARD)
    ship, truths = sea.reports(inject, SEED)
    _, outage = truths
    west, east = outage.line
    log, touch = _log(outage.t0 - 5 * HOUR)
    indicator = msgspec.json.decode(touch.stix)
    indicator["name"] = "EXERCISE: planted indicator"
    (network,) = (each for each in logs.ASSETS if each.id == touch.asset)
    texts = {
        "exercise-assets.toml": ASSETS.format(
            west=west, east=east, network=network.id, range=network.identifiers[0]
        ),
        "exercise-outage.toml": OUTAGE.format(began=format_instant(outage.reported[-1])),
        "exercise-indicator.json": msgspec.json.encode(indicator).decode(),
    }
    tracks = b"".join([*(_passing(n) for n in range(9, 0, -1)), speak(ship, "tag")])
    return {
        "exercise-ais.nmea": tracks,
        "exercise-query.log": log,
        **{name: text.encode() for name, text in texts.items()},
    }


def _passing(number: int) -> bytes:
    """A ship that passes evenly: one every three days of the month before."""
    at = AT - 3 * number * DAY + 7 * number % 24 * HOUR
    inject = sea.Inject("zone_transit", at, LON, LAT, ships=number, reception=RARELY)
    return speak(sea.reports(inject, SEED + number)[0], "tag")


def _log(at: int) -> tuple[bytes, logs.Truth]:
    """A month of what a made-up network asked its resolver for, with what was planted in it about
    `at`: names under `.test`, which are nobody's (RFC 6761)."""
    quiet = "".join(logs.background("query.log", 600, at - 29 * DAY, at + DAY, SEED, ()))
    label = Label((Strand("JPN", "cyber", "*"),))
    source = Source("query.log", "", at, "", label, "JPN", "F", lambda: io.BytesIO())
    columns = logs.written(source, quiet.encode())
    (planted, truths) = logs.plant(logs.Inject("query", at), columns, SEED)
    with planted.source.open() as stream:
        return stream.read(), truths[0]
