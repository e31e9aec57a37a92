"""The calendar: what is kept, due, overdue, ownerless or unknown, against a walk over days."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import agreement, policy

from noroshi.pact.calendar import Deed, calendar
from noroshi.pact.ical import spelt
from noroshi.pact.trend import trend
from noroshi.words.time import DAY, parse_instant, parse_partial

BOTH = 'lead = { EU = "an office", JPN = "another" }'


def day(text: str) -> int:
    return parse_instant(f"{text}T06:00:00Z")


def one(terms: str, now: str, *deeds: str, lead: str = BOTH, signed: str = "2024-01-01"):
    """The entry of a single commitment, with deeds that a person confirmed."""
    text = f'[[commitment]]\nid = "C1"\nkind = "dialogue"\ntext = "Meet"\n{lead}\n{terms}'
    found = policy(agreement(rest=text, head=f"signed = {signed}", in_force="2024-01-01"))
    given = {"x/C1": [Deed(parse_partial(each), "me", f"report {each}") for each in deeds]}
    (entry,) = calendar(found, given, day(now))
    return entry


YEARLY = 'every = "P1Y"\ndue = 2025-07-23'
# terms, now, deeds, status, the due date to look at
CASES = {
    "no date promised": ("", "2026-06-01", [], "unknown", None),
    "no date, and done once": ("", "2026-06-01", ["2025-01-01"], "kept", None),
    "no date, done before it was signed": ("", "2026-06-01", ["2020-01-01"], "unknown", None),
    "lies ahead": ("due = 2027-01-01", "2026-06-01", [], "due", "2027-01-01"),
    "on the day it is due": ("due = 2026-06-01", "2026-06-01", [], "due", "2026-06-01"),
    "the day after": ("due = 2026-06-01", "2026-06-02", [], "overdue", "2026-06-01"),
    "done in time": ("due = 2026-06-01", "2026-07-01", ["2026-05-01"], "kept", None),
    "done late": ("due = 2026-06-01", "2027-07-01", ["2027-05-01"], "kept", None),
    "the file says done": ('due = 2025-01-01\nstatus = "done"', "2026-06-01", [], "kept", None),
    "this year": ('due = "2026"', "2026-12-31", [], "due", "2026"),
    "last year": ('due = "2026"', "2027-01-01", [], "overdue", "2026"),
    "a month": ('due = "2026-02"', "2026-03-01", [], "overdue", "2026-02"),
    "yearly, not yet": (YEARLY, "2025-01-01", [], "due", "2025-07-23"),
    "yearly, kept early": (YEARLY, "2025-07-01", ["2025-06-30"], "kept", "2026-07-23"),
    "yearly, kept": (YEARLY, "2025-12-01", ["2025-07-23"], "kept", "2026-07-23"),
    "yearly, due again": (YEARLY, "2026-03-01", ["2025-07-23"], "due", "2026-07-23"),
    "yearly, not again": (YEARLY, "2026-08-01", ["2025-07-23"], "overdue", "2026-07-23"),
    "yearly, a week late": (YEARLY, "2025-12-01", ["2025-07-30"], "kept", "2026-07-23"),
    "yearly, missed once": (YEARLY, "2026-08-01", ["2026-07-20"], "kept", "2027-07-23"),
    "some time in a year": (YEARLY, "2026-06-30", ["2025"], "due", "2026-07-23"),
    "either of two": (YEARLY, "2026-08-01", ["2025-07-20", "2026"], "unknown", "2026-07-23"),
    "from the start": ('every = "P1Y"', "2024-12-01", [], "due", "2025-01-01"),
    "never since": ('every = "P1Y"', "2025-02-01", [], "overdue", "2025-01-01"),
    "what is planned is not kept": (YEARLY, "2025-07-01", ["2025-07-20"], "due", "2025-07-23"),
}


@pytest.mark.parametrize(
    ("terms", "now", "deeds", "status", "due"), CASES.values(), ids=CASES
)  # fmt: skip
def test_status(terms, now, deeds, status, due) -> None:
    found = one(terms, now, *deeds)
    assert found.status == status
    assert (found.next and spelt(found.next.due)) == due


def test_late_is_told_from_in_time() -> None:
    states = [each.state for each in one(YEARLY, "2027-08-01", "2025-07-30", "2026-07-20").turns]
    assert states[:3] == ["late", "kept", "missed"]


@pytest.mark.parametrize(
    ("terms", "now", "deeds", "status"),
    [
        ("due = 2027-01-01", "2026-06-01", [], "ownerless"),
        ("", "2026-06-01", [], "ownerless"),
        (YEARLY, "2025-12-01", ["2025-07-23"], "ownerless"),
        ("due = 2025-01-01", "2026-06-01", [], "overdue"),
        ("due = 2025-01-01", "2026-06-01", ["2025-01-01"], "kept"),
    ],
    ids=["due", "standing", "recurs", "overdue", "settled"],
)  # fmt: skip
def test_nobody_leads(terms, now, deeds, status) -> None:
    found = one(terms, now, *deeds, lead='lead = { EU = "an office", JPN = "" }')
    assert (found.status, found.without) == (status, ("JPN",))


def test_what_needs_somebody_comes_first_and_what_is_superseded_not_at_all() -> None:
    rows = {
        "C1": 'status = "superseded"\ndue = 2020-01-01',
        "C2": "due = 2020-01-01\nkept = [{ on = 2020-01-01, cites = ['a page'] }]",
        "C3": "",
        "C4": "due = 2030-01-01",
        "C5": "due = 2025-06-01",
        "C6": "due = 2025-05-01",
    }
    text = "\n".join(
        f'[[commitment]]\nid = "{name}"\nkind = "review"\ntext = "x"\n{BOTH}\n{terms}'
        for name, terms in rows.items()
    )
    text += '\n[[commitment]]\nid = "C7"\nkind = "review"\ntext = "x"'
    found = calendar(
        policy(agreement(rest=text, head="signed = 2019-01-01", in_force="2019-01-01")),
        {},
        day("2026-01-01"),
    )
    assert [each.commitment.id for each in found] == ["C6", "C5", "C7", "C4", "C3", "C2"]
    assert calendar(policy(agreement(rest=text)), {}, day("2025-12-31")) == ()


def test_trend_counts_each_due_date_once_and_every_deed() -> None:
    found = one(YEARLY, "2028-08-01", "2024-02-01", "2025-07-30", "2026-07-20", "2026-08-01")
    rows = {each.year: each for each in trend([found], day("2028-08-01"))}
    assert {year: (each.due, each.kept, each.late, each.missed) for year, each in rows.items()} == {
        2024: (0, 0, 0, 0),
        2025: (1, 1, 0, 0),
        2026: (1, 1, 0, 0),
        2027: (1, 0, 0, 1),
        2028: (1, 0, 0, 1),
    }
    assert [each.deeds for each in rows.values()] == [1, 1, 2, 0, 0]


def naive(dues: list[tuple[int, int]], start: int, deed: tuple[int, int]) -> set[int]:
    """The due dates (days, half-open) that some day of the deed lies nearest to, the later of two
    as near; -1 for a day before the promise that lies half a step before its first date."""
    half = (dues[1][0] - dues[0][0]) / 2
    found: set[int] = set()
    for at in range(*deed):
        if at < min(start, dues[0][0] - half):
            found.add(-1)
            continue
        gaps = [max(low - at, at - high, 0) for low, high in dues]
        least = min(gaps)
        found.add(max(n for n, gap in enumerate(gaps) if gap == least))
    return found


@given(
    st.integers(8, 300),
    st.integers(0, 60),
    st.lists(
        st.tuples(st.integers(-200, 1500), st.sampled_from(["day", "month", "year"])), max_size=4
    ),
    st.integers(0, 1500),
)  # fmt: skip
def test_a_deed_counts_for_the_due_date_it_is_nearest_to(step, first, deeds, after) -> None:
    base = date(2024, 1, 1)

    def on(number: int) -> date:
        return base + timedelta(days=number)

    texts = {
        {"day": each.isoformat(), "month": each.isoformat()[:7], "year": each.isoformat()[:4]}[how]
        for number, how in deeds
        for each in [on(number)]
    }
    entry = one(f'every = "P{step}D"\ndue = {on(first)}', on(after).isoformat(), *sorted(texts))
    dues = [(first + n * step, first + n * step + 1) for n in range(2000 // step + 2)]
    origin = parse_partial("2024-01-01").t0
    certain: dict[int, int] = {}
    maybe: dict[int, int] = {}
    for each in entry.deeds:
        days = ((each.span.t0 - origin) // DAY, (each.span.t1 - origin) // DAY)
        nearest = naive(dues, 0, days)
        for n in nearest:
            book = certain if len(nearest) == 1 else maybe
            book[n] = book.get(n, 0) + 1
    for turn in entry.turns:
        past = dues[turn.n][1] * DAY + origin <= day(on(after).isoformat())
        if certain.get(turn.n):
            assert turn.state in ("kept", "late")
        elif turn.n + 1 < len(entry.turns) and maybe.get(turn.n):
            assert turn.state == "unknown"
        elif not maybe.get(turn.n):
            assert turn.state == ("missed" if past else "open")
