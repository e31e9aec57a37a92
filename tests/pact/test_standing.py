"""One folder with every kind of fault at once: each is printed with its file and line."""

from __future__ import annotations

from pathlib import Path

import pytest
from making import AT, PARTIES, agreement, consent, policy

from noroshi.pact.conflicts import remarks
from noroshi.pact.load import load_folder
from noroshi.pact.policy import Policy

HEAD = (
    'format = "pact/1"\n[agreement]\nid = "NAME"\ntitle = "NAME"\nform = "treaty"\nclass = "isa"\n'
)
CLAUSE = '[[{}]]\nid = "{}"\nbasis = "model"\n'
FAULTS = {
    "live": HEAD
    + 'parties = ["AUS", "JPN", "KOR"]\n'
    + 'provisional = "2026-03"  # a date in part, provisional\n'
    + 'depends_on = ["gone"]  # cited and absent\n'
    + CLAUSE.format("release", "R1")
    + 'pillars = ["cyber"]\nmax_tlp = "green"\nfrom = ["AUS"]\n'
    + 'approval = "each"  # item by item\n'
    + CLAUSE.format("release", "R2").replace("[[release]]", "[[release]]  # never")
    + 'pillars = ["cyber"]\nmax_tlp = "red"\nkinds = ["malware"]\n'
    + CLAUSE.format("prohibit", "X")
    + 'when = { kinds = ["malware"] }\n'
    + CLAUSE.format("duty", "D").replace("[[duty]]", "[[duty]]  # for nothing")
    + 'when = { pillars = ["space"] }\nwithin = "PT1H"\n'
    + CLAUSE.format("duty", "E").replace("[[duty]]", "[[duty]]  # by one alone")
    + 'when = { pillars = ["cyber"], kinds = ["log"] }\nwithin = "PT1H"\n',
    "old": HEAD
    + 'parties = ["AUS", "JPN"]\nin_force = 2000-01-01\n'
    + "[exit]\nterminated = 2021-01-01  # over\n",
    "rests": HEAD
    + 'parties = ["AUS", "JPN"]\nin_force = 2000-01-01  # so is this\n'
    + 'depends_on = ["old"]  # on what is over\n',
    "signed": HEAD + 'parties = ["AUS", "JPN"]\nsigned = 2020-01-01  # no more than that\n',
    "talks": HEAD.replace("[agreement]", "[agreement]  # no date") + 'parties = ["AUS", "JPN"]\n',
    "later": HEAD + 'parties = ["AUS", "JPN"]\nin_force = "2027"  # not yet, in part\n',
    "never": HEAD
    + 'parties = ["AUS", "JPN"]\nin_force = "2026"  # too late\n'
    + '[exit]\nterminated = "2026-02"  # too early\n',
}

# (file, comment of the line) → what is said there
EXPECTED = {
    ("live", "a date in part, provisional"): {
        ("live", "date", "known only as 2026-03: grants from 2026-03-31"),
        ("live", "standing", "applied provisionally since 2026-03-31, not in force"),
    },
    ("live", "cited and absent"): {
        ("live", "reference", "depends on gone, which this set does not hold and so does not check")
    },
    ("live", "item by item"): {
        (
            "live/R1",
            "approval",
            "each item needs its originator's consent; consents at hand: 0",
        )
    },
    ("live", "never"): {("live/R2", "unreachable", "no strand can ever pass by it")},
    ("live", "for nothing"): {
        ("live/D", "duty", "no clause can satisfy it"),
    },
    ("live", "by one alone"): {
        ("live/E", "duty", "JPN to AUS, KOR: no clause can satisfy it"),
        ("live/E", "duty", "KOR to JPN, AUS: no clause can satisfy it"),
    },
    ("old", "over"): {("old", "standing", "ended 2021-01-01: it grants nothing any more")},
    ("rests", "so is this"): {
        ("rests", "standing", "ended 2021-01-01: it grants nothing any more")
    },
    ("rests", "on what is over"): {("rests", "reference", "depends on old, which has ended")},
    ("signed", "no more than that"): {
        ("signed", "standing", "signed, not in force: it grants nothing")
    },
    ("talks", "no date"): {("talks", "standing", "negotiating, not signed: it grants nothing")},
    ("later", "not yet, in part"): {
        ("later", "date", "known only as 2027: grants from 2027-12-31"),
        ("later", "standing", "not yet in force: it grants from 2027-12-31"),
    },
    ("never", "too late"): {
        ("never", "date", "known only as 2026: grants from 2026-12-31"),
        ("never", "standing", "it would end before it begins: it grants nothing"),
    },
    ("never", "too early"): {("never", "date", "known only as 2026-02: ends on 2026-02-01")},
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, text in FAULTS.items():
        (tmp_path / f"{name}.toml").write_text(text.replace("NAME", name), "utf-8")
    return tmp_path


def test_every_fault_has_its_file_and_line(folder: Path) -> None:
    agreements, bad = load_folder([folder], PARTIES)
    assert bad == ()
    files = {name: f"{name}.toml" for name in FAULTS}
    found: dict[str, set[tuple[str, str, str]]] = {}
    for each in remarks(Policy(agreements, PARTIES), AT, files):
        if each.kind != "asymmetric":
            found.setdefault(each.where, set()).add((each.clause, each.kind, each.text))
    assert found == {
        f"{name}.toml:{_line(name, word)}": of for (name, word), of in EXPECTED.items()
    }


def _line(name: str, word: str) -> int:
    lines = FAULTS[name].splitlines()
    return 1 + next(i for i, each in enumerate(lines) if each.endswith("# " + word))


def test_remarks_come_in_the_order_of_files_and_lines(folder: Path) -> None:
    agreements, _ = load_folder([folder], PARTIES)
    where = [each.where for each in remarks(Policy(agreements, PARTIES), AT)]
    places = [(name, int(line)) for name, _, line in (each.partition(":") for each in where)]
    assert places == sorted(places)
    assert max(line for _, line in places) > 9


def test_consents_at_hand_are_those_between_parties_that_still_count() -> None:
    rules = agreement(release='approval = "each"')
    given = [consent("EU"), consent("EU.EEAS"), consent("KOR"), consent("EU", until=AT)]
    (found,) = remarks(policy(rules, consents=given), AT)
    assert found.text.endswith("consents at hand: 2")


def test_a_provisional_agreement_that_entered_into_force_is_not_said_to_be_provisional() -> None:
    head = "provisional = 2026-01-01"
    assert remarks(policy(agreement(head=head, in_force="2026-06-01")), AT) == ()
    (found,) = remarks(policy(agreement(head=head, in_force="2026-06-02")), AT)
    assert (found.kind, found.where) == ("standing", "x:10")


BROKEN = (
    FAULTS["live"]
    .replace("NAME", "broken")
    .replace('"JPN"', '"JPM"')
    .replace('"2026-03"', '"2026-13"')
)


def test_what_is_wrong_beside_the_shape_is_said_at_once(tmp_path: Path) -> None:
    """A misspelt key keeps neither a date that does not exist nor an unknown code for next time."""
    text = BROKEN.replace("max_tlp", "max_tpl", 1).replace(
        'when = { kinds = ["malware"] }', 'when = { handling = ["control:5A002"] }'
    )
    (tmp_path / "x.toml").write_text(text, "utf-8")
    _, bad = load_folder([tmp_path], PARTIES)
    assert [str(each).partition("x.toml:")[2].partition(";")[0] for each in bad] == [
        "7: agreement.parties[2]: unknown party",
        "8: agreement.provisional: wrong value",
        "14: release[1].max_tpl: unknown key",
        "26: prohibit[1].when.handling[1]: a code of a control list",
    ]


def test_a_clause_after_one_that_cannot_be_read_keeps_its_place(tmp_path: Path) -> None:
    text = FAULTS["live"].replace("NAME", "x").replace('"cyber"', '"cybr"', 1)
    text = text.replace('max_tlp = "red"', 'max_tlp = "red"\nto = ["JPM"]')
    (tmp_path / "x.toml").write_text(text, "utf-8")
    _, bad = load_folder([tmp_path], PARTIES)
    assert [str(each).partition("x.toml:")[2].partition(";")[0] for each in bad] == [
        "13: release[1].pillars[1]: wrong value",
        "22: release[2].to[1]: unknown party",
    ]
