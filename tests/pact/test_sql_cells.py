"""Cells of the SQL filter: small stores in which one term of one statement makes the difference.

Each answer is asked of the database for every party, record, epoch and stretch of time, and of the
decision. `tools/mutate.py` says which change of which statement each test notices.
"""

from __future__ import annotations

import itertools
import sqlite3

import making
import msgspec
import pytest
import test_sql
from test_sql import record, stored

from noroshi.pact.decide import decide
from noroshi.pact.policy import Policy
from noroshi.pact.sql import ANY, UNKNOWN, rows
from noroshi.pact.table import Table
from noroshi.store import audience, records
from noroshi.store.rows import Cell
from noroshi.words.errors import Refused
from noroshi.words.ids import sha256
from noroshi.words.label import Tlp
from noroshi.words.party import Parties, Party
from noroshi.words.record import Record
from noroshi.words.time import DAY, FOREVER

empty = test_sql.template
AT, PARTIES = making.AT, ("EU", "USA", "FRA", "JPN")
SECOND = """[[release]]
id = "R2"
basis = "model"
pillars = ["maritime"]
max_tlp = "amber"
"""


def labelled(**terms):
    return making.labelled(making.strand(**terms))


def kept(*labels, made=None) -> list[Record]:
    """Records r1, r2, … whose versions fall while their numbers rise."""
    dates = made or [AT - (7 * i + 3) * DAY for i in range(len(labels))]
    return [
        record(f"r{i}", each, when)
        for i, (each, when) in enumerate(zip(labels, dates, strict=True), 1)
    ]


def agree(connection, policy, held, epoch, at, made=None) -> None:
    """The filter's answers are the decision's."""
    for party in PARTIES:
        expected = {
            seq: decide(
                policy, each.label, "JPN", party, at, record=each.id,
                made=each.version if made is None else made[each.id],
            )
            for seq, each in enumerate(held, 1)
        }  # fmt: skip
        found = audience.visible(connection, party, epoch, at, 0, 99)
        assert [each.seq for each in found] == [n for n in expected if expected[n].permitted]
        for seq, wanted in expected.items():
            release = audience.release(connection, party, epoch, at, seq)
            assert release == type(release)(wanted.verdict, wanted.transforms, wanted.clauses)
        latest = {each.id: n for n, each in enumerate(held, 1)}
        many = sum(expected[n].permitted for n in latest.values())
        assert audience.seen(connection, epoch, at).get(party, 0) == many


LABELS = (
    labelled(),
    labelled(tlp=Tlp.AMBER, kind="encounter"),
    labelled(expires=AT + DAY),
    labelled(not_before=AT + 2 * DAY),
    making.labelled(making.strand(), making.strand(only=("EU",))),
)
TIMES = (AT, AT + DAY, AT + 2 * DAY)
LAWS = {
    1: making.policy(making.agreement(parties='["EU", "JPN", "USA"]')),
    2: making.policy(
        making.agreement(parties='["JPN", "USA"]', release="transform = [{ kind = 'text' }]")
    ),
}


@pytest.mark.parametrize("times", list(itertools.permutations(TIMES)), ids=lambda t: "".join(
    str(TIMES.index(each)) for each in t
))  # fmt: skip
def test_epochs_and_stretches_stand_beside_each_other(empty, times) -> None:
    """Whichever was compiled first: each keeps its rows, its two ends and its own law."""
    held = kept(*LABELS)
    connection = stored(empty, held)
    for at, epoch in itertools.product(times, LAWS):
        with pytest.raises(Refused):
            audience.visible(connection, "EU", epoch, at, 0, 99)
        assert audience.derive(connection, LAWS[epoch], "JPN", epoch, at) == len(LABELS)
    for at, epoch in itertools.product(TIMES, LAWS):
        for moment in (at, at + 1, at + DAY - 1):
            assert audience.derive(connection, LAWS[epoch], "JPN", epoch, moment) == 0
            agree(connection, LAWS[epoch], held, epoch, moment)
    counted = connection.execute("SELECT epoch, count(*) FROM compiled GROUP BY epoch").fetchall()
    assert counted == [(1, 3), (2, 3)]


def test_a_law_that_comes_again_has_rows_of_its_own(empty) -> None:
    """The epochs rest on the same: what was compiled for one is not there for the other."""
    held = kept(*LABELS)
    connection = stored(empty, held)
    for epoch in (1, 2, 3):
        assert audience.derive(connection, LAWS[1], "JPN", epoch, AT) == len(LABELS)
        agree(connection, LAWS[1], held, epoch, AT)


def test_a_stretch_made_again_leaves_the_others(empty) -> None:
    held = kept(*LABELS)
    connection = stored(empty, held)
    for at, epoch in itertools.product(TIMES, LAWS):
        audience.derive(connection, LAWS[epoch], "JPN", epoch, at)
    wider = making.policy(making.agreement(parties='["EU", "FRA", "JPN"]'))
    before = derived(connection)
    assert audience.derive(connection, wider, "JPN", 1, TIMES[1]) == len(LABELS)
    after = derived(connection)
    (since,) = {row[1] for row in after["compiled"] ^ before["compiled"]}
    for name in before:
        changed = after[name] ^ before[name]
        assert {row[:2] for row in changed} == {(1, since)}
    for at, epoch in itertools.product(TIMES, LAWS):
        agree(connection, wider if (at, epoch) == (TIMES[1], 1) else LAWS[epoch], held, epoch, at)


def test_a_stretch_of_another_epoch_that_is_longer_drops_none(empty) -> None:
    """It begins where the first of this epoch does, and reaches into the second."""
    held = kept(LABELS[0])
    connection = stored(empty, held)
    shorter = making.policy(
        *LAWS[1].agreements, consents=[making.consent("EU", "KOR", until=AT - DAY)]
    )
    for law, epoch, at in ((shorter, 1, AT - 2 * DAY), (LAWS[2], 2, AT), (shorter, 1, AT)):
        audience.derive(connection, law, "JPN", epoch, at)
    agree(connection, shorter, held, 1, AT - 2 * DAY)
    agree(connection, shorter, held, 1, AT)
    agree(connection, LAWS[2], held, 2, AT)


def derived(connection: sqlite3.Connection) -> dict[str, set[tuple[object, ...]]]:
    names = ("compiled", "audience", "grant_cache")
    return {name: set(connection.execute(f"SELECT * FROM {name}")) for name in names}


def test_a_row_says_what_is_stored(empty) -> None:
    held = kept(*LABELS)
    connection = stored(empty, held)
    connection.execute("UPDATE record SET status = 'tombstone' WHERE seq = 2")
    audience.derive(connection, LAWS[1], "JPN", 1, AT)
    every = [
        Cell(seq, each.id, each.version, "tool", status, each.label.key())
        for seq, (each, status) in enumerate(
            zip(held, ("live", "tombstone", "live", "live", "live"), strict=True), 1
        )
    ]
    assert audience.visible(connection, "JPN", 1, AT, 0, 99) == every
    assert audience.visible(connection, "JPN", 1, AT, 2, 2) == every[2:4]
    assert audience.visible(connection, "ZZZ", 1, AT, 0, 99) == []


def test_counted_is_what_lives_in_its_latest_version(empty) -> None:
    held = [record("r1", LABELS[0], AT - DAY), record("r1", LABELS[4], AT - 2 * DAY)]
    held += [record("r2", LABELS[0], AT - DAY), record("r2", LABELS[4], AT)]
    held += [record("r3", LABELS[0], AT), record("r4", LABELS[1], AT)]
    connection = stored(empty, held)
    connection.execute("UPDATE record SET status = 'tombstone' WHERE id = 'r3'")
    audience.derive(connection, LAWS[1], "JPN", 1, AT)
    audience.derive(connection, LAWS[2], "JPN", 2, AT)
    # r1 by its first label, r2 by its last, which is the EU's alone; r3 is gone.
    counts = audience.seen(connection, 1, AT)
    assert {code: counts.get(code, 0) for code in PARTIES} == {
        "EU": 3,
        "USA": 2,
        "FRA": 0,
        "JPN": 3,
    }
    assert audience.seen(connection, 2, AT)["USA"] == 2
    assert connection.execute(audience.SQL["live"]).fetchone() == (3,)
    with pytest.raises(Refused):
        audience.seen(connection, 3, AT)


def test_a_label_of_known_strands_is_a_new_label(empty) -> None:
    """Labels are counted, not their strands."""
    one, two = making.strand(), making.strand(tlp=Tlp.AMBER)
    held = kept(making.labelled(one), making.labelled(two))
    connection = stored(empty, held)
    assert audience.derive(connection, LAWS[1], "JPN", 1, AT) == 2
    more = record("r3", making.labelled(one, two), AT)
    records.put(connection, [more], {}, AT)
    assert audience.derive(connection, LAWS[1], "JPN", 1, AT) == 3
    agree(connection, LAWS[1], [*held, more], 1, AT)


def test_the_own_row_of_a_record_goes_first(empty) -> None:
    """Its consent opens a clause that transforms less; others keep the row of all."""
    law = making.agreement(
        release="transform = [{ kind = 'text' }]", rest=SECOND + "approval = 'each'"
    )
    policy = making.policy(law, consents=[making.consent("EU", record="r2")])
    held = kept(LABELS[0], LABELS[0], LABELS[1])
    connection = stored(empty, held)
    assert audience.derive(connection, policy, "JPN", 1, AT) == 3
    agree(connection, policy, held, 1, AT)
    assert audience.release(connection, "EU", 1, AT, 2).verdict == "released"
    again = record("r2", LABELS[0], AT - DAY)
    records.put(connection, [again], {}, AT)
    assert audience.derive(connection, policy, "JPN", 1, AT) == 0


def test_a_record_with_a_row_of_its_own_counts_once_among_few_parties(empty) -> None:
    """All in one word: its own row, and not that of all beside it."""
    few = Parties((Party("JPN", "state", "", ""), Party("EU", "union", "", "")))
    law = making.agreement(
        release="transform = [{ kind = 'text' }]", rest=SECOND + "approval = 'each'"
    )
    policy = Policy((law,), few, {}, (making.consent("EU", record="r2"),))
    connection = stored(empty, kept(LABELS[0], LABELS[0], LABELS[1]))
    audience.derive(connection, policy, "JPN", 1, AT)
    assert audience.seen(connection, 1, AT) == {"JPN": 3, "EU": 3}


LATE = """[[joins]]
id = "J"
basis = "model"
mode = "open"
joined = [{ party = "USA", in_force = 2026-02-01 }]
"""


@pytest.mark.parametrize("dated", [True, False], ids=["made", "received"])
def test_stretches_in_which_records_were_made_meet_without_overlap(
    empty,
    dated,
) -> None:
    """What was made before a party joined goes to it by the other agreement, transformed."""
    policy = making.policy(
        making.agreement("late", rest=LATE),
        making.agreement("wide", '["JPN", "USA"]', release="transform = [{ kind = 'text' }]"),
    )
    (joined,) = Table(policy, "JPN", {}, AT).joined
    step = 1000 if dated else 1  # objects say milliseconds
    dates = [joined + n for n in (10**6, -(10**6), 0, -step, step)]
    held = kept(*([LABELS[0]] * 5), made=dates)
    if not dated:
        raw = [f'{{"type":"tool","id":"{each.id}"}}'.encode() for each in held]
        held = [
            Record(each.id, each.version, "tool", "cyber", "JPN", each.label, text, sha256(text),
                   each.version)
            for each, text in zip(held, raw, strict=True)
        ]  # fmt: skip
    connection = stored(empty, held)
    assert audience.derive(connection, policy, "JPN", 1, AT) == 2
    agree(connection, policy, held, 1, AT)
    assert dict(connection.execute("SELECT seq, made FROM record_strand")) == {
        seq: each.version for seq, each in enumerate(held, 1)
    }
    undated = making.policy(making.agreement("late", rest=LATE))
    connection.execute("UPDATE record_strand SET made = NULL")
    seen = audience.visible(connection, "USA", 1, AT, 0, 99)
    assert [audience.release(connection, "USA", 1, AT, each.seq).clauses for each in seen] == [
        ("wide/R1",)
    ] * 5
    assert audience.derive(connection, undated, "JPN", 1, AT) == 2
    agree(connection, undated, held, 1, AT)


def test_the_only_record_is_dated_too(empty) -> None:
    policy = making.policy(making.agreement(rest=LATE))
    held = kept(LABELS[0])
    connection = stored(empty, held)
    audience.derive(connection, policy, "JPN", 1, AT)
    agree(connection, policy, held, 1, AT)
    assert [each.seq for each in audience.visible(connection, "USA", 1, AT, 0, 99)] == [1]


def test_rows_are_the_table() -> None:
    """By label, then by record; words, releases and stretches as the table says."""
    policy = making.policy(
        making.agreement(rest=LATE + SECOND + "approval = 'each'"),
        consents=[making.consent("EU", record="r2")],
    )
    table = Table(policy, "JPN", {"a": LABELS[0], "b": LABELS[1]}, AT)
    (joined,) = table.joined
    found = list(rows(table, [("r2", "b"), ("r1", "a"), ("r2", "b")]))
    assert [(row.cell, row.record, row.made_from, row.made_to) for row in found] == [
        (cell, name, *span)
        for cell, name in (("a", ANY), ("b", ANY), ("a", "r1"), ("b", "r2"))
        for span in ((UNKNOWN, joined), (joined, FOREVER))
    ]
    for row in found:
        made = None if row.made_from == UNKNOWN else row.made_from
        assert row.words == table.words(row.cell, row.record or None, made)
        assert row.releases == tuple(
            (code, release)
            for code in table.masks.order
            if (release := table.release(row.cell, code, row.record or None, made)).permitted
        )


def test_places_are_those_of_the_store(empty) -> None:
    """Parties keep the places they were given; a place that nobody took belongs to no code."""
    connection = stored(empty, [])
    few = Parties((Party("JPN", "state", "", ""), Party("EU", "union", "", "")))
    assert audience.order(connection, few) == ("JPN", "EU")
    more = Parties((Party("FRA", "state", "", ""), *(few.get(code) for code in few.order)))
    assert audience.order(connection, more) == ("JPN", "EU", "FRA")
    text = msgspec.json.encode(Party("USA", "state", "", "")).decode()
    connection.execute("INSERT INTO party (code, position, party) VALUES ('USA', 5, ?)", (text,))
    assert audience.order(connection, more) == ("JPN", "EU", "FRA", "#3", "#4", "USA")


def test_what_rows_rest_on_is_all_that_they_follow_from(empty) -> None:
    """Rows are made again for a grant of another, a consent, another holder; not for own grants."""
    connection = stored(empty, kept(LABELS[0]))
    law = making.agreement(release="approval = 'each'")
    own, other = making.grant("JPN"), making.grant("EU", recipients=("JPN",))

    def made(policy: Policy, holder: str = "JPN") -> int:
        return audience.derive(connection, policy, holder, 1, AT)

    yes = making.consent("EU")
    assert made(making.policy(law)) == 1
    assert made(making.policy(law, grants=[own])) == 0
    assert made(making.policy(law, grants=[own, other])) == 1
    assert made(making.policy(law, grants=[other], consents=[yes])) == 1
    assert made(making.policy(law, grants=[other], consents=[yes]), "EU") == 1
    assert made(making.policy(law, grants=[other], consents=[yes]), "EU") == 0
