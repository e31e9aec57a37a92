"""A node that was put back from a backup: what its partners know, it knows again."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import msgspec
import pytest
from restored import EVERY, FIVE, FOUR, ONE, THREE, TWO, WEEK, live, pull, read, saved, take_back
from web import Web

from noroshi.exchange import inventory
from noroshi.exchange.inventory import Inventory
from noroshi.exchange.tombstone import tombstone
from noroshi.node.backup import MANIFEST, STORE, backup, inspect, restore
from noroshi.node.law import load_law
from noroshi.node.node import Node, clock
from noroshi.node.recall import recalled
from noroshi.node.resync import let_go, told
from noroshi.node.setup import init
from noroshi.pact.decide import decide
from noroshi.store.migrate import packaged
from noroshi.words.errors import BadInput, Refused
from noroshi.words.time import DAY


def reference(web: Web, party: str) -> set[str]:
    """What the decision alone lets `party` have of Japan, record by record."""
    with web.open("JPN") as japan:
        now = clock()
        _, policy = japan.policy(at=now)
        found = (japan.store.record(each) for each in EVERY)
        return {
            each.id
            for each in found
            if each is not None
            and each.status == "live"
            and decide(policy, each.label, "JPN", party, now, record=each.id).permitted
        }


def journal(web: Web, party: str) -> list[tuple[int, int]]:
    with web.open("JPN") as japan:
        sql = "SELECT n, entered_at FROM view_entry WHERE party = ? ORDER BY n"
        return japan.store._database.connection.execute(sql, (party,)).fetchall()


@pytest.fixture
def web(tmp_path: Path) -> Web:
    made = Web(tmp_path, ("JPN", "IND", "FRA"))
    read(made, "JPN", ONE, TWO)
    return made


def test_nothing_that_was_taken_back_lives_again(web: Web) -> None:
    """After the backup: one is recalled that was in it, one that was not, and India leaves."""
    with web.serving("JPN", "IND"):
        pull(web, "IND", "JPN")
        file = saved(web)
        read(web, "JPN", THREE, FOUR)
        pull(web, "IND", "JPN")
        pull(web, "FRA", "JPN")
        assert live(web, "FRA") == {ONE, TWO, THREE, FOUR}
        take_back(web, ONE, FOUR)
        with web.open("JPN") as japan:
            law = japan.settings.folder / "agreements" / "chain.toml"
            law.write_text(law.read_text("utf-8").replace('"IND", ', ""), "utf-8")
            assert load_law(japan, clock()).changed
        pull(web, "IND", "JPN")
        pull(web, "FRA", "JPN")
        assert (live(web, "FRA"), live(web, "IND")) == ({TWO, THREE}, set())
    before = {party: journal(web, party) for party in ("IND", "FRA")}

    done = restore(file, web.folders["JPN"], clock(), replace=True)
    assert done.life > 1
    assert (done.waiting, done.law) == (("FRA", "IND"), True)
    assert live(web, "JPN") == {ONE, TWO}
    with web.serving("JPN", "IND"):
        read(web, "JPN", FIVE)
        pull(web, "FRA", "JPN")
        assert FIVE not in live(web, "FRA")  # India has not said what it knows
        with web.open("JPN") as japan:
            assert japan.store.shut()
        pull(web, "IND", "JPN")
        with web.open("JPN") as japan:
            assert not japan.store.shut()
            states = {each.party: (each.state, each.ended > 0) for each in japan.store.resyncs()}
            assert states == {"FRA": ("answered", True), "IND": ("answered", False)}
        read(web, "JPN", ONE, TWO, THREE, FOUR)
        for _ in range(2):
            pull(web, "IND", "JPN")
            pull(web, "FRA", "JPN")
        pull(web, "FRA", "IND")
    assert live(web, "JPN") == {TWO, THREE, FIVE}
    for party in ("IND", "FRA"):
        assert live(web, party) == reference(web, party)
    assert (live(web, "FRA"), live(web, "IND")) == ({TWO, THREE, FIVE}, set())
    for party in ("IND", "FRA"):
        new = [row for row in journal(web, party) if row not in before[party]]
        every = sorted([*before[party], *new])
        dates = [at for _, at in every]
        assert len({n for n, _ in every}) == len(every)
        assert dates == sorted(set(dates))
    with web.open("JPN") as japan:
        japan.store.verify_ledger()
        assert {each.id for each in recalled(japan, clock())} >= {ONE}


def test_what_a_forgotten_law_had_ended_is_given_again(web: Web) -> None:
    """India lost it by a law of after the backup, which is not that of the folder any more."""
    law = web.folders["JPN"] / "agreements" / "chain.toml"
    text = law.read_text("utf-8")
    with web.serving("JPN"):
        pull(web, "IND", "JPN")
        file = saved(web)
        with web.open("JPN") as japan:
            law.write_text(text.replace('"IND", ', ""), "utf-8")
            assert load_law(japan, clock()).changed
        pull(web, "IND", "JPN")
        assert live(web, "IND") == set()
    law.write_text(text, "utf-8")
    restore(file, web.folders["JPN"], clock(), replace=True)
    with web.open("JPN") as japan:
        let_go(japan, "FRA", "a test", clock())
    with web.serving("JPN"):
        pull(web, "IND", "JPN")
        with web.open("JPN") as japan:
            assert japan.store.shut()  # India tells of a law that is not known here
            let_go(japan, "IND", "that law is void again", clock())
        pull(web, "IND", "JPN")
    assert live(web, "IND") == reference(web, "IND") == {ONE, TWO}


def test_what_is_read_again_and_was_never_in_the_backup_stays_taken_back(web: Web) -> None:
    """Read again before the partner tells, or after: each time it is known for what it was."""
    file = saved(web)
    with web.serving("JPN"):
        read(web, "JPN", THREE, FOUR)
        pull(web, "IND", "JPN")
        take_back(web, THREE, FOUR)
        pull(web, "IND", "JPN")
    restore(file, web.folders["JPN"], clock(), replace=True)
    read(web, "JPN", THREE)
    assert THREE in live(web, "JPN")
    with web.open("JPN") as japan:
        let_go(japan, "FRA", "it never was served", clock())
    with web.serving("JPN"):
        pull(web, "IND", "JPN")
        read(web, "JPN", FOUR)
        pull(web, "IND", "JPN")
        pull(web, "FRA", "JPN")
    assert live(web, "JPN") == live(web, "IND") == live(web, "FRA") == {ONE, TWO}


def test_numbers_and_dates_go_on_beyond_what_a_clock_set_back_would_give(web: Web) -> None:
    file = saved(web)
    with web.serving("JPN"):
        pull(web, "IND", "JPN")
    before = journal(web, "IND")
    early = before[0][1] - WEEK
    restore(file, web.folders["JPN"], early, replace=True)
    with web.open("JPN") as japan:
        let_go(japan, "FRA", "a test", early)
        life = japan.store.life().n
        said = Inventory("IND", life, 0, 1, early, before[-1][1] + 1, None, (), ())
        assert told(japan, said, early) == "an inventory that has seen a date to come"
        said = msgspec.structs.replace(said, seen=early + DAY)
        with japan.store.write():
            assert told(japan, said, early) is None
        japan.views().refresh("IND", early)
    after = journal(web, "IND")
    assert after[0][1] > early + DAY
    assert after[0][0] > early + DAY


def test_a_partner_s_word_counts_only_when_it_was_asked(web: Web) -> None:
    with web.open("JPN") as japan:
        said = Inventory("IND", 1, 0, 1, clock(), None, None, (), ())
        assert told(japan, said, clock()) == "an inventory that was not asked for"
        assert inventory.read(inventory.inventory(said), "FRA") is None
        assert inventory.read(inventory.inventory(said), "IND") == said
        life = japan.store.put_back(("IND",), at=clock(), saved_at=0)
        forged = "tombstone--00000000-0000-4000-8000-000000000009"
        said = msgspec.structs.replace(said, life=life, withdrawn=((forged, ONE, clock()),))
        with japan.store.write():
            assert told(japan, said, clock()) is None
        record = japan.store.record(ONE)
        assert record is not None
        assert record.status == "live"
        with pytest.raises(Refused, match="nothing waits for IND"):
            let_go(japan, "IND", "a test", clock())


def test_served_under_a_law_that_is_not_known_nothing_goes_out(web: Web) -> None:
    with web.open("JPN") as japan:
        japan.store.put_back((), at=clock(), saved_at=0)
        assert not japan.store.shut()
        japan.store.put_back(("IND",), at=clock(), saved_at=0)
        said = Inventory("IND", japan.store.life().n, 0, 1, clock(), None, "f" * 64, (), ())
        with japan.store.write():
            assert told(japan, said, clock()) is None
        assert japan.store.shut()
        assert japan.views().page("IND", clock()).entries == ()
        with pytest.raises(Refused, match="a reason"):
            let_go(japan, "IND", " ", clock())
        let_go(japan, "IND", "that law is void", clock())
        assert not japan.store.shut()
        assert japan.views().page("IND", clock()).entries


def test_a_node_lives_again_in_an_empty_folder(web: Web, tmp_path: Path) -> None:
    file = tmp_path / "whole.backup"
    kept = {"position/day=2024-11-17/cell=rest/a-0000.parquet", "static/a-0000.parquet",
            "sources/a.json"}  # fmt: skip
    with web.open("JPN") as japan:
        for name in kept:
            (japan.settings.history / name).parent.mkdir(parents=True, exist_ok=True)
            (japan.settings.history / name).write_text(name)
        assert backup(japan, file, clock(), with_keys=True, with_history=True).keys
        with pytest.raises(Refused, match="is there already"):
            backup(japan, file, clock())
        public = japan.keys.public_hex
    assert file.stat().st_mode & 0o077 == 0
    assert inspect(file).party == "JPN"
    done = restore(file, tmp_path / "anew", clock())
    assert done.life > 1
    assert (done.waiting, done.law) == (("FRA", "IND"), False)
    with Node.open(tmp_path / "anew") as node:
        assert node.keys.public_hex == public
        assert all((node.settings.history / name).read_text() == name for name in kept)
        assert node.store.record(ONE) is not None
    with pytest.raises(Refused, match="a store is here"):
        restore(file, tmp_path / "anew", clock())
    bare = saved(web)
    with pytest.raises(Refused, match="holds no keys"):
        restore(bare, tmp_path / "keyless", clock())
    assert not (tmp_path / "keyless" / "node.toml").exists()


def test_a_store_in_use_is_not_replaced(web: Web) -> None:
    file = saved(web)
    with web.open("JPN") as japan:
        assert japan.store.record(ONE)
        with pytest.raises(Refused, match="in use"):
            restore(file, web.folders["JPN"], clock(), replace=True)
    assert live(web, "JPN") == {ONE, TWO}


def rewritten(file: Path, change: Any) -> Path:
    """The backup with its files changed, and the manifest not."""
    with tarfile.open(file) as tar:
        members = {e.name: tar.extractfile(e).read() for e in tar}  # pyright: ignore[reportOptionalMemberAccess]
    change(members)
    other = file.with_suffix(".other")
    with tarfile.open(other, "w") as tar:
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return other


def said(**changes: Any) -> Any:
    def change(members: dict[str, bytes]) -> None:
        members[MANIFEST] = json.dumps({**json.loads(members[MANIFEST]), **changes}).encode()

    return change


WRONG: dict[str, tuple[Any, str]] = {
    "newer schema": (said(schema=len(packaged()) + 1), "a newer noroshi wrote this backup"),
    "another form": (said(format="noroshi backup/9"), "another form"),
    "bytes changed": (
        lambda members: members.update({STORE: members[STORE][:-1] + b"x"}),
        "store.db is not as it was written",
    ),
    "a file less": (lambda members: members.pop(STORE), "no store.db"),
    "a file more": (lambda members: members.update(x=b"y"), "'x', which the manifest"),
    "no manifest": (lambda members: members.pop(MANIFEST), "not a backup of noroshi"),
    "a name outside": (
        said(files={STORE: {"size": 1, "sha256": ""}, "../x": {"size": 1, "sha256": ""}}),
        "names that are not a node's",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_backup_is_named(web: Web, name: str) -> None:
    change, problem = WRONG[name]
    other = rewritten(saved(web), change)
    with pytest.raises(BadInput, match=problem):
        inspect(other)
    with pytest.raises(BadInput, match=problem):
        restore(other, web.folders["JPN"], clock(), replace=True)
    assert live(web, "JPN") == {ONE, TWO}


@pytest.mark.parametrize("kept", [0, 100, 3_000, 0.5, 0.95])
def test_a_backup_that_is_cut_off_is_refused(web: Web, kept: float) -> None:
    file = saved(web)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(kept if not isinstance(kept, float) else len(whole) * kept)])
    if file.stat().st_size == len(whole):
        raise AssertionError("nothing was cut off")
    with pytest.raises(BadInput, match=r"cut off or damaged|not a backup"):
        restore(file, web.folders["JPN"], clock(), replace=True)
    assert live(web, "JPN") == {ONE, TWO}


def test_another_node_s_backup_is_refused(web: Web, tmp_path: Path) -> None:
    file = saved(web)
    with pytest.raises(Refused, match="a backup of JPN's node"):
        restore(file, web.folders["IND"], clock(), replace=True)
    init(tmp_path / "second", "JPN")
    with pytest.raises(Refused, match="another node of JPN"):
        restore(file, tmp_path / "second", clock(), replace=True)


def test_a_recall_is_known_again_by_the_id_of_its_withdrawal(web: Web) -> None:
    """Withdrawn under ids that the backup does not have, as those of variants made since are: of a
    record that it has, and of one that it has not."""
    restore(saved(web), web.folders["JPN"], clock(), replace=True)
    with web.open("JPN") as japan:
        secret = japan.keys.derive("variants")
        gone = [
            (f"malware--00000000-0000-4000-8000-0000000000{n}0", record, True)
            for n, record in ((1, ONE), (3, THREE))
        ]
        gone.append(("malware--00000000-0000-4000-8000-000000000020", TWO, False))
        stones = [
            (
                tombstone(secret, "JPN", "IND", variant, (1,), 5, recalled=all_, record=record).oid,
                variant,
                clock(),
            )
            for variant, record, all_ in gone
        ]
        let_go(japan, "FRA", "a test", clock())
        word = Inventory("IND", japan.store.life().n, 0, 1, clock(), None, None, (), tuple(stones))
        with japan.store.write():
            assert told(japan, word, clock()) is None
        assert [each.id for each in recalled(japan, clock())] == [ONE]
        assert len(japan.store.forgotten()) == 2
    read(web, "JPN", THREE)
    with web.serving("JPN"):
        pull(web, "IND", "JPN")
    assert live(web, "JPN") == live(web, "IND") == {TWO}
    with web.open("JPN") as japan:
        assert {each.id for each in recalled(japan, clock())} == {ONE, THREE}
