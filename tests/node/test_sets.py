"""Sets by name: folders, revisions of git, the law at two dates, files against law; bad names."""

from __future__ import annotations

import importlib.resources
import re
import subprocess
from pathlib import Path

import pytest
from typer.testing import CliRunner

from noroshi.cli.app import app
from noroshi.node.law import load_law
from noroshi.node.node import Node
from noroshi.node.setup import init
from noroshi.words.errors import NoroshiError
from noroshi.words.time import parse_instant

NOW = parse_instant("2026-06-01T00:00:00Z")


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """A node whose agreements have two revisions: the draft of the second is in force."""
    folder = tmp_path_factory.mktemp("sets") / "jpn"
    init(folder, "JPN")
    with Node.open(folder) as node:
        load_law(node, NOW)
    git = ["git", "-C", str(folder), "-c", "user.name=n", "-c", "user.email=n@example.org"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "agreements"], check=True)
    subprocess.run([*git, "commit", "-qm", "first"], check=True)
    draft = folder / "agreements" / "eu-jpn-sia.toml"
    draft.write_text(
        draft.read_text("utf-8").replace(
            'parties = ["EU", "JPN"]', 'parties = ["EU", "JPN"]\nin_force = 2026-01-01'
        ),
        "utf-8",
    )
    return folder  # fmt: skip


def diff(*arguments: str, code: int) -> str:
    found = CliRunner().invoke(app, ["pact", "diff", *arguments])
    assert found.exit_code == code, found.output or found.exception
    return found.output


def test_the_files_of_a_node_are_compared_with_its_law(home: Path) -> None:
    said = diff("--node", str(home), code=5)
    assert "Before: law, 6 agreements" in said
    assert "eu-jpn-sia: negotiating, not signed → in force" in said
    assert "    EU ↔ JPN: " in said
    assert said.splitlines()[-1].startswith("Our model and not text")


def test_a_revision_of_git_is_a_set(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    said = diff("HEAD", "files", "--node", str(home), code=5)
    assert "eu-jpn-sia: negotiating, not signed → in force" in said
    monkeypatch.chdir(home)
    assert diff("HEAD:agreements", "agreements", code=5).splitlines()[2:] == said.splitlines()[2:]
    assert "Nothing is decided differently." in diff("HEAD", "law", "--node", str(home), code=0)


def test_one_law_at_two_dates(home: Path) -> None:
    said = diff("--at", "2024-10-31", "--at", "2024-11-30", "--node", str(home), code=5)
    assert "eu-jpn-sdp: not yet in force → in force" in said
    assert "by eu-jpn-sdp/R2 (our model): as it is" in said


def test_a_party_filter_and_a_supposition() -> None:
    said = diff("web", "--without", "USA", "--party", "KOR", code=5)
    assert "web, supposing without USA" in said
    assert "tisa-2014/R1" in said
    assert "JPN → USA" not in said


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["law"], "no node here"),
        (["nothing-there", "web"], "neither a path nor a revision"),
        (["--upload-pack=x", "web"], None),
        (["web", "--without", "XYZ"], "no party"),
        (["web", "--in-force", "nope"], "no such agreement"),
        (["web", "--at", "1999", "--at", "2000", "--at", "2001"], "a day for each side"),
        (["web", "--at", "yesterday"], "not an instant"),
    ],
)
def test_bad_names_say_what_was_expected(arguments, problem, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    found = CliRunner().invoke(app, ["pact", "diff", *arguments])
    assert found.exit_code in (1, 2)
    if problem is not None:
        assert isinstance(found.exception, NoroshiError)
        assert problem in str(found.exception)


def test_the_worked_example_of_the_manual_is_what_the_command_prints(tmp_path, monkeypatch) -> None:
    bundled = importlib.resources.files("noroshi.data").joinpath("agreements")
    for name in ("before", "after"):
        (tmp_path / name).mkdir()
        for each in bundled.iterdir():
            (tmp_path / name / each.name).write_bytes(each.read_bytes())
    draft = tmp_path / "after" / "eu-jpn-sia.toml"
    page = (Path(__file__).resolve().parents[2] / "docs" / "web.md").read_text("utf-8")
    dates = page.partition("```toml\n")[2].partition("```")[0]
    parties = 'parties = ["EU", "JPN"]\n'
    draft.write_text(draft.read_text("utf-8").replace(parties, parties + dates, 1), "utf-8")
    command = "$ noroshi pact diff before after --at 2026-11-01\n"
    shown = page.partition(command)[2].partition("```")[0]
    monkeypatch.chdir(tmp_path)
    said = diff("before", "after", "--at", "2026-11-01", code=5)
    # The hash of the bundled set moves whenever one of its files does.
    assert [*map(unhashed, said.splitlines())] == [*map(unhashed, shown.splitlines())]


def unhashed(line: str) -> str:
    return re.sub(r", set [0-9a-f]{12}$", "", line)
