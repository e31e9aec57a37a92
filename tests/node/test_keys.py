"""Keys of nodes: exchanged, given up, followed by partners, and no longer believed."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec
import pytest
from relaying import given
from web import Web

from noroshi.exchange.sign import NEXT_FILE, Keys, fingerprint, verify_grant
from noroshi.exchange.statement import GRACE, compromised, rotated
from noroshi.node import keyring
from noroshi.node.carry import Imported, export, take
from noroshi.node.doubt import doubts
from noroshi.node.ingest import ingest
from noroshi.node.node import Node, clock
from noroshi.node.peers import peers
from noroshi.node.push import NoInbox, push
from noroshi.node.recall import recall
from noroshi.node.rotate import compromise, rotate
from noroshi.node.sync import SyncReport, sync
from noroshi.words.errors import BadInput, Refused

AT = "2026-01-01T00:00:00.000Z"
IDS = [f"malware--00000000-0000-4000-8000-00000000000{n}" for n in range(5)]


def feed(web: Web, id: str) -> None:
    object_ = {
        "type": "malware", "spec_version": "2.1", "id": id, "created": AT, "modified": AT,
        "name": "a sample", "is_family": False,
    }  # fmt: skip
    bundle = {"type": "bundle", "id": "bundle" + id[7:], "objects": [object_]}
    file = web.folders["JPN"] / f"{id}.json"
    file.write_text(json.dumps(bundle), "utf-8")
    with web.open("JPN") as japan:
        ingest(japan, [file], clock, tlp="green")


@pytest.fixture
def web(tmp_path: Path) -> Web:
    """Japan has an object that India and France may have."""
    made = Web(tmp_path, ("JPN", "IND", "FRA"))
    feed(made, IDS[0])
    return made


def pull(web: Web, party: str, giver: str) -> SyncReport:
    with web.open(party) as node:
        return sync(node, giver, clock)


def states(web: Web, holder: str, party: str) -> list[tuple[str, str]]:
    with web.open(holder) as node:
        return [(key.state, key.source) for key in node.store.keys(party)]


def live(web: Web, party: str) -> list[str]:
    with web.open(party) as node:
        cells = node.store.cells_since(0, 100)
    return sorted(each.id for each in cells if each.id in IDS and each.status == "live")


def pinned(web: Web, party: str, public: str) -> None:
    """The party was told of a new key of Japan."""
    with web.open(party) as node:
        keyring.pin(node.store, "JPN", bytes.fromhex(public), "card", clock())


def carry(web: Web, to: Path) -> Imported:
    """What Japan has for India, by file."""
    with web.open("JPN") as japan:
        file = export(japan, "IND", to, clock, whole=True).file
    with web.open("IND") as india:
        return take(india, Path(str(file)), clock)


def test_partners_follow_a_key_that_the_old_one_names(web: Web, tmp_path: Path) -> None:
    assert carry(web, tmp_path).stored == 1
    with web.open("JPN") as japan:
        old = japan.keys.public
        changed = rotate(japan, clock())
        assert japan.keys.fingerprint == changed.key != fingerprint(old)
    assert states(web, "JPN", "JPN") == [("former", "own"), ("current", "own")]
    feed(web, IDS[1])
    with web.serving("JPN", "IND"):
        report = pull(web, "IND", "JPN")
        assert (report.stored, report.refused) == (1, 0)
        # France hears of it from India, together with an object that the old key vouched for.
        report = pull(web, "FRA", "IND")
        assert (report.stored, report.refused) == (2, 0)
    for party in ("IND", "FRA"):
        assert states(web, party, "JPN") == [("former", "node.toml"), ("current", "statement")]
        assert live(web, party) == IDS[:2]
    with web.open("IND") as india:
        told = [each.key for each in india.store.events(0, 99, ("key.changed",))]
        assert told[-2:] == [f"JPN {fingerprint(old)}", f"JPN {changed.key}"]


def test_a_file_brings_the_new_key_along(web: Web, tmp_path: Path) -> None:
    with web.open("JPN") as japan:
        rotate(japan, clock())
        rotate(japan, clock())
        file = export(japan, "IND", tmp_path, clock).file
    with web.open("IND") as india:
        assert take(india, Path(str(file)), clock).refused == 0
    assert [state for state, _ in states(web, "IND", "JPN")] == ["former", "former", "current"]


def test_a_serving_node_takes_the_new_key_up(web: Web) -> None:
    with web.open("JPN") as serving, web.open("JPN") as other:
        rotate(other, clock())
        assert serving.keys.fingerprint != other.keys.fingerprint
        serving.look()
        assert serving.keys.fingerprint == other.keys.fingerprint


@pytest.mark.parametrize("announced", [True, False])
def test_a_change_that_died_is_brought_to_its_end(web: Web, announced: bool) -> None:
    with web.open("JPN") as japan:
        before, folder = japan.keys.public, japan.keys_folder
        new = japan.keys.next(folder)
        if announced:
            keyring.pin(japan.store, "JPN", new.public, "own", clock())
    with web.open("JPN") as japan:
        assert japan.keys.public == (new.public if announced else before)
        assert not (folder / NEXT_FILE).exists()


def test_a_key_that_may_be_another_s_is_believed_no_more(web: Web, tmp_path: Path) -> None:
    assert carry(web, tmp_path).stored == 1
    feed(web, IDS[1])
    with web.open("JPN") as japan:
        stolen = export(japan, "IND", tmp_path, clock).file
        old = japan.keys.fingerprint
    with web.open("IND") as india:
        keyring.distrust(india.store, "JPN", old[:12], 1, clock())
        # Made before, and dated so: what counts is when it comes.
        with pytest.raises(BadInput, match="a key that does not count as one of JPN"):
            take(india, Path(str(stolen)), clock)
        record = india.store.record(IDS[0])
        assert record is not None
        assert [(each.party, each.key, each.since) for each in doubts(india, record)] == [
            ("JPN", old, 1)
        ]
        assert [row.state for row in peers(india, clock())] == ["no key that counts", "trusted"]
    with web.serving("JPN"):
        report = pull(web, "IND", "JPN")
    assert report.stored == 0
    assert list(report.reasons) == ["no key of JPN that counts signed it"]


def test_what_came_before_the_doubt_is_not_in_doubt(web: Web, tmp_path: Path) -> None:
    assert carry(web, tmp_path).stored == 1
    with web.open("IND") as india, web.open("JPN") as japan:
        keyring.distrust(india.store, "JPN", japan.keys.fingerprint, clock(), clock())
        record = india.store.record(IDS[0])
        assert record is not None
        assert doubts(india, record) == ()


def test_an_owner_gives_a_key_up_and_partners_who_are_told_go_on(web: Web, tmp_path: Path) -> None:
    assert carry(web, tmp_path).stored == 1
    with web.open("JPN") as japan:
        old = japan.keys.public
        changed = compromise(japan, clock() - 60_000_000, clock())
        grants = [each for each in japan.store.grants().values() if each.originator == "JPN"]
        assert changed.signed_anew == len(grants) > 0
        assert all(verify_grant(each, japan.keys.public) for each in grants)
    feed(web, IDS[1])
    with pytest.raises(BadInput, match="does not count"):
        carry(web, tmp_path)
    assert states(web, "IND", "JPN") == [("current", "node.toml")]
    with web.open("IND") as india:
        keyring.pin(india.store, "JPN", bytes.fromhex(changed.public), "card", clock())
    # The new key, now pinned, says that the old one is not to be believed.
    assert carry(web, tmp_path).refused == 0
    assert states(web, "IND", "JPN") == [("distrusted", "node.toml"), ("current", "card")]
    assert live(web, "IND") == IDS[:2]
    with web.open("IND") as india:
        assert india.public_key("JPN", fingerprint(old), 0) is None
        record = india.store.record(IDS[0])
        assert record is not None
        # Vouched for anew, with a key that counts.
        assert doubts(india, record) == ()


@pytest.mark.slow
def test_what_came_under_a_key_before_it_was_pinned_is_not_lost(web: Web) -> None:
    """Neither what its owner gives and takes back meanwhile, pulled or pushed, nor what a relay
    passes on that knew the key sooner."""
    given(web, "JPN", "IND")
    given(web, "IND", "FRA")
    feed(web, IDS[1])
    with web.open("JPN") as japan:
        changed = compromise(japan, clock() - 60_000_000, clock())
        recall(japan, (IDS[0],), "a test", 1, clock())
    with web.serving("JPN", "IND"):
        report = pull(web, "IND", "JPN")
        assert (report.stored, report.withdrawn, live(web, "IND")) == (0, 0, IDS[:1])
        no_key = pytest.raises(NoInbox, match="expected our key pinned there")
        with web.open("JPN") as japan, no_key:
            push(japan, "IND", clock)
        pinned(web, "IND", changed.public)
        report = pull(web, "IND", "JPN")
        assert (report.refused, report.withdrawn, report.told) == (0, 1, 1)
        assert live(web, "IND") == [IDS[1]]
        report = pull(web, "FRA", "IND")
        assert (report.withdrawn, report.reasons) == (1, {"JPN did not sign it": 1})
        pinned(web, "FRA", changed.public)
        assert pull(web, "FRA", "IND").refused == 0
        with web.open("JPN") as japan:
            assert push(japan, "IND", clock).refused == 0
    assert live(web, "FRA") == [IDS[1]]


def test_a_time_to_come_and_a_key_of_others_are_refused(web: Web) -> None:
    with web.open("JPN") as japan, web.open("IND") as india:
        with pytest.raises(Refused, match="lies ahead"):
            compromise(japan, clock() + 60_000_000, clock())
        with pytest.raises(Refused, match="no one key of this node"):
            compromise(japan, 1, clock(), india.keys.fingerprint)
        with pytest.raises(Refused, match="no one key of JPN"):
            keyring.distrust(india.store, "JPN", india.keys.fingerprint, 1, clock())


class Ring:
    """A node that knows one key of JPN, and what it is told."""

    def __init__(self, node: Node, folder: Path) -> None:
        self.node = node
        self.keys = [Keys.generate(folder / str(n)) for n in range(4)]
        keyring.pin(node.store, "JPN", self.keys[0].public, "node.toml", 1)

    def rotated(self, old: int, new: int, at: int = 10) -> None:
        said = rotated("JPN", at, self.keys[old], self.keys[new])
        keyring.learn(self.node.store, [said], at)

    def doubted(self, old: int, by: int, at: int = 20) -> None:
        said = compromised("JPN", at, self.keys[old].public, 5, self.keys[by])
        keyring.learn(self.node.store, [said], at)

    @property
    def states(self) -> str:
        """A letter for each of the keys: c(urrent), f(ormer), r(eplaced), d(istrusted), or -."""
        held = {each.public: each.state[0] for each in self.node.store.keys("JPN")}
        return "".join(held.get(each.public, "-") for each in self.keys)

    @property
    def refused(self) -> list[str]:
        told = self.node.store.key_statements("JPN")
        return [refused for _, refused in told if refused is not None]


@pytest.fixture
def ring(web: Web, tmp_path: Path):  # type: ignore[no-untyped-def]
    with web.open("FRA") as node:
        for each in node.store.keys("JPN"):
            node.store.put_key(msgspec.structs.replace(each, state="replaced"), at=0)
        yield Ring(node, tmp_path / "ring")


def test_keys_follow_one_another(ring: Ring) -> None:
    ring.rotated(0, 1)
    ring.rotated(1, 2, 11)
    ring.rotated(0, 1)
    assert (ring.states, ring.refused) == ("ffc-", [])


def test_a_second_successor_is_refused_and_named(ring: Ring) -> None:
    ring.rotated(0, 1)
    ring.rotated(0, 3, 11)
    assert ring.states == "fc--"
    assert ring.refused == ["the key had been followed by another one before"]


def test_nobody_unknown_introduces_a_key(ring: Ring) -> None:
    ring.rotated(2, 3)
    assert ring.states == "c---"


def test_a_statement_that_one_of_the_keys_did_not_sign_is_none(ring: Ring) -> None:
    said = rotated("JPN", 10, ring.keys[0], ring.keys[1])
    for change in ({"by_old": said.by_new}, {"by_new": said.by_old}, {"at": 11}, {"party": "IND"}):
        keyring.learn(ring.node.store, [msgspec.structs.replace(said, **change)], 10)  # type: ignore[arg-type]
    assert ring.states == "c---"


def test_an_older_key_does_not_end_a_newer_one(ring: Ring) -> None:
    ring.rotated(0, 1)
    ring.doubted(1, by=0)
    assert ring.states == "fc--"
    ring.doubted(0, by=1)
    assert ring.states == "dc--"


def test_a_distrusted_key_introduces_nobody(ring: Ring) -> None:
    keyring.distrust(ring.node.store, "JPN", ring.keys[0].fingerprint, 5, 10)
    ring.rotated(0, 1)
    assert (ring.states, ring.refused) == ("d---", ["one of the two keys is distrusted"])


def test_a_key_replaced_by_hand_counts_again_when_the_party_says_that_it_had_been_its_own(
    ring: Ring,
) -> None:
    keyring.pin(ring.node.store, "JPN", ring.keys[1].public, "card", 9)
    assert ring.states == "rc--"
    assert keyring.find(ring.node.store, "JPN", ring.keys[0].fingerprint, 3) is None
    ring.rotated(0, 1)
    assert ring.states == "fc--"


def test_what_was_refused_is_followed_once_the_key_is_pinned(ring: Ring) -> None:
    ring.doubted(0, by=1)
    assert (ring.states, len(ring.refused)) == ("c---", 1)
    keyring.pin(ring.node.store, "JPN", ring.keys[1].public, "card", 30)
    assert (ring.states, ring.refused) == ("dc--", [])
    with pytest.raises(Refused, match="is distrusted, and stays so"):
        keyring.pin(ring.node.store, "JPN", ring.keys[0].public, "card", 31)


@pytest.mark.parametrize(("at", "counts"), [(9, True), (10 + GRACE - 1, True), (10 + GRACE, False)])
def test_a_former_key_signs_nothing_new(ring: Ring, at: int, counts: bool) -> None:
    ring.rotated(0, 1, at=10)
    found = keyring.find(ring.node.store, "JPN", ring.keys[0].fingerprint, at)
    assert (found is not None) == counts
    assert ring.keys[0].public in keyring.undated(ring.node.store, "JPN")


def test_nobody_tells_us_of_our_own_key(web: Web) -> None:
    with web.open("JPN") as japan:
        said = rotated("JPN", 10, japan.keys, Keys.generate(web.folders["JPN"] / "stolen"))
        raw = msgspec.Raw(msgspec.json.encode(said))
        keyring.hear(japan.store, "JPN", [raw, msgspec.Raw(b'{"kind":"of tomorrow"}')], 11)
        assert [key.state for key in japan.store.keys("JPN")] == ["current"]


def test_without_a_pin_in_the_file_no_key_counts(web: Web) -> None:
    file = web.folders["FRA"] / "node.toml"
    lines = file.read_text("utf-8").splitlines()
    file.write_text("\n".join(each for each in lines if "public_key" not in each), "utf-8")
    with web.open("FRA") as france, web.open("JPN") as japan:
        assert france.store.keys("JPN") != ()
        assert france.public_key("JPN", japan.keys.fingerprint, 1) is None
        assert france.grant_keys("JPN") == ()
