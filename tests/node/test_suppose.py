"""A party leaves a node's law: findings that lose their only path, beside clauses and figures."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from typer.testing import CliRunner

from noroshi.cli.app import app
from noroshi.node.law import load_law
from noroshi.node.node import Node
from noroshi.node.setup import init
from noroshi.words.errors import NoroshiError
from noroshi.words.ids import sha256
from noroshi.words.label import Strand, Tlp, label
from noroshi.words.record import Record
from noroshi.words.time import parse_instant

NOW = parse_instant("2026-06-01T00:00:00Z")
KEEP = ("tisa-2014.toml", "jpn-kor-gsomia.toml", "eu-jpn-sdp.toml")


def finding(number: int, *strands: Strand) -> Record:
    raw = b'{"type":"event","id":"event--%d"}' % number
    name = f"event--00000000-0000-5000-8000-{number:012}"
    held = label(*strands)
    pillar = strands[0].pillar
    return Record(
        name, NOW, strands[0].kind, pillar, strands[0].originator, held, raw, sha256(raw), NOW
    )


LAUNCH = Strand("KOR", "disarmament", "missile_launch", Tlp.AMBER)
OURS = msgspec.structs.replace(LAUNCH, originator="JPN")
SEEN = Strand("JPN", "maritime", "port_visit", Tlp.GREEN)


@pytest.fixture
def home(tmp_path: Path):
    """Makes a node of Japan with some of the bundled agreements as its law, and four findings."""

    def make(*names: str) -> Path:
        folder = tmp_path / "jpn"
        init(folder, "JPN")
        for path in (folder / "agreements").iterdir():
            if path.name not in names:
                path.unlink()
        with Node.open(folder) as node:
            load_law(node, NOW)
            records = [finding(1, LAUNCH), finding(2, LAUNCH, OURS), finding(3, SEEN)]
            other = msgspec.structs.replace(records[0], id="indicator--1")
            node.store.put([*records, other], at=NOW)
        return folder

    return make


def without(party: str, folder: Path, *more: str, word: str = "without") -> dict:
    arguments = ["pact", word, party, "--node", str(folder), "--at", "2026-06-01", "--json", *more]
    found = CliRunner().invoke(app, arguments)
    assert found.exit_code == 0, found.exception
    return msgspec.json.decode(found.stdout)


def test_without_its_hub_a_finding_loses_its_only_path(home) -> None:
    found = without("USA", home("tisa-2014.toml"))["information"]
    assert found["findings"] == 3
    # Two findings rest on Korea's strand; one of them rests on ours as well.
    assert found["lost"] == {"JPN > KOR": 1, "KOR > JPN": 2}
    assert found["losing"][0]["path"] == ["KOR", "USA", "JPN"]
    assert found["gained"] == {}


def test_with_the_agreement_of_2016_it_keeps_one(home) -> None:
    found = without("USA", home("tisa-2014.toml", "jpn-kor-gsomia.toml"))
    assert found["information"]["lost"] == {}
    assert found["information"]["of_itself"]
    assert found["legal"]["stop"] == ["tisa-2014/R1"]
    assert found["legal"]["model"] == ["tisa-2014/R1"]
    assert found["capability"] is None


def test_who_comes_in_gains_a_path(home) -> None:
    found = without("IND", home(*KEEP), "--in", "eu-jpn-sdp", word="with")
    assert found["information"]["lost"] == {}
    assert found["information"]["of_itself"] == {"JPN > IND": 1}
    assert "eu-jpn-sdp/R1" in found["legal"]["widen"]


def test_the_page_keeps_the_answers_apart_and_says_what_is_unknown(home) -> None:
    folder = home(*KEEP)
    arguments = ["pact", "without", "USA", "--node", str(folder), "--at", "2026-06-01"]
    said = CliRunner().invoke(app, arguments).stdout.splitlines()
    heads = [line for line in said if line.isupper()]
    assert heads == ["LEGAL", "INFORMATION", "CAPABILITY"]
    assert "  Unknown: no data were given (--data)." in said
    assert said[-1] == "Our model and not text (1 of 1 clauses): tisa-2014/R1"
    assert "    tisa-2014 (information)" in "\n".join(said)


def test_a_store_without_findings_says_so(tmp_path) -> None:
    init(tmp_path / "eu", "EU")
    arguments = ["pact", "without", "USA", "--node", str(tmp_path / "eu")]
    assert "This node's store holds no findings." in CliRunner().invoke(app, arguments).stdout
    said = CliRunner().invoke(app, ["pact", "network", "--node", str(tmp_path / "eu")]).stdout
    assert "alliance: no agreement in force" in said


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["without", "XYZ", "--set", "web"], "no party"),
        (["with", "KOR", "--set", "web", "--in", "nope"], "no such agreement"),
        (["without", "USA", "--data", "."], "no dataset there"),
        (["data", "."], "no dataset there"),
        (["network", "--set", "web", "--form", "nope"], "no such word"),
    ],
)
def test_bad_questions_say_what_was_expected(arguments, problem, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = CliRunner().invoke(app, ["pact", *arguments])
    assert isinstance(found.exception, NoroshiError)
    assert problem in str(found.exception)


@pytest.mark.shared
def test_data_and_years_from_the_command_line(shared) -> None:
    folder = str(shared / "data" / "agreements")
    said = CliRunner().invoke(app, ["pact", "data", folder]).stdout
    assert "atop51_dyad_year.csv: ATOP 5.1 (Leeds et al. 2002), 1815–2018, 136,648 rows" in said
    assert "left out, the first at line" in said
    last = CliRunner().invoke(app, ["pact", "years", folder]).stdout.splitlines()[-1].split()
    assert last[:3] == ["2018", "146", "1707"]
