"""Law: agreement files become the law of the node only here, as a new epoch."""

from __future__ import annotations

from pathlib import Path

import msgspec

from noroshi.node.node import Node
from noroshi.pact.load import load_folder
from noroshi.words.errors import BadAgreement


class Loaded(msgspec.Struct, frozen=True):
    """What `pact load` did: the epoch in force now, whether it is new, and the agreements."""

    epoch: int
    changed: bool
    agreements: tuple[str, ...]


def agreement_files(node: Node) -> list[Path]:
    """The agreement files in the node's `[pact] folders`, in name order."""
    folders = (node.settings.folder / name for name in node.settings.config.pact.folders)
    return [path for folder in folders for path in sorted(folder.glob("*.toml"))]


def check(node: Node, paths: list[Path] | None = None) -> tuple[int, tuple[BadAgreement, ...]]:
    """(number of agreements that read well, every problem) of `paths` or of the node's folders."""
    agreements, problems = load_folder(paths or agreement_files(node), node.parties)
    return len(agreements), problems


def load_law(node: Node, now: int, *, valid_from: int = 0) -> Loaded:
    """Make the node's agreement files its law from `valid_from` (µs UTC) on.

    All or nothing: raises the first `BadAgreement` and changes nothing when a file is wrong.
    """
    agreements, problems = load_folder(agreement_files(node), node.parties)
    if problems:
        raise problems[0]
    before, _ = node.store.agreements(at=now)
    epoch = node.store.load_agreements(
        [(each.id, each.sha256, each.raw) for each in agreements], valid_from=valid_from, at=now
    )
    return Loaded(epoch, epoch != before, tuple(each.id for each in agreements))
