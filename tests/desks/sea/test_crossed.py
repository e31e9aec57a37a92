"""Who was at a cable when it failed: the window, the order, and what an empty answer looked at;
and the reports of outages that it may start from."""

from __future__ import annotations

import json

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from noroshi.desks.sea import desk
from noroshi.desks.sea.crossed import QUERY, sure_loss
from noroshi.words.asset import Asset, AssetGraph
from noroshi.words.errors import BadInput
from noroshi.words.evidence import JsonPointer, Row
from noroshi.words.time import DAY, HOUR, MINUTE, parse_instant

T = parse_instant("2024-12-25T10:26:00Z")
CABLES = (
    Asset("cable:estlink-2", "cable", "Estlink 2", path=((25.0, 59.5), (25.0, 60.0))),
    Asset("cable:c-lion1", "cable", "C-Lion1", path=((24.0, 59.5), (24.0, 60.0))),
    Asset("port:estlink", "port", "Estlink harbour"),
)


class Told(msgspec.Struct):
    """A finding as a node keeps it."""

    id: str
    t0: int
    measures: dict[str, object]
    assets: tuple[str, ...] = ("cable:estlink-2",)
    kind: str = "crossing"
    lasted: int = 4 * MINUTE
    subjects: tuple[str, ...] = ("mmsi:1",)

    @property
    def t1(self) -> int:
        return self.t0 + self.lasted


class Node(msgspec.Struct):
    """What a query may read."""

    held: list[Told]

    def assets(self):
        return AssetGraph(CABLES)

    def findings(self, kind, since=None, until=None, asset=None):
        return [
            each
            for each in sorted(self.held, key=lambda each: (each.t0, each.id))
            if each.kind == kind
            and (asset is None or asset in each.assets)
            and (until is None or each.t0 < until)
            and (since is None or each.t1 >= since)
        ]


def passed(id, minutes, before=9.3, lowest=9.3, reason="none", error=0.1, **more):
    measures = {
        "baseline_kn": before, "lowest_kn": lowest, "loss_kn": before - lowest,
        "speed_error_kn": error, "reason": reason, "crossed_after_s": 120, "drag_signs": "none",
    }  # fmt: skip
    return Told(id, T + minutes * MINUTE - 2 * MINUTE, measures | more)


def asked(held, **given):
    options = {each.name: each.default for each in QUERY.options}
    return QUERY.run(Node(held), options | given)


def order(answer):
    return [ship.finding for ship in answer.value.ships]


EAGLE = passed("eagle", -1, 9.3, 8.8)


def test_most_surely_lost_stands_first_and_reasons_stand_last():
    held = [
        passed("fast", -30, 18.0, 17.6),
        passed("unsure", -20, 11.0, 8.0, error=3.0),
        passed("port", -10, 10.0, 2.0, reason="port"),
        Told("unknown", T - 9 * MINUTE, {"closest_after_s": 60}),
        EAGLE,
    ]
    answer = asked(held, asset="estlink 2", around="2024-12-25T10:26:00Z")
    assert order(answer) == ["eagle", "fast", "unsure", "unknown", "port"]
    first, unknown = answer.value.ships[0], answer.value.ships[3]
    assert (first.minutes, first.crossed) == (-1.0, True)
    assert first.sure_loss_share == pytest.approx(0.4 / 9.3, abs=1e-4)
    assert (unknown.minutes, unknown.crossed, unknown.sure_loss_share) == (-8.0, False, None)
    assert [row[0] for row in answer.rows] == ["1", "2", "3", "4", "5"]


@pytest.mark.parametrize(
    ("minutes", "there"),
    [(-65, False), (-61, True), (0, True), (9, True), (13, False)],
    ids=["long before", "left in time", "at it", "after", "too late"],
)
def test_the_window_is_an_hour_before_to_ten_minutes_after(minutes, there):
    answer = asked([passed("one", minutes)], asset="estlink 2", around="2024-12-25T10:26:00Z")
    assert order(answer) == (["one"] if there else [])


def test_the_window_is_as_asked():
    held = [passed("early", -100), passed("late", 25)]
    at = {"asset": "estlink 2", "around": "2024-12-25T10:26:00Z"}
    assert order(asked(held, **at)) == []
    assert sorted(order(asked(held, **at, before="1h45m", after="PT30M"))) == ["early", "late"]
    whole_day = {"asset": "estlink 2", "around": "2024-12-25"}
    assert sorted(order(asked(held, **whole_day))) == ["early", "late"]


def test_another_asset_is_another_question():
    held = [EAGLE, msgspec.structs.replace(EAGLE, id="other", assets=("cable:c-lion1",))]
    assert order(asked(held, asset="C-Lion1", around="2024-12-25T10:26:00Z")) == ["other"]


def test_an_empty_answer_says_what_was_looked_at():
    far = msgspec.structs.replace(EAGLE, t0=T - 3 * DAY)
    answer = asked([far], asset="estlink 2", around="2024-12-25T10:26:00Z")
    assert (answer.value.known, answer.value.ships) == (1, ())
    assert "no ship was there" in answer.before[0]
    assert "1 passes of it in the ledger, 2024-12-22" in answer.before[1]
    nothing = asked([], asset="estlink 2", around="2024-12-25T10:26:00Z")
    assert "not known" in nothing.before[0]
    assert "0 passes" in nothing.before[1]
    assert "noroshi ingest" in nothing.before[2]


def test_lines_are_limited_and_values_are_not():
    held = [passed(f"n{n}", -n) for n in range(9)]
    answer = asked(held, asset="estlink 2", around="2024-12-25T10:26:00Z", limit="4")
    assert (len(answer.rows), len(answer.value.ships)) == (4, 9)
    assert "4 of 9" in answer.after[1]


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({}, "nothing to look for"),
        ({"asset": "estlink 2"}, "nothing to look for"),
        ({"asset": "nord stream", "around": "2024"}, "no cable or pipeline among 2"),
        ({"asset": "cable:", "around": "2024"}, "2 of them match"),
        ({"asset": "estlink 2", "around": "noon"}, "not an instant"),
        ({"asset": "estlink 2", "around": "2024", "before": "soon"}, "--before: not a time"),
        ({"asset": "estlink 2", "around": "2024", "limit": "0"}, "not a number of lines"),
        ({"outage": "F-9"}, "no such report"),
    ],
    ids=["nothing", "no time", "no asset", "several", "no instant", "no span", "no lines",
         "no report"],
)  # fmt: skip
def test_what_cannot_be_understood_is_said(given, problem):
    with pytest.raises(BadInput, match=problem):
        asked([EAGLE], **given)


def test_an_outage_may_be_asked_about_by_its_ref_or_id():
    report = Told("event--77", T, {"ref": "F-1"}, kind="outage", lasted=MINUTE)
    for name in ("F-1", "event--7"):
        answer = asked([EAGLE, report], outage=name)
        assert (answer.value.asset, order(answer)) == ("cable:estlink-2", ["eagle"])


def test_a_loss_within_the_error_is_none_and_without_a_baseline_unknown():
    assert sure_loss({"loss_kn": 0.5, "speed_error_kn": 0.5, "baseline_kn": 10.0}) == 0.0
    assert sure_loss({"loss_kn": 0.5, "speed_error_kn": 0.1}) is None


# Reports of outages.

CSV = (
    "ref,asset,began,ended,reported_by,note\n"
    "F-1,Estlink 2,2024-12-25T10:26:00Z,2024-12-25T10:30:00Z,Fingrid,tripped\n"
    "F-2,cable:gone,2024-12-25,,,\n"
    ",cable:x,2024-12-25,,,\n"
    "F-3,,2024-12-25,,,\n"
    "F-4,cable:x,noon,,,\n"
    "F-5,cable:x,2024-12-25,2024-12-01,,\n"
    "F-6,cable:x,2024,,,\n"
)
TOML = """format = "outages/1"
[[outage]]
ref = "F-1"
asset = "Estlink 2"
began = 2024-12-25T10:26:00Z
ended = "2024-12-25T10:30:00Z"
reported_by = "Fingrid"
note = "tripped"
[[outage]]
ref = "F-2"
asset = "cable:gone"
began = 2024-12-25
"""
JSON = json.dumps(
    {"format": "outages/1", "outage": [
        {"ref": "F-1", "asset": "Estlink 2", "began": "2024-12-25T10:26:00Z",
         "ended": "2024-12-25T10:30:00Z", "reported_by": "Fingrid", "note": "tripped"},
        {"ref": "F-2", "asset": "cable:gone", "began": "2024-12-25"},
    ]}
)  # fmt: skip


@pytest.mark.parametrize("form", [CSV, TOML, JSON], ids=["CSV", "TOML", "JSON"])
def test_every_form_says_the_same(scene, form):
    assert desk.sniff(form.encode(), "x") == 1.0
    columns, _ = scene.read(form.encode())
    first, second = sorted(scene.found(columns, CABLES), key=lambda each: each.subjects)
    assert (first.kind, first.assets, first.span.t0) == ("outage", ("cable:estlink-2",), T)
    assert first.span.t1 == T + 4 * MINUTE + 1_000_000
    assert first.measures == {
        "ref": "F-1", "reported_by": "Fingrid", "note": "tripped", "state": "closed",
    }  # fmt: skip
    assert second.measures["state"] == "open"
    assert (second.assets, second.span.precision) == (("cable:gone",), "day")
    assert second.span.t1 - second.span.t0 == DAY
    where = first.evidence[0].locator
    assert where == (Row(1) if form == CSV else JsonPointer("/outage/0"))


def test_bad_rows_are_kept_aside_with_their_reason(scene):
    _, rejected = scene.read(CSV.encode())
    assert [(each.locator.row, each.reason.split(":")[0]) for each in rejected] == [
        (3, "no ref"),
        (4, "no asset"),
        (5, "not an RFC 3339 instant"),
        (6, "it ended before it began"),
        (7, "a month or a year is no time of an outage"),
    ]
    for broken in ('format = "outages/1"\n[[outage]', '{"format": "outages/1", "outage": 3}'):
        columns, (whole,) = scene.read(broken.encode())
        assert columns == []
        assert "not a form of outages" in whole.reason


@settings(max_examples=10)
@given(order=st.permutations(range(4)), dumped=st.booleans())
def test_the_report_retrieved_last_counts_in_any_order(scene, order, dumped):
    began = [T, T + HOUR, T + 3 * HOUR, T + 2 * HOUR]
    batches = []
    for n, at in enumerate(began):
        text = f"ref,asset,began\nF-1,c,{np.datetime64(at, 'us')}Z\n".encode()
        source = msgspec.structs.replace(scene.source(text, f"r{n}"), retrieved=n)
        batches += list(desk.read(source))
    context = scene.context(CABLES)
    state = desk.start(context)
    for n in order:
        state, _ = desk.fold(state, batches[n], 0)
        if dumped:
            state = desk.load(desk.dump(state), context)
    (one,) = scene.live(desk.finish(state))
    assert one.span.t0 == T + 2 * HOUR
