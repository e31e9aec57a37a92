"""Every text in the source of the page has its Japanese, with the same places; so has what the node
says in sentences, and the title of each agreement whose official one the manual names."""

from __future__ import annotations

import ast
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


SENTENCES = (
    "pact/explain.py", "pact/decide.py", "pact/passage.py", "pact/terms.py", "pact/onward.py",
    "node/why.py", "words/transform.py", "console/evidence.py",
)  # fmt: skip
"""Where the node makes sentences that the page words."""


def sentences(path: Path) -> set[str]:
    """Texts with places in a module, those that are given to `told`, and what a miss says: its
    condition, what was found, what is allowed. What is put together on the spot (f-strings) and
    docstrings are no texts."""
    tree = ast.parse(path.read_text("utf-8"))
    apart: set[int] = set()
    for each in ast.walk(tree):
        if isinstance(each, ast.JoinedStr) or (
            isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant)
        ):
            apart |= {id(inner) for inner in ast.walk(each)}
    texts = [
        each
        for each in ast.walk(tree)
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and id(each) not in apart
    ]
    said = [inner for each in ast.walk(tree) for inner in _said(each)]
    given = {id(inner) for each in said for inner in ast.walk(each)}
    return {
        str(each.value) for each in texts if PLACES.search(str(each.value)) or id(each) in given
    }


def _said(each: ast.AST) -> list[ast.expr]:
    if isinstance(each, ast.Call) and isinstance(each.func, ast.Name):
        return {"told": each.args[:1], "miss": each.args[1:]}.get(each.func.id.lower(), [])
    if isinstance(each, ast.Return) and isinstance(each.value, ast.Tuple):
        return each.value.elts if len(each.value.elts) == 3 else []
    return []


def test_every_sentence_of_a_decision_has_its_japanese() -> None:
    words = json.loads((SOURCE / "words.json").read_text("utf-8"))
    found = {each for path in SENTENCES for each in sentences(DATA.parent / path)}
    assert len(found) > 80
    assert sorted(found - words.keys() - {"{kind}"}) == []
