"""Agreement files that are wrong: file, line, key, what was found and what was expected."""

from __future__ import annotations

from pathlib import Path

import pytest

from noroshi.pact.format import Agreement
from noroshi.pact.load import load, load_folder, read
from noroshi.words.errors import BadAgreement
from noroshi.words.party import packaged_parties

GOOD = """\
format = "pact/1"
[agreement]
id = "eu-jpn-x"
title = "A test"
form = "treaty"
class = "isa"
parties = ["EU", "JPN"]
in_force = 2026-01-01
[[release]]
id = "R1"
basis = "model"
pillars = ["maritime"]
max_tlp = "amber"
transform = [
  { kind = "position", cell_m = 10000 },
]
expires = "P180D"
[exit]
keep = "protect"
"""

CASES = {
    "misspelt key": (
        ('max_tlp = "amber"', 'max_tlp = "amber"\nonword = "free"'),
        "x.toml:14: release[1].onword: unknown key; found onword; expected one of id, basis, "
        "pillars, max_tlp, kinds, from, to, bodies, max_pap, max_class, onward, transform, "
        "expires, keep, approval, licence, handling, control, personal, cites, note\n"
        "Hint: did you mean 'onward'?",
    ),
    "misspelt required key": (
        ("max_tlp", "max_tpl"),
        "x.toml:13: release[1].max_tpl: unknown key; found max_tpl; expected one of id, basis, "
        "pillars, max_tlp, kinds, from, to, bodies, max_pap, max_class, onward, transform, "
        "expires, keep, approval, licence, handling, control, personal, cites, note\n"
        "Hint: did you mean 'max_tlp'?",
    ),
    "missing key": (
        ('max_tlp = "amber"\n', ""),
        "x.toml:9: release[1]: key 'max_tlp' is missing; expected one of clear, green, amber, "
        "amber+strict, red",
    ),
    "unknown table": (
        ("[exit]", "[exits]"),
        "x.toml:18: exits: unknown key; found exits; expected one of format, agreement, release, "
        "prohibit, require, duty, joins, permit, forbid, transfer, embargo, "
        "programme, exit, equivalence, commitment, assert\n"
        "Hint: did you mean 'exit'?",
    ),
    "wrong type": (
        ('expires = "P180D"', "expires = 180"),
        "x.toml:17: release[1].expires: wrong value; found 180; expected an ISO 8601 duration "
        'such as "P180D"',
    ),
    "text for a list": (
        ('parties = ["EU", "JPN"]', 'parties = "EU"'),
        "x.toml:7: agreement.parties: wrong value; found 'EU'; expected two parties or more",
    ),
    "one party": (
        ('["EU", "JPN"]', '["EU"]'),
        "x.toml:7: agreement.parties: wrong value; found ['EU']; expected two parties or more",
    ),
    "wrong word": (
        ('basis = "model"', 'basis = "modell"'),
        "x.toml:11: release[1].basis: wrong value; found 'modell'; expected one of text, practice, "
        "model\nHint: did you mean 'model'?",
    ),
    "unknown pillar": (
        ('["maritime"]', '["maritime", "cybr"]'),
        "x.toml:12: release[1].pillars[2]: wrong value; found 'cybr'; expected one of maritime, "
        "cyber, hybrid, information, space, disarmament, industry, crisis, counterterror, "
        "infrastructure, info_security, logistics, access, exercises\nHint: did you mean 'cyber'?",
    ),
    "unknown level": (
        ('max_tlp = "amber"', 'max_tlp = "yellow"'),
        "x.toml:13: release[1].max_tlp: wrong value; found 'yellow'; expected one of clear, green, "
        "amber, amber+strict, red",
    ),
    "misspelt key of a transform": (
        ("cell_m", "cel_m"),
        "x.toml:15: release[1].transform[1].cel_m: unknown key; found cel_m; expected one of kind, "
        "cell_m\nHint: did you mean 'cell_m'?",
    ),
    "unknown transform": (
        ('"position"', '"positions"'),
        "x.toml:15: release[1].transform[1].kind: wrong value; found 'positions'; expected one of "
        "position, time, source, identity, text\nHint: did you mean 'position'?",
    ),
    "cell of no size": (
        ("10000", "0"),
        "x.toml:15: release[1].transform[1].cell_m: wrong value; found 0; expected a positive "
        "number",
    ),
    "bad date": (
        ("2026-01-01", '"2026-13"'),
        "x.toml:8: agreement.in_force: wrong value; found '2026-13'; expected a date such as "
        '2024-11-01, or in part "2024-11"',
    ),
    "partial date without quotes": (
        ("2026-01-01", "2026-01"),
        "x.toml:8: not TOML: Expected newline or end of document after a statement\n"
        'Hint: text and dates known only in part are quoted: in_force = "2024-11"',
    ),
    "bad duration": (
        ("P180D", "P180X"),
        "x.toml:17: release[1].expires: wrong value; found 'P180X'; expected an ISO 8601 duration "
        'such as "P180D"',
    ),
    "in force before signed": (
        ("in_force = 2026-01-01", 'in_force = "2025"\nsigned = 2026-01-01'),
        "x.toml:8: agreement.in_force: earlier than what comes before it; found 2025; expected not "
        "before 2026-01-01",
    ),
    "unknown party": (
        ('"JPN"', '"JPM"'),
        "x.toml:7: agreement.parties[2]: unknown party; found JPM; expected a code of the party "
        "registry\nHint: did you mean 'JPN'?",
    ),
    "party twice": (
        ('"JPN"', '"EU"'),
        "x.toml:7: agreement.parties[2]: party named twice; found EU",
    ),
    "hub outside": (
        ("[[release]]", 'hub = "USA"\n[[release]]'),
        "x.toml:9: agreement.hub: not a party; found USA; expected one of EU, JPN",
    ),
    "one-way clause to a stranger": (
        ('max_tlp = "amber"', 'max_tlp = "amber"\nto = ["KOR"]'),
        "x.toml:14: release[1].to[1]: not a party, nor below one; found KOR",
    ),
    "body of another party": (
        ('max_tlp = "amber"', 'max_tlp = "amber"\nbodies = { EU = ["JPN.JCG"] }'),
        "x.toml:14: release[1].bodies.EU[1]: not below EU; found JPN.JCG",
    ),
    "duplicate clause id": (
        ("[exit]", '[[prohibit]]\nid = "R1"\nbasis = "model"\nwhen = { orcon = true }\n[exit]'),
        "x.toml:19: prohibit[1].id: duplicate clause id; found R1\nHint: already used in "
        "[[release]]",
    ),
    "prohibition of everything": (
        ("[exit]", '[[prohibit]]\nid = "X1"\nbasis = "model"\nwhen = {}\n[exit]'),
        "x.toml:21: prohibit[1].when: no condition; expected at least one condition",
    ),
    "cited and absent": (
        ('max_tlp = "amber"', 'max_tlp = "amber"\ncites = ["C01"]'),
        "x.toml:14: release[1].cites[1]: no clause or commitment of this file; found C01",
    ),
    "level without equivalence": (
        ('max_tlp = "amber"', 'max_tlp = "amber"\nmax_class = { scheme = "EU", level = "secret" }'),
        "x.toml:14: release[1].max_class: level without an [[equivalence]] row; found EU secret; "
        "expected unclassified",
    ),
    "level in two rows": (
        (
            "[exit]",
            "[[equivalence]]\nbasis = 'model'\nlevels = [\n"
            "  { scheme = 'EU', level = 's' },\n  { scheme = 'JPN', level = 'g' },\n"
            "  { scheme = 'EU', level = 's' },\n]\n[exit]",
        ),
        "x.toml:23: equivalence[1].levels[3]: level stands twice, or needs no row; found EU s",
    ),
    "left without having been in": (
        (
            'keep = "protect"',
            'keep = "protect"\nleft = [{ party = "KOR", effective = 2026-02-01 }]',
        ),
        "x.toml:20: exit.left[1].party: not a party; found KOR; expected one of EU, JPN",
    ),
    "a control code in lower case": (
        ('max_tlp = "amber"', 'max_tlp = "amber"\ncontrol = ["5a002"]'),
        "x.toml:14: release[1].control[1]: wrong value; found '5a002'; expected a code of a "
        'control list such as "5A002" or "ML15"',
    ),
    "a control code among handling tags": (
        ('max_tlp = "amber"', 'max_tlp = "amber"\nhandling = [\n"eyes",\n"control:5A002"]'),
        "x.toml:16: release[1].handling[2]: a code of a control list; found control:5A002; "
        'expected the key `control`\nHint: control = ["5A002"]',
    ),
    "a policy's statement that is none": (
        (
            "[exit]",
            '[[prohibit]]\nid = "X1"\nbasis = "model"\n'
            'when = { handling = ["iep:encrypt_in_transit=yes"] }\n[exit]',
        ),
        "x.toml:21: prohibit[1].when.handling[1]: no statement of IEP 2.0; found "
        "iep:encrypt_in_transit=yes\nHint: did you mean 'iep:encrypt_in_transit=may'?",
    ),
    "two promises that exclude one another": (
        (
            'max_tlp = "amber"',
            'max_tlp = "amber"\n'
            'handling = ["iep:provider_attribution=must", "iep:provider_attribution=must-not"]',
        ),
        "x.toml:14: release[1].handling[2]: nobody can honour both; found "
        "iep:provider_attribution=must, iep:provider_attribution=must-not; expected one of them",
    ),
    "other format": (
        ("pact/1", "pact/9"),
        "x.toml:1: format: wrong value; found 'pact/9'; expected one of pact/1\n"
        "Hint: did you mean 'pact/1'?",
    ),
}


def _load(text: str | bytes) -> Agreement:
    data = text.encode() if isinstance(text, str) else text
    return load(data, "x.toml", packaged_parties())


def test_the_file_all_cases_start_from_is_good() -> None:
    agreement = _load(GOOD)
    assert (agreement.id, agreement.parties) == ("eu-jpn-x", ("EU", "JPN"))
    assert agreement.raw == GOOD.encode()


@pytest.mark.parametrize(("change", "expected"), CASES.values(), ids=CASES)
def test_problem(change: tuple[str, str], expected: str) -> None:
    assert change[0] in GOOD
    with pytest.raises(BadAgreement) as caught:
        _load(GOOD.replace(*change, 1))
    assert str(caught.value) == expected


def test_not_text() -> None:
    with pytest.raises(BadAgreement, match=r"^x.toml: not UTF-8 at byte 2\nHint: "):
        _load(b"ab\xff")


def test_every_problem_of_a_file_in_file_order() -> None:
    bad = GOOD.replace("class", "clas").replace('"amber"', '"yellow"').replace("keep", "kept")
    found = read(bad.encode(), "x.toml", packaged_parties())
    assert [each.where for each in found] == ["x.toml:6", "x.toml:13", "x.toml:19"]


def test_windows_line_ends_count_alike() -> None:
    with pytest.raises(BadAgreement, match=r"^x\.toml:13: "):
        _load(GOOD.replace('"amber"', '"yellow"').replace("\n", "\r\n"))


def test_folder_keeps_what_reads_well(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text(GOOD)
    (tmp_path / "b.toml").write_text(GOOD.replace("max_tlp", "max_tpl"))
    (tmp_path / "c.toml").write_text(GOOD)
    (tmp_path / "notes.txt").write_text("not an agreement")
    agreements, bad = load_folder([tmp_path, tmp_path / "absent.toml"], packaged_parties())
    assert [each.id for each in agreements] == ["eu-jpn-x"]
    assert [Path(each.where.split(":")[0]).name for each in bad] == [
        "b.toml",
        "c.toml",
        "absent.toml",
    ]
    assert "used twice" in str(bad[1])
