"""The desk as the rest of noroshi meets it: parameters, imports, documentation, and Suez."""

from __future__ import annotations

import collections
import subprocess
import sys
from pathlib import Path

import pytest

from noroshi.desks.sea import desk
from noroshi.desks.sea.parameters import Parameters
from noroshi.words.errors import BadConfig
from noroshi.words.time import DAY, HOUR, parse_instant

DOCS = Path(__file__).resolve().parents[3] / "docs" / "sea.md"


def test_importing_the_desk_loads_nothing_heavy():
    code = (
        "import sys; from noroshi.desks.sea import desk; desk.kinds; desk.parameters({});"
        "print(sorted({'numpy', 'pyais', 'h3', 'numba'} & set(sys.modules)))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ({"slow_knots": 1.0}, "slow_knots"),
        ({"slow_kn": "fast"}, "slow_kn"),
        ({"slow_kn": -1.0}, "slow_kn: must be above 0"),
        ({"slow_kn": 0.9}, "slow_kn: above its counterpart; found 0.9; expected at most fast_kn"),
        ({"port_entry_m": 5_000.0}, "port_entry_m: above its counterpart"),
        ({"stop_min_s": 60}, "stop_min_s: shorter than the time bin"),
    ],
    ids=["unknown", "wrong type", "negative", "speeds crossed", "distances crossed", "too short"],
)
def test_bad_parameters_are_named(table, words):
    with pytest.raises(BadConfig) as caught:
        desk.parameters(table)
    assert words in str(caught.value)


def test_defaults_are_the_published_numbers():
    chosen = desk.parameters({})
    assert chosen == Parameters()
    assert (chosen.encounter_m, chosen.encounter_min_s, chosen.encounter_kn) == (500, 7200, 2)
    assert (chosen.port_entry_m, chosen.port_exit_m) == (3000, 4000)


def test_every_kind_and_parameter_has_its_heading():
    headings = {
        line.lstrip("#").strip().strip("`")
        for line in DOCS.read_text(encoding="utf-8").splitlines()
        if line.startswith("#")
    }
    assert set(desk.kinds) | set(Parameters.__struct_fields__) <= headings


@pytest.mark.shared
def test_suez_shows_the_queue_of_march_2021(suez):
    """Ever Given went aground on 23 March 2021 about 05:40 UTC: no convoy forms after it, and more
    ships lie still every day."""
    blocked = parse_instant("2021-03-23T05:40:00Z")
    companies = [each for each in suez if each.kind == "ships_in_company"]
    assert len([each for each in companies if each.span.t0 < blocked]) > 20
    assert len([each for each in companies if each.span.t0 >= blocked + 6 * HOUR]) == 0

    def resting(at):
        return {
            subject
            for each in suez
            if each.kind == "stop" and each.span.t0 <= at < each.span.t1
            for subject in each.subjects
        }

    noon = parse_instant("2021-03-20T12:00:00Z")
    counts = [len(resting(noon + day * DAY)) for day in range(5)]
    assert counts[4] > counts[3] > counts[2]


@pytest.mark.shared
def test_suez_findings_are_distinct_and_name_the_anchorages(suez):
    assert len({each.id for each in suez}) == len(suez)
    named = collections.Counter(each.measures["port"] for each in suez if each.kind == "port_visit")
    assert [name for name, _ in named.most_common(2)] == [
        "SUEZ SOUTH ANCHORAGE (EGY)",
        "PORT SAID (EGY)",
    ]
    assert not [each for each in suez if each.kind == "encounter"]


def test_the_desk_and_its_findings_are_of_one_version() -> None:
    from noroshi.desks.sea.findings import VERSION

    assert desk.version == VERSION
