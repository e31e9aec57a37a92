"""Items: worked cases, GCAP as the bundled programme, and a naive answer on random worlds."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from making import PARTIES, agreement, policy

from noroshi.node.catalogue import web
from noroshi.pact.load import read
from noroshi.pact.policy import Policy
from noroshi.pact.reading import read_file
from noroshi.pact.technology import answer
from noroshi.pact.transfer import TransferFile, problems_of
from noroshi.words.errors import Refused
from noroshi.words.time import parse_instant

NOW = parse_instant("2026-06-01T12:00:00Z")
CLAUSE = """[[transfer]]
id = "T1"
basis = "model"
control = ["ML10", "5A002"]
end_use = ["coast_guard"]
onward = "originator_consent"
"""
ITEM = """format = "transfer/1"
[transfer]
id = "item"
item = "an item"
from = "JPN"
to = "EU"
control = ["ML10.c"]
end_use = "coast_guard"
reexport = ["FRA"]
"""


def item(text: str = ITEM) -> TransferFile:
    def check(file, raw):
        return problems_of(file, raw, PARTIES)

    found = read_file(text.encode(), "item.toml", TransferFile, check)
    assert isinstance(found, TransferFile), [each.text() for each in found]
    return found


def asked(text: str = ITEM, rest: str = CLAUSE, **terms: str):
    return answer(policy(agreement(rest=rest, **terms)), item(text), NOW)


LICENCE = '[[licence]]\nby = "JPN"\nto = "EU"\nuntil = 2027-01-01\n'
ONWARD = '[[licence]]\nby = "JPN"\nto = "FRA"\nuntil = 2027-01-01\n'
ELSEWHERE = ONWARD.replace("FRA", "IND")
CONSENT = "originator_consent"
EMBARGO = '[[embargo]]\nid = "X1"\nbasis = "model"\nwhen = {}\n'


def never(when: str) -> str:
    return EMBARGO.replace("{}", when)


# item, agreement, the answer, the answer about re-export
CASES = {
    "permitted, onward with consent": (ITEM, CLAUSE, "permit", "licence"),
    "onward licensed": (ITEM + ONWARD, CLAUSE, "permit", "permit"),
    "onward licensed to another": (ITEM + ELSEWHERE, CLAUSE, "permit", "licence"),
    "not onward": (ITEM + ONWARD, CLAUSE.replace(CONSENT, "none"), "permit", "prohibited"),
    "anywhere": (ITEM, CLAUSE.replace(CONSENT, "free"), "permit", "permit"),
    "each a licence": (ITEM, CLAUSE + 'approval = "each"', "licence", "licence"),
    "licensed": (ITEM + LICENCE, CLAUSE + 'approval = "each"', "permit", "licence"),
    "a licence that has ended": (
        ITEM + LICENCE.replace("2027", "2026"), CLAUSE + 'approval = "each"', "licence", "licence",
    ),
    "another end use": (ITEM.replace("coast_guard", "army"), CLAUSE, "prohibited", "prohibited"),
    "any end use": (ITEM, CLAUSE.replace('end_use = ["coast_guard"]\n', ""), "permit", "licence"),
    "another code": (ITEM.replace("ML10.c", "ML1"), CLAUSE, "prohibited", "prohibited"),
    "one of two codes": (
        ITEM.replace('["ML10.c"]', '["ML10.c", "ML1"]'), CLAUSE, "prohibited", "prohibited",
    ),
    "technology, of goods only": (
        ITEM + 'form = "technology"', CLAUSE + 'forms = ["goods"]', "prohibited", "prohibited",
    ),
    "the other way": (ITEM, CLAUSE + 'from = ["EU"]', "prohibited", "prohibited"),
    "embargo on the code": (
        ITEM + LICENCE, CLAUSE + never('{ control = ["ML"] }'), "prohibited", "prohibited",
    ),
    "embargo on the end use": (
        ITEM, CLAUSE + never('{ end_use = ["coast_guard"] }'), "prohibited", "prohibited",
    ),
    "embargo on another end use": (
        ITEM, CLAUSE + never('{ end_use = ["wmd"] }'), "permit", "licence",
    ),
    "embargo on the third": (
        ITEM + ONWARD, CLAUSE + never('{ recipients = ["FRA"] }'), "permit", "prohibited",
    ),
    "no agreement": (ITEM.replace('"EU"', '"IND"'), CLAUSE, "prohibited", "prohibited"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "rest", "first", "onward"), CASES.values(), ids=CASES)
def test_answer(text: str, rest: str, first: str, onward: str) -> None:
    text = text.replace('form = "technology"', "")
    if "technology" in rest or "forms" in rest:
        text = text.replace("[transfer]\n", '[transfer]\nform = "technology"\n')
    found = asked(text, rest)
    assert (found.answer, found.reexport[0].answer) == (first, onward)


def test_what_stands_in_the_way_is_named() -> None:
    found = asked(ITEM.replace("ML10.c", "ML1"))
    assert [(each.clause, each.condition) for each in found.legs[0].misses][-1] == (
        "x/T1",
        "control",
    )
    licence = asked(rest=CLAUSE + 'approval = "each"').legs[0]
    assert (licence.clause, licence.licence_of) == ("x/T1", ("JPN",))
    embargo = asked(rest=CLAUSE + EMBARGO.replace("{}", '{ control = ["ML10"] }')).legs[0]
    assert [each.clause for each in embargo.misses] == ["x/X1"]


def test_an_item_of_another_goes_on_by_the_clause_it_came_under() -> None:
    text = ITEM.replace('from = "JPN"\nto = "EU"', 'from = "EU"\nto = "FRA"\noriginator = "JPN"')
    text = text.replace('reexport = ["FRA"]', 'received_under = "x/T1"')
    assert asked(text).answer == "licence"
    assert asked(text).legs[0].licence_of == ("JPN",)
    assert asked(text + ONWARD).answer == "permit"
    wrong = text.replace("x/T1", "x/T9")
    assert asked(wrong + ONWARD).answer == "prohibited"
    assert asked(text + ONWARD, in_force="").answer == "prohibited"


WEB = web(PARTIES)
RIGHT = """format = "transfer/1"
[transfer]
id = "gcap"
item = "a part"
from = "GBR"
to = "{to}"
right = "gcap/{right}"
end_use = "{use}"
"""
# to, right, end use, licences, the answer, whose licence is needed
GCAP = {
    "background to a partner": ("JPN", "P1.B1", "programme", (), "permit", ()),
    "background for something else": ("JPN", "P1.B1", "trainer", (), "licence", ("GBR",)),
    "background of another": ("JPN", "P1.B2", "programme", (), "permit", ()),
    "foreground to a partner": ("ITA", "P1.F1", "programme", (), "permit", ()),
    "foreground to a third": ("AUS", "P1.F1", "programme", (), "licence", ("GBR", "ITA", "JPN")),
    "one owner has agreed": ("AUS", "P1.F1", "programme", ("JPN",), "licence", ("GBR", "ITA")),
    "every owner has agreed": ("AUS", "P1.F1", "programme", ("GBR", "ITA", "JPN"), "permit", ()),
}  # fmt: skip


@pytest.mark.parametrize(
    ("to", "right", "use", "licences", "expected", "needed"), GCAP.values(), ids=GCAP
)
def test_gcap(to: str, right: str, use: str, licences, expected: str, needed) -> None:
    text = RIGHT.format(to=to, right=right, use=use)
    for each in licences:
        text += f'[[licence]]\nby = "{each}"\nto = "{to}"\nuntil = 2030-01-01\n'
    found = answer(WEB, item(text), NOW)
    assert found.answer == expected
    assert tuple(sorted(code for leg in found.legs for code in leg.licence_of)) == needed
    before = answer(WEB, item(text), parse_instant("2024-12-09T00:00:00Z"))
    # Older agreements of two of them may stand; the programme does not.
    assert not any((leg.clause or "").startswith("gcap/") for leg in before.legs)
    assert before.answer != "permit"


def test_where_thirds_are_shut_out_no_owner_can_let_one_in() -> None:
    text = RIGHT.format(to="AUS", right="P1.F1", use="programme")
    for owner in ("GBR", "ITA", "JPN"):
        text += f'[[licence]]\nby = "{owner}"\nto = "AUS"\nuntil = 2030-01-01\n'
    held = WEB.by_id["gcap"]
    given = {}
    for third in ("owners", "none"):
        (programme,) = held.file.programme
        programme = msgspec.structs.replace(programme, third=third)
        file = msgspec.structs.replace(held.file, programme=(programme,))
        changed = msgspec.structs.replace(held, file=file)
        given[third] = answer(Policy((changed,), PARTIES), item(text), NOW).answer
    assert given == {"owners": "permit", "none": "prohibited"}


def test_gcap_is_our_reading_and_its_shares_make_a_whole() -> None:
    (programme,) = WEB.by_id["gcap"].file.programme
    assert programme.basis == "model"
    assert set(programme.workshare) == {"GBR", "ITA", "JPN"}
    with pytest.raises(Refused, match=r"there are gcap/P1\.B1"):
        answer(WEB, item(RIGHT.format(to="JPN", right="P1.B9", use="programme")), NOW)


BAD = {
    "no such party": (('to = "EU"', 'to = "EX"'), 6, "unknown party"),
    "nowhere": (('to = "EU"', 'to = "JPN"'), 6, "goes nowhere"),
    "on no list": (('["ML10.c"]', "[]"), 7, "no control-list code"),
    "half of another's": (('reexport = ["FRA"]', 'originator = "FRA"'), 2, "go together"),
    "a right with a code": (('reexport = ["FRA"]', 'right = "gcap/P1.F1"'), 9, "says itself"),
    "an end use with spaces": (('"coast_guard"', '"coast guard"'), 8, "an end use such as"),
    "a misspelt key": (("reexport", "re_export"), 9, "did you mean 'reexport'"),
}


@pytest.mark.parametrize(("change", "line", "said"), BAD.values(), ids=BAD)
def test_a_wrong_item_names_its_line(change: tuple[str, str], line: int, said: str) -> None:
    data = ITEM.replace(*change, 1).encode()
    found = read_file(data, "item.toml", TransferFile, lambda f, r: problems_of(f, r, PARTIES))
    assert isinstance(found, tuple)
    assert said in found[0].text()
    assert found[0].where == f"item.toml:{line}"


PROGRAMME = """[[programme]]
id = "P1"
basis = "model"
title = "x"
workshare = { EU = 50, JPN = 50 }
[[programme.background]]
id = "B1"
owners = ["EU"]
what = "x"
control = ["ML10"]
"""
BLOCKS = {
    "a share of nobody here": (PROGRAMME.replace("JPN = 50", "FRA = 50"), "not a party"),
    "shares of a half": (PROGRAMME.replace("JPN = 50", "JPN = 20"), "do not make a whole"),
    "two owners of background": (PROGRAMME.replace('["EU"]', '["EU", "JPN"]'), "one owner"),
    "owned by nobody here": (PROGRAMME.replace('["EU"]', '["FRA"]'), "not a party"),
    "an empty embargo": (EMBARGO, "no condition"),
    "to nobody": (CLAUSE + 'to = ["JPX"]', "unknown party"),
    "no code": (CLAUSE.replace('["ML10", "5A002"]', "[]"), "at least one control-list code"),
}


@pytest.mark.parametrize(("rest", "said"), BLOCKS.values(), ids=BLOCKS)
def test_a_wrong_block_is_refused(rest: str, said: str) -> None:
    found = read((agreement().raw.decode() + rest).encode(), "x.toml", PARTIES)
    assert isinstance(found, tuple)
    assert said in found[0].text()


# A second answer, written from the page: sets and loops, no strands, no grants, no masks.

STATES = ("EU", "FRA", "JPN")
USES = ("coast_guard", "army")
clauses = st.fixed_dictionaries(
    {
        "parties": st.sampled_from([("EU", "JPN"), ("FRA", "JPN"), ("EU", "FRA"), STATES]),
        "control": st.sampled_from(["ML10", "ML", "5A002"]),
        "use": st.sampled_from([None, *USES]),
        "from": st.sampled_from([None, "JPN", "EU"]),
        "each": st.booleans(),
        "onward": st.sampled_from(["none", "parties", "originator_consent", "free"]),
        "live": st.booleans(),
        "embargo": st.sampled_from([None, ("use", "army"), ("to", "FRA"), ("control", "ML10")]),
    }
)
items = st.fixed_dictionaries(
    {
        "from": st.sampled_from(STATES),
        "to": st.sampled_from(STATES),
        "code": st.sampled_from(["ML10.a", "ML1", "5A002"]),
        "use": st.sampled_from(USES),
        "licences": st.sets(st.tuples(st.sampled_from(STATES), st.sampled_from(STATES))),
        "third": st.sampled_from(STATES),
    }
)


def below(code: str, name: str) -> bool:
    return {"ML10.a": ("ML10.a", "ML10", "ML"), "ML1": ("ML1", "ML"), "5A002": ("5A002",)}[
        code
    ].count(name) > 0


def naive(world, it) -> tuple[str, str]:
    """(answer, answer about the third). Clauses are tried in order, those without a licence in the
    way first, as no clause redacts anything of an item."""

    def shut(to: str) -> bool:
        return any(
            c["live"] and it["from"] in c["parties"] and c["embargo"]
            and {"use": it["use"], "to": to}.get(c["embargo"][0], it["code"] and c["embargo"][1])
            == c["embargo"][1]
            and (c["embargo"][0] != "control" or below(it["code"], c["embargo"][1]))
            for c in world
        )  # fmt: skip

    if shut(it["to"]):
        return "prohibited", "prohibited"
    fits = [
        c for c in world
        if c["live"] and {it["from"], it["to"]} <= set(c["parties"])
        and below(it["code"], c["control"])
        and c["use"] in (None, it["use"]) and c["from"] in (None, it["from"])
    ]  # fmt: skip
    licensed = (it["from"], it["to"]) in it["licences"]
    passing = [c for c in fits if not c["each"] or licensed]
    if not fits:
        return "prohibited", "prohibited"
    used = passing[0] if passing else fits[0]
    first = "permit" if passing else "licence"
    third, owner = it["third"], it["from"]
    if third == owner:
        return first, "permit"
    if shut(third):
        return first, "prohibited"
    agreed = (owner, third) in it["licences"]
    onward = {
        "none": "prohibited",
        "free": "permit",
        "parties": "permit" if third in used["parties"] or third == it["to"] else "prohibited",
        "originator_consent": "permit" if agreed else "licence",
    }[used["onward"]]
    return first, onward


def built(world):
    made = []
    for i, c in enumerate(world):
        for key in ("from",):
            c[key] = c[key] if c[key] in c["parties"] else None
        rest = f'[[transfer]]\nid = "T1"\nbasis = "model"\ncontrol = ["{c["control"]}"]\n'
        rest += f'onward = "{c["onward"]}"\n'
        rest += f'end_use = ["{c["use"]}"]\n' if c["use"] else ""
        rest += f'from = ["{c["from"]}"]\n' if c["from"] else ""
        rest += 'approval = "each"\n' if c["each"] else ""
        if c["embargo"]:
            key = {"use": "end_use", "to": "recipients", "control": "control"}[c["embargo"][0]]
            when = f'{{ {key} = ["{c["embargo"][1]}"] }}'
            rest += f'[[embargo]]\nid = "X"\nbasis = "model"\nwhen = {when}\n'
        parties = str(list(c["parties"])).replace("'", '"')
        made.append(
            agreement(f"a{i}", parties, rest=rest, in_force="2026-01-01" if c["live"] else "")
        )
    return policy(*made)


@given(st.lists(clauses, max_size=3), items)
def test_like_the_naive_answer(world, it) -> None:
    if it["from"] == it["to"]:
        it["to"] = next(code for code in STATES if code != it["from"])
    text = "\n".join(
        [
            'format = "transfer/1"', "[transfer]", 'id = "x"', 'item = "x"',
            f'from = "{it["from"]}"', f'to = "{it["to"]}"', f'control = ["{it["code"]}"]',
            f'end_use = "{it["use"]}"', f'reexport = ["{it["third"]}"]',
            *(
                f'[[licence]]\nby = "{by}"\nto = "{to}"\nuntil = 2027-01-01'
                for by, to in sorted(it["licences"])
            ),
        ]
    )  # fmt: skip
    rules = built(world)
    found = answer(rules, item(text), NOW)
    assert (found.answer, found.reexport[0].answer) == naive(world, it)
