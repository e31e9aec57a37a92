"""The connection to a peer: whom we trust to be it, and the certificate we come with."""

from __future__ import annotations

import socket
import ssl
from typing import Any

import httpx2

from noroshi.config import Peer, Settings
from noroshi.exchange.credentials import presented
from noroshi.exchange.taxii.client import open_client
from noroshi.words.errors import BadConfig, Refused


class Pinned(ssl.SSLContext):
    """A client's context for which a server is who has one key, whatever names and dates its
    certificate bears and whoever signed it. TLS itself proves that the server has that key; what
    is refused is refused before a byte of HTTP is sent. With no key every server is taken, and
    `seen` says which it was."""

    seen: str | None = None
    _pin: str | None
    _where: str

    def __new__(cls, pin: str | None, where: str = "") -> Pinned:
        made = super().__new__(cls, ssl.PROTOCOL_TLS_CLIENT)
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
        made._pin, made._where = pin, where
        return made

    def __init__(self, pin: str | None, where: str = "") -> None:
        # The base class knows nothing of a pin.
        super().__init__()

    def wrap_socket(self, sock: socket.socket, *args: Any, **more: Any) -> ssl.SSLSocket:
        """The connection after its handshake. Raises `Refused` for another's key."""
        wrapped = super().wrap_socket(sock, *args, **more)
        der = wrapped.getpeercert(binary_form=True)
        self.seen = None if der is None else f"sha256:{presented(der).spki}"
        if self._pin is not None and self.seen != self._pin:
            wrapped.close()
            raise Refused(
                f"{self._where}: the certificate there has the key {self.seen}, and node.toml "
                f"pins {self._pin}\nHint: did they get a new one? Compare it by voice, then: "
                "noroshi peer add URL --replace"
            )
        return wrapped

    def wrap_bio(self, *args: Any, **more: Any) -> ssl.SSLObject:
        """Never: such a connection, through a proxy that is spoken to over TLS itself, makes its
        handshake where nothing could be checked."""
        raise Refused(f"{self._where}: no pinned certificate can be checked through an https proxy")


def open_to(settings: Settings, peer: Peer) -> httpx2.Client:
    """A client for the peer. With `fingerprint` nothing is trusted but a certificate with that key,
    with `ca` nothing but what stands in that file, which may be the peer's own certificate. Raises
    `BadConfig` where the files cannot be used."""
    if peer.fingerprint is None and peer.ca is None and peer.cert is None:
        return open_client()
    folder, where = settings.folder, f"[[peer]] {peer.party}"
    try:
        if peer.fingerprint is not None:
            context: ssl.SSLContext = Pinned(peer.fingerprint, f"{where} at {peer.url}")
        else:
            context = ssl.create_default_context(cafile=folder / peer.ca if peer.ca else None)
        if peer.ca is not None:
            context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        if peer.cert is not None and peer.key is not None:
            context.load_cert_chain(folder / peer.cert, folder / peer.key, password="")
    except OSError as problem:  # an SSLError is one
        files = ", ".join(each for each in (peer.ca, peer.cert, peer.key) if each)
        reason = getattr(problem, "reason", None) or problem.strerror or problem
        hint = "expected files in PEM, the key without a pass phrase"
        raise BadConfig(where, f"{files}: {reason}", hint=hint) from problem
    return open_client(context)
