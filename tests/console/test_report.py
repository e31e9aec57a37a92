"""Reports on paper: the label on every sheet, the same facts in both languages, fonts.

What the PDF says is read back with another library than the one that wrote it.
"""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import get_args

import msgspec
import pypdf
import pytest
from lookout import HOSTILE, NOW, Looker
from typer.testing import CliRunner

from noroshi.cli.app import app
from noroshi.console import paper, printing, report
from noroshi.console.detail import Detail, Strand
from noroshi.console.paper import Document, Says, Table, printed
from noroshi.console.report import (
    Head,
    Incident,
    Item,
    Part,
    Standing,
    Weighing,
    finding_report,
    incident_report,
)
from noroshi.console.seen import Mark
from noroshi.desks.registry import kinds
from noroshi.node.node import Node
from noroshi.pact.vocabulary import Pillar
from noroshi.picture import hypotheses, score
from noroshi.words.errors import Refused
from noroshi.words.finding import Finding
from noroshi.words.label import Tlp
from noroshi.words.told import together, told

try:
    paper._fonts("ja", None)
    JAPANESE = True
except Refused:
    JAPANESE = False
in_japanese = pytest.mark.skipif(not JAPANESE, reason="no font with Japanese on this machine")

PLACES = re.compile(r"\{\w+\}")
MARKS = (
    Mark("event--a", "crossing", 1780000000000, 1780000600000, "s", "JPN", "green",
         (139.1, 35.0, 250.0), ("mmsi:431000001",), ("cable:a",)),
    Mark("event--b", "outage", 1780000300000, 1780000700000, "min", "JPN", "amber", None,
         (HOSTILE, "東京湾"), ("cable:a",)),
)  # fmt: skip
INCIDENT = Incident(
    "incident--1", 2.3, 0.93, "highly likely", "2026-05-28T20:26:40Z", "2026-05-28T20:40:00Z",
    ("event--a", "event--b"),
    (Part("prior", -2.0, "1 campaign a month"), Part("crossing", 4.3, "at cable:a", "event--a")),
    0.01, (0.001, 0.05), ("cable:a",),
)  # fmt: skip
WEIGHING = Weighing(
    tuple(Item(f"item {n}", {"campaign": "consistent"}) for n in range(60)),
    (Standing("campaign", "one actor did all of it", 2, 0),),
)


def head(language: str = "en", whose: str = "JPN") -> Head:
    return Head(language, "JPN", "Japan Coast Guard", "watch", whose, NOW)


def pages(raw: bytes) -> list[str]:
    return [each.extract_text() for each in pypdf.PdfReader(io.BytesIO(raw)).pages]


def test_an_incident_has_its_label_on_every_sheet_twice() -> None:
    read = pages(printed(incident_report(INCIDENT, WEIGHING, MARKS, head(whose="EU"))))
    assert len(read) >= 3
    for n, text in enumerate(read, 1):
        assert text.count("TLP:AMBER · JPN → EU") == 2
        assert f"page {n} of {len(read)}" in text
    whole = " ".join("\n".join(read).split())
    for said in (
        "Report on an incident", "incident--1", "highly likely (93%)", "0.01 such a month",
        "one actor did all of it", "item 59", "35.000°N 139.100°E ± 250 m", "TLP:GREEN",
        "Nothing here says who is guilty",
    ):  # fmt: skip
        assert said in whole
    assert "\u202e" not in whole
    assert "<script>alert(2)</script>" in whole.replace(" ", "")


def test_a_report_whose_findings_are_not_all_seen_is_red() -> None:
    assert incident_report(INCIDENT, WEIGHING, MARKS, head()).label == "TLP:AMBER · JPN"
    assert incident_report(INCIDENT, WEIGHING, MARKS[1:], head()).label == "TLP:RED · JPN"


@pytest.mark.parametrize(("language", "word"), [("en", "EXERCISE"), ("ja", "演習")])
def test_what_is_of_an_exercise_says_so_on_every_sheet(language: str, word: str) -> None:
    played = head(language, "EU")._replace(exercise="brisk-heron")
    label = f"TLP:AMBER · JPN → EU · {word} BRISK-HERON"
    assert incident_report(INCIDENT, WEIGHING, MARKS, played).label == label


def test_a_person_s_mark_is_printed_where_it_is_neutral_too_and_all_persons_are() -> None:
    text = hypotheses.TEXTS["overruled"]
    one, two = (told(text, by=by, mark="neutral", reason=f"as {by} says") for by in "xy")
    item = Item("item", {"accident": "neutral", "campaign": "neutral"},
                {"accident": together((one, two))}, before={"accident": (one,)},
                instead={"accident": two})  # fmt: skip
    weighing = msgspec.structs.replace(WEIGHING, items=(item,))
    for language in ("en", "ja"):
        made = incident_report(INCIDENT, weighing, MARKS, head(language))
        (row,) = (r for t in made.blocks if isinstance(t, Table) for r in t.rows if r[0] == "item")
        assert row[1].startswith("○ ")
        assert row[1].index("as x says") < row[1].index("as y says")
        assert "\n" not in row[1]


@in_japanese
def test_in_japanese_it_says_the_same() -> None:
    english = incident_report(INCIDENT, WEIGHING, MARKS, head("en"))
    japanese = incident_report(INCIDENT, WEIGHING, MARKS, head("ja"))
    assert [type(each) for each in english.blocks] == [type(each) for each in japanese.blocks]
    text = "".join(pages(printed(japanese)))
    for said in ("インシデント報告書", "非常にありうる", "誰の責任かはここでは述べない", "東京湾"):
        assert said in text


def test_every_word_is_the_page_s_own() -> None:
    words = Path(__file__).resolve().parents[2] / "web" / "src" / "words.json"
    if not words.is_file():
        pytest.skip("no source of the page here")
    ours = report._japanese()
    theirs = json.loads(words.read_text("utf-8"))
    only = {"Report on a finding", "page {n} of {all}"}
    assert {each: theirs.get(each) for each in ours.keys() - only} == {
        each: ours[each] for each in ours.keys() - only
    }


def test_what_an_incident_says_has_its_japanese() -> None:
    words = report._japanese()
    for english in (*score.TEXTS.values(), *hypotheses.TEXTS.values()):
        assert sorted(PLACES.findall(english)) == sorted(PLACES.findall(words[english])), english


def test_reasons_are_said_in_japanese_and_what_is_named_stays() -> None:
    seen = told(
        score.TEXTS["seen"], kind="maritime/crossing", place="cable:a{n}", n="2",
        domain="maritime", days="90", grade="B",
    )  # fmt: skip
    parts = (Part("maritime/crossing", 4.3, together((seen,)), "event--a", (seen,)),)
    over = told(hypotheses.TEXTS["overruled"], by="A", mark="neutral", reason="R {by}")
    item = Item(seen.said(), {"campaign": "consistent"}, {"campaign": over.said()}, (seen,),
                {"campaign": over})  # fmt: skip
    of = msgspec.structs.replace(INCIDENT, parts=parts)
    for language, reason, said in (
        ("en", "maritime/crossing at cable:a{n}: 2 maritime there in 90 days; source B",
         "+ campaign – A, instead of neutral: R {by}"),
        ("ja", "cable:a{n}での海洋/資産の横断：90日間にそこで海洋2件；情報源B",
         "+ 一連の作戦 – A、「中立」に代えて：R {by}"),
    ):  # fmt: skip
        made = incident_report(of, Weighing((item,), WEIGHING.standings), MARKS, head(language))
        rows = [row for each in made.blocks if isinstance(each, Table) for row in each.rows]
        assert any(row[-1] == reason for row in rows), language
        assert (reason, said) in rows
    # Of before reasons were kept so, what there is.
    before = incident_report(INCIDENT, WEIGHING, MARKS, head("ja"))
    rows = [row for each in before.blocks if isinstance(each, Table) for row in each.rows]
    assert any(row[-1] == "at cable:a" for row in rows)


@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A machine without fonts; the folder where they would be."""
    monkeypatch.setattr(paper, "_folders", lambda: iter((tmp_path,)))
    return tmp_path


def test_without_a_font_japanese_is_refused_and_english_goes_on(bare: Path) -> None:
    blocks = (Says("Zoë → 東京"), Table((("a", "b"),)))
    gaps = "{n} characters are lacking"
    made = Document("t", "TLP:GREEN · JPN", "en", "a", NOW, blocks, gaps=gaps)
    text = pages(printed(made))[0]
    assert "Zoë > ??" in text
    assert "2 characters are lacking" in text
    whole = Document("t", "TLP:GREEN", "en", "a", NOW, (Says("Zoë → − – … \u202e"),), gaps=gaps)
    assert "lacking" not in pages(printed(whole))[0]
    with pytest.raises(Refused, match="fonts-noto-cjk"):
        printed(incident_report(INCIDENT, WEIGHING, MARKS, head("ja")))
    (bare / "ipag.ttf").write_bytes(b"no font")
    with pytest.raises(Refused, match="no font"):
        printed(made, bare / "ipag.ttf")
    paper._files.cache_clear()
    with pytest.raises(Refused, match="fonts-noto-cjk"):
        printed(msgspec.structs.replace(made, language="ja"))


def test_what_speaks_against_is_told_from_what_speaks_for_in_any_font(bare: Path) -> None:
    item = Item("an item", {"campaign": "consistent", "coincidence": "inconsistent"})
    weighing = Weighing((item,), WEIGHING.standings)
    marks = tuple(msgspec.structs.replace(each, subjects=("a",)) for each in MARKS)
    text = "\n".join(pages(printed(incident_report(INCIDENT, weighing, marks, head()))))
    assert "+ campaign" in text
    assert "- coincidence" in text
    assert "could not be drawn" not in text


def test_a_report_that_cannot_be_made_is_refused_before_it_is_anywhere(
    apart: Looker, found: list[Finding], bare: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(printing, "pdf_beside", printing.pdf)
    apart.enter("administrator")
    query = {"finding": found[0].id, "language": "ja"}
    answer = apart.get("/console/api/report", params=query)
    assert answer.status_code == 409
    assert "fonts-noto-cjk" in answer.json()["error"]
    assert [each["what"] for each in apart.ask("acts")] == ["sign_in"]
    words = Path(__file__).resolve().parents[2] / "web" / "src" / "words.json"
    if words.is_file():
        assert answer.json()["error"] in json.loads(words.read_text("utf-8"))
    assert apart.get("/console/api/report", params={"finding": found[0].id}).status_code == 200
    assert [each["what"] for each in apart.ask("acts")] == ["print", "sign_in"]


@pytest.mark.parametrize("language", ["en", pytest.param("ja", marks=in_japanese)])
def test_a_long_incident_and_many_strands_have_their_label_on_every_sheet(language: str) -> None:
    many = tuple(
        msgspec.structs.replace(MARKS[n % 2], id=f"event--{n}", t0=MARKS[0].t0 + n * 60_000)
        for n in range(90)
    )
    parts = tuple(Part("crossing", 0.1, "at cable:a " * 40, each.id) for each in many)
    of = msgspec.structs.replace(
        INCIDENT, findings=tuple(each.id for each in many), parts=parts,
        assets=tuple(f"cable:of a long name {n}" for n in range(60)),
    )  # fmt: skip
    strands = tuple(
        Strand(
            "JPN", "amber", only=("EU", "FRA") * 20, denied=("USA",) * 20, handling=("eyes",) * 9
        )
        for _ in range(60)
    )
    one = Detail(
        "event--a", "JPN", "released", "crossing", "a", "a", "a", "a", None, (), (), (),
        strands=strands,
    )  # fmt: skip
    for made in (
        incident_report(of, WEIGHING, many, head(language)),
        finding_report(one, Tlp.AMBER, head(language)),
    ):
        read = pages(printed(made))
        assert len(read) > 2
        for text in read:
            assert text.count("TLP:AMBER · JPN") >= 2


def test_domains_have_their_japanese() -> None:
    """Every domain that an incident may be of: those of kinds, and those of the priors."""
    words = report._japanese()
    pillars = {each.pillar for each in kinds().values()} | {*get_args(Pillar)}
    assert sorted({*pillars, "operator", "other"} - words.keys()) == []


def test_enormous_text_is_cut_and_says_so(bare: Path) -> None:
    made = Document("t", "TLP:GREEN", "en", "a", NOW, (Table((("x" * 1_000_000, "y"),)),))
    text = "".join(pages(printed(made)))
    assert "(1,000,000)" in text.replace("\n", "")
    assert len(text) < 10_000


def test_a_finding_by_the_console(browser: Looker, found: list[Finding], bare: Path) -> None:
    browser.enter("viewer")
    answer = browser.get("/console/api/report", params={"finding": found[0].id})
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == f'attachment; filename="{found[0].id}.pdf"'
    text = " ".join("".join(pages(answer.content)).split())
    for said in ("TLP:GREEN · JPN", "Yokohama", "viewer", found[0].subjects[0], "B2"):
        assert said in text
    union = browser.get("/console/api/report", params={"finding": found[0].id, "as": "EU"})
    told = "".join(pages(union.content)).replace("→", ">")
    assert "TLP:GREEN · JPN > EU" in told
    assert "Yokohama" not in told
    assert found[0].id not in told + union.headers["content-disposition"]
    withheld = browser.get("/console/api/report", params={"finding": found[4].id, "as": "EU"})
    assert withheld.status_code == 409
    for bad in ({"finding": "x"}, {"finding": found[0].id, "language": "tlh"}, {"incident": ""}):
        assert browser.get("/console/api/report", params=bad).status_code in (400, 409)


def test_a_partner_s_incident_has_its_label_though_its_findings_have_other_names(
    browser: Looker, shared_node: Node, found: list[Finding], monkeypatch: pytest.MonkeyPatch,
    bare: Path,
) -> None:  # fmt: skip
    shared_node.views().refresh("EU", NOW + 7_200_000_000)
    where = shared_node.store.whereabouts(found[2].id, shared_node.public)
    (variant,) = (o for w in where if w.party == "EU" for o in w.shown if o.startswith("event--"))
    assert variant != found[2].id
    one = msgspec.to_builtins(INCIDENT) | {"findings": [found[1].id, variant]}
    one["parts"] = [{"what": "stop", "log10": 1.0, "why": "", "finding": variant}]
    one["hypotheses"] = msgspec.to_builtins(WEIGHING)
    told = {"findings": 2, "days": 3.0, "domains": ["maritime"], "incidents": [one]}
    raw = json.dumps(told).encode()
    monkeypatch.setattr("noroshi.console.beside.Beside.ask", lambda *_: raw)
    (shown,) = browser.enter("viewer").ask("incidents", **{"as": "EU"})["incidents"]
    assert shown["findings"] == [found[1].id, found[2].id]
    assert shown["parts"][0]["finding"] == found[2].id
    asked = {"incident": "incident--1", "as": "EU"}
    text = "".join(pages(browser.get("/console/api/report", params=asked).content))
    text = text.replace("→", ">")
    assert "TLP:AMBER · JPN > EU" in text
    assert found[2].id not in text


def test_a_finding_by_command(
    shared_node: Node, found: list[Finding], tmp_path: Path, bare: Path
) -> None:
    file, folder = tmp_path / "one.pdf", str(shared_node.settings.folder)
    done = CliRunner().invoke(
        app, ["report", found[0].id, "--pdf", str(file), "--by", "A. Watch", "--node", folder]
    )
    assert done.exit_code == 0, done.output
    assert "TLP:GREEN · JPN" in done.output
    assert "A. Watch" in "".join(pages(file.read_bytes()))
