"""Reports: one incident or one finding as a document, in English or Japanese, as it is printed.

What stands on the page to be printed stands here: the label is that of all that the report rests
on, at the head and foot of every sheet (`paper`). Nothing in a report says who is guilty.
"""

from __future__ import annotations

import importlib.resources
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

import msgspec

from noroshi.console.detail import Detail, Strand
from noroshi.console.paper import Bars, Block, Document, Heading, Says, Table
from noroshi.console.seen import Mark
from noroshi.desks.registry import kinds
from noroshi.words.label import Tlp
from noroshi.words.time import MS, Precision, format_instant, parse_instant
from noroshi.words.told import LIST, Told

LANGUAGES: Final = ("en", "ja")
_CUT: Final[Mapping[str, int]] = {
    "year": 4, "month": 7, "day": 10, "h": 13, "min": 16, "s": 19, "ms": 23,
}  # fmt: skip
SIGNS: Final = {"consistent": "+", "inconsistent": "−", "neutral": "○"}
GUILT: Final = "A finding says what was observed. Nothing here says who is guilty."


class Part(msgspec.Struct, frozen=True):
    """A summand of a score (`picture.score.Part`)."""

    what: str
    log10: float
    why: str
    finding: str | None = None
    told: tuple[Told, ...] = ()


class Incident(msgspec.Struct, frozen=True):
    """An incident as `noroshi picture --json` tells it; what a report does not print is left."""

    id: str
    score: float
    probability: float
    word: str
    t0: str
    t1: str
    findings: tuple[str, ...]
    parts: tuple[Part, ...]
    chance: float | None = None
    chance_interval: tuple[float, float] | None = None
    assets: tuple[str, ...] = ()


class Item(msgspec.Struct, frozen=True):
    """An item of evidence with its marks."""

    seen: str
    marks: dict[str, str]
    overruled: dict[str, str] = {}
    told: tuple[Told, ...] = ()
    instead: dict[str, Told] = {}
    before: dict[str, tuple[Told, ...]] = {}


class Standing(msgspec.Struct, frozen=True):
    """A hypothesis with how many items speak for it and against."""

    hypothesis: str
    meaning: str
    consistent: int
    inconsistent: int


class Weighing(msgspec.Struct, frozen=True):
    """The hypotheses beside an incident."""

    items: tuple[Item, ...]
    standings: tuple[Standing, ...]


class Stream(msgspec.Struct, frozen=True):
    """What an incident was found in."""

    findings: int
    days: float
    domains: tuple[str, ...]


class Head(NamedTuple):
    """Who makes a report, for whose picture, when (µs UTC) and in which language. `party` is the
    node's, and so is `exercise`."""

    language: str
    party: str
    name: str
    user: str
    whose: str
    at: int
    exercise: str | None = None


class _Words:
    """What is said, in one language."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._words = _japanese() if language == "ja" else {}

    def __call__(self, text: str, **values: object) -> str:
        found = self._words.get(text, text)
        return re.sub(r"\{(\w+)\}", lambda each: str(values.get(each[1], each[0])), found)

    def kind(self, name: str) -> str:
        """A kind of finding by its name, with its domain before it or not; or what else is called
        so."""
        domain, within, kind = name.rpartition("/")
        found = kinds().get(kind)
        if found is None:
            return self(name)
        called = (found.ja or found.en) if self.language == "ja" else found.en
        return f"{self(domain)}{within}{called}"

    def told(self, parts: Sequence[Told], otherwise: str) -> str:
        """Sentences in this language; `otherwise` where they were only kept in English."""
        if self.language == "en" or not parts:
            return otherwise
        return "；".join(each.said(self, self.kind) for each in parts)


@lru_cache(maxsize=1)
def _japanese() -> dict[str, str]:
    path = importlib.resources.files("noroshi.console").joinpath("report.json")
    return json.loads(path.read_text("utf-8"))


def incident_report(
    of: Incident, weighing: Weighing, marks: Sequence[Mark], head: Head,
    stream: Stream | None = None,
) -> Document:  # fmt: skip
    """An incident on paper. `marks` are its findings as they are seen by whose picture it is; where
    one is missing its label is not known, and the report is TLP:RED."""
    say = _Words(head.language)
    known = {each.id for each in marks}
    whole = all(each in known for each in of.findings)
    tlp = max((Tlp(each.tlp) for each in marks), key=lambda each: each.rank, default=Tlp.RED)
    label = _label(tlp if whole else Tlp.RED, head, say)
    about = [
        *_made(say, head), (say("Name"), of.id), (say("Assets"), ", ".join(of.assets) or "–"),
    ]  # fmt: skip
    if stream is not None:
        domains = say(LIST).join(say(each) for each in stream.domains)
        counted = {"n": f"{stream.findings:,}", "domains": domains, "days": round(stream.days)}
        about.append(
            (say("Rests on"), say("{n} findings of {domains} over {days} days.", **counted))
        )
    blocks: list[Block] = [
        Heading(say("Report on an incident"), 1),
        Table(tuple(about), widths=(1, 4)),
        Heading(f"{_utc(of.t0)} – {_utc(of.t1)}"),
        Says(f"{of.score:.2f}  {say(of.word)} ({of.probability:.0%}). {_chance(say, of)}", True),
        Says(say("A score is a sum of logarithms of odds: what it says is how surely these belong "
                 "together, never who is behind them.")),
        *_sum(say, of.parts),
        *_axis(say, marks),
        *_hypotheses(say, weighing),
        *_findings(say, marks),
        Says(say(GUILT)),
    ]  # fmt: skip
    return _document(say("Report on an incident"), label, head, blocks, say)


def finding_report(of: Detail, tlp: Tlp, head: Head) -> Document:
    """A finding on paper, as whoever's picture it is in has it."""
    say = _Words(head.language)
    japanese = head.language == "ja"
    body = of.body
    rows = [*_made(say, head), (say("Name"), of.id)]
    if body is not None:
        spanned = (_at(each, body.span.precision) for each in (body.span.t0, body.span.t1))
        # Of a source that went by its class the class is a word of ours.
        ours = head.whose == head.party
        named = (each if ours else say(each) for each in body.sources)
        source = "; ".join(named) or say("not named")
        found_by = f"{body.detector or '–'} {body.detector_version or ''}".strip()
        rows += [
            (say("When"), " – ".join(spanned)),
            (say("Where"), _degrees(body.place) or say("no place")),
            (say("Who"), ", ".join(body.subjects) or say("nobody named")),
            (say("Assets"), ", ".join(body.assets) or "–"),
            (say("Source"), f"{source} ({body.reliability}{body.credibility})"),
            (say("Found by"), found_by),
        ]
    blocks: list[Block] = [
        Heading(say("Report on a finding"), 1),
        Heading(of.name_ja if japanese else of.name_en),
        Says(of.text_ja if japanese else of.text_en, strong=True),
        Table(tuple(rows), widths=(1, 4)),
    ]
    if of.measures:
        told = tuple(
            tuple(each.ja if japanese else each.en for each in (m.called, m.value, m.unit))
            for m in of.measures
        )
        blocks += [Heading(say("Measures")), Table(told, widths=(2, 2, 1))]
    if of.strands:
        strands = tuple((" · ".join(_strand(say, each)),) for each in of.strands)
        blocks += [Heading(say("Label")), Table(strands)]
    if of.versions:
        made = tuple((each.version, each.status, each.sha256[:16]) for each in of.versions)
        blocks += [Heading(say("History")), Table(made, widths=(2, 1, 2))]
    blocks.append(Says(say(GUILT)))
    return _document(say("Report on a finding"), _label(tlp, head, say), head, blocks, say)


def _document(title: str, label: str, head: Head, blocks: Iterable[Block], say: _Words) -> Document:
    page = say("page {n} of {all}")
    gaps = say("{n} characters could not be drawn: no font of the machine that made this has them.")
    author = f"{head.name} ({head.party})"
    return Document(title, label, head.language, author, head.at, tuple(blocks), page, gaps)


def _label(tlp: Tlp, head: Head, say: _Words) -> str:
    whose = "" if head.whose == head.party else f" → {head.whose}"
    played = f" · {say('exercise')} {head.exercise}".upper() if head.exercise else ""
    return f"TLP:{tlp.value.upper()} · {head.party}{whose}{played}"


def _made(say: _Words, head: Head) -> list[tuple[str, str]]:
    who = f", {head.user}" if head.user else ""
    made = f"{head.name} ({head.party}){who}, {_at(head.at, 'min')}"
    return [(say("Made by"), made), (say("Seen as"), head.whose)]


def _chance(say: _Words, of: Incident) -> str:
    if of.chance is None:
        return say("What chance gives is unknown.")
    low, high = of.chance_interval or (0.0, 0.0)
    if not of.chance:
        return say("Chance gives fewer than {n} such a month.", n=f"{high:.2g}")
    told = {"n": f"{of.chance:.2g}", "low": f"{low:.2g}", "high": f"{high:.2g}"}
    return say("Chance gives {n} such a month ({low} to {high}).", **told)


def _sum(say: _Words, parts: Sequence[Part]) -> Iterator[Block]:
    yield Heading(say("The sum of the score"))
    at, bars = 0.0, list[tuple[str, float, float]]()
    for each in parts:
        what = say.kind(each.what.rpartition("/")[2])
        bars.append((f"{each.log10:+.2f}  {what}", at, at + each.log10))
        at += each.log10
    if bars:
        yield Bars(tuple(bars))
    rows = tuple(
        (
            f"{each.log10:+.2f}",
            say.kind(each.what.rpartition("/")[2]),
            say.told(each.told, each.why),
        )
        for each in parts
    )
    yield Table((*rows, (f"{at:.2f}", say("score"), "")), widths=(0.6, 1.2, 4))


def _axis(say: _Words, marks: Sequence[Mark]) -> Iterator[Block]:
    yield Heading(say("Evidence on one axis of time"))
    if not marks:
        yield Says(say("The findings are not in this picture."))
        return
    rows = sorted(marks, key=lambda each: each.t0)
    bars = tuple((say.kind(each.kind), float(each.t0), float(each.t1)) for each in rows)
    ends = min(each.t0 for each in rows), max(each.t1 for each in rows)
    low, high = (_at(each * MS, "min") for each in ends)
    yield Bars(bars, (low, high))


def _hypotheses(say: _Words, weighing: Weighing) -> Iterator[Block]:
    yield Heading(say("Hypotheses, least contradicted first"))
    head = (say("hypothesis"), say("against"), say("for"))
    told = (
        (f"{say(each.hypothesis)}: {say(each.meaning)}", str(each.inconsistent),
         str(each.consistent))
        for each in weighing.standings
    )  # fmt: skip
    yield Table(tuple(told), head, (6, 1, 1))
    yield Heading(say("What speaks for and against each"), 3)
    yield Table(
        tuple(
            (say.told(each.told, each.seen), "\n".join(_marks(say, each)))
            for each in weighing.items
        ), (), (2, 3),
    )  # fmt: skip


def _marks(say: _Words, item: Item) -> Iterator[str]:
    for name, mark in item.marks.items():
        if mark != "neutral" or name in item.overruled:
            held = item.instead.get(name)
            told = () if held is None else (*item.before.get(name, ()), held)
            over = say.told(told, item.overruled.get(name, ""))
            yield f"{SIGNS[mark]} {say(name)}{over and f' – {over}'}"


def _findings(say: _Words, marks: Sequence[Mark]) -> Iterator[Block]:
    yield Heading(say("Findings"))
    head = tuple(say(each) for each in ("Kind", "When", "Where", "Who", "Label"))
    rows = (
        (
            say.kind(each.kind), _at(each.t0 * MS, each.precision),
            _degrees(each.place) or say("no place"), ", ".join(each.subjects) or "–",
            f"TLP:{each.tlp.upper()}",
        )
        for each in marks
    )  # fmt: skip
    yield Table(tuple(rows), head, (1.5, 1.5, 2, 2, 1.2))


def _strand(say: _Words, each: Strand) -> Iterator[str]:
    yield f"TLP:{each.tlp.upper()} {say('from')} {each.originator}"
    yield from each.classes
    if each.only is not None:
        yield f"{say('only for')} {', '.join(each.only) or say('the originator')}"
    if each.denied:
        yield f"{say('not for')} {', '.join(each.denied)}"
    if each.orcon:
        yield "ORCON"
    yield from each.handling
    if each.exercise:
        yield f"{say('exercise')} {each.exercise}"
    if each.expires:
        yield f"{say('until')} {each.expires[:10]}"


def _utc(text: str) -> str:
    return _at(parse_instant(text), "min")


def _at(at: int, precision: Precision | str) -> str:
    text = format_instant(at).replace("T", " ")[: _CUT.get(precision, 19)]
    if precision in ("year", "month", "day"):
        return text
    return f"{text}hZ" if precision == "h" else f"{text.rstrip('Z')}Z"


def _degrees(place: tuple[float, float, float] | None) -> str:
    if place is None:
        return ""
    lon, lat, radius = place
    size = f"{radius / 1000:.1f} km" if radius >= 1000 else f"{radius:.0f} m"
    ns, ew = "S" if lat < 0 else "N", "W" if lon < 0 else "E"
    return f"{abs(lat):.3f}°{ns} {abs(lon):.3f}°{ew} ± {size}"
