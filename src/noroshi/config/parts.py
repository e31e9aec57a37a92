"""The single tables of `node.toml`: `[node]`, `[store]`, `[serve]`, `[pact]`, `[assets]`,
`[picture]`, `[history]` and `[exercise]`."""

from __future__ import annotations

from typing import Literal

import msgspec

from noroshi.config.feeds import FeedLabel, check_every
from noroshi.config.oidc import Oidc
from noroshi.config.secret import Secret
from noroshi.store.address import SCHEMES, secretive, shown
from noroshi.words.label import Tlp


class NodePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[node]`: whose node this is, what people call it, and its data folder. TAXII's discovery
    shows `name`, `description` and `contact` to every account."""

    party: str
    name: str = ""
    data: str = "data"
    description: str | None = None
    contact: str | None = None


class StorePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[store]`: `sqlite:FILE`, relative to the data folder, or the URL of a PostgreSQL database,
    whose password stands apart."""

    url: str = "sqlite:node.db"
    password: Secret | None = None

    def __post_init__(self) -> None:
        postgres = self.url.startswith(SCHEMES)
        if not postgres and not self.url.startswith("sqlite:"):
            raise ValueError(f"no such store: {shown(self.url)}; sqlite:FILE or postgresql://…")
        if secretive(self.url):
            raise ValueError("a url holds no password; say password = { file = … }")
        if self.password is not None and not postgres:
            raise ValueError("a SQLite file has no password")


class Tls(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Certificate and key files in PEM. `client_ca` signs certificates of clients, beside those
    that accounts have; `client` says whether every client needs one."""

    cert: str
    key: str
    client_ca: str | None = None
    client: Literal["optional", "required"] = "optional"


class ServePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[serve]`: address and port, TLS off loopback, largest page in objects."""

    listen: str = "127.0.0.1:8440"
    tls: Tls | None = None
    page: int = 1000


class PactPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[pact]`: folders of agreement files, read by `noroshi pact load`."""

    folders: tuple[str, ...] = ("agreements",)


class AssetsPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[assets]`: files of cables, pipelines, zones, read by `noroshi assets load`; the label of
    what they leave unmarked, RED for this node alone where there is none; whether the packaged
    watch zones are there too, and which of the packaged seas, by name ("*": all)."""

    files: tuple[str, ...] = ()
    label: FeedLabel | None = None
    watch_zones: bool = True
    seas: tuple[str, ...] = ()


class PicturePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[picture]`: how many chance incidents a month are put up with; whether and how often `work`
    looks, where findings have changed, and how old may be what it knows of chance."""

    chance_per_month: float = 1.0
    follow: bool = True
    every: str = "PT2S"
    null: str = "P1D"

    def __post_init__(self) -> None:
        if not self.chance_per_month > 0:
            raise ValueError("chance_per_month is more than 0")
        check_every(self.every)
        check_every(self.null)


class ConsolePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[console]`: from which TLP level on a second person has to agree before anything goes to a
    partner, never where none is given; the font file that reports are printed with first; who
    else may sign people in."""

    two_person: Tlp | None = None
    font: str | None = None
    oidc: Oidc | None = None


class HistoryPart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[history]`: whether what sources hold in bulk is kept as Parquet, and in which folder,
    relative to the data folder."""

    keep: bool = True
    folder: str = "history"


class ExercisePart(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[exercise]`: the name of the exercise that this node is for. All that it makes is marked so,
    and it takes nothing else; a node without is for what is real alone."""

    allowed: str | None = None

    def __post_init__(self) -> None:
        if self.allowed is not None and not self.allowed.strip():
            raise ValueError('allowed = "" names no exercise')
