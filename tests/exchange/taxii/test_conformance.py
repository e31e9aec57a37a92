"""TAXII 2.1 point by point, at a real server: OASIS Standard of 10 June 2021, sections 3 to 5.

The points T1 to T43 are a reading of the standard as things that can be tested; T17, T21 and T43
are stricter than it is. Each is run with taxii2-client where that client has a way to ask, and
with plain HTTP where it has not. The checks stand in the `points_` modules.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import points_filters
import points_hiding
import points_reading
import points_server
import points_writing
import pytest
from taxii_plain import OPEN, POINTS, World, envelope, indicators
from taxii_world import NOW, thing

from noroshi.exchange.served import stamp
from noroshi.words.time import SECOND

MODULES = (points_filters, points_hiding, points_reading, points_server, points_writing)


@pytest.fixture
def world(running: Any, tmp_path: Path) -> Iterator[World]:
    made = World(running, tmp_path)
    yield made
    made.close()


@pytest.mark.parametrize("name", sorted(POINTS, key=lambda name: int(name.split()[0][1:])))
def test_point(world: World, name: str) -> None:
    POINTS[name](world)


def test_every_point_has_its_check() -> None:
    """T18 is the operator's: off loopback a node refuses to serve without TLS (tests/config)."""
    numbers = sorted(int(name.split()[0][1:]) for name in POINTS)
    assert numbers == [n for n in range(1, 44) if n != 18]


def test_a_view_takes_nothing_whatever_is_sent(world: World) -> None:
    world.views.add(thing("malware", 1))
    for body in (envelope(thing("malware", 2)), b"{", b""):
        assert world.post("view", body).status_code == 403
    assert world.post("view", b"x", content_type="text/plain").status_code == 403
    assert world.ids("view") == [thing("malware", 1)["id"]]


def test_a_plain_collection_carries_no_terms_and_its_own_bytes(world: World) -> None:
    oid = thing("malware", 1)["id"].encode()
    kept = b'{"id":"%b",\n "type":"malware",  "x":1.50}' % oid
    assert world.post("open", b'{"objects":[ %b ]}' % kept).status_code == 202
    answer = world.ask("GET", f"{OPEN}/objects/", headers={"noroshi-release": "1"})
    assert answer.content == b'{"more":false,"objects":[%b]}' % kept
    tlp = "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb"
    assert world.ask("GET", f"{OPEN}/objects/{tlp}/").status_code == 404
    assert world.ask("GET", f"/api/collections/view/objects/{tlp}/").status_code == 200


def test_dates_are_the_servers_own(world: World) -> None:
    made = world.add("open", *indicators(2))
    assert made["request_timestamp"] == stamp(NOW + 3600 * SECOND)
    dates = [row["date_added"] for row in world.get(f"{OPEN}/manifest/")["objects"]]
    assert dates == [stamp(NOW + 3600 * SECOND + n) for n in range(2)]
