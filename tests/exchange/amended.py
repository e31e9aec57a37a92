"""A process of its own that brings a view up to date in small batches; tests end it half-way."""

from __future__ import annotations

import sys
from pathlib import Path

import graphs
from japan import NOW, Node

from noroshi.exchange.sign import Keys
from noroshi.exchange.views import Views
from noroshi.store import Store
from noroshi.words.time import HOUR

LAW = 'transform = [{ kind = "source", to = "class" }]\nkinds = ["x"]'


def views(node: Node) -> Views:
    return Views(node.store, node.policy, graphs.KINDS, "JPN", node.keys, batch=2)


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    with Store.open(folder / "node.db") as store:
        node = Node(store, Keys.load(folder / "keys"), LAW)
        views(node).refresh("EU", NOW + HOUR)
