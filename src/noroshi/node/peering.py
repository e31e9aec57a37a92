"""The connection to a peer: whom we trust to be it, and the certificate we come with."""

from __future__ import annotations

import ssl

import httpx2

from noroshi.config import Peer, Settings
from noroshi.exchange.taxii.client import open_client
from noroshi.words.errors import BadConfig


def open_to(settings: Settings, peer: Peer) -> httpx2.Client:
    """A client for the peer. With `ca` nothing is trusted but what stands in that file, which may
    be the peer's own certificate. Raises `BadConfig` where the files cannot be used."""
    if peer.ca is None and peer.cert is None:
        return open_client()
    folder, where = settings.folder, f"[[peer]] {peer.party}"
    try:
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
