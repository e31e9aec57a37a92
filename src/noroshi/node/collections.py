"""Plain collections of a node: as declared in `node.toml`, and filled from a file.

The file is of the shape in which the OASIS reference server keeps its data: API roots with
collections, and in each the objects, their manifest and the statuses. So a suite that was written
against that server can be pointed at a node.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from noroshi.config import API, Config, load_settings
from noroshi.exchange.collections import Plain, Statuses, Unfit, fit, status
from noroshi.exchange.taxii.service import MAX_CONTENT_LENGTH, Collection, Rights, Root
from noroshi.node import accounts, credentials, declare
from noroshi.node.medallion import FileCollection, Roots, instant, read
from noroshi.node.node import Node
from noroshi.store import NewObject, Store


class Loaded(msgspec.Struct):
    """What a file brought: objects `added`, `known` before, and `refused` with their reasons;
    `password` where one was made."""

    roots: int = 0
    collections: int = 0
    added: int = 0
    known: int = 0
    statuses: int = 0
    refused: list[str] = []
    password: str | None = None


def roots(
    config: Config, store: Store, views: Mapping[str, tuple[Collection, ...]]
) -> tuple[Root, ...]:
    """The API roots of a node with their collections; `views` are those made by agreements, by
    root."""
    made = [(API, config.node.name, None, MAX_CONTENT_LENGTH)]
    made += [
        (each.path, each.title, each.description, each.max_content_length or MAX_CONTENT_LENGTH)
        for each in config.root
    ]
    return tuple(
        Root(
            path=path,
            title=title,
            collections=(*views.get(path, ()), *_declared(config, store, path)),
            description=description,
            statuses=Statuses(store, path),
            max_content_length=longest,
        )
        for path, title, description, longest in made
    )


def load(folder: Path, file: Path, account: str, password_file: Path | None, now: int) -> Loaded:
    """Declare the collections of `file` in the `node.toml` of `folder`, for `account`, which is
    made where it is not there, and fill them. Raises `BadInput` for a file of another shape."""
    found = read(file)
    settings = load_settings(folder)
    password: str | None = None
    with declare.appending(settings, declare.collections(settings, found, account), account):
        if account not in {each.name for each in accounts.every(settings)}:
            given = password_file.read_text("utf-8").strip() if password_file else None
            wish = credentials.Wish("password", password=given)
            password = credentials.add(settings, account, None, wish, now).secret
    with Node.open(folder) as node:
        loaded = fill(node, found, account, now)
    loaded.password = password
    return loaded


def _declared(config: Config, store: Store, path: str) -> list[Collection]:
    made: list[Collection] = []
    for each in config.collection:
        if each.root != path:
            continue
        plain = Plain(store, path, each.id)
        made.append(
            Collection(
                id=each.id,
                title=each.title,
                content=plain,
                alias=each.alias,
                description=each.description,
                plain=plain,
                rights={name: Rights("r" in may, "w" in may) for name, may in each.rights.items()},
                page_cap=each.page,
            )
        )
    return made


def fill(node: Node, found: Roots, account: str, now: int) -> Loaded:
    """Put the objects and statuses of a file into the collections of their ids. Objects keep the
    dates of their manifest, later ones where two are alike; the statuses are those of `account`."""
    loaded = Loaded(roots=len(found))
    with node.store.write():
        for path, root in found.items():
            for each in root.collections:
                loaded.collections += 1
                _fill(node.store, each, now, loaded)
            for each in root.status:
                told = (each.successes, each.failures, each.pendings)
                made = status(each.id, each.request_timestamp, *told)
                Plain(node.store, path, "").keep(account, made, now)
                loaded.statuses += 1
    return loaded


def _fill(store: Store, collection: FileCollection, now: int, loaded: Loaded) -> None:
    dates = {(row.id, instant(row.version)): instant(row.date_added) for row in collection.manifest}
    fitting: list[NewObject] = []
    for n, raw in enumerate(collection.objects):
        try:
            new = fit(bytes(raw))
        except Unfit as problem:
            loaded.refused.append(f"{collection.id}: objects[{n}]: {problem}")
            continue
        date = dates.get((new.oid, new.oversion)) or dates.get((new.oid, None)) or now
        fitting.append(msgspec.structs.replace(new, added_at=min(date, now)))
    fitting.sort(key=lambda new: new.added_at or now)
    added = store.add_objects(collection.id, fitting, at=now)
    loaded.added += sum(each.new for each in added)
    loaded.known += sum(not each.new for each in added)
