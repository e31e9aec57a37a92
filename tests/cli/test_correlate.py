"""What `noroshi correlate` and `noroshi picture` say to who runs them first, and where they end."""

from __future__ import annotations

import gzip
import io
import json
import sys
from pathlib import Path

import pytest

from noroshi.cli.correlate import incident_lines
from noroshi.feeds.stream import growing, read_file
from noroshi.picture.chance import days_needed, offsets
from noroshi.picture.join import ready
from noroshi.picture.priors import load_priors
from noroshi.picture.score import Incident
from noroshi.picture.stream import read_stream
from noroshi.words.asset import AssetGraph
from noroshi.words.errors import BadInput

DAY_OF = "2026-03-{:02}T02:00:00Z"


def run(*words: object) -> str:
    from typer.testing import CliRunner

    from noroshi.cli.app import app

    done = CliRunner().invoke(app, [str(each) for each in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def written(path: Path, *days: int, domains: tuple[str, ...] = ("maritime", "cyber")) -> Path:
    rows = [
        {"id": f"{domain}{day}", "domain": domain, "t0": DAY_OF.format(day), "assets": ["cable:x"]}
        for day in days
        for domain in domains
    ]
    path.write_text("".join(json.dumps(each) + "\n" for each in rows))
    return path


@pytest.mark.parametrize(
    ("days", "domains", "said"),
    [
        ((), ("maritime",), "No findings."),
        ((1, 9), ("maritime",), "2 findings of 1 domain (maritime) over 8 days, 0 meetings"),
        ((1, 9), ("maritime",), "Of one domain alone: an incident takes findings of two"),
        ((1, 9), ("maritime", "cyber"), "Too short to say what chance gives: 8 days, of 31 for 2"),
        ((1,), ("maritime",), "No asset graph: findings meet at one place"),
    ],
    ids=["nothing", "one domain", "why no chance", "too short", "no graph"],
)
def test_it_says_why_there_is_nothing(
    tmp_path: Path, days: tuple[int, ...], domains: tuple[str, ...], said: str
) -> None:
    assert said in run("correlate", written(tmp_path / "s.jsonl", *days, domains=domains))


def test_names_that_the_graph_does_not_know_are_counted(tmp_path: Path) -> None:
    (tmp_path / "g.toml").write_text(
        'format = "assets/1"\n[[asset]]\nid = "operator:x"\nkind = "operator"\nname = "X"\n'
    )
    stream = written(tmp_path / "s.jsonl", 1)
    said = run("correlate", stream, "--assets", tmp_path / "g.toml")
    assert "0 of 1 names of assets and targets are in the graph, 'cable:x' is not" in said


def test_how_many_lines_could_not_be_read_is_said_of_all(tmp_path: Path) -> None:
    stream = written(tmp_path / "s.jsonl", 1)
    stream.write_bytes(b"[]\n" * 7 + stream.read_bytes())
    said = run("correlate", stream)
    assert "7 lines could not be read:\n  s.jsonl line 1: " in said
    assert "s.jsonl line 5: " in said
    assert "s.jsonl line 6: " not in said
    assert "  and 2 more; --json names the first 20\n" in said


def test_a_file_that_breaks_off_says_so_and_gives_what_it_has(tmp_path: Path) -> None:
    written(tmp_path / "s.jsonl", *range(1, 29))
    whole = gzip.compress((tmp_path / "s.jsonl").read_bytes(), 0)
    (tmp_path / "s.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    found = read_file(tmp_path / "s.jsonl.gz")
    assert 10 < len(found) < 56
    assert found.bad == 1
    assert found.rejected[0].startswith("s.jsonl.gz: cut off after ")


def test_standard_input_is_read_to_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = written(tmp_path / "s.jsonl", 1, 2).read_bytes()
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(given)))
    assert len(read_file(Path("-"))) == 4


def test_what_is_packed_does_not_grow(tmp_path: Path) -> None:
    path = tmp_path / "s.jsonl.gz"
    path.write_bytes(gzip.compress(b"{}\n"))
    with pytest.raises(BadInput, match="packed"):
        next(growing(path, _Never()))


class _Never:
    def is_set(self) -> bool:
        return False

    def wait(self, timeout: float | None = None) -> bool:
        return False


@pytest.mark.parametrize("domains", ["maritime cyber", "maritime cyber information", "a b c d e"])
def test_so_many_days_are_needed_and_one_less_does_not_do(domains: str) -> None:
    rows = [json.dumps({"id": d, "domain": d, "t0": 1e9}).encode() for d in domains.split()]
    field = ready(read_stream(rows, "s"), AssetGraph(), load_priors())
    needed, count, apart = days_needed(field), len(rows), 2 * field.widest
    assert offsets(float(needed), count, apart, 1, 200)[1] == "days"
    assert offsets(needed - 1.0, count, apart, 1, 200)[1] == "none"


def test_a_word_stands_with_its_band() -> None:
    told = Incident(
        "incident--1", 0.5, 0.95, 0.95, "highly likely", 0.2, (0.1, 0.4), "2026-03-01T00:00:00Z",
        "2026-03-02T00:00:00Z", ("a", "b"), ("cyber", "maritime"), (), (),
    )  # fmt: skip
    assert "highly likely (95%; the word stands for 90% to 99%)" in incident_lines(told)[1]
