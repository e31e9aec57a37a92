"""`noroshi orbits` on a made-up sky."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from noroshi.cli.app import app
from noroshi.words.party import packaged_parties


@pytest.fixture(scope="module")
def sky(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = CliRunner().invoke(app, ["orbits", "sample", "--scale", "0.05"])
    assert made.exit_code == 0, made.output
    path = tmp_path_factory.mktemp("sky") / "sky.json"
    path.write_text(made.stdout)
    return path


def said(*given: str) -> str:
    done = CliRunner().invoke(app, ["orbits", *given])
    assert done.exit_code == 0, done.output
    return done.stdout


def test_a_sky_is_made_with_its_truth(sky: Path) -> None:
    sets = json.loads(sky.read_text())
    truths = json.loads(said("sample", "--scale", "0.05", "--truth"))
    assert {each["kind"] for each in truths} == {"conjunction", "breakup"}
    numbers = {int(each["NORAD_CAT_ID"]) for each in sets}
    assert set(truths[0]["objects"]) <= numbers


def test_a_sky_has_every_kind_of_event_on_request(tmp_path: Path) -> None:
    truths = json.loads(said("sample", "--cases", "--truth"))
    (tmp_path / "events.json").write_text(said("sample", "--cases"))
    protected = sorted({n for each in truths for n in each["protected"]})
    assets = tmp_path / "assets.toml"
    assets.write_text(
        'format = "assets/1"\n'
        + "".join(
            f'[[asset]]\nid = "sat-{n}"\nkind = "satellite"\nname = "{n}"\n'
            f'identifiers = ["norad:{n}"]\n'
            for n in protected
        )
    )
    node = str(tmp_path / "jpn")
    run = CliRunner().invoke
    for given in (
        ("init", node, "--party", "JPN"),
        ("assets", "load", str(assets), "--node", node),
        ("ingest", "--tlp", "green", str(tmp_path / "events.json"), "--node", node),
    ):
        done = run(app, list(given))
        assert done.exit_code == 0, done.output
    listed = run(app, ["findings", "--node", node, "--json", "--limit", "200"])
    kinds = {each["kind"] for each in json.loads(listed.stdout)}
    assert kinds == {each["kind"] for each in truths if each["kind"]}
    (broken,) = (
        line
        for line in run(app, ["findings", "--node", node, "--kind", "breakup"]).stdout.splitlines()
        if "breakup" in line
    )
    assert re.search(r" -?\d+\.\d{3} -?\d+\.\d{3} ± \d+ km ", broken)


def test_coverage_and_losses_are_told_and_drawn(sky: Path, tmp_path: Path) -> None:
    short = ("--hours", "3", "--step", "5", "--json")
    views = json.loads(said("coverage", str(sky), "--match", "WALKER", *short))
    assert len(views) == 9
    passes = json.loads(said("coverage", str(sky), "--match", "WALKER", "--passes", *short))
    assert passes
    assert all(each["begin"] <= each["end"] and each["places"] > 0 for each in passes)
    svg = tmp_path / "losses.svg"
    left = json.loads(
        said("losses", str(sky), "--match", "WALKER", "--most", "3", "--svg", str(svg), *short)
    )
    assert [each["k"] for each in left] == [0, 1, 2, 3]
    assert left[0]["availability"] >= left[3]["availability"]
    assert svg.read_text().startswith("<svg")


def test_pictures_are_drawn(sky: Path, tmp_path: Path) -> None:
    first = str(json.loads(sky.read_text())[0]["NORAD_CAT_ID"])
    second = str(json.loads(sky.read_text())[1]["NORAD_CAT_ID"])
    for number, given in enumerate((
        ("--kind", "gabbard", "--family", "2099-003"),
        ("--kind", "track", "--norad", first),
        ("--kind", "miss", "--norad", f"{first},{second}"),
    )):  # fmt: skip
        svg = tmp_path / f"{number}.svg"
        said("picture", str(sky), "--svg", str(svg), "--hours", "2", *given)
        assert svg.read_text().startswith("<svg")


def test_approaches_are_written_as_messages(sky: Path, tmp_path: Path) -> None:
    (meets, _) = json.loads(said("sample", "--scale", "0.05", "--truth"))
    own, other = map(str, meets["objects"])
    for form, begins in (("kvn", "CCSDS_CDM_VERS = 1.0"), ("xml", "<?xml")):
        text = said("cdm", str(sky), "--norad", f"{own},{other}", "--days", "1", "--to", form)
        assert text.startswith(begins)
        assert other in text
    for wrong in (("--norad", "x"), ("--norad", "7"), ("--norad", own, "--to", "pdf")):
        done = CliRunner().invoke(app, ["orbits", "cdm", str(sky), *wrong])
        assert done.exit_code != 0


def test_what_comes_down_is_told_with_whom_it_passes(sky: Path, tmp_path: Path) -> None:
    assert "Nothing is expected" in said("reentry", str(sky))
    sets = json.loads(sky.read_text())
    number = str(sets[0]["NORAD_CAT_ID"])
    sets[0] |= {"MEAN_MOTION": "16.3", "MEAN_MOTION_DOT": "0.05", "INCLINATION": "97.5"}
    low = tmp_path / "low.json"
    low.write_text(json.dumps(sets))
    assert "1 objects" in said("reentry", str(low))
    (each,) = json.loads(said("reentry", str(low), "--party", "JPN", "--party", "EU", "--json"))
    assert str(each["norad"]) == number
    assert {"FRA"} <= set(each["passes"]) <= {*packaged_parties().members("EU"), "JPN"}
    svg = tmp_path / "fall.svg"
    said("picture", str(low), "--kind", "fall", "--norad", number, "--svg", str(svg))
    assert "#dfe3e8" in svg.read_text()
    drawn = ("picture", str(sky), "--kind", "fall", "--norad", number, "--svg", str(svg))
    for wrong in (("reentry", str(low), "--party", "NATO!"), drawn):
        assert CliRunner().invoke(app, ["orbits", *wrong]).exit_code != 0


@pytest.mark.parametrize("form", ["json", "csv", "kvn", "xml"])
def test_sets_are_written_in_every_form_and_read_again(
    sky: Path, tmp_path: Path, form: str
) -> None:
    path = tmp_path / "sets"
    path.write_text(said("omm", str(sky), "--to", form, "--match", "MOLNIYA"))
    assert json.loads(said("omm", str(path))) == json.loads(
        said("omm", str(sky), "--match", "MOLNIYA")
    )


@pytest.mark.parametrize(
    "given",
    [("coverage", "--step", "0"), ("coverage", "--hours", "-1"), ("coverage", "--step", "nan"),
     ("coverage", "--box", "0,95,10,99"), ("coverage", "--box", "10,0,0,9"),
     ("losses", "--most", "-1"), ("cdm", "--norad", "1", "--days", "inf"),
     ("reentry", "--at", "nonsense")],
    ids=" ".join,
)  # fmt: skip
def test_a_number_that_is_none_is_refused_by_its_option(sky: Path, given: tuple[str, ...]) -> None:
    done = CliRunner().invoke(app, ["orbits", given[0], str(sky), *given[1:]])
    assert done.exit_code != 0
    assert not isinstance(
        done.exception, ZeroDivisionError | OverflowError | ValueError | IndexError
    )
    assert given[-2].lstrip("-") in f"{done.output} {done.exception}"


def test_what_cannot_be_drawn_is_said(sky: Path, tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["orbits", "picture", str(sky), "--kind", "moon", "--svg", str(tmp_path / "x.svg")]
    )
    assert done.exit_code != 0


def test_what_could_not_be_read_is_told_by_field(sky: Path, tmp_path: Path) -> None:
    good = json.loads(sky.read_text())[:2]
    bad = tmp_path / "bad.json"
    bad.write_text(json.dumps([good[0], good[1] | {"EPHEMERIS_TYPE": 4}]))
    done = CliRunner().invoke(app, ["orbits", "omm", str(bad)])
    assert done.exit_code == 0
    assert len(json.loads(done.stdout)) == 1
    assert "bad.json: 1 × EPHEMERIS_TYPE: found 4" in done.stderr
    assert "first at /1" in done.stderr
    bad.write_text(json.dumps([good[0] | {"ECCENTRICITY": 1.7}]))
    done = CliRunner().invoke(app, ["orbits", "omm", str(bad)])
    assert done.exit_code != 0
    assert "ECCENTRICITY: found 1.7; expected 0 to 1; first at /0" in done.stderr
