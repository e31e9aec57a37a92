"""`noroshi pact`: check, prove and test as they are typed, with their exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from noroshi.cli.app import app


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("pact") / "jpn"
    assert run("init", str(folder), "--party", "JPN").exit_code == 0
    return folder


@pytest.fixture
def changed(node: Path, tmp_path: Path) -> Path:
    """A copy of one agreement whose assertion is wrong."""
    text = (node / "agreements" / "eu-jpn-sdp.toml").read_text("utf-8")
    path = tmp_path / "eu-jpn-sdp.toml"
    path.write_text(text.replace('say = "always"', 'say = "never"'), "utf-8")
    return path


def test_check_names_what_to_look_at_and_fails_only_for_problems(node: Path) -> None:
    found = run("pact", "check", "--node", str(node))
    assert found.exit_code == 0
    assert "eu-jpn-sdp/D1: duty: eu-jpn-sdp/X1 forbids" in found.output
    assert "6 agreements read well, 0 problems" in found.output
    as_json = json.loads(run("pact", "check", "--node", str(node), "--json").output)
    assert as_json["good"] == 6
    assert {each["kind"] for each in as_json["remarks"]} >= {"duty", "reference", "commitment"}


def test_check_names_every_problem_of_every_file(node: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / f"{name}.toml").write_text('format = "pact/2"\n[agreement]\nid = "x"\n')
    found = run("pact", "check", str(tmp_path), "--node", str(node))
    assert found.exit_code == 1
    assert "a.toml:1: format" in found.output
    assert "b.toml:2: agreement: key 'title' is missing" in found.output


def test_prove_writes_a_certificate_that_verifies(node: Path, tmp_path: Path) -> None:
    path = tmp_path / "proof.json"
    made = run(
        "pact", "prove", "--node", str(node), "--certificate", str(path), "--replay", "5"
    )  # fmt: skip
    assert made.exit_code == 0, made.output
    assert "No leak" in made.output
    assert "pairs would leak" in made.output
    again = run("pact", "prove", "--node", str(node), "--verify", str(path))
    assert again.exit_code == 0, again.output
    path.write_text(path.read_text("utf-8").replace('"leaking": 0', '"leaking": 1', 1), "utf-8")
    assert run("pact", "prove", "--node", str(node), "--verify", str(path)).exit_code == 1


def test_a_certificate_of_another_set_does_not_verify(node: Path, changed: Path) -> None:
    path = changed.parent / "proof.json"
    terms = ("--node", str(node), "--replay", "1")
    assert run("pact", "prove", str(changed), *terms, "--certificate", str(path)).exit_code == 0
    found = run("pact", "prove", "--node", str(node), "--verify", str(path))
    assert found.exit_code == 1
    assert "agreement eu-jpn-sdp: other bytes" in found.output


def test_test_prints_a_line_each_and_fails_with_one(node: Path, changed: Path) -> None:
    found = run("pact", "test", "--node", str(node))
    assert found.exit_code == 0
    assert "pass tisa-2014/A1" in found.output
    wrong = run("pact", "test", str(changed), "--node", str(node))
    assert wrong.exit_code == 1
    assert "FAIL eu-jpn-sdp/A5" in wrong.output
    assert "5 passed, 1 failed." in wrong.output
