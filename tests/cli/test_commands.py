"""The command line as a newcomer meets it: empty states, errors that say what to do, exit codes."""

from __future__ import annotations

import json
import re
import sqlite3
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from noroshi.cli.app import app, main
from noroshi.cli.show import print_findings
from noroshi.words.errors import NoroshiError, Refused

BUNDLE = {
    "type": "bundle",
    "id": "bundle--0a9ac0d1-7f9f-4ea1-a0d9-54a46ec3b6ea",
    "objects": [
        {
            "type": "malware",
            "spec_version": "2.1",
            "id": "malware--00000000-0000-4000-8000-000000000001",
            "created": "2026-01-01T00:00:00.000Z",
            "modified": "2026-01-01T00:00:00.000Z",
            "name": "a sample",
            "is_family": False,
        }
    ],
}


def run(*arguments: str) -> Result:
    """One command, in this process."""
    return CliRunner().invoke(app, arguments)


@pytest.fixture
def node(tmp_path: Path) -> Path:
    """A new node of Japan."""
    folder = tmp_path / "jpn"
    assert run("init", str(folder), "--party", "JPN").exit_code == 0
    return folder


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(BUNDLE))
    return path


def refusal(*arguments: str) -> str:
    """What a command that ends with an error of ours says."""
    found = run(*arguments)
    assert isinstance(found.exception, NoroshiError), found.output
    return str(found.exception)


def test_init_says_what_it_made_and_what_comes_next(tmp_path: Path) -> None:
    found = run("init", str(tmp_path / "x"), "--party", "EU")
    assert found.exit_code == 0
    assert "European Union" in found.output
    assert "eu-jpn-sdp" in found.output
    assert "noroshi ingest" in found.output


def test_init_twice_refuses_and_an_unknown_party_gets_a_hint(node: Path, tmp_path: Path) -> None:
    assert "already" in refusal("init", str(node), "--party", "JPN")
    assert "ISO 3166-1" in refusal("init", str(tmp_path / "y"), "--party", "JAPAN")
    assert not (tmp_path / "y").exists()


def test_an_empty_node_says_how_to_fill_it(node: Path) -> None:
    assert "noroshi ingest" in run("findings", "--node", str(node)).output
    assert run("findings", "--node", str(node), "--json").output.strip() == "[]"
    assert "nobody to send anything to" in run("views", "--node", str(node)).output


def test_a_node_of_intelligence_alone_says_what_it_holds(node: Path, tmp_path: Path) -> None:
    ids = [f"malware--00000000-0000-4000-8000-00000000000{n}" for n in range(2)]
    objects = [
        {"type": "malware", "spec_version": "2.1", "id": each, "name": "m", "is_family": False,
         "created": "2024-01-01T00:00:00.000Z", "modified": "2024-01-01T00:00:00.000Z"}
        for each in ids
    ]  # fmt: skip
    name = "bundle--00000000-0000-4000-8000-000000000000"
    file = tmp_path / "bundle.json"
    file.write_text(json.dumps({"type": "bundle", "id": name, "objects": objects}), "utf-8")
    assert run("ingest", str(file), "--node", str(node)).exit_code == 0
    said = run("findings", "--node", str(node)).output
    assert "No findings yet; 2 other records are held: 2 malware." in said
    assert "noroshi ingest" in said


def test_a_kind_of_which_there_is_none_is_no_empty_node(capsys: pytest.CaptureFixture[str]) -> None:
    print_findings([], 0, 3, {})
    said = capsys.readouterr().out
    assert "None of the 3 findings" in said
    assert "noroshi ingest" not in said


def test_a_folder_without_a_node_says_how_to_make_one(tmp_path: Path) -> None:
    assert "noroshi init" in refusal("findings", "--node", str(tmp_path))


@pytest.mark.parametrize(
    ("tlp", "code", "says"),
    [
        ("green", 0, "eu-jpn-sdp/R2"),
        ("amber+strict", 4, "tlp is amber+strict; allowed: ≤ amber"),
        (None, 4, "Withheld from EU"),
    ],
)
def test_why_explains_and_its_exit_code_says_the_verdict(
    node: Path, bundle: Path, tlp: str | None, code: int, says: str
) -> None:
    label = ["--tlp", tlp] if tlp else []
    ingested = run("ingest", str(bundle), "--node", str(node), *label)
    assert ingested.exit_code == 0
    assert ("no label declared" in ingested.output) == (tlp is None)
    found = run("why", "malware--0000", "--to", "EU", "--node", str(node))
    assert found.exit_code == code
    assert says in found.output


def test_why_answers_for_the_past(node: Path, bundle: Path) -> None:
    """Before the partnership was signed, nothing of it applied."""
    run("ingest", str(bundle), "--node", str(node), "--tlp", "green")
    asked = ("why", "malware--0000", "--to", "EU", "--node", str(node))
    assert run(*asked, "--at", "2024-10-31").exit_code == 4
    assert run(*asked, "--at", "2024-11-01").exit_code == 0
    assert "not an instant" in refusal(*asked, "--at", "yesterday")


def test_why_wants_one_record_that_exists(node: Path) -> None:
    assert "noroshi findings" in refusal("why", "event--0", "--to", "EU", "--node", str(node))
    assert "no party" in refusal("why", "event--0", "--to", "Europe", "--node", str(node))


def test_show_prints_label_and_bytes(node: Path, bundle: Path) -> None:
    run("ingest", str(bundle), "--node", str(node), "--tlp", "green")
    found = run("show", "malware--0000", "--node", str(node))
    assert "TLP:GREEN" in found.output
    assert "a sample" in found.output


def test_an_unknown_tlp_names_those_there_are(node: Path, bundle: Path) -> None:
    said = refusal("ingest", str(bundle), "--node", str(node), "--tlp", "clear")
    assert "amber+strict" in said


def test_a_misspelt_key_of_an_agreement_is_named_by_file_and_line(node: Path) -> None:
    file = node / "agreements" / "eu-jpn-sdp.toml"
    lines = file.read_text("utf-8").splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if line.startswith("max_tlp"))
    lines[at] = lines[at].replace("max_tlp", "max_tpl")
    file.write_text("".join(lines), "utf-8")
    found = run("pact", "check", "--node", str(node))
    assert found.exit_code == 1
    assert f"eu-jpn-sdp.toml:{at + 1}" in found.output
    assert "max_tpl" in found.output
    assert "max_tlp" in found.output
    refused = refusal("pact", "load", "--node", str(node))
    assert f"eu-jpn-sdp.toml:{at + 1}" in refused


def test_a_law_takes_effect_only_when_it_is_loaded(node: Path, bundle: Path) -> None:
    run("ingest", str(bundle), "--node", str(node), "--tlp", "green")
    (node / "agreements" / "eu-jpn-sdp.toml").unlink()
    asked = ("why", "malware--0000", "--to", "EU", "--node", str(node))
    assert run(*asked).exit_code == 0
    assert "unchanged" not in run("pact", "load", "--node", str(node)).output
    assert run(*asked).exit_code == 4
    assert "unchanged" in run("pact", "load", "--node", str(node)).output


def test_config_check_names_every_value_with_its_origin(node: Path) -> None:
    found = run("config", "--check", "--node", str(node), "--json")
    rows = {row["key"]: (row["value"], row["from"]) for row in json.loads(found.output)}
    assert rows["node.party"] == ('"JPN"', "node.toml")
    assert rows["serve.page"] == ("1000", "default")


def test_sync_names_the_peers_there_are(node: Path) -> None:
    assert "none" in refusal("sync", "EU", "--node", str(node))


def test_version_and_help_end_well() -> None:
    assert run("--version").output.startswith("noroshi ")
    assert run("--help").exit_code == 0


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (FileNotFoundError(2, "No such file or directory", "/a/b"), "noroshi: /a/b: No such file"),
        (sqlite3.OperationalError("database or disk is full"), "noroshi: store: database or disk"),
        (Refused("not here"), "noroshi: not here"),
    ],
    ids=["system", "store", "ours"],
)
def test_what_a_person_can_mend_is_one_message_and_no_traceback(
    problem: Exception,
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def failing() -> None:
        raise problem

    monkeypatch.setitem(main.__globals__, "only", lambda app, words: failing)
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capsys.readouterr().err.startswith(said)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("[desk.nosuch]\nx = 1\n", "no desk 'nosuch'"),
        ("[desk.sea]\nnosuch = 1\n", "nosuch"),
        ("[[feed]]\nuri = 'a'\ndesk = 'moon'\nlabel = { tlp = 'amber' }\n", "no desk 'moon'"),
        ("[[peer]]\nparty = 'XYZ'\n", "no party 'XYZ'"),
        (
            "[[peer]]\nparty = 'EU'\nuser = 'jpn'\npassword = { file = 'nowhere' }\n",
            r"password of \[\[peer\]\] EU",
        ),
    ],
)
def test_config_check_tries_what_would_fail_later(node: Path, more: str, says: str) -> None:
    with (node / "node.toml").open("a", encoding="utf-8") as file:
        file.write(more)
    assert re.search(says, refusal("config", "--check", "--node", str(node)))


def test_config_check_reads_the_agreements(node: Path) -> None:
    (node / "agreements" / "broken.toml").write_text("format = 'pact/1'\n[agreement]\nid = 1\n")
    assert "broken.toml" in refusal("config", "--check", "--node", str(node))


def test_taxii_load_says_the_password_once_and_what_was_refused(node: Path, tmp_path: Path) -> None:
    collection = {
        "id": "0c0ffee0-0000-4000-8000-000000000001",
        "title": "Open",
        "can_read": True,
        "can_write": False,
        "objects": BUNDLE["objects"],
    }
    root = {"information": {"title": "Trust"}, "collections": [collection]}
    path = tmp_path / "data.json"
    path.write_text(json.dumps({"trust": root}))
    command = ("taxii", "load", str(path), "--account", "suite", "--node", str(node))
    first = run(*command)
    assert first.exit_code == 0, first.output
    assert "1 added" in first.output
    assert "shown once" in first.output
    collection["objects"] = [{"id": "x"}]
    path.write_text(json.dumps({"trust": root}))
    second = run(*command, "--json")
    assert second.exit_code == 3
    assert json.loads(second.output)["password"] is None
    path.write_text("{")
    assert "no TAXII data" in refusal(*command)


def test_ingest_names_the_place_and_reason_of_what_it_could_not_read(
    node: Path, bundle: Path
) -> None:
    broken = [{key: value for key, value in BUNDLE["objects"][0].items() if key != "id"}] * 2
    bundle.write_text(json.dumps(BUNDLE | {"objects": [*BUNDLE["objects"], *broken]}))
    found = run("ingest", str(bundle), "--node", str(node), "--tlp", "green")
    assert found.exit_code == 3
    assert "2 × malware without `id`" in found.output
    assert "first at /objects/1" in found.output


def test_what_a_source_says_does_not_act_on_the_terminal(node: Path, bundle: Path) -> None:
    evil = {**BUNDLE["objects"][0], "type": "\x1b]0;owned\x07\u009b31m", "id": 1}
    bundle.write_text(json.dumps(BUNDLE | {"objects": [{**evil, "id": ""}]}))
    found = run("ingest", str(bundle), "--node", str(node), "--tlp", "green")
    assert found.exit_code == 3
    assert "owned" in found.output
    assert not {"\x1b", "\x07", "\u009b"} & set(found.output)
