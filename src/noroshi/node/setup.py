"""Making a node: folder, keys, store, configuration, and the agreements that come with noroshi."""

from __future__ import annotations

import importlib.resources
import json
from pathlib import Path

from noroshi.config import FILE_NAME
from noroshi.config.listen import check_listen
from noroshi.exchange.sign import Keys
from noroshi.store import Store
from noroshi.words.errors import Refused
from noroshi.words.party import packaged_parties

_TEMPLATE = """\
# The node of {en}. Every key is explained in docs/configuration.md.
[node]
party = {party}
name = {name}
data = "data"

[store]
url = "sqlite:node.db"

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


def init(folder: Path, party: str, *, name: str = "", listen: str = "127.0.0.1:8440") -> str:
    """Make a node for `party` in `folder`; returns the fingerprint of its new key.

    Raises `Refused` when the folder already holds a node, `UnknownParty` for an unknown code,
    `BadConfig` for an address off loopback: a new node has no certificate yet.
    """
    known = packaged_parties().get(party)
    check_listen("--listen", listen, tls=False)
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
    keys = Keys.generate(data / "keys")
    Store.open(data / "node.db", create=True).close()
    text = _TEMPLATE.format(
        en=known.en,
        party=json.dumps(party),
        name=json.dumps(name or f"{known.en} node", ensure_ascii=False),
        listen=json.dumps(listen),
    )
    # Written last and in one step: a folder with a node.toml is a whole node.
    partial = config.with_suffix(".toml.new")
    partial.write_text(text, "utf-8")
    partial.replace(config)
    return keys.fingerprint
