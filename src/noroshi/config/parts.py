"""The single tables of `node.toml`: `[node]`, `[store]`, `[serve]`, `[pact]`."""

from __future__ import annotations

import msgspec


class NodePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[node]`: whose node this is, what people call it, and its data folder."""

    party: str
    name: str = ""
    data: str = "data"


class StorePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[store]`: `sqlite:FILE`, relative to the data folder."""

    url: str = "sqlite:node.db"


class Tls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Certificate and key files in PEM."""

    cert: str
    key: str


class ServePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[serve]`: address and port, TLS off loopback, largest page in objects."""

    listen: str = "127.0.0.1:8440"
    tls: Tls | None = None
    page: int = 1000


class PactPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[pact]`: folders of agreement files, read by `noroshi pact load`."""

    folders: tuple[str, ...] = ("agreements",)
