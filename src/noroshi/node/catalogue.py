"""Catalogue: the agreements that come with noroshi and are nobody's law until a node takes them.

`agreements` are those that a new node starts with; `catalogue` holds the rest of the real web. Read
only when somebody asks for it.
"""

from __future__ import annotations

import importlib.resources
from collections.abc import Iterable, Iterator
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Final

from noroshi.pact.load import load
from noroshi.pact.policy import Policy
from noroshi.words.errors import BadInput, Refused
from noroshi.words.party import Parties

FOLDERS: Final = ("agreements", "catalogue")


def files() -> Iterator[Traversable]:
    """Every packaged agreement file, by folder and name."""
    data = importlib.resources.files("noroshi.data")
    for folder in FOLDERS:
        for each in sorted(data.joinpath(folder).iterdir(), key=lambda entry: entry.name):
            if each.name.endswith(".toml"):
                yield each


def web(parties: Parties) -> Policy:
    """The real web: all packaged agreements as one set, with no grants or consents."""
    return Policy([load(each.read_bytes(), each.name, parties) for each in files()], parties)


def take(names: Iterable[str], folder: Path) -> tuple[Path, ...]:
    """Copy the agreements of these ids into `folder`; all or nothing.

    Raises `BadInput` for an id that there is not, `Refused` for a file that is there already.
    """
    known = {each.name.removesuffix(".toml"): each for each in files()}
    chosen: list[tuple[Path, bytes]] = []
    for name in dict.fromkeys(names):
        if name not in known:
            hint = "noroshi pact web lists them"
            raise BadInput("catalogue", "no such agreement", found=name, hint=hint)
        path = folder / f"{name}.toml"
        if path.exists():
            raise Refused(f"{path}: there already\nHint: it is yours now; edit it there")
        chosen.append((path, known[name].read_bytes()))
    folder.mkdir(parents=True, exist_ok=True)
    for path, data in chosen:
        partial = path.with_suffix(".toml.new")
        partial.write_bytes(data)
        partial.replace(path)
    return tuple(path for path, _ in chosen)
