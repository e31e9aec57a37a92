"""Sets: agreement sets by the names that people give them on the command line.

`law` is the node's law, `files` the files in its folders, `web` the real web that comes with
noroshi; a path names a file or a folder; anything else is a revision of git, of the node's folder
of agreements (`HEAD~1`) or of a path (`HEAD~1:agreements`).
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

from noroshi.config import FILE_NAME
from noroshi.node.catalogue import web
from noroshi.node.law import agreement_files
from noroshi.node.node import Node
from noroshi.pact.format import Agreement
from noroshi.pact.load import load, load_folder
from noroshi.pact.policy import Policy
from noroshi.words.errors import BadInput
from noroshi.words.party import Parties, packaged_parties

LAW, FILES, WEB = "law", "files", "web"


class Sets:
    """Sets by name, for the node in a folder; where there is no node, for nobody."""

    def __init__(self, folder: Path) -> None:
        self.node = Node.open(folder) if (folder / FILE_NAME).is_file() else None
        self.folder = folder

    def __enter__(self) -> Sets:
        return self

    def __exit__(self, *problem: object) -> None:
        if self.node is not None:
            self.node.__exit__(*problem)

    @property
    def parties(self) -> Parties:
        """The registry of the node, or the packaged one."""
        return packaged_parties() if self.node is None else self.node.parties

    @property
    def default(self) -> str:
        """The set that nobody named: the node's law, and where there is no node the real web."""
        return WEB if self.node is None else LAW

    def named(self, name: str, at: int) -> Policy:
        """The set called `name`; `law` as it is at `at` (µs UTC). Raises `BadInput`."""
        if name == WEB:
            return web(self.parties)
        if name in (LAW, FILES):
            node = self._node(name)
            if name == LAW:
                return node.policy(at=at)[1]
            return self._loaded(agreement_files(node))
        path = Path(name)
        if path.exists():
            return self._loaded([path])
        return Policy(self._revision(name), self.parties)

    def _node(self, name: str) -> Node:
        if self.node is None:
            hint = "name two folders, or the node: --node ./jpn"
            raise BadInput(str(self.folder), f"no node here, so no {name}", hint=hint)
        return self.node

    def _loaded(self, paths: list[Path]) -> Policy:
        agreements, problems = load_folder(paths, self.parties)
        if problems:
            raise problems[0]
        return Policy(agreements, self.parties)

    def _revision(self, name: str) -> Iterator[Agreement]:
        revision, _, path = name.partition(":")
        folder = Path.cwd()
        if not path and self.node is not None:
            config = self.node.settings.config.pact
            folder = self.node.settings.folder / config.folders[0]
        files = dict(_files(folder, revision, path or ".", name))
        if not files:
            hint = "a folder, a revision of git, law, files or web"
            raise BadInput(name, "no agreement files there", hint=hint)
        for file, data in files.items():
            yield load(data, f"{name}: {file}", self.parties)


def _files(folder: Path, revision: str, path: str, name: str) -> Iterator[tuple[str, bytes]]:
    """Every agreement file of a folder at a revision, that folder alone."""
    listing = _git(folder, name, "ls-tree", "-z", revision, "--", f"{path.rstrip('/')}/")
    for row in listing.split(b"\0"):
        head, _, file = row.partition(b"\t")
        if head.split()[1:2] == [b"blob"] and file.endswith(b".toml"):
            sha = head.split()[2].decode("ascii")
            yield file.decode("utf-8", "replace"), _git(folder, name, "cat-file", "blob", sha)


def _git(folder: Path, name: str, *arguments: str) -> bytes:
    hint = "a folder, a revision of git, law, files or web"
    if name.startswith("-"):
        raise BadInput(name, "not a set of agreements", hint=hint)
    try:
        done = subprocess.run(  # noqa: S603 — no shell, and a revision never starts with a dash
            ["git", "-C", str(folder), *arguments],  # noqa: S607
            capture_output=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as problem:
        raise BadInput(name, f"git does not answer: {problem}", hint=hint) from problem
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().partition("\n")[0]
        raise BadInput(name, f"neither a path nor a revision of git ({said})", hint=hint)
    return done.stdout
