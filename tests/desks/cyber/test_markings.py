"""Labels from markings: each encoding by itself, and random bundles against a naive resolver."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from bundles import (
    ACS3,
    AT,
    CUI,
    IEP2,
    PAP,
    RED1,
    STAMP,
    TLP2,
    WHITE1,
    a_uuid,
    declared,
    extended,
    granular,
    malware,
    marking,
    read,
)
from hypothesis import given
from hypothesis import strategies as st

from noroshi.desks.cyber import desk
from noroshi.desks.cyber.demand import SILENT, WITHHELD, Terms, strictest
from noroshi.desks.cyber.markings import checked_default
from noroshi.desks.cyber.terms import BUILT_IN, defined
from noroshi.words.desk import Source
from noroshi.words.errors import BadInput
from noroshi.words.label import (
    ClassMark,
    Pap,
    Strand,
    Tlp,
    join,
    label,
    tlp_marking_id,
)
from noroshi.words.record import Record

ENCODINGS = {
    "OASIS extension": lambda level: extended(TLP2, tlp_2_0=level),
    "TLP 1 shape, new name": lambda level: {"definition_type": "tlp", "definition": {"tlp": level}},
    "name only": lambda level: {"name": f"TLP:{level.upper()}"},
    "statement": lambda level: {
        "definition_type": "statement",
        "definition": {"statement": f"TLP:{level.upper()}"},
    },
    "OpenCTI": lambda level: {
        "definition_type": "statement",
        "definition": {"statement": "custom"},
        "x_opencti_definition_type": "TLP",
        "x_opencti_definition": f"TLP:{level.upper()}",
    },
}


@pytest.mark.parametrize("tlp", Tlp, ids=lambda tlp: tlp.value)
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_each_encoding_of_tlp_2(encoding: str, tlp: Tlp) -> None:
    mark = marking(**ENCODINGS[encoding](tlp.value))
    found = malware(object_marking_refs=[mark["id"]])
    assert read([found, mark])[found["id"]] == read([mark, found])[found["id"]]
    assert read([found, mark])[found["id"]].tlp is tlp


@pytest.mark.parametrize("tlp", Tlp, ids=lambda tlp: tlp.value)
def test_well_known_ids_and_plain_labels(tlp: Tlp) -> None:
    by_id = malware(1, object_marking_refs=[tlp_marking_id(tlp)])
    by_label = malware(2, labels=["ransomware", f"tlp:{tlp.value}"])
    strands = read([by_id, by_label])
    assert [strand.tlp for strand in strands.values()] == [tlp, tlp]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("TLP:WHITE", Terms(tlp=Tlp.CLEAR)),
        ("TLP:GREEN", Terms(tlp=Tlp.GREEN)),
        ("TLP:AMBER", Terms(tlp=Tlp.AMBER)),
        ("TLP:RED", Terms(tlp=Tlp.RED)),
    ],
)
def test_the_published_tlp_1_objects(shared: Path, name: str, expected: Terms) -> None:
    path = shared / "data/cyber/oasis/extensions/tlp1.json"
    published = {found["name"]: found for found in json.loads(path.read_text("utf-8"))["objects"]}
    assert BUILT_IN[published[name]["id"]] == expected
    assert defined(json.dumps(published[name]).encode()) == expected


STATEMENT = {"definition_type": "statement", "definition": {"statement": "(c) 2026 A. Body"}}


def test_a_copyright_statement_is_no_tlp() -> None:
    found = malware(object_marking_refs=[marking()["id"]])
    strand = read([found, marking(**STATEMENT)], declared(Tlp.GREEN))[found["id"]]
    assert (strand.tlp, strand.only) == (Tlp.GREEN, None)


WITHHOLDING: dict[str, dict[str, Any]] = {
    "not in the bundle": {},
    "CUI": extended(CUI, banner="CUI"),
    "an ACS without its controls": extended(ACS3, identifier="x"),
    "unknown extension beside a TLP": {
        "extensions": {**extended(TLP2, tlp_2_0="clear")["extensions"], ACS3: {}}
    },
    "unknown definition type": {"definition_type": "x-caveat", "definition": {"caveat": "NOFORN"}},
    "a name alone": {"name": "EYES ONLY"},
    "no such level": extended(TLP2, tlp_2_0="ultraviolet"),
    "TLP without a level": {"definition_type": "tlp", "definition": {}},
    "a longer TLP statement": {
        "definition_type": "statement",
        "definition": {"statement": "TLP:GREEN but not to vendors"},
    },
    "wrong type inside": extended(TLP2, tlp_2_0=3),
    "IEP with a broken date": extended(IEP2, tlp="clear", end_date="soon"),
    "IEP of another version": extended(IEP2, tlp="clear", iep_version=3.0),
    "IEP with a value of its own": extended(IEP2, tlp="clear", encrypt_in_transit="should"),
    "IEP with a statement of its own": extended(IEP2, tlp="clear", x_retention="P1D"),
    "PAP of its own": extended(PAP, pap="blue"),
}


@pytest.mark.parametrize("case", WITHHOLDING)
def test_what_we_cannot_read_is_withheld(case: str) -> None:
    mark = marking(**WITHHOLDING[case])
    found = malware(object_marking_refs=[mark["id"]])
    objects = [found, mark] if WITHHOLDING[case] else [found]
    strand = read(objects)[found["id"]]
    assert (strand.tlp, strand.only) == (Tlp.RED, ())


@pytest.mark.parametrize("tag", ["tlp:unclear", "TLP:AMBER+", "pap:blue", "tlp:"])
def test_an_unpublished_level_in_a_label_is_withheld(tag: str) -> None:
    assert read([malware(labels=[tag])])[malware()["id"]].only == ()


def test_a_bundle_cannot_redefine_a_well_known_marking() -> None:
    lie = {**marking(**extended(TLP2, tlp_2_0="clear")), "id": RED1}
    found = malware(object_marking_refs=[RED1])
    assert read([lie, found])[found["id"]].tlp is Tlp.RED


@pytest.mark.parametrize("levels", [("clear", "red"), ("red", "clear")])
def test_two_definitions_of_one_id_both_hold(levels: tuple[str, str]) -> None:
    one = marking(**extended(TLP2, tlp_2_0=levels[0]))
    later = marking(**extended(TLP2, tlp_2_0=levels[1]), created="2026-01-02T00:00:00Z")
    found = malware(object_marking_refs=[one["id"]])
    data = json.dumps({"type": "bundle", "objects": [one, found, later]}).encode()
    source = Source("b", "b", AT, "0", declared(), "JPN", "C", lambda: io.BytesIO(data))
    strands = [each.label.strands[0] for each in desk.read(source) if isinstance(each, Record)]
    assert strands[1].tlp is Tlp.RED


def test_where_encodings_disagree_the_most_restricted_holds() -> None:
    mark = marking(name="TLP:RED", definition_type="tlp", definition={"tlp": "green"})
    assert defined(json.dumps(mark).encode()) == Terms(tlp=Tlp.RED)


def link(name: object, source: str, target: str, **more: Any) -> dict[str, Any]:
    common = {"type": "relationship", "id": f"relationship--{a_uuid(name)}", "created": STAMP}
    ends = {"source_ref": source, "target_ref": target, "relationship_type": "uses"}
    return {**common, "modified": STAMP, "spec_version": "2.1", **ends, **more}


def test_a_link_is_no_less_restricted_than_its_ends() -> None:
    red = malware("red", object_marking_refs=[tlp_marking_id(Tlp.RED), "marking-definition--" + U])
    clear = malware("clear", object_marking_refs=[WHITE1], labels=["pap:amber"])
    marked = {"object_marking_refs": [WHITE1]}
    objects = [
        link("both", clear["id"], red["id"], **marked),
        link("upper", clear["id"], red["id"].replace(a_uuid("red"), a_uuid("red").upper())),
        link("away", clear["id"], malware("elsewhere")["id"], **marked),
        {
            **link("seen", "", "", **marked),
            "type": "sighting",
            "id": f"sighting--{a_uuid('seen')}",
            "sighting_of_ref": red["id"],
        },
    ]
    strands = list(read([*objects, red, clear]).values())
    assert [(s.tlp, s.only, s.pap) for s in strands[:4]] == [
        (Tlp.RED, (), Pap.AMBER),
        (Tlp.RED, (), Pap.AMBER),
        (Tlp.CLEAR, None, Pap.AMBER),
        (Tlp.RED, (), None),
    ]


U = a_uuid("a marking that nobody sent")


def test_the_source_declares_what_markings_do_not_speak_of() -> None:
    default = declared(
        Tlp.AMBER, only=("EU", "JPN"), denied=("ZZZ",), licence="MITRE", handling=("a",), orcon=True
    )
    clear = read([malware(object_marking_refs=[WHITE1])], default)[malware()["id"]]
    assert clear == msgspec.structs.replace(
        default.strands[0], kind="malware", pillar="cyber", tlp=Tlp.CLEAR
    )


def test_every_strand_of_a_default_label_takes_the_terms() -> None:
    both = join(declared(Tlp.GREEN), label(Strand("EU", "cyber", "*", Tlp.RED)))
    data = json.dumps(malware(labels=["tlp:amber"])).encode()
    source = Source("b", "b", AT, "0", both, "JPN", "C", lambda: io.BytesIO(data))
    (record,) = desk.read(source)
    assert isinstance(record, Record)
    assert {(s.originator, s.tlp) for s in record.label.strands} == {
        ("JPN", Tlp.AMBER),
        ("EU", Tlp.AMBER),
    }


def test_a_default_of_clear_is_refused() -> None:
    with pytest.raises(BadInput, match=r"feed otx: a default label of TLP CLEAR") as refused:
        checked_default(declared(Tlp.CLEAR), "feed otx")
    assert "Hint:" in str(refused.value)
    with pytest.raises(BadInput):
        read([malware()], declared(Tlp.CLEAR))
    assert checked_default(declared(Tlp.GREEN), "feed otx") == declared(Tlp.GREEN)


def sets(*values: Any) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.sets(st.sampled_from(values)).map(lambda s: tuple(sorted(s)))


all_terms = st.builds(
    Terms,
    tlp=st.none() | st.sampled_from(Tlp),
    pap=st.none() | st.sampled_from(Pap),
    only=st.none() | sets("EU", "JPN", "JPN.JCG"),
    handling=sets("a", "b"),
    not_before=st.none() | st.integers(0, 3),
    expires=st.none() | st.integers(0, 3),
    classes=sets(ClassMark("USA", "secret"), ClassMark("EU", "secret")),
    denied=sets("KOR", "ZZZ"),
    orcon=st.booleans(),
    personal=st.booleans(),
)


@given(all_terms, all_terms, all_terms)
def test_strictest_is_a_join_with_silence_neutral(a: Terms, b: Terms, c: Terms) -> None:
    assert strictest(a, b) == strictest(b, a)
    assert strictest(strictest(a, b), c) == strictest(a, strictest(b, c)) == strictest(a, b, c)
    assert strictest(a, a) == strictest(a, SILENT) == a
    assert strictest(a, WITHHELD).only == ()


def test_the_later_embargo_and_the_earlier_expiry_hold() -> None:
    both = strictest(Terms(not_before=1, expires=9), Terms(not_before=4, expires=5))
    assert both == Terms(not_before=4, expires=5)
    alone = strictest(Terms(handling=("b",), only=("EU", "JPN")), Terms(handling=("a",)))
    assert alone == Terms(handling=("a", "b"), only=("EU", "JPN"))


# Random bundles: what each marking means is drawn first, so that the resolver of the test needs no
# parser. Levels are 0 (clear) to 4 (red); 5 is withheld; None is silent.
LEVELS = ["clear", "green", "amber", "amber+strict", "red"]
level_marks = st.tuples(st.sampled_from(sorted(ENCODINGS)), st.integers(0, 4))
drawn_marks = st.one_of(
    level_marks.map(lambda m: (ENCODINGS[m[0]](LEVELS[m[1]]), m[1])),
    st.just((STATEMENT, None)),
    st.just((extended(PAP, pap="red"), None)),
    st.sampled_from(sorted(set(WITHHOLDING) - {"not in the bundle"})).map(
        lambda case: (WITHHOLDING[case], 5)
    ),
)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[list[dict[str, Any]], dict[str, int], int]:
    """(objects in any order, the level each must have, the default level)."""
    default = draw(st.integers(1, 4))
    meanings: dict[str, int | None] = {WHITE1: 0, RED1: 4, f"marking-definition--{U}": 5}
    meanings |= {tlp_marking_id(tlp): rank for rank, tlp in enumerate(Tlp)}
    objects: list[dict[str, Any]] = []
    for n, (body, level) in enumerate(draw(st.lists(drawn_marks, max_size=5))):
        objects.append(marking(n, **body))
        meanings[objects[-1]["id"]] = level
    expected = {found["id"]: default for found in objects}
    refs = st.lists(st.sampled_from(sorted(meanings)), max_size=2, unique=True)
    for n in range(draw(st.integers(1, 4))):
        whole, parts = draw(refs), draw(refs)
        tags = draw(st.lists(st.integers(0, 4), max_size=1))
        said_of_whole = [meanings[ref] for ref in whole] + tags
        spoken = [level for level in said_of_whole if level is not None]
        found = malware(("object", n), object_marking_refs=whole)
        found |= granular(*parts, selector=draw(st.sampled_from(["is_family", "x_absent"])))
        absent = any("x_absent" in each["selectors"] for each in found["granular_markings"])
        levels = [max(spoken, default=default)]
        levels += [meanings[ref] or 0 for ref in parts if absent]
        found["labels"] = [f"tlp:{LEVELS[tag]}" for tag in tags]
        objects.append(found)
        expected[found["id"]] = max(levels)
    ends = [found["id"] for found in objects]
    for n in range(draw(st.integers(0, 3))):
        one, other = draw(st.sampled_from(ends)), draw(st.sampled_from([*ends, malware("-")["id"]]))
        found = link(n, one, other, object_marking_refs=[WHITE1])
        objects.append(found)
        expected[found["id"]] = max(expected[one], expected.get(other, 0))
    return draw(st.permutations(objects)), expected, default


@given(worlds())
def test_random_bundles_agree_with_a_naive_resolver(
    world: tuple[list[dict[str, Any]], dict[str, int], int],
) -> None:
    objects, expected, default = world
    strands = read(objects, declared(list(Tlp)[default]))
    found = {
        each: 5 if strand.only == () else LEVELS.index(strand.tlp.value)
        for each, strand in strands.items()
    }
    assert found == expected
