"""Adding a peer: whose key answers, who speaks for its certificate, what node.toml then says."""

from __future__ import annotations

import contextlib
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from test_tls import Maker

from noroshi.config import load_settings
from noroshi.exchange import card as cards
from noroshi.exchange.taxii.client import PeerError
from noroshi.node import introduce, serve
from noroshi.node.introduce import Met
from noroshi.node.node import Node, clock
from noroshi.node.rotate import rotate
from noroshi.node.setup import init
from noroshi.node.sync import sync
from noroshi.words.errors import BadInput, Refused


@pytest.fixture
def certificates(tmp_path: Path) -> Maker:
    (tmp_path / "made").mkdir()
    made = Maker(tmp_path / "made")
    for name in ("server", "other"):
        made.make(name, days=-1)  # dates say nothing where the key itself is pinned
    return made


@contextlib.contextmanager
def answering(folder: Path) -> Iterator[str]:
    """The node answers in a thread, until the block ends."""
    stop, told, url = threading.Event(), threading.Event(), list[str]()

    def ready(at: str) -> None:
        url.append(at)
        told.set()

    def run() -> None:
        with Node.open(folder) as node:
            serve.serve(node, ready, stop)

    thread = threading.Thread(target=run)
    thread.start()
    told.wait()
    try:
        yield url[0] + "/taxii2/"
    finally:
        stop.set()
        thread.join()


@pytest.fixture
def union(tmp_path: Path, certificates: Maker) -> Path:
    init(tmp_path / "eu", "EU", listen="127.0.0.1:0")
    file = tmp_path / "eu" / "node.toml"
    cert, key = certificates.cert("server"), certificates.key("server")
    tls = f'tls = {{ cert = "{cert}", key = "{key}" }}\n\n[pact]'
    file.write_text(file.read_text("utf-8").replace("[pact]", tls), "utf-8")
    return tmp_path / "eu"


@pytest.fixture
def japan(tmp_path: Path) -> Path:
    init(tmp_path / "jpn", "JPN", listen="127.0.0.1:0")
    return tmp_path / "jpn"


def key(folder: Path) -> str:
    with Node.open(folder) as node:
        return node.keys.fingerprint


def pin(folder: Path, met: Met, *, replace: bool = False) -> bool:
    with Node.open(folder) as node:
        introduce.check(node, met, replace=replace)
    return introduce.pin(load_settings(folder), met, {}, clock(), replace=replace)


def test_one_comparison_pins_key_and_certificate(
    union: Path, japan: Path, certificates: Maker
) -> None:
    before = (japan / "node.toml").read_text("utf-8")
    with answering(union) as url:
        met = introduce.meet(url)
        assert (met.party, met.fingerprint) == ("EU", key(union))
        assert (met.tls, met.vouched) == (certificates.pin("server"), True)
        assert pin(japan, met)
        assert (japan / "node.toml").read_text("utf-8").startswith(before)
        with Node.open(japan) as node, pytest.raises(PeerError, match="HTTP 401"):
            sync(node, "EU", clock)  # the pinned certificate is theirs: they know us not


def test_another_certificate_is_refused_before_anything_is_said(
    union: Path, japan: Path, certificates: Maker
) -> None:
    with answering(union) as url:
        pin(japan, introduce.meet(url))
    for name in ("cert", "key"):
        source, target = getattr(certificates, name)("other"), getattr(certificates, name)("server")
        target.write_bytes(source.read_bytes())
    with answering(union) as url:
        file = japan / "node.toml"
        old = load_settings(japan).peer("EU").url
        file.write_text(file.read_text("utf-8").replace(str(old), url), "utf-8")
        with Node.open(japan) as node, pytest.raises(Refused, match=r"node\.toml pins sha256:"):
            sync(node, "EU", clock)
        assert not pin(japan, introduce.meet(url), replace=True)
        assert load_settings(japan).peer("EU").fingerprint == certificates.pin("other")


def test_who_stands_between_is_named(
    union: Path, certificates: Maker, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody ends the connection with a certificate of his own, and hands the card on."""
    theirs = certificates.pin("other")

    def card(node: Node) -> bytes:
        return cards.card("EU", node.keys, theirs)

    monkeypatch.setattr(serve, "own_card", card)
    with answering(union) as url, pytest.raises(Refused, match="somebody may stand between"):
        introduce.meet(url)


def test_what_is_no_node_is_said(union: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadInput, match="over https only"):
        introduce.meet("http://eu.example/")
    for body in (b"{}", b"x" * (cards.LONGEST + 1)):
        monkeypatch.setattr(serve, "own_card", lambda _, body=body: body)
        with answering(union) as url, pytest.raises(BadInput, match=r"no card|longer"):
            introduce.meet(url)


def test_a_mismatch_is_refused_by_name_until_it_is_meant(union: Path, japan: Path) -> None:
    mine, new = (introduce.given("EU", digit * 64) for digit in "1a")
    assert pin(japan, mine)
    with pytest.raises(Refused, match="with this key"):
        pin(japan, mine)
    with pytest.raises(Refused, match=f"pins the key {mine.fingerprint}.*{new.fingerprint}"):
        pin(japan, new)
    assert not pin(japan, new, replace=True)
    with Node.open(japan) as node:
        states = {each.fingerprint: each.state for each in node.store.keys("EU")}
        assert states == {mine.fingerprint: "replaced", new.fingerprint: "current"}
        with pytest.raises(Refused, match="own party"):
            introduce.check(node, introduce.given("JPN", "b" * 64), replace=True)


def test_a_distrusted_key_is_not_pinned_again(japan: Path) -> None:
    from noroshi.node.keyring import distrust

    old = introduce.given("EU", "1" * 64)
    pin(japan, old)
    with Node.open(japan) as node:
        distrust(node.store, "EU", old.fingerprint, 0, clock())
    pin(japan, introduce.given("EU", "2" * 64), replace=True)
    with pytest.raises(Refused, match="is distrusted, and stays so"):
        pin(japan, old, replace=True)


def test_a_key_that_was_followed_needs_no_replacing(union: Path, japan: Path) -> None:
    with Node.open(union) as node:
        first = introduce.given("EU", node.keys.public_hex)
        pin(japan, first)
        changed = rotate(node, clock())
        second = introduce.given("EU", node.keys.public_hex)
    with pytest.raises(Refused, match="pins the key"):
        pin(japan, second)
    from noroshi.node.keyring import learn

    with Node.open(japan) as node:
        learn(node.store, [changed.statement], clock())
    assert not pin(japan, second)


def test_a_dropped_peer_is_gone_from_the_file_and_its_key_is_remembered(japan: Path) -> None:
    before = (japan / "node.toml").read_text("utf-8")
    met = introduce.given("EU", "1" * 64)
    pin(japan, met)
    with Node.open(japan) as node:
        assert node.pinned == {"EU"}
    taken = introduce.drop(load_settings(japan), "EU")
    assert 'party = "EU"' in taken
    assert (japan / "node.toml").read_text("utf-8").rstrip() == before.rstrip()
    with Node.open(japan) as node:
        assert [each.fingerprint for each in node.store.keys("EU")] == [met.fingerprint]


def test_no_proxy_gets_round_the_pin() -> None:
    from noroshi.node.peering import Pinned

    with pytest.raises(Refused, match="https proxy"):
        Pinned("sha256:" + "0" * 64).wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO())


def test_a_file_that_would_be_no_good_is_not_written(japan: Path) -> None:
    before = (japan / "node.toml").read_bytes()
    with pytest.raises(BadInput, match="nothing was written"):
        introduce.pin(
            load_settings(japan), introduce.given("EU", "1" * 64), {"mode": "sideways"}, clock()
        )
    assert (japan / "node.toml").read_bytes() == before
    assert not list(japan.glob(".node.toml*"))
