"""Items from the command line: the bundled examples with their answers, and end users by a list."""

from __future__ import annotations

import importlib.resources
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from noroshi.cli.app import app

EXAMPLES = importlib.resources.files("noroshi.data").joinpath("examples")
LIST = str(EXAMPLES.joinpath("lists/invented.ftm.json"))
AT = ("--at", "2026-11-29")


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tech") / "jpn"
    assert run("init", str(folder), "--party", "JPN").exit_code == 0
    taken = ("gcap", "jpn-phl-dett", "jpn-aus-dett")
    assert run("pact", "take", *taken, "--node", str(folder)).exit_code == 0
    assert run("pact", "load", "--node", str(folder)).exit_code == 0
    return folder


# example: exit code, answer, (answer, clause) of each leg, and of each re-export
ANSWERS = {
    "background-to-a-partner": (
        0, "permit", [("permit", "gcap/P1.B1")],
        [("permit", "gcap/P1.B1"), ("licence", "gcap/P1.B1")],
    ),
    "foreground-to-a-third": (
        3, "licence",
        [("licence", "gcap/P1"), ("licence", "gcap/P1.F1"), ("permit", "jpn-aus-dett/R1")],
        [("licence", "gcap/P1.F1"), ("licence", "gcap/P1.F1"), ("licence", "jpn-aus-dett/R1")],
    ),
    "patrol-radar": (
        0, "permit", [("permit", "jpn-phl-dett/R1")], [("licence", "jpn-phl-dett/R1")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(
    "name", [each.name.removesuffix(".toml") for each in EXAMPLES.joinpath("transfers").iterdir()]
)
def test_bundled_example(name: str, node: Path) -> None:
    code, answer, legs, further = ANSWERS[name]
    path = str(EXAMPLES.joinpath(f"transfers/{name}.toml"))
    found = run("tech", "ask", path, *AT, "--json", "--node", str(node))
    assert found.exit_code == code, found.output
    told = json.loads(found.output)
    assert told["answer"] == answer
    by = told["by_agreements"]
    assert [(each["answer"], each["clause"]) for each in by["legs"]] == legs
    assert [(each["answer"], each["clause"]) for each in by["reexport"]] == further
    words = run("tech", "ask", path, *AT, "--node", str(node)).output
    for each in by["legs"]:
        assert f"by {each['clause']}" in words
        assert all(f"needs a licence of {who}" in words for who in each["licence_of"])


def test_an_end_user_that_is_like_an_entry_waits_for_a_person(node: Path) -> None:
    path = str(EXAMPLES.joinpath("transfers/patrol-radar.toml"))
    assert "not screened" in run("tech", "ask", path, *AT, "--node", str(node)).output
    found = run("tech", "ask", path, "--list", LIST, *AT, "--node", str(node))
    assert found.exit_code == 3
    assert found.output.startswith("Licence needed: a maritime patrol radar (ML5)")
    assert "0.90  Golubaya Tsaplya LLC (Company, sanction)  invented-1" in found.output
    assert "-0.10 other_country: country ph, on the list zz" in found.output
    sure = run("tech", "ask", path, "--list", LIST, "--threshold", "0.95", *AT, "--node", str(node))
    assert sure.exit_code == 0
    assert "0 alike of 4 entries read." in sure.output


def test_what_is_prohibited_stays_so(node: Path, tmp_path: Path) -> None:
    text = EXAMPLES.joinpath("transfers/patrol-radar.toml").read_text("utf-8")
    (tmp_path / "item.toml").write_text(text.replace('"ML5"', '"5A002"'))
    found = run("tech", "ask", str(tmp_path / "item.toml"), "--list", LIST, "--node", str(node))
    assert found.exit_code == 4
    assert "jpn-phl-dett/R1: control is 5A002; allowed: ML" in found.output


def test_a_name_in_any_script_and_a_list_that_is_not_whole(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_bytes(b"{\n" + Path(LIST).read_bytes())
    found = run("tech", "screen", "ЗЕЛЕНЫЙ МАЯК институт", "--list", str(path))
    assert found.exit_code == 3
    assert "zeleni = zeleni, maiak = maiak" in found.output
    assert "list.json:1: no FollowTheMoney entity" in found.output
    assert "A list that was not read whole may have more." in found.output
    by_number = run("tech", "screen", "x", "--registration", "zz 77-1", "--list", str(path))
    assert "+1.00 same_id: both have the registration zz771" in by_number.output
    nobody = run("tech", "screen", "Somebody Else", "--list", LIST, "--json")
    assert (nobody.exit_code, json.loads(nobody.output)["hits"]) == (0, [])
    assert run("tech", "screen", "x").exit_code == 2


def test_a_programme_says_who_owns_what_and_who_agrees(node: Path) -> None:
    found = run("tech", "programme", "gcap", "--node", str(node))
    assert "workshare   GBR 33.3 %, ITA 33.3 %, JPN 33.3 %" in found.output
    assert "background  P1.B3  of JPN" in found.output
    assert "thirds      every owner must agree" in found.output
    assert "our reading" in found.output
    assert run("tech", "programme", "eu-jpn-sdp", "--node", str(node)).exit_code == 2
