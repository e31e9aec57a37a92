"""Ready: whether everything that node.toml names is there and can be used."""

from __future__ import annotations

from noroshi.config import FILE_NAME
from noroshi.desks.registry import desks
from noroshi.node.accounts import every, pinned
from noroshi.node.law import agreement_files
from noroshi.node.node import Node
from noroshi.node.serve import service
from noroshi.node.tls import Door
from noroshi.pact.load import load_folder
from noroshi.words.errors import BadConfig


def ready(node: Node) -> None:
    """Try secrets, keys, desks with their parameters, and agreement files; raises what is wrong
    first, as whoever needs it would when it is too late."""
    where = str(node.settings.folder / FILE_NAME)
    config = node.settings.config
    service(node)
    if config.serve.tls:
        Door(node.settings).trust(pinned(every(node.settings)))
    for peer in config.peer:
        if peer.password:
            node.settings.secret(peer.password, f"password of [[peer]] {peer.party}")
    for name in (*config.desk, *(feed.desk for feed in config.feed if feed.desk)):
        if name not in desks():
            raise BadConfig(where, f"no desk {name!r}", expected=", ".join(desks()))
    for name, table in config.desk.items():
        desks()[name].parameters(table)
    for name in config.pact.folders:
        if not (node.settings.folder / name).is_dir():
            raise BadConfig(where, "no such folder of agreements", found=name)
    _, problems = load_folder(agreement_files(node), node.parties)
    if problems:
        raise problems[0]
