"""Making a node: folder, keys, store, configuration, and the agreements that come with noroshi."""

from __future__ import annotations

import importlib.resources
import json
from pathlib import Path

from noroshi.config import FILE_NAME
from noroshi.config.listen import check_listen
from noroshi.config.parts import StorePart
from noroshi.exchange.sign import Keys
from noroshi.store import Store
from noroshi.words.errors import BadConfig, Refused
from noroshi.words.party import packaged_parties

_TEMPLATE = """\
# The node of {en}. Every key is explained in docs/configuration.md.
[node]
party = {party}
name = {name}
data = "data"

[store]
url = {store}

[serve]
listen = {listen}

[pact]
folders = ["agreements"]

# What a source leaves unmarked takes the label that its feed declares; a source that no feed
# names is TLP RED for this node alone, and leaves to nobody.
# [[feed]]
# uri = "ais/*.nmea"
# label = {{ tlp = "amber" }}
# lineage = "own coastal receivers"
# reliability = "B"

# [[peer]]
# party = "EU"
# url = "https://node.example/taxii2/"
"""


def init(
    folder: Path,
    party: str,
    *,
    name: str = "",
    listen: str = "127.0.0.1:8440",
    store: str = "sqlite:node.db",
) -> str:
    """Make a node for `party` in `folder`; returns the fingerprint of its new key.

    Raises `Refused` when the folder already holds a node, `UnknownParty` for an unknown code,
    `BadConfig` for an address off loopback, as a new node has no certificate yet, and for a store
    that is neither of the two; `StoreFailed` for a server that cannot be reached.
    """
    known = packaged_parties().get(party)
    check_listen("--listen", listen, tls=False)
    try:
        StorePart(store)
    except ValueError as problem:
        raise BadConfig("--store", str(problem)) from problem
    config = folder / FILE_NAME
    if config.exists():
        raise Refused(f"{folder}: there is a node here already\nHint: choose an empty folder")
    agreements = folder / "agreements"
    agreements.mkdir(parents=True, exist_ok=True)
    bundled = importlib.resources.files("noroshi.data").joinpath("agreements")
    for file in sorted(bundled.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".toml"):
            (agreements / file.name).write_bytes(file.read_bytes())
    data = folder / "data"
    data.mkdir(exist_ok=True)
    _make_store(data, store)
    keys = Keys.generate(data / "keys")
    text = _TEMPLATE.format(
        en=known.en,
        party=json.dumps(party),
        name=json.dumps(name or f"{known.en} node", ensure_ascii=False),
        listen=json.dumps(listen),
        store=json.dumps(store),
    )
    # Written last and in one step: a folder with a node.toml is a whole node.
    partial = config.with_suffix(".toml.new")
    partial.write_text(text, "utf-8")
    partial.replace(config)
    return keys.fingerprint


def _make_store(data: Path, url: str) -> None:
    """Make the store; one that holds a law already is another node's."""
    if url.startswith("sqlite:"):
        Store.open(data / url.removeprefix("sqlite:"), create=True).close()
        return
    with Store.open(url, create=True) as made:
        if made.agreements()[0]:
            raise Refused(f"{url}: a node's store already\nHint: make a schema for each node")
