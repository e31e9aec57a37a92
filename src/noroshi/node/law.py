"""Law: agreement files become the law of the node only here, as a new epoch."""

from __future__ import annotations

from pathlib import Path

import msgspec

from noroshi.desks.registry import kinds
from noroshi.node.node import Node
from noroshi.pact.conflicts import Remark, remarks
from noroshi.pact.load import files_of, load_folder
from noroshi.pact.policy import Policy
from noroshi.words import ids
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


class Checked(msgspec.Struct, frozen=True):
    """What reads well, every problem of what does not, and what a person should look at."""

    policy: Policy
    problems: tuple[BadAgreement, ...]
    remarks: tuple[Remark, ...]


def check(node: Node, paths: list[Path] | None, now: int) -> Checked:
    """The agreement files at `paths`, or in the node's folders, gone through at once."""
    files = agreement_files(node) if paths is None else list(files_of(paths))
    agreements, problems = load_folder(files, node.parties)
    names = {ids.sha256(path.read_bytes()): str(path) for path in files if path.is_file()}
    policy = Policy(agreements, node.parties, consents=node.store.consents())
    places = {each.id: names[each.sha256] for each in agreements}
    return Checked(policy, problems, remarks(policy, now, places, kinds()))


def set_of(node: Node, paths: list[Path] | None, now: int) -> Policy:
    """The law of the node at `now`; with `paths`, that of those files. Raises `BadAgreement`."""
    if paths is None:
        return node.policy(at=now)[1]
    agreements, problems = load_folder(paths, node.parties)
    if problems:
        raise problems[0]
    return Policy(agreements, node.parties, consents=node.store.consents())


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
