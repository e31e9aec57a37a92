"""Labels from markings: each encoding by itself, and random bundles against a naive resolver."""

from __future__ import annotations

import io
import json
import uuid
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.desks.cyber import desk
from noroshi.desks.cyber.markings import checked_default
from noroshi.desks.cyber.terms import BUILT_IN, SILENT, WITHHELD, Terms, defined, said, strictest
from noroshi.words import ids
from noroshi.words.desk import Source
from noroshi.words.errors import BadInput
from noroshi.words.label import Label, Pap, Strand, Tlp, join, label, tlp_marking_id
from noroshi.words.record import Record
from noroshi.words.time import parse_instant

AT = parse_instant("2026-03-01T00:00:00Z")
STAMP = "2026-01-01T00:00:00.000Z"
TLP2 = "extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d"
PAP = "extension-definition--f8d78575-edfd-406e-8e84-6162a8450f5b"
IEP2 = "extension-definition--762e2e97-ee51-43e5-a9ea-165fbb862c4a"
ACS3 = "extension-definition--3a65884d-005a-4290-8335-cb2d778a83ce"
WHITE1 = "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9"
RED1 = "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed"


def declared(tlp: Tlp = Tlp.AMBER, **more: Any) -> Label:
    return label(Strand("JPN", "cyber", "*", tlp, **more))


def read(objects: list[dict[str, Any]], default: Label | None = None) -> dict[str, Strand]:
    """The strand of every record of a bundle of `objects`, by id."""
    data = json.dumps({"type": "bundle", "objects": objects}).encode()
    source = Source(
        "b", "b", AT, ids.sha256(data), default or declared(), "JPN", "C", lambda: io.BytesIO(data)
    )
    records = [each for each in desk.read(source) if isinstance(each, Record)]
    assert len(records) == len(objects)
    return {record.id: record.label.strands[0] for record in records}


def a_uuid(name: object) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_OID, repr(name)))


def malware(seed: object = "m", **more: Any) -> dict[str, Any]:
    common = {"type": "malware", "id": f"malware--{a_uuid(seed)}", "spec_version": "2.1"}
    return {**common, "created": STAMP, "modified": STAMP, "is_family": False, **more}


def marking(seed: object = "d", **more: Any) -> dict[str, Any]:
    found = {"type": "marking-definition", "id": f"marking-definition--{a_uuid(seed)}"}
    return {**found, "spec_version": "2.1", "created": STAMP, **more}


def extended(extension: str, **body: Any) -> dict[str, Any]:
    return {"extensions": {extension: {"extension_type": "property-extension", **body}}}


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


@pytest.mark.shared
def test_the_published_pap_ids(shared: Path) -> None:
    table = json.loads((shared / "data/cyber/oasis/extensions/pap_ids.json").read_text("utf-8"))
    levels = {"white": Pap.CLEAR, "green": Pap.GREEN, "amber": Pap.AMBER, "red": Pap.RED}
    assert table["extension"] == PAP
    for level, found in table["ids"].items():
        assert BUILT_IN[found] == Terms(pap=levels[level])


def test_pap_says_nothing_of_tlp() -> None:
    mark = marking(**extended(PAP, pap="amber"))
    strand = read([malware(object_marking_refs=[mark["id"]]), mark])[malware()["id"]]
    assert (strand.tlp, strand.pap) == (Tlp.AMBER, Pap.AMBER)


@pytest.mark.shared
def test_the_published_iep_example(shared: Path) -> None:
    raw = (shared / "data/cyber/oasis/extensions/iep2_example.json").read_bytes()
    assert defined(raw) == Terms(
        tlp=Tlp.AMBER,
        handling=(
            "iep:affected_party_notifications=may",
            "iep:encrypt_in_transit=may",
            "iep:permitted_actions=externally-visible-direct-actions",
            "iep:provider_attribution=must-not",
            "iep:unmodified_resale=must-not",
        ),
        not_before=parse_instant("2022-10-01T00:00:00Z"),
    )


def test_an_iep_ends_and_white_is_clear() -> None:
    mark = marking(**extended(IEP2, tlp="white", end_date="2027-01-01T00:00:00Z"))
    assert defined(json.dumps(mark).encode()) == Terms(
        tlp=Tlp.CLEAR, expires=parse_instant("2027-01-01T00:00:00Z")
    )


STATEMENT = {"definition_type": "statement", "definition": {"statement": "(c) 2026 A. Body"}}


def test_a_copyright_statement_is_no_tlp() -> None:
    found = malware(object_marking_refs=[marking()["id"]])
    strand = read([found, marking(**STATEMENT)], declared(Tlp.GREEN))[found["id"]]
    assert (strand.tlp, strand.only) == (Tlp.GREEN, None)


WITHHOLDING: dict[str, dict[str, Any]] = {
    "not in the bundle": {},
    "ACS 3.0": extended(ACS3, access_privilege=[]),
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


def granular(*refs: str) -> dict[str, Any]:
    return {"granular_markings": [{"marking_ref": r, "selectors": ["name"]} for r in refs]}


def test_a_granular_marking_raises_the_whole_and_never_lowers_it() -> None:
    clear, red = tlp_marking_id(Tlp.CLEAR), tlp_marking_id(Tlp.RED)
    green = [tlp_marking_id(Tlp.GREEN)]
    objects = [
        malware("raised", object_marking_refs=green, **granular(red)),
        malware("kept", object_marking_refs=green, **granular(clear)),
        malware("unmarked whole", **granular(clear)),
        malware("language", object_marking_refs=green, granular_markings=[{"lang": "ja"}]),
        malware("neither", object_marking_refs=green, granular_markings=[{"selectors": ["x"]}]),
    ]
    found = [(strand.tlp, strand.only) for strand in read(objects).values()]
    assert found == [
        (Tlp.RED, None),
        (Tlp.GREEN, None),
        (Tlp.AMBER, None),
        (Tlp.GREEN, None),
        (Tlp.RED, ()),
    ]


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
        Tlp.AMBER, only=("EU", "JPN"), denied=("XXX",), licence="MITRE", handling=("a",), orcon=True
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


all_terms = st.builds(
    Terms,
    tlp=st.none() | st.sampled_from(Tlp),
    pap=st.none() | st.sampled_from(Pap),
    only=st.none() | st.sets(st.sampled_from(["EU", "JPN"])).map(lambda s: tuple(sorted(s))),
    handling=st.sets(st.sampled_from(["a", "b"])).map(lambda s: tuple(sorted(s))),
    not_before=st.none() | st.integers(0, 3),
    expires=st.none() | st.integers(0, 3),
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


@pytest.mark.parametrize("text", ["", "tlpgreen", "see TLP:RED", "PAPER: x", "copyright"])
def test_other_text_says_nothing(text: str) -> None:
    assert said(text) == SILENT


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
        levels = [max(spoken, default=default), *(meanings[ref] or 0 for ref in parts)]
        found = malware(("object", n), object_marking_refs=whole, **granular(*parts))
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
