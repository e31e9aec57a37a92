"""Mutual TLS at a real node: who is let in by which certificate, and when no more."""

from __future__ import annotations

import contextlib
import hashlib
import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import argon2
import httpx2
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID
from taxii2client.v21 import Server

from noroshi.config import load_settings
from noroshi.node import credentials, serve
from noroshi.node.credentials import Wish
from noroshi.node.node import Node, clock
from noroshi.node.setup import init
from noroshi.node.sync import sync
from noroshi.node.tls import Door
from noroshi.words.errors import BadConfig

MEDIA = "application/taxii+json;version=2.1"
PEM, RAW = serialization.Encoding.PEM, serialization.Encoding.DER
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo


class Maker:
    """Certificates in a folder: `cert(name)` and `key(name)` are files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._keys: dict[str, Ed25519PrivateKey] = {}

    def make(
        self, name: str, *, by: str | None = None, ca: bool = False, key: str = "", days: int = 30
    ) -> str:
        """A certificate, signed by itself or by another; one with `days` below 0 has expired. Its
        text in PEM."""
        private = self._keys.setdefault(key or name, Ed25519PrivateKey.generate())
        now = datetime.now(UTC)
        address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
        names = [x509.DNSName("localhost"), address]
        made = (
            x509.CertificateBuilder()
            .subject_name(self._name(name))
            .issuer_name(self._name(by or name))
            .public_key(private.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=60))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .sign(self._keys[by or key or name], None)
        )
        self.cert(name).write_bytes(made.public_bytes(PEM))
        self.key(name).write_bytes(
            private.private_bytes(
                PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        return self.cert(name).read_text()

    def pin(self, name: str) -> str:
        spki = self._keys[name].public_key().public_bytes(RAW, SPKI)
        return f"sha256:{hashlib.sha256(spki).hexdigest()}"

    def cert(self, name: str) -> Path:
        return self.folder / f"{name}.pem"

    def key(self, name: str) -> Path:
        return self.folder / f"{name}.key"

    @staticmethod
    def _name(name: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


class Served:
    """A node that answers over TLS in a thread of this process."""

    def __init__(self, folder: Path, certificates: Maker) -> None:
        self.folder, self.certificates = folder, certificates
        self.said: list[str] = []
        self._url, self._stop = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        self._url.wait()

    def _run(self) -> None:
        def ready(url: str) -> None:
            self.url = url
            self._url.set()

        with Node.open(self.folder) as node:
            serve.serve(node, ready, self._stop, self.said.append)

    def close(self) -> None:
        self._stop.set()
        self._thread.join()

    def client(self, name: str | None = None, **how: Any) -> httpx2.Client:
        """A client that trusts the node, with the certificate `name`."""
        context = ssl.create_default_context(cafile=self.certificates.cert("server"))
        if name is not None:
            files = self.certificates
            context.load_cert_chain(files.cert(name), files.key(name))
        headers = {"accept": MEDIA}
        return httpx2.Client(verify=context, base_url=self.url, headers=headers, **how)

    def status(self, name: str | None, token: str = "") -> int | None:
        """What a new connection is answered; None when the handshake, or the end of it that TLS 1.3
        leaves to the first answer, was refused."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        try:
            with self.client(name) as http:
                return http.get("/taxii2/", headers=headers).status_code
        except (httpx2.TransportError, ssl.SSLError):
            return None

    def add(self, name: str, party: str, **wish: Any) -> credentials.Given:
        return credentials.add(load_settings(self.folder), name, party, Wish(**wish), clock())


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    made = Maker(tmp_path_factory.mktemp("certificates"))
    for name in ("server", "eu", "kor", "stranger"):
        made.make(name)
    made.make("late", days=-1)
    made.make("issuer", ca=True)
    made.make("issued", by="issuer")
    made.make("ca", ca=True)
    made.make("signed", by="ca")
    made.make("unpinned", by="ca")
    made.make("late-signed", by="ca", days=-1)
    return made


@pytest.fixture
def start(
    tmp_path: Path, certificates: Maker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Served]]:
    running: list[Served] = []
    cheap = argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(argon2, "PasswordHasher", lambda: cheap)
    monkeypatch.setattr(serve, "LOOK_S", 0.02)

    def made(more: str = "") -> Served:
        folder = tmp_path / "jpn"
        init(folder, "JPN", listen="127.0.0.1:0")
        cert, key = certificates.cert("server"), certificates.key("server")
        tls = f'tls = {{ cert = "{cert}", key = "{key}"{more} }}\n'
        file = folder / "node.toml"
        file.write_text(file.read_text("utf-8").replace("[pact]", tls + "\n[pact]"), "utf-8")
        running.append(Served(folder, certificates))
        return running[-1]

    yield made
    for each in running:
        each.close()


Wait = Callable[[Callable[[], bool]], None]


def test_pinned_certificates_and_nothing_else(start: Callable[..., Served], wait: Wait) -> None:
    node = start()
    assert node.status(None) == 401
    assert node.status("eu") == 401  # nothing is pinned: no certificate is asked for
    pem = node.certificates.cert("eu").read_text()
    given = node.add("eu", "EU", kind="certificate", certificate=pem)
    wait(lambda: node.status("eu") == 200)
    assert node.status("stranger") is None
    assert node.status(None) == 401
    token = str(node.add("press", "").secret)
    own = str(node.add("eu", "EU").secret)
    wait(lambda: node.status(None, token) == 200)
    # Both have to be those of one account.
    wait(lambda: node.status("eu", own) == 200)
    assert node.status("eu", token) == 401
    with node.client("eu") as open_before:
        assert open_before.get("/api/collections/view/").status_code == 200
        credentials.revoke(load_settings(node.folder), given.id, clock())
        wait(lambda: open_before.get("/taxii2/").status_code == 401)
    wait(lambda: node.status("eu") in (None, 401))
    assert node.said == []


def test_a_pin_is_exchanged_while_the_old_one_still_counts(
    start: Callable[..., Served], wait: Wait
) -> None:
    node = start()
    old, new = (node.certificates.cert(name).read_text() for name in ("eu", "kor"))
    given = node.add("eu", "EU", kind="certificate", certificate=old)
    wait(lambda: node.status("eu") == 200)
    settings = load_settings(node.folder)
    credentials.rotate(settings, given.id, clock(), grace=10**12, certificate=new)
    wait(lambda: node.status("kor") == 200)
    assert node.status("eu") == 200
    credentials.revoke(settings, given.id, clock())
    wait(lambda: node.status("eu") is None)
    assert node.status("kor") == 200


def test_what_a_pinned_certificate_signs_opens_nothing(
    start: Callable[..., Served], wait: Wait
) -> None:
    """`openssl req -x509` makes certificates that may sign others."""
    node = start()
    pem = node.certificates.cert("issuer").read_text()
    node.add("eu", "EU", kind="certificate", certificate=pem)
    wait(lambda: node.status("issuer") == 200)
    assert node.status("issued") in (None, 401)


def test_required_means_that_nobody_comes_without(start: Callable[..., Served], wait: Wait) -> None:
    node = start(', client = "required"')
    assert node.status(None) is None
    pem = node.certificates.cert("eu").read_text()
    node.add("eu", "EU", kind="certificate", certificate=pem)
    token = str(node.add("press", "").secret)
    wait(lambda: node.status("eu") == 200)
    assert node.status(None, token) is None
    assert node.status("stranger", token) is None


def test_of_what_a_ca_signed_only_pinned_keys_are_accounts(
    start: Callable[..., Served], wait: Wait, certificates: Maker
) -> None:
    node = start(f', client_ca = "{certificates.cert("ca")}"')
    for name in ("signed", "late-signed"):
        node.add(name, "EU", kind="certificate", certificate=certificates.pin(name))
    wait(lambda: node.status("signed") == 200)
    assert node.status("unpinned") == 401
    assert node.status("late-signed") is None
    assert node.status("stranger") is None
    # The same key in a new certificate is the same account.
    certificates.make("renewed", by="ca", key="signed")
    assert node.status("renewed") == 200


def test_an_expired_certificate_is_refused_when_it_is_given_and_when_it_is_shown(
    start: Callable[..., Served], certificates: Maker
) -> None:
    node = start()
    pem = certificates.cert("late").read_text()
    with pytest.raises(Exception, match="its time is over"):
        node.add("late", "EU", kind="certificate", certificate=pem)
    file = node.folder / "data" / "accounts.json"
    door = Door(load_settings(node.folder))
    door.trust((pem,))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        client = ssl.create_default_context(cafile=certificates.cert("server"))
        client.load_cert_chain(certificates.cert("late"), certificates.key("late"))
        refused: list[str] = []

        def answer() -> None:
            raw, _ = listening.accept()
            try:
                door.context.wrap_socket(raw, server_side=True).close()
            except ssl.SSLError as problem:
                refused.append(str(problem))
                raw.close()

        thread = threading.Thread(target=answer)
        thread.start()
        # Whether it is the handshake or the first answer that fails is TLS 1.3's affair.
        with (
            contextlib.suppress(OSError),
            socket.create_connection(listening.getsockname()) as raw,
            client.wrap_socket(raw, server_hostname="localhost") as wrapped,
        ):
            wrapped.recv(1)
        thread.join()
    assert "certificate has expired" in refused[0]
    assert not file.exists()


def test_taxii2_client_comes_with_a_certificate(
    start: Callable[..., Served], wait: Wait, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        # requests prefers these to what a session says.
        monkeypatch.delenv(name, raising=False)
    node = start()
    files = node.certificates
    node.add("eu", "EU", kind="certificate", certificate=files.cert("eu").read_text())
    wait(lambda: node.status("eu") == 200)
    cert = (str(files.cert("eu")), str(files.key("eu")))
    with Server(f"{node.url}/taxii2/", verify=str(files.cert("server")), cert=cert) as server:
        (collection,) = server.default.collections
        assert collection.alias == "view"
        assert collection.get_objects() == {}


def test_a_node_comes_to_its_peer_with_a_certificate(
    start: Callable[..., Served], wait: Wait, tmp_path: Path
) -> None:
    node, union = start(), tmp_path / "eu"
    files = node.certificates
    node.add("eu", "EU", kind="certificate", certificate=files.cert("eu").read_text())
    wait(lambda: node.status("eu") == 200)
    init(union, "EU", listen="127.0.0.1:0")
    before = (union / "node.toml").read_text("utf-8")

    def pulled(cert: str, key: str, ca: str) -> int:
        lines = f'cert = "{files.cert(cert)}"\nkey = "{files.key(key)}"\nca = "{files.cert(ca)}"\n'
        peer = f'[[peer]]\nparty = "JPN"\nurl = "{node.url}/taxii2/"\n{lines}'
        (union / "node.toml").write_text(before + peer, "utf-8")
        with Node.open(union) as opened:
            return sync(opened, "JPN", clock).pages

    assert pulled("eu", "eu", "server") == 0
    with pytest.raises(BadConfig, match=r"\[\[peer\]\] JPN: .*KEY_VALUES_MISMATCH"):
        pulled("eu", "kor", "server")
    with pytest.raises(BadConfig, match="No such file"):
        pulled("eu", "eu", "missing")


def test_a_renewed_server_certificate_is_taken_up(
    start: Callable[..., Served], wait: Wait, certificates: Maker
) -> None:
    before = certificates.cert("server").read_bytes(), certificates.key("server").read_bytes()
    node = start()
    assert node.status(None) == 401
    old = ssl.create_default_context(cafile=certificates.cert("server"))
    try:
        certificates.make("server", key="server-again")
        wait(lambda: node.status(None) == 401)
        with pytest.raises(httpx2.TransportError), httpx2.Client(verify=old) as http:
            http.get(f"{node.url}/taxii2/")
        certificates.key("server").write_text("no key", "utf-8")
        wait(lambda: bool(node.said))
        assert "server.key" in node.said[0]
        assert node.status(None) == 401
    finally:
        certificates.cert("server").write_bytes(before[0])
        certificates.key("server").write_bytes(before[1])


@pytest.mark.parametrize(
    ("cert", "key", "ca", "says"),
    [
        ("missing", "server.key", "", "missing.*No such file"),
        ("server.pem", "eu.key", "", "KEY_VALUES_MISMATCH"),
        ("server.key", "server.key", "", "server.key"),
        ("server.pem", "server.key", "missing", "client_ca .*missing: No such file"),
        ("server.pem", "server.key", "eu.key", "client_ca"),
    ],
)
def test_files_that_cannot_be_used_are_named(
    tmp_path: Path, certificates: Maker, cert: str, key: str, ca: str, says: str
) -> None:
    init(tmp_path / "jpn", "JPN")
    at = certificates.folder
    more = f', client_ca = "{at / ca}"' if ca else ""
    file = tmp_path / "jpn" / "node.toml"
    tls = f'tls = {{ cert = "{at / cert}", key = "{at / key}"{more} }}\n[pact]'
    file.write_text(file.read_text("utf-8").replace("[pact]", tls), "utf-8")
    with pytest.raises(BadConfig, match=says):
        Door(load_settings(tmp_path / "jpn", {}, {}))
