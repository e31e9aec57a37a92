"""Every text in the source of the page has its Japanese, with the same places; so has what the node
says in sentences, and the title of each agreement whose official one the manual names."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[2] / "web" / "src"
MANUAL = SOURCE.parents[1] / "docs" / "web.md"
DATA = SOURCE.parents[1] / "src" / "noroshi" / "data"
TITLE = re.compile(
    r"^\| `([a-z0-9-]+)` \| ([^|]*[\u3040-\u9fff][^|]*) \| [^|]*\.[^|]+ \|$", re.MULTILINE
)
SAID = re.compile(r'\bt\(\s*"((?:[^"\\]|\\.)*)"')
EITHER = re.compile(r'\bt\([^"()]*\? "([^"]+)" : "([^"]+)"\)')
PLACES = re.compile(r"\{\w+\}")

pytestmark = pytest.mark.skipif(not SOURCE.is_dir(), reason="no source of the page here")


def said() -> set[str]:
    """Every text that the page says by itself."""
    found: set[str] = set()
    for path in SOURCE.glob("*.ts*"):
        text = path.read_text("utf-8")
        found |= set(SAID.findall(text))
        found |= {each for pair in EITHER.findall(text) for each in pair}
    return found


def test_every_text_has_its_japanese() -> None:
    words = json.loads((SOURCE / "words.json").read_text("utf-8"))
    assert len(said()) > 150
    assert sorted(said() - set(words)) == []
    for english, japanese in words.items():
        assert set(PLACES.findall(english)) == set(PLACES.findall(japanese)), english
        assert japanese.strip()


def test_the_page_names_no_other_host() -> None:
    for path in [*SOURCE.glob("*"), *SOURCE.parent.glob("*.*")]:
        if path.is_file() and path.name != "package-lock.json":
            found = re.findall(r"https?://[\w.-]+", path.read_text("utf-8"))
            assert found == [], path.name


def test_a_title_in_japanese_is_the_one_whose_source_is_named() -> None:
    words = json.loads((SOURCE / "words.json").read_text("utf-8"))
    files = [*DATA.glob("agreements/*.toml"), *DATA.glob("catalogue/*.toml")]
    heads = [tomllib.loads(each.read_text("utf-8"))["agreement"] for each in files]
    titles = {each["id"]: each["title"] for each in heads}
    named = dict(TITLE.findall(MANUAL.read_text("utf-8")))
    assert len(named) > 20
    shown = {name: words[title] for name, title in titles.items() if title in words}
    assert shown == named
