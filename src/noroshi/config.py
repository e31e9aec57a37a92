"""Configuration: one `node.toml`, unknown keys refused, every effective value with its origin.

A flag beats the environment, the environment beats the file. Paths are relative to the file;
secrets are only ever named, as `{ file = … }` or `{ env = … }`.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections import Counter
from collections.abc import Hashable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, cast
from urllib.parse import urlsplit

import msgspec

from noroshi.words.errors import BadConfig
from noroshi.words.finding import Reliability
from noroshi.words.label import ClassMark, Pap, Tlp
from noroshi.words.party import Party
from noroshi.words.time import parse_duration

FILE_NAME: Final = "node.toml"
ENVIRONMENT: Final = {
    "NOROSHI_STORE_URL": ("store", "url"),
    "NOROSHI_SERVE_LISTEN": ("serve", "listen"),
    "NOROSHI_NODE_NAME": ("node", "name"),
}
API: Final = "api"
"""The API root of the views, and of collections that name no other."""

_SEGMENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]*")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KEY = re.compile("[0-9a-f]{64}")
_LOOPBACK = re.compile(r"127(?:\.\d{1,3}){3}|localhost|\[::1\]")


class Secret(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a secret is: exactly one of a file beside the configuration or a variable."""

    file: str | None = None
    env: str | None = None

    def __post_init__(self) -> None:
        if (self.file is None) == (self.env is None):
            raise ValueError("a secret is { file = … } or { env = … }, exactly one of them")


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


class FeedLabel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The declared default of what a feed leaves unmarked. TLP CLEAR is not a default."""

    tlp: Tlp
    pap: Pap | None = None
    classes: tuple[ClassMark, ...] = ()
    only: tuple[str, ...] | None = None
    orcon: bool = False
    licence: str | None = None
    personal: bool = False

    def __post_init__(self) -> None:
        if self.tlp is Tlp.CLEAR:
            raise ValueError("a default label is never TLP CLEAR: only a source marks itself clear")


class Feed(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[feed]]`: a file name pattern, its desk (else by content), lineage, label, reliability.

    `every` (ISO 8601 duration) makes `noroshi work` read it again; without it `ingest` alone does.
    """

    uri: str
    label: FeedLabel
    desk: str | None = None
    lineage: str | None = None
    every: str | None = None
    reliability: Reliability = "F"

    def __post_init__(self) -> None:
        _check_every(self.every)


class Peer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[peer]]`: a node we exchange with.

    Towards it: `url` of its TAXII discovery, `user` and `password`, `every`. From it: `account`
    and `account_hash` (Argon2id) let it in. `public_key` (hex Ed25519) is pinned; without it
    nothing that the peer grants is kept.
    """

    party: str
    url: str | None = None
    user: str | None = None
    password: Secret | None = None
    account: str | None = None
    account_hash: Secret | None = None
    public_key: str | None = None
    every: str | None = None

    def __post_init__(self) -> None:
        _check_every(self.every)
        if self.public_key is not None and _KEY.fullmatch(self.public_key) is None:
            raise ValueError("public_key is not an Ed25519 key: 64 digits of lower-case hex")
        if (self.account is None) != (self.account_hash is None):
            raise ValueError("account and account_hash go together")
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password go together")
        if self.url is not None:
            _check_url(self.url)


class Machine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[account]]`: a name that may call in for no party: it has no view, and of the plain
    collections those whose `rights` name it or everyone. `hash` is Argon2id."""

    name: str
    hash: Secret


class ApiRoot(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[root]]`: a TAXII API root for plain collections at `/{path}/`; `max_content_length` is the
    longest body in bytes."""

    path: str
    title: str
    description: str | None = None
    max_content_length: int | None = None


class PlainCollection(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`[[collection]]`: a plain TAXII collection, the operator's own declaration: no agreement
    decides about it. `rights` by account name, `*` for every account; `page` is the most objects a
    page has, where less than `[serve] page`."""

    id: str
    title: str
    rights: dict[str, Literal["r", "w", "rw"]]
    alias: str | None = None
    description: str | None = None
    root: str = API
    page: int | None = None


class Config(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `node.toml`. `desk` tables are checked by each desk's own type."""

    node: NodePart
    store: StorePart = StorePart()
    serve: ServePart = ServePart()
    pact: PactPart = PactPart()
    feed: tuple[Feed, ...] = ()
    peer: tuple[Peer, ...] = ()
    party: tuple[Party, ...] = ()
    account: tuple[Machine, ...] = ()
    root: tuple[ApiRoot, ...] = ()
    collection: tuple[PlainCollection, ...] = ()
    desk: dict[str, dict[str, Any]] = {}


class Settings(msgspec.Struct, frozen=True):
    """The effective configuration, its folder, and where each leaf came from."""

    config: Config
    folder: Path
    origins: dict[str, str]

    @property
    def data(self) -> Path:
        """The node's data folder."""
        return self.folder / self.config.node.data

    @property
    def store_path(self) -> Path:
        """The SQLite file that `[store] url` names."""
        return self.data / self.config.store.url.removeprefix("sqlite:")

    def secret(self, secret: Secret, what: str) -> str:
        """The value of a secret; `BadConfig` naming `what` when it is not there."""
        if secret.env is not None:
            value = os.environ.get(secret.env)
            if value is None:
                raise BadConfig(what, f"the environment variable {secret.env} is not set")
            return value
        path = self.folder / str(secret.file)
        try:
            return path.read_text("utf-8").strip()
        except OSError as problem:
            raise BadConfig(what, f"cannot read {path}: {problem.strerror}") from problem

    def peer(self, party: str) -> Peer:
        """The peer of `party`; `BadConfig` listing those there are."""
        for peer in self.config.peer:
            if peer.party == party:
                return peer
        known = ", ".join(peer.party for peer in self.config.peer) or "none"
        raise BadConfig(str(self.folder / FILE_NAME), f"no [[peer]] {party}", expected=known)


def load_settings(
    folder: Path, flags: dict[str, str] | None = None, environ: dict[str, str] | None = None
) -> Settings:
    """The configuration of the node in `folder`. Raises `BadConfig` with file, key and hint."""
    path = folder / FILE_NAME
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise BadConfig(
            str(path), "no node here", hint="make one with: noroshi init DIR --party JPN"
        ) from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as problem:
        raise BadConfig(str(path), str(problem)) from problem
    origins = dict.fromkeys(_leaves(table), FILE_NAME)
    overrides = [
        (ENVIRONMENT[name], value, f"environment {name}")
        for name, value in (environ if environ is not None else os.environ).items()
        if name in ENVIRONMENT
    ]
    overrides += [(tuple(key.split(".")), value, "flag") for key, value in (flags or {}).items()]
    for (part, key), value, origin in overrides:
        table.setdefault(part, {})[key] = value
        origins[f"{part}.{key}"] = origin
    try:
        config = msgspec.convert(table, Config)
    except msgspec.ValidationError as problem:
        raise BadConfig(
            str(path), str(problem), hint="docs/configuration.md lists every key"
        ) from problem
    _check(config, path)
    return Settings(config, folder, origins)


def effective(settings: Settings) -> list[tuple[str, str, str]]:
    """Every value in force as (key, value, origin), secrets by name only."""
    table = msgspec.to_builtins(settings.config)
    return [
        (key, msgspec.json.encode(value).decode(), settings.origins.get(key, "default"))
        for key, value in _leaves(table).items()
    ]


def _check(config: Config, path: Path) -> None:
    serve = config.serve
    host, _, port = serve.listen.rpartition(":")
    if serve.tls is None and _LOOPBACK.fullmatch(host or serve.listen) is None:
        raise BadConfig(
            str(path),
            "refusing to listen off loopback without TLS",
            found=f"serve.listen = {serve.listen!r}",
            hint='set [serve] tls = { cert = "…", key = "…" }',
        )
    if not config.store.url.startswith("sqlite:"):
        raise BadConfig(str(path), "no such store", found=config.store.url, expected="sqlite:FILE")
    if not host or not port.isdigit() or int(port) > 65_535:
        raise BadConfig(str(path), "no such address", found=serve.listen, expected="ADDRESS:PORT")
    peers = [each.party for each in config.peer]
    for party in peers:
        if party == config.node.party or peers.count(party) > 1:
            why = "is this node's own party" if party == config.node.party else "stands twice"
            raise BadConfig(str(path), f"[[peer]] {party} {why}")
    for problem in _taxii_problems(config):
        raise BadConfig(str(path), problem, hint="docs/configuration.md explains every key")


def _taxii_problems(config: Config) -> Iterator[str]:
    """What is wrong with accounts, API roots and collections, taken together."""
    accounts = [each.account for each in config.peer if each.account]
    accounts += [each.name for each in config.account]
    yield from (f"account {name!r} is declared twice" for name in _repeated(accounts))
    roots = [API, *(each.path for each in config.root)]
    for path in roots:
        if path == "taxii2" or _SEGMENT.fullmatch(path) is None:
            yield f"root.path = {path!r}: expected one path segment other than taxii2"
    yield from (f"root {path!r} is declared twice" for path in _repeated(roots))
    ids = [each.id for each in config.collection]
    yield from (f"collection {name!r} is declared twice" for name in _repeated(ids))
    names = [(each.root, each.alias) for each in config.collection if each.alias]
    names += [(API, "view"), *((each.root, each.id) for each in config.collection)]
    yield from (f"alias {name!r} is used twice in {root!r}" for root, name in _repeated(names))
    for each in config.collection:
        if _UUID.fullmatch(each.id) is None:
            yield f"collection.id = {each.id!r}: expected a UUID in lower case"
        if each.root not in roots:
            yield f"collection {each.id}: there is no [[root]] {each.root!r}"
        if each.page is not None and each.page < 1:
            yield f"collection {each.id}: page = {each.page}: expected at least 1"
        for name in each.rights.keys() - {"*", *accounts}:
            yield f"collection {each.id}: rights for {name!r}, which is no account"


_T = TypeVar("_T", bound=Hashable)


def _repeated(values: Iterable[_T]) -> list[_T]:
    return [each for each, times in Counter(values).items() if times > 1]


def _check_every(text: str | None) -> None:
    if text is not None and not parse_duration(text):
        raise ValueError(f"every = {text!r} is no time at all")


def _check_url(url: str) -> None:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2].removesuffix(f":{parts.port}")
    if parts.username or parts.password:
        raise ValueError("a url holds no password; say user and password = { file = … }")
    if parts.scheme not in ("http", "https") or not host:
        raise ValueError(f"url = {url!r} is no http or https address")
    if parts.scheme == "http" and _LOOPBACK.fullmatch(host) is None:
        raise ValueError(f"url = {url!r}: off loopback a peer is called over https only")


def _leaves(table: Any, prefix: str = "") -> dict[str, Any]:
    """Dotted keys of all leaves; members of an array of tables carry their index."""
    items: list[tuple[str, Any]] = []
    if isinstance(table, dict):
        items = [(str(key), value) for key, value in cast("dict[Any, Any]", table).items()]
    elif isinstance(table, (list, tuple)):
        members = list(cast("list[Any]", table))
        if members and isinstance(members[0], dict):
            items = [(str(n), value) for n, value in enumerate(members)]
    if not items:
        return {prefix: table}
    found: dict[str, Any] = {}
    for key, value in items:
        found.update(_leaves(value, f"{prefix}.{key}" if prefix else key))
    return found
