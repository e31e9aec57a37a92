"""Acts: a second, naive answer on random worlds."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st
from making import agreement, policy
from planned import act

from noroshi.pact.permitting import permit
from noroshi.words.time import parse_instant

# A second answer, written from the page and not from the code: days are numbers, codes are texts.

ORIGIN = date(2026, 1, 1)
CODES = ("JPN", "EU", "FRA")


def on(number: int) -> str:
    return (ORIGIN + timedelta(days=number)).isoformat()


clauses = st.fixed_dictionaries(
    {
        "acts": st.sampled_from([("entry",), ("exercise",), ("entry", "exercise")]),
        "purposes": st.sampled_from([None, ("port_call",), ("exercise",)]),
        "host": st.sampled_from([None, ("JPN",), ("FRA",)]),
        "lead": st.sampled_from([None, 5, 40]),
        "cleared": st.sampled_from([(), ("host",), ("guest",), ("host", "guest")]),
        "days": st.sampled_from([None, 3]),
    }
)
worlds = st.lists(
    st.tuples(
        st.sampled_from([("EU", "JPN"), ("FRA", "JPN"), ("EU", "FRA"), ("EU", "FRA", "JPN")]),
        st.integers(0, 60),  # in force from
        st.one_of(st.none(), st.integers(61, 130)),  # until
        clauses,
        st.booleans(),  # forbids exercises
    ),
    max_size=3,
)
acts = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["port_visit", "exercise"]),
        "where": st.sampled_from(["territory", "high_sea"]),
        "host": st.sampled_from(CODES),
        "first": st.integers(40, 120),
        "length": st.integers(1, 5),
        "request": st.one_of(st.none(), st.integers(0, 80)),
        "clear": st.dictionaries(
            st.sampled_from(CODES), st.tuples(st.integers(0, 80), st.booleans())
        ),
    }
)  # fmt: skip


def naive(world, act, guests, now: int) -> str:
    """The worst answer over what is asked, by going through every clause in full."""
    wanted = set()
    if act["kind"] == "port_visit" or act["where"] == "territory":
        wanted.add("entry")
    if act["kind"] == "exercise":
        wanted.add("exercise")
    first, last = act["first"], act["first"] + act["length"]
    purpose = "port_call" if act["kind"] == "port_visit" else "exercise"
    answers = []
    for guest in guests:
        for aspect in wanted:
            best = 2
            for parties, start, end, clause, _ in world:
                end = 10**6 if end is None else end
                if not {act["host"], guest} <= set(parties) or aspect not in clause["acts"]:
                    continue
                fails = [
                    first < start or last > end,
                    clause["purposes"] is not None and purpose not in clause["purposes"],
                    clause["host"] is not None and act["host"] not in clause["host"],
                    clause["days"] is not None and act["length"] > clause["days"],
                ]
                lacks = []
                if clause["lead"] is not None:
                    last_day = first - clause["lead"]  # the request must lie before this day
                    asked = act["request"]
                    if asked is None:
                        (fails if now >= last_day else lacks).append(True)
                    elif asked > now:
                        lacks.append(True)
                    else:
                        fails.append(asked >= last_day)
                for who in clause["cleared"]:
                    code = act["host"] if who == "host" else guest
                    word = act["clear"].get(code)
                    if word is None or word[0] > now:
                        lacks.append(True)
                    elif word[1]:
                        fails.append(True)
                if not any(fails):
                    best = min(best, 1 if lacks else 0)
            for parties, start, end, _, forbids in world:
                end = 10**6 if end is None else end
                bound = {act["host"], guest} & set(parties)
                if forbids and aspect == "exercise" and bound and start < last and first < end:
                    best = 2
            answers.append(best)
    return ["permitted", "missing", "denied"][max(answers)]


def built(world):
    made = []
    for i, (parties, start, end, clause, forbids) in enumerate(world):
        rest = f'[[permit]]\nid = "V1"\nbasis = "model"\nacts = {list(clause["acts"])}\n'
        host = clause["host"] if clause["host"] and clause["host"][0] in parties else None
        clause["host"] = host
        for key, value in (("purposes", clause["purposes"]), ("host", host)):
            rest += f"{key} = {list(value)}\n" if value else ""
        rest += f'request = "P{clause["lead"]}D"\n' if clause["lead"] else ""
        rest += f"clearance = {list(clause['cleared'])}\n"
        rest += f"days_max = {clause['days']}\n" if clause["days"] else ""
        if forbids:
            rest += '[[forbid]]\nid = "X"\nbasis = "model"\nwhen = { acts = ["exercise"] }\n'
        rest += f"[exit]\nterminated = {on(end)}\n" if end is not None else ""
        rest = rest.replace("'", '"')
        made.append(
            agreement(f"a{i}", str(list(parties)).replace("'", '"'), rest=rest, in_force=on(start))
        )
    return policy(*made)


@given(worlds, acts, st.integers(0, 80))
def test_like_the_naive_answer(world, plan, now: int) -> None:
    if plan["kind"] == "port_visit":
        plan["where"] = "territory"
    guests = [code for code in CODES if code != plan["host"]]
    lines = [
        'format = "act/1"', "[act]", 'id = "x"', f'kind = "{plan["kind"]}"',
        f'host = "{plan["host"]}"', f"guests = {guests}".replace("'", '"'),
        f'where = "{plan["where"]}"', f"from = {on(plan['first'])}",
        f"to = {on(plan['first'] + plan['length'] - 1)}",
        f'purpose = "{"port_call" if plan["kind"] == "port_visit" else "exercise"}"',
    ]  # fmt: skip
    if plan["request"] is not None:
        lines += ["[request]", f'by = "{guests[0]}"', f"on = {on(plan['request'])}"]
    for code, (day, refused) in plan["clear"].items():
        lines += [
            "[[clearance]]",
            f'party = "{code}"',
            f"on = {on(day)}",
            f"refused = {str(refused).lower()}",
        ]
    rules = built(world)
    found = permit(rules, act("\n".join(lines)), parse_instant(f"{on(now)}T12:00:00Z"))
    assert found.verdict == naive(world, plan, guests, now)
