"""A partner's satellite is protected here: what is found about it goes where agreements say, and
the elements that its operator gave go nowhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from noroshi.desks.space import elements, synth
from noroshi.exchange.served import Match
from noroshi.node.assets import load_assets
from noroshi.node.ingest import ingest
from noroshi.node.law import load_law
from noroshi.node.node import Node
from noroshi.words.ids import sha256
from noroshi.words.time import HOUR, parse_instant

AT = parse_instant("2026-05-01T00:00:00Z")
ASSETS = """
format = "assets/1"
tlp = "green"
[[asset]]
id = "satellite:eu-1"
kind = "satellite"
name = "EU 1"
owner = "EU"
identifiers = ["norad:{number}"]
"""
MORE = """
[assets]
files = ["assets.toml"]
[[feed]]
uri = "public.json"
label = {{ tlp = "green" }}
lineage = "catalogue"
[[feed]]
uri = "operator.json"
label = {{ {told} }}
lineage = "operator of EU 1"
[desk.space]
at = "2026-05-01T00:00:00Z"
asset_days = 1.0
"""
CANADA = """
format = "pact/1"
[agreement]
id = "can-jpn-space"
title = "Space, for this test"
form = "arrangement"
class = "sdp"
parties = ["CAN", "JPN"]
signed = 2020-01-01
in_force = 2020-01-01
[[release]]
id = "R1"
basis = "model"
pillars = ["space"]
max_tlp = "green"
onward = "none"
"""


@pytest.fixture(scope="module")
def sky() -> synth.Sky:
    """Two satellites and what passes each of them."""
    made = synth.Sky(1, AT)
    for number in made.walker(2, 1, 550.0, 53.0)["norad"].tolist():
        made.meet(number, AT + 7 * HOUR, 0.3)
    return made


def views(make: Callable[..., Path], clock: Callable[[], int], sky: synth.Sky, told: str):
    """Findings of Japan's node, and the texts that its partners have of them."""
    folder = make("JPN", MORE.format(told=told))
    (own, other), sets = (each.objects[0] for each in sky.truths), {}
    for row in sky.rows:
        fields = elements.omm_fields(row, *sky.names[int(row["norad"])][:2])
        sets.setdefault("operator.json" if row["norad"] == own else "public.json", []).append(
            fields
        )
    for name, given in sets.items():
        (folder / name).write_text(elements.write(given, "json", "X", AT))
    (folder / "assets.toml").write_text(ASSETS.format(number=own))
    (folder / "agreements" / "can-jpn-space.toml").write_text(CANADA)
    with Node.open(folder) as node:
        load_law(node, clock())
        load_assets(node, clock)
        ingest(node, [folder / name for name in sets], clock)
        held = {each.id: each for each in node.store.findings(kind="conjunction")}
        given = {}
        for party in ("EU", "CAN", "USA"):
            made = node.views()
            while not made.refresh(party, clock()):
                pass
            page = made.page(party, clock(), after_n=0, limit=1000, match=Match(type=("event",)))
            given[party] = [each.body for each in page.entries]
    return own, other, folder, held, given, sets["operator.json"]


def subjects(bodies: list[bytes]) -> set[str]:
    """Whom findings are about."""
    cores = (next(iter(json.loads(each)["extensions"].values())) for each in bodies)
    return {name for core in cores for name in core["subjects"]}


def test_the_finding_goes_where_agreements_say_and_the_ephemeris_goes_nowhere(
    make: Callable[..., Path], clock: Callable[[], int], sky: synth.Sky
) -> None:
    own, other, folder, held, given, operator = views(make, clock, sky, 'tlp = "amber"')
    assert len(held) >= 2
    # The EU has both by its agreement up to amber; Canada what rests on no amber set.
    assert {f"norad:{own}", f"norad:{other}"} <= subjects(given["EU"])
    assert f"norad:{other}" in subjects(given["CAN"])
    assert f"norad:{own}" not in subjects(given["CAN"])
    assert given["USA"] == []
    text = b"\n".join(given["EU"] + given["CAN"]).decode()
    assert "satellite:eu-1" in text
    (fields,) = operator
    numbers = {fields[name] for name in elements.NUMBERS.values() if name in fields}
    numbers = {each for each in numbers if len(each) > 5} | {fields["EPOCH"], fields["EPOCH"][:19]}
    assert len(numbers) >= 4
    for secret in (*numbers, "operator.json", "operator of EU 1",
                   sha256((folder / "operator.json").read_bytes())):  # fmt: skip
        assert secret not in text, secret


def test_a_set_that_only_this_node_may_know_keeps_its_finding_here(
    make: Callable[..., Path], clock: Callable[[], int], sky: synth.Sky
) -> None:
    own, other, _, held, given, _ = views(make, clock, sky, 'tlp = "red"')
    assert any(f"norad:{own}" in str(each) for each in held.values())
    assert f"norad:{other}" in subjects(given["EU"])
    assert f"norad:{own}" not in b"\n".join(given["EU"] + given["CAN"]).decode()
