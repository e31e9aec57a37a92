"""`[[assert]]`: what agreements say of themselves, tried case by case."""

from __future__ import annotations

import importlib.resources

import pytest
from making import PARTIES, agreement, policy

from noroshi.pact.assertions import run
from noroshi.pact.load import load_folder, read
from noroshi.pact.policy import Policy

FOLDER = importlib.resources.files("noroshi.data").joinpath("agreements")
LAW = 'max_tlp = "amber"\nonward = "none"'
TABLE = """
[[equivalence]]
basis = "model"
levels = [{ scheme = "EU", level = "s" }, { scheme = "JPN", level = "g" }]
"""


def _run(block: str, release: str = LAW, **terms):
    text = f'[[assert]]\nid = "A"\n{block}\n' + terms.pop("rest", "")
    (tried,) = run(policy(agreement(release=release, rest=text, **terms)))
    return tried


# block → whether it passes, and how it says so where it does not
CASES = {
    "red never": ('say = "never"\nwhen = { tlp = "red" }', True, ""),
    "amber never": (
        'say = "never"\nfrom = "JPN"\nwhen = { tlp = "amber", pillars = ["maritime"] }', False,
        "JPN to EU, maritime/another, TLP amber, 2026-01-01: by x/R1",
    ),
    "amber never before it is in force": (
        'say = "never"\nuntil = 2026-01-01\nwhen = { tlp = "amber" }', True, "",
    ),
    "amber never until after it is in force": (
        'say = "never"\nuntil = 2026-01-02\nfrom = "EU"\nwhen = { tlp = "amber" }', False,
        "EU to JPN, maritime/another, TLP amber, 2026-01-01: by x/R1",
    ),
    "at no time": (
        'say = "never"\nsince = 2026-02-01\nuntil = 2026-02-01', False, "no case of it can occur",
    ),
    "amber not on a day before": (
        'say = "never"\nat = 2025-12-31\nwhen = { tlp = "amber" }', True, "",
    ),
    "amber always": ('say = "always"\nwhen = { tlp = "amber", pillars = ["maritime"] }', True, ""),
    "amber always, also before": (
        'say = "always"\nsince = 2025-06-01\nfrom = "JPN"\n'
        'when = { tlp = "amber", pillars = ["maritime"] }', False,
        "JPN to EU, maritime/another, TLP amber, 2025-06-01: withheld",
    ),
    "amber always until it was not": (
        'say = "always"\nsince = 2026-01-01\nuntil = 2026-02-01\n'
        'when = { tlp = "amber", pillars = ["maritime"] }', True, "",
    ),
    "cyber always": (
        'say = "always"\nfrom = "JPN"\nwhen = { pillars = ["cyber"], tlp = "green" }', False,
        "JPN to EU, cyber/another, TLP green, 2026-01-01: withheld",
    ),
    "personal never": ('say = "never"\nwhen = { personal = true }', True, ""),
    "handling never": ('say = "never"\nwhen = { handling = ["eyes"] }', True, ""),
    "controlled never": ('say = "never"\nwhen = { control = ["5A002"] }', True, ""),
    "licence never": ('say = "never"\nwhen = { licence = "non_redistributable" }', True, ""),
    "high PAP never": ('say = "never"\nwhen = { pap = "red" }', True, ""),
    "classified never": (
        'say = "never"\nwhen = { classes = [{ scheme = "JPN", level = "g" }] }', True, "",
    ),
    "another's agreement": ('say = "never"\nby = "other"', True, ""),
    "to a third": ('say = "never"\nparty = "KOR"\nwhen = { tlp = "green" }', True, ""),
    "named and green": ('say = "always"\nwhen = { tlp = "green", named = true, '
                        'pillars = ["maritime"] }', True, ""),
    "controlled goes by this clause": (
        'say = "never"\nfrom = "EU"\nwhen = { orcon = true, tlp = "green" }', False,
        "EU to JPN, maritime/another, TLP green, 2026-01-01: by x/R1",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("block", "passes", "text"), CASES.values(), ids=CASES)
def test_an_assertion(block: str, passes: bool, text: str) -> None:
    tried = _run(block)
    assert (tried.id, tried.passed, tried.text) == ("x/A", passes, text)


def test_every_pair_kind_and_level_is_tried() -> None:
    tried = _run('say = "never"\nwhen = { tlp = "red", pillars = ["maritime", "cyber"] }')
    # two pairs, two pillars, one kind that stands for all, one stretch in which anything is
    assert tried.cases == 4
    more = _run('say = "never"\nat = 2026-03-01\nby = "other"', release=LAW + '\nkinds = ["stop"]')
    assert more.cases == 2 * 2 * 5  # pairs, kinds, levels of the one pillar that a clause names


def test_classified_passes_where_there_is_an_equivalent() -> None:
    block = 'say = "always"\nwhen = { tlp = "green", pillars = ["maritime"], '
    block += 'classes = [{ scheme = "JPN", level = "g" }] }'
    wide = LAW + '\nmax_class = { scheme = "JPN", level = "g" }'
    assert _run(block, release=wide, rest=TABLE).passed
    assert not _run(block, release=LAW, rest=TABLE).passed


@pytest.mark.parametrize(
    ("block", "problem"),
    [
        ('say = "maybe"', "assert[1].say: wrong value"),
        ('say = "never"\nparty = "JPM"', "assert[1].party: unknown party"),
        ('say = "never"\nsince = "2026-13"', "assert[1].since: wrong value"),
        ('say = "never"\nwhen = { tlp_max = "red" }', "assert[1].when.tlp_max: unknown key"),
    ],
    ids=["word", "party", "date", "key"],
)
def test_a_wrong_assertion_is_named(block: str, problem: str) -> None:
    text = agreement().raw.decode() + f'\n[[assert]]\nid = "A"\n{block}\n'
    (found,) = read(text.encode(), "x.toml", PARTIES)
    assert problem in str(found)


def test_an_id_of_a_clause_is_not_one_of_an_assertion() -> None:
    text = agreement().raw.decode() + '\n[[assert]]\nid = "R1"\nsay = "never"\n'
    (found,) = read(text.encode(), "x.toml", PARTIES)
    assert "assert[1].id: duplicate clause id" in str(found)
    assert "already used in [[release]]" in str(found)


def test_the_bundled_agreements_keep_what_they_assert() -> None:
    with importlib.resources.as_file(FOLDER) as folder:
        agreements, bad = load_folder([folder], PARTIES)
    assert bad == ()
    tried = run(Policy(agreements, PARTIES))
    assert {each.id.partition("/")[0] for each in tried} == {each.id for each in agreements}
    assert [each for each in tried if not each.passed] == []
