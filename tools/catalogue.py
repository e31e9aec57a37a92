"""Write the catalogue of agreements from a table of facts, one file each; once, not on every build.

    python tools/catalogue.py ../shared/data/agreements/partnerships.csv

A file that is there already is left alone: from then on the file is the source of truth, and who
has read an agreement writes its clauses. What this writes is a reading by kind of agreement, and
every clause says so (`basis = "model"`).
"""

from __future__ import annotations

import csv
import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1] / "src" / "noroshi" / "data"
CATALOGUE = ROOT / "catalogue"
LISTED = "2026-11-23"
"""The day on which the table was made: what it calls in force without a day counts from then."""

SAME = {"jpn-fra-isa": "fra-jpn-isa", "tisa": "tisa-2014"}
"""Ids of the table that the bundled agreements name otherwise."""

FORM = {"nbi": "non_binding", "treaty": "treaty", "arrangement": "arrangement"}
PILLARS = {"defence": "crisis", "border": None, "all": None}
PROTECTED = (
    "maritime", "cyber", "hybrid", "information", "space", "disarmament", "industry", "crisis",
    "counterterror", "infrastructure", "info_security", "logistics", "exercises",
)  # fmt: skip
GENERAL = ("maritime", "cyber", "hybrid", "disarmament", "crisis", "counterterror", "exercises")
BOTH = """AUS AUT BEL BGR CAN CHE CZE DEU DNK ESP FIN FRA GBR GRC HUN IND IRL ITA JPN KOR LUX NLD
NOR NZL POL PRT SWE TUR UKR USA"""
REGIMES = {
    "wassenaar": (f"{BOTH} EST HRV LTU LVA MLT ROU SVK SVN", "ARG, MEX, RUS, ZAF"),
    "mtcr": (f"{BOTH} ISL", "ARG, BRA, RUS, ZAF"),
}
"""Participants that the registry holds, and those that it does not."""

PROTECT = (
    "What such an agreement does: protect, use for nothing else, pass nothing on without consent. "
    "Unclassified only, until a text says which levels protect alike."
)
COARSE = (
    "Unclassified only; positions and sources coarse, as in the partnership of the Union and Japan."
)
COARSELY = [
    'transform = [{ kind = "position", cell_m = 10000 }, { kind = "source", to = "class" }]',
    'expires = "P180D"',
]

NOTES = {
    "eu-usa-soi": "RESTREINT UE has no equivalent in the United States (article 3.2).",
    "eu-gbr-sia": "The Union releases case by case also under this agreement.",
    "jpn-can-isa": "Passing on without consent and any other use are forbidden, as reported.",
    "usa-phl-gsomia": "No duty to disclose, as reported.",
    "ind-usa-lemoa": "Each request is cleared by itself, as reported.",
    "eu-jpn-spa": "Applied provisionally from 2019-02-01.",
}
EACH = {"eu-gbr-sia", "ind-usa-lemoa"}
HEAD = {
    "eu-jpn-spa": "provisional = 2019-02-01",
    "jpn-aus-acsa2": 'supersedes = ["jpn-aus-acsa1"]',
    "aukus-annpa": 'supersedes = ["aukus-ennpia"]',
    "mwds": 'layer = "information"',
}
NOTICE = {"aus-png-pukpuk": "P12M", "usa-phl-vfa": "P180D"}
COMMITMENTS = {
    "eu-nor-sdp": ("dialogue", "Security and defence dialogue", "P12M"),
    "eu-can-sdp": ("dialogue", "Security and defence dialogue", "P12M"),
    "campdavid": ("coordination", "Consult on threats that concern all three", None),
    "aus-idn-tcs": ("coordination", "Consult on matters of common security", None),
    "mwds": ("exercise", "Exercises of the three under a plan of several years", None),
}


def main() -> None:
    """Write what is missing and say what was written."""
    bundled = {path.stem for path in (ROOT / "agreements").glob("*.toml")}
    CATALOGUE.mkdir(exist_ok=True)
    with open(sys.argv[1], encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    written = 0
    for row in rows:
        path = CATALOGUE / f"{row['id']}.toml"
        if SAME.get(row["id"], row["id"]) not in bundled and not path.exists():
            path.write_text(agreement(row), "utf-8")
            written += 1
    print(f"{len(rows)} rows: {written} files written, the others were there")


def agreement(row: dict[str, str]) -> str:
    """The file of one row."""
    name, dated = row["id"], in_force(row)
    parties, more = parties_of(row)
    lines = [*comment(row), "", 'format = "pact/1"', "", "[agreement]"]
    lines += [f"id = {text(name)}", f"title = {text(row['title'])}"]
    lines += [f'form = "{FORM[row["binding"]]}"', f'class = "{row["type"]}"']
    lines += [f"parties = {listed(parties)}"]
    lines += [f"signed = {date(row['signed'])}"] if row["signed"] else []
    lines += [f"in_force = {date(dated)}"] if dated else []
    lines += [HEAD[name]] if name in HEAD else layer(row)
    said = [*notes(row, dated), *more, NOTES.get(name, "")]
    lines += [f"note = {text(' '.join(each for each in said if each))}"]
    lines += ["docs = [", f"  {source(row)},", "]", "", *release(row), "", "[exit]"]
    lines += [f'notice = "{NOTICE[name]}"'] if name in NOTICE else []
    lines += ['keep = "protect"']
    if name in COMMITMENTS:
        kind, what, every = COMMITMENTS[name]
        lines += ["", "[[commitment]]", 'id = "C1"', f'kind = "{kind}"', f"text = {text(what)}"]
        lines += [f'every = "{every}"'] if every else []
        lines += ['status = "operating"']
    return "\n".join(lines) + "\n"


def comment(row: dict[str, str]) -> list[str]:
    """What a reader should know before the first key."""
    words = {
        "page": "A public page was read for its existence and dates, not its articles",
        "dataset": "Its dates are those of a public dataset; its articles were not read",
        "repo": "A public repository names it; its articles were not read",
        "unverified": "No source was read: parties and dates are from memory",
    }
    return [f"# {row['title']}.", f"# {words[row['verify']]}: every clause is a model."]


def in_force(row: dict[str, str]) -> str:
    """From when it grants; empty where it does not."""
    if row["status"] in ("signed", "negotiating", "announced", "not_in_force"):
        return ""
    found = row["in_force"]
    if row["status"] == "in_force" and (not found or "/" in found):
        return LISTED
    return found or row["signed"]


def notes(row: dict[str, str], dated: str) -> list[str]:
    """What the dates leave open, and the note of the table."""
    found = []
    if dated == LISTED and row["in_force"] != LISTED:
        found.append(f"In force on {LISTED}; since when was not found, so it counts from that day.")
    elif dated and not row["in_force"]:
        found.append("No entry into force of its own: it counts from the day it was made.")
    elif not dated:
        found.append(
            {
                "signed": "Signed, not in force: it grants nothing.",
                "negotiating": "Under negotiation: it grants nothing.",
                "announced": "Announced; its signature was not verified: it grants nothing.",
                "not_in_force": "Not in force: it grants nothing.",
            }[row["status"]]
        )
    if "border" in row["pillars"]:
        found.append("Border management is among its subjects and has no pillar here.")
    if row["note"]:
        found.append(row["note"][0].upper() + row["note"][1:].rstrip(".") + ".")
    return found


def parties_of(row: dict[str, str]) -> tuple[list[str], list[str]]:
    """Legal parties, and a note where the registry does not know them all."""
    registry = registered()
    states = [code for code, (kind, _) in registry.items() if kind == "state"]
    match row["id"]:
        case "nato":
            return [code for code in states if "NATO" in registry[code][1]], []
        case "wassenaar" | "mtcr":
            found, left = REGIMES[row["id"]]
            return sorted(found.split()), [
                f"Participants that the registry does not hold are left out: {left}."
            ]
        case "npt" | "ctbt":
            more = "All states of the registry but India; many other states are parties."
            return [code for code in states if code != "IND"], [more]
        case "asean-tac":
            return row["parties"].split(";"), ["The states of ASEAN are parties each by itself."]
        case _:
            return row["parties"].split(";"), []


def registered() -> dict[str, tuple[str, tuple[str, ...]]]:
    """Kind and unions by code."""
    sys.path.insert(0, str(ROOT.parents[1]))
    from noroshi.words.party import packaged_parties

    parties = packaged_parties()
    return {code: (parties.get(code).kind, parties.get(code).member) for code in parties.order}


def layer(row: dict[str, str]) -> list[str]:
    """The layer, where the class leaves it open."""
    if row["type"] in ("dca", "arrangement"):
        for pillar, name in (("access", "visiting_forces"), ("industry", "technology")):
            if pillar in row["pillars"].split(";"):
                return [f'layer = "{name}"']
    return []


def source(row: dict[str, str]) -> str:
    """The document, as an inline table."""
    found = row["source"]
    if found.startswith("http"):
        return f"{{ ref = {text(row['title'])}, url = {text(found)} }}"
    number, note = found.rpartition(" ")[2], "no document was read"
    ref = row["title"]
    if found.startswith("dcad"):
        ref, note = f"Defense Cooperation Agreement Dataset 1.0, {number}", ""
    elif found.startswith("atop"):
        ref, note = f"ATOP 5.1, states {number} (COW codes)", ""
    elif "cites" in found:
        ref, note = found.split("cites ")[1].rstrip(")"), "named elsewhere, not read"
    return f"{{ ref = {text(ref)}{f', note = {text(note)}' if note else ''} }}"


def release(row: dict[str, str]) -> list[str]:
    """The one clause that agreements of this kind are read as."""
    kind = row["type"]
    pillars = [PILLARS.get(each, each) for each in row["pillars"].split(";")]
    named = list(dict.fromkeys(each for each in pillars if each)) or list(GENERAL)
    each = row["id"] in EACH
    match kind:
        case "isa":
            own = [] if named == ["info_security"] else named
            return clause(own or PROTECTED, "amber+strict", "amber", PROTECT, each=each)
        case "alliance":
            note = "Consultation among allies, as a release of what a crisis is about."
            return clause([*named, "exercises"], "amber", "amber", note)
        case "sofa" | "vfa" | "raa":
            note = "Movements and exercises of visiting forces, for host and visitor alone."
            return clause([*named, "exercises"], "amber", "amber", note, onward="none")
        case "acsa":
            note = "Requests and receipts of supplies and services."
            return clause(named, "amber", "amber", note, onward="none", each=each)
        case "dett" | "programme":
            note = "Defence equipment and technology go item by item; re-export needs consent."
            more = ['control = ["ML"]']
            return clause(named, "amber", "amber", note, each=True, more=more)
        case "sdp":
            return clause(named, "amber", "amber", COARSE, more=COARSELY)
        case "regime":
            note = "What participants tell one another under the regime."
            return clause(named, "green", "green", note, onward="parties")
        case "dca" | "arrangement" | "fpa":
            return clause(named, "amber", "amber", "Working contacts under it.")
        case _:
            return clause(named, "green", "green", "Talks of the parties, in general terms.")


def clause(pillars, tlp, pap, note, onward="originator_consent", each=False, more=()) -> list[str]:
    """A `[[release]]`."""
    order = [*PROTECTED, "access"]
    found = sorted(dict.fromkeys(pillars), key=order.index)
    return [
        "[[release]]", 'id = "R1"', 'basis = "model"', f"pillars = {listed(found)}",
        f'max_tlp = "{tlp}"', f'max_pap = "{pap}"', f'onward = "{onward}"',
        *(['approval = "each"'] if each else []), *more, f"note = {text(note)}",
    ]  # fmt: skip


def text(value: str) -> str:
    """TOML's strings are JSON's."""
    return json.dumps(value, ensure_ascii=False)


def listed(values) -> str:
    """An array on one line."""
    return json.dumps(list(values))


def date(value: str) -> str:
    """A whole date is bare, one known in part is quoted."""
    return value if len(value) == 10 else text(value)


if __name__ == "__main__":
    main()
