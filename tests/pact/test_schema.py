"""The published JSON Schema is that of the types, and refuses what the loader refuses of shape."""

from __future__ import annotations

import importlib.resources
import json
import subprocess
import sys
import tomllib
from pathlib import Path

import jsonschema
import pytest
from making import PARTIES

from noroshi.pact.load import read
from noroshi.pact.shape import plain
from noroshi.words.errors import BadAgreement

ROOT = Path(__file__).resolve().parents[2]
DATA = importlib.resources.files("noroshi.data")
FILES = sorted(each.name for each in DATA.joinpath("agreements").iterdir())
SCHEMA = json.loads(DATA.joinpath("schemas/pact-1.json").read_text("utf-8"))
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)
GOOD = DATA.joinpath("agreements/eu-jpn-sdp.toml").read_text("utf-8")


def _valid(text: str) -> bool:
    return VALIDATOR.is_valid(plain(tomllib.loads(text)))


@pytest.mark.parametrize("name", ["pact-1", "act-1", "transfer-1"])
def test_the_schema_is_that_of_the_types_of_today(name: str) -> None:
    published = DATA.joinpath(f"schemas/{name}.json").read_text("utf-8")
    jsonschema.Draft202012Validator.check_schema(json.loads(published))
    tool = [sys.executable, str(ROOT / "tools" / "pact_schema.py"), "--print", name]
    done = subprocess.run(tool, capture_output=True, encoding="utf-8", timeout=60, check=True)
    assert published == done.stdout, "run: python tools/pact_schema.py"


@pytest.mark.parametrize("name", FILES)
def test_every_bundled_agreement_is_valid(name: str) -> None:
    assert _valid(DATA.joinpath(f"agreements/{name}").read_text("utf-8"))


WRONG = {
    "other format": ('"pact/1"', '"pact/2"'),
    "unknown key": ("max_tlp =", "max_tpl ="),
    "unknown table": ("[exit]", "[exits]"),
    "missing id": ('id = "R1"\n', ""),
    "missing basis": ('id = "R1"\nbasis = "model"', 'id = "R1"'),
    "unknown form": ('form = "non_binding"', 'form = "binding"'),
    "unknown class": ('class = "sdp"', 'class = "pact"'),
    "unknown pillar": ('["maritime", "hybrid"]', '["maritime", "cybr"]'),
    "no pillar": ('["maritime", "hybrid"]', "[]"),
    "unknown level": ('max_tlp = "amber"', 'max_tlp = "yellow"'),
    "a number for a duration": ('"P180D"', "180"),
    "text for a duration": ('"P180D"', '"180 days"'),
    "text for a date": ("signed = 2024-11-01", 'signed = "November"'),
    "text for a list": ('["EU", "JPN"]', '"EU"'),
    "one party": ('["EU", "JPN"]', '["EU"]'),
    "lower case code": ('["EU", "JPN"]', '["eu", "JPN"]'),
    "id with spaces": ('id = "eu-jpn-sdp"', 'id = "EU JPN"'),
    "unknown transform": ('kind = "position"', 'kind = "positions"'),
    "transform without its size": (", cell_m = 10000", ""),
    "unknown onward rule": ('"originator_consent"', '"ask"'),
    "unknown keep": ('keep = "protect"', 'keep = "forever"'),
    "text for a flag": ("reach_back = false", 'reach_back = "no"'),
    "unknown condition": ("personal = true }\nnote", "personel = true }\nnote"),
    "no one to observe": ("subjects_min = 2", "subjects_min = 0"),
    "an assertion that says perhaps": ('say = "never"', 'say = "perhaps"'),
}


@pytest.mark.parametrize(("before", "after"), WRONG.values(), ids=WRONG)
def test_what_the_loader_refuses_of_shape_the_schema_refuses(before: str, after: str) -> None:
    assert before in GOOD
    changed = GOOD.replace(before, after, 1)
    found = read(changed.encode(), "x.toml", PARTIES)
    assert isinstance(found, tuple)
    assert isinstance(found[0], BadAgreement)
    assert not _valid(changed)


@pytest.mark.parametrize("folder", ["acts", "transfers"])
def test_every_bundled_example_is_valid(folder: str) -> None:
    name = {"acts": "act-1", "transfers": "transfer-1"}[folder]
    schema = json.loads(DATA.joinpath(f"schemas/{name}.json").read_text("utf-8"))
    examples = list(DATA.joinpath(f"examples/{folder}").iterdir())
    assert examples
    for each in examples:
        jsonschema.validate(plain(tomllib.loads(each.read_text("utf-8"))), schema)


def test_every_key_of_the_format_has_its_place_in_the_schema() -> None:
    assert {*SCHEMA["$defs"]} >= {"File", "Head", "ReleaseClause", "When", "Assertion", "Duty"}
    assert all(
        each["additionalProperties"] is False
        for each in SCHEMA["$defs"].values()
        if each.get("type") == "object"
    )
