"""Acts from the command line: the bundled examples with their answers, and what was seen."""

from __future__ import annotations

import importlib.resources
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from noroshi.cli.app import app

EXAMPLES = importlib.resources.files("noroshi.data").joinpath("examples/acts")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A node with two agreements of the catalogue, and two ships in company at sea."""
    folder = tmp_path_factory.mktemp("act") / "jpn"
    assert run("init", str(folder), "--party", "JPN").exit_code == 0
    taken = ("jpn-aus-raa", "jpn-ita-acsa")
    assert run("pact", "take", *taken, "--node", str(folder)).exit_code == 0
    assert run("pact", "load", "--node", str(folder)).exit_code == 0
    lines = ["mmsi,timestamp,lon,lat,sog"]
    for minute in range(0, 600, 2):
        at = f"2026-06-01T{minute // 60:02}:{minute % 60:02}:00Z"
        for mmsi, lat in ((431000001, 18.0), (247000001, 18.01), (538000001, 18.02)):
            lines.append(f"{mmsi},{at},{60 + minute * 0.0025:.5f},{lat},9.0")
        # A ship is seen by what is found of it: this one says that it is in the Sahara.
        lines.append(f"432000001,{at},{10 + minute * 0.0025:.5f},25.0,9.0")
    (folder / "tracks.csv").write_text("\n".join(lines) + "\n")
    found = run("ingest", str(folder / "tracks.csv"), "--tlp", "green", "--node", str(folder))
    assert found.exit_code == 0, found.output
    return folder


# example: exit code, verdict, and the clause that counts for each thing asked (None: none does)
ANSWERS = {
    "port-visit": (3, "missing", ["jpn-aus-raa/V1"], ["clearance"]),
    "joint-exercise": (
        3, "missing", ["eu-jpn-sdp/V1", "eu-jpn-sdp/V1"], ["clearance", "third"],
    ),
    "refuelling": (0, "permitted", ["jpn-ita-acsa/L1"], []),
}  # fmt: skip


@pytest.mark.parametrize("name", [each.name.removesuffix(".toml") for each in EXAMPLES.iterdir()])
def test_bundled_example(name: str, node: Path) -> None:
    code, verdict, clauses, missing = ANSWERS[name]
    path = str(EXAMPLES.joinpath(f"{name}.toml"))
    at = ("--at", "2026-11-29")
    found = run("act", "ask", path, *at, "--json", "--node", str(node))
    assert found.exit_code == code, found.output
    answer = json.loads(found.output)
    assert answer["verdict"] == verdict
    assert [each["way"] and each["way"]["clause"] for each in answer["asked"]] == clauses
    terms = [term for each in answer["asked"] for term in each["way"]["terms"]]
    assert [each["condition"] for each in terms if each["state"] == "missing"] == missing
    told = run("act", "ask", path, *at, "--node", str(node)).output
    for each in terms:
        assert f"{each['condition']}: {each['found']}; wanted: {each['wanted']}" in told


def test_without_the_agreement_it_may_not_happen(node: Path, tmp_path: Path) -> None:
    text = EXAMPLES.joinpath("refuelling.toml").read_text("utf-8").replace('"ITA"', '"DEU"')
    (tmp_path / "act.toml").write_text(text)
    found = run("act", "ask", str(tmp_path / "act.toml"), "--node", str(node))
    assert found.exit_code == 4
    assert "No agreement of the two permits it" in found.output
    assert "noroshi pact web" in found.output


PLAN = """
[[ship]]
name = "one"
party = "JPN"
mmsi = "431000001"
[[ship]]
name = "two"
party = "EU"
mmsi = "247000001"
[[ship]]
name = "elsewhere"
party = "JPN"
mmsi = "432000001"
[[ship]]
name = "silent"
party = "JPN"
mmsi = "431000009"
"""


def planned(tmp_path: Path, day: str = "2026-06-01") -> str:
    text = EXAMPLES.joinpath("joint-exercise.toml").read_text("utf-8")
    for each in ("2027-05-10", "2027-05-11"):
        text = text.replace(each, day)
    path = tmp_path / "act.toml"
    path.write_text(text + PLAN)
    return str(path)


def test_what_was_planned_beside_what_was_seen(node: Path, tmp_path: Path) -> None:
    found = run("act", "seen", planned(tmp_path), "--json", "--node", str(node))
    assert found.exit_code == 0, found.output
    seen = json.loads(found.output)
    sights = {each["ship"]["name"]: each["sight"] for each in seen["ships"]}
    assert sights == {
        "a frigate": "no MMSI", "a destroyer": "no MMSI",
        "one": "there", "two": "there", "elsewhere": "elsewhere", "silent": "not seen",
    }  # fmt: skip
    assert seen["others"] == ["mmsi:538000001"]
    assert {each[0] for each in seen["shows"]} == {"eu-jpn-sdp/C09"}
    told = run("act", "seen", planned(tmp_path), "--node", str(node)).output
    assert "Not in the plan, and in company with its ships: mmsi:538000001" in told
    assert "Not seen is not absent" in told
    finding = seen["shows"][0][1]
    assert f"noroshi pact keep eu-jpn-sdp/C09 {finding} --by NAME" in told


def test_nobody_looked(node: Path, tmp_path: Path) -> None:
    found = run("act", "seen", planned(tmp_path, "2025-02-01"), "--node", str(node))
    assert "whether anybody looked is not known" in found.output


def test_a_wrong_act_names_its_place(node: Path, tmp_path: Path) -> None:
    (tmp_path / "act.toml").write_text('format = "act/1"\n[act]\nid = "x"\nkind = "visit"\n')
    found = run("act", "ask", str(tmp_path / "act.toml"), "--node", str(node))
    assert "act.toml:2: act: key 'host' is missing" in str(found.exception)
    assert "act.toml:4: act.kind: wrong value" in str(found.exception)
    gone = run("act", "ask", str(tmp_path / "none.toml"), "--node", str(node))
    assert gone.exit_code != 0
