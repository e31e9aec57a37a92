"""Who calls in, and whom we call: `[[peer]]` and `[[account]]`."""

from __future__ import annotations

import re
from typing import Literal
from urllib.parse import urlsplit

import msgspec

from noroshi.config.feeds import check_every
from noroshi.config.listen import is_loopback
from noroshi.config.secret import Secret

_KEY = re.compile("[0-9a-f]{64}")
_PIN = re.compile("sha256:[0-9a-f]{64}")


class Peer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[peer]]`: a node we exchange with.

    Towards it: `url` of its TAXII discovery, `user` and `password`, `every`, and whether to `pull`
    what it releases, to `push` what we release, or both; `file` where only files pass between the
    two, over an air gap or a diode. From it: `account`
    lets it in, with `account_hash` (Argon2id) or what `noroshi account add` gave it. `public_key`
    (hex Ed25519) is pinned; without it nothing that the peer grants is kept.
    `cert` and `key` are the certificate we come with, `ca` what its own is checked by; PEM files.
    `fingerprint` is `sha256:` and the hash of its own certificate's key: then that key is checked,
    and nothing else.
    """

    party: str
    url: str | None = None
    user: str | None = None
    password: Secret | None = None
    account: str | None = None
    account_hash: Secret | None = None
    public_key: str | None = None
    every: str | None = None
    cert: str | None = None
    key: str | None = None
    ca: str | None = None
    fingerprint: str | None = None
    mode: Literal["pull", "push", "both", "file"] = "pull"

    def __post_init__(self) -> None:
        check_every(self.every)
        if self.public_key is not None and _KEY.fullmatch(self.public_key) is None:
            raise ValueError("public_key is not an Ed25519 key: 64 digits of lower-case hex")
        if self.fingerprint is not None and _PIN.fullmatch(self.fingerprint) is None:
            raise ValueError("fingerprint is not sha256: and 64 digits of lower-case hex")
        if self.fingerprint is not None and not (self.url or "").startswith("https:"):
            raise ValueError("fingerprint is that of a certificate, and url is no https address")
        if self.fingerprint is not None and self.ca is not None:
            raise ValueError("fingerprint and ca: one of them says who the peer is")
        if self.account is None and self.account_hash is not None:
            raise ValueError("account_hash is that of an account, and none is named")
        if (self.cert is None) != (self.key is None):
            raise ValueError("cert and key go together")
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together")
        if self.url is not None:
            check_url(self.url)


class Machine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[account]]`: a name that may call in for no party: it has no view, and of the plain
    collections those whose `rights` name it or everyone. `hash` is Argon2id."""

    name: str
    hash: Secret


def check_url(url: str) -> None:
    """Raise `ValueError` for what is no address of a peer."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].removesuffix(f":{parts.port}")
    if parts.username or parts.password:
        raise ValueError("a url holds no password; say user and password = { file = … }")
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(f"url = {url!r} is no http or https address")
    if parts.scheme == "http" and not is_loopback(host):
        raise ValueError(f"url = {url!r}: off loopback a peer is called over https only")
