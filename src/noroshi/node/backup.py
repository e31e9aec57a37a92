"""Backup and restore: a node in one file, and a node that lives again without telling too much.

A backup is a tar of a manifest and what it lists: a consistent copy of the store, `node.toml`, the
agreement files and, where asked for, the keys and the history. Restoring checks everything before
it changes anything, and puts the store in place in one step, in a new life (`store.restoring`).
"""

from __future__ import annotations

import hashlib
import io
import os
import sqlite3
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec

from noroshi.config import FILE_NAME, Settings, load_settings
from noroshi.exchange.sign import KEY_FILE, SALT_FILE, Keys
from noroshi.history.partition import whole
from noroshi.node.law import load_law
from noroshi.node.node import Node
from noroshi.store import Store
from noroshi.store.migrate import packaged
from noroshi.words.errors import BadInput, Refused
from noroshi.words.time import format_instant

FORMAT: Final = "noroshi backup/1"
MANIFEST: Final = "manifest.json"
STORE: Final = "store.db"
KEYS: Final = "keys"
HISTORY: Final = "history"
BLOCK: Final = 1 << 20
_LONGEST_MANIFEST: Final = 1 << 24


class Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One file of a backup."""

    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Of which node a backup is, as it was at `at` (µs UTC), in which schema, and its files. `node`
    is a name that only its keys give (of their salt, which outlives a change of the key)."""

    format: str
    party: str
    node: str
    schema: int
    at: int
    files: dict[str, Part]


class Saved(msgspec.Struct, frozen=True):
    """A backup that was written, or checked."""

    file: str
    party: str
    at: str
    schema: int
    size: int
    keys: bool


class Restored(msgspec.Struct, frozen=True):
    """A node that was put back: its life's number, and who is waited for before anything goes out.
    `law` says whether the agreement files made a new epoch."""

    party: str
    saved_at: str
    life: int
    waiting: tuple[str, ...]
    law: bool
    kept: str | None


def backup(
    node: Node, file: Path, now: int, *, with_keys: bool = False, with_history: bool = False
) -> Saved:
    """Write the node to the new file `file`, while it goes on working; readable by its owner only.

    Raises `Refused` where the file is there already, and for a store in PostgreSQL.
    """
    if file.exists():
        raise Refused(f"{file}: is there already\nHint: name a new file")
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as name:
        folder = Path(name)
        node.store.backup(folder / STORE)
        sources = {STORE: folder / STORE, **_beside(node.settings)}
        if with_keys:
            keys = node.settings.data / "keys"
            sources |= {f"{KEYS}/{each}": keys / each for each in (KEY_FILE, SALT_FILE)}
        if with_history:
            kept = node.settings.history
            sources |= {
                f"{HISTORY}/{path.relative_to(kept).as_posix()}": path for path in whole(kept)
            }
        parts = {at: Part(source.stat().st_size, _digest(source)) for at, source in sources.items()}
        schema = len(packaged())
        manifest = Manifest(
            FORMAT, node.party, _name(node.keys), schema, now, dict(sorted(parts.items()))
        )
        partial = folder / "backup.tar"
        _write(partial, manifest, sources)
        os.replace(partial, file)
        _settle(file.parent)
    return _saved(file, manifest)


def inspect(file: Path) -> Saved:
    """What a backup says of itself, every file of it checked. Raises `BadInput`."""
    return _saved(file, _unpacked(file, None))


def restore(file: Path | None, folder: Path, now: int, *, replace: bool = False) -> Restored:
    """Put the backup back as the node in `folder`, in a new life. Without `file` the store was put
    back by other means (such as `pg_restore`), and only begins its new life.

    Raises `BadInput` for a file that is cut off, damaged, or of a newer noroshi; `Refused` for
    another node's, for keys that are not there, and where a store is in the way (unless `replace`,
    which keeps it beside).
    """
    if file is None:
        return _reborn(folder, None, now, None)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".restore-", dir=folder) as name:
        unpacked = Path(name)
        manifest = _unpacked(file, unpacked)
        settings = _settings(file, folder, unpacked, manifest)
        where = settings.store_at
        if not isinstance(where, Path):
            raise Refused(f"{file}: holds a SQLite store, and [store] url is {where}")
        keys = _keys(file, settings, unpacked, manifest)
        if where.exists() and not replace:
            raise Refused(f"{where}: a store is here\nHint: --replace keeps it beside")
        with Store.open(unpacked / STORE) as store:
            store.put_back(_partners(settings), at=now, saved_at=manifest.at)
        kept = _moved_away(where, now) if where.exists() else None
        _put_in_place(folder, settings, unpacked, manifest, keys)
    return _reborn(folder, manifest.at, now, kept)


def _reborn(folder: Path, saved_at: int | None, now: int, kept: Path | None) -> Restored:
    with Node.open(folder) as node:
        if saved_at is None:
            node.store.put_back(_partners(node.settings), at=now, saved_at=now)
        loaded = load_law(node, now)
        life = node.store.life()
        waiting = tuple(each.party for each in node.store.resyncs() if each.state == "waiting")
        return Restored(
            node.party,
            format_instant(life.saved_at),
            life.n,
            waiting,
            loaded.changed,
            None if kept is None else str(kept),
        )


def _name(keys: Keys) -> str:
    return keys.derive("name of the node").hex()


def _partners(settings: Settings) -> Iterator[str]:
    """The parties whose nodes may know more than the backup. One whose key is only pinned, because
    others pass on what it made, never had anything from here."""
    return (
        peer.party
        for peer in settings.config.peer
        if peer.public_key and (peer.url or peer.account or peer.mode == "file")
    )


def _beside(settings: Settings) -> dict[str, Path]:
    """The configuration and the agreement files, by their place in the node's folder."""
    found = {FILE_NAME: settings.folder / FILE_NAME}
    for name in settings.config.pact.folders:
        for path in sorted((settings.folder / name).glob("*.toml")):
            at = os.path.relpath(path, settings.folder)
            if _inside(at):
                found[PurePosixPath(at).as_posix()] = path
    return found


def _inside(name: str) -> bool:
    path = PurePosixPath(name)
    return not path.is_absolute() and ".." not in path.parts and bool(path.parts)


def _write(path: Path, manifest: Manifest, sources: dict[str, Path]) -> None:
    said = msgspec.json.format(msgspec.json.encode(manifest))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
            tar.addfile(_entry(MANIFEST, len(said)), io.BytesIO(said))
            for name, part in manifest.files.items():
                with sources[name].open("rb") as source:
                    tar.addfile(_entry(name, part.size), source)
        out.flush()
        os.fsync(out.fileno())


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


def _unpacked(file: Path, into: Path | None) -> Manifest:
    """The manifest of a backup whose files are all as it says, written below `into` if given."""
    try:
        with tarfile.open(file, "r:") as tar:
            manifest = _manifest(file, tar)
            left = dict(manifest.files)
            while (entry := tar.next()) is not None:
                part = left.pop(entry.name, None)
                if part is None or not entry.isreg():
                    raise _damaged(file, f"{entry.name!r}, which the manifest does not list")
                _take(file, tar, entry, part, into)
    except (tarfile.TarError, EOFError) as problem:
        raise _damaged(file, str(problem)) from problem
    if left:
        raise _damaged(file, f"no {', '.join(sorted(left))}")
    return manifest


def _manifest(file: Path, tar: tarfile.TarFile) -> Manifest:
    first = tar.next()
    if first is None or first.name != MANIFEST or first.size > _LONGEST_MANIFEST:
        raise BadInput(str(file), "not a backup of noroshi", expected=f"{MANIFEST} first")
    source = tar.extractfile(first)
    raw = b"" if source is None else source.read()
    try:
        manifest = msgspec.json.decode(raw, type=Manifest)
    except msgspec.DecodeError as problem:
        raise _damaged(file, f"{MANIFEST}: {problem}") from problem
    if manifest.format != FORMAT:
        raise BadInput(str(file), "another form", found=manifest.format, expected=FORMAT)
    newest = len(packaged())
    if manifest.schema > newest:
        raise BadInput(
            str(file),
            "a newer noroshi wrote this backup",
            found=f"schema {manifest.schema}",
            expected=f"at most {newest}",
            hint="restore it with the version that wrote it, or a newer one",
        )
    if STORE not in manifest.files or not all(map(_inside, manifest.files)):
        raise _damaged(file, f"{MANIFEST}: names that are not a node's")
    return manifest


def _take(
    file: Path, tar: tarfile.TarFile, entry: tarfile.TarInfo, part: Part, into: Path | None
) -> None:
    """Read one file of the tar, check it, and write it below `into`."""
    source = tar.extractfile(entry)
    if source is None or entry.size != part.size:
        raise _damaged(file, f"{entry.name} of {entry.size} bytes, not {part.size}")
    digest, size = hashlib.sha256(), 0
    target = Path(os.devnull) if into is None else into / entry.name
    if into is not None:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch(mode=0o600)
    with target.open("wb") as out:
        while block := source.read(BLOCK):
            digest.update(block)
            size += len(block)
            out.write(block)
    if size != part.size or digest.hexdigest() != part.sha256:
        raise _damaged(file, f"{entry.name} is not as it was written")


def _damaged(file: Path, found: str) -> BadInput:
    return BadInput(str(file), "cut off or damaged", found=found, hint="take another backup")


def _settings(file: Path, folder: Path, unpacked: Path, manifest: Manifest) -> Settings:
    """The configuration of the node in the folder, else that of the backup."""
    here = folder / FILE_NAME
    source = here if here.exists() else unpacked / FILE_NAME
    settings = load_settings(folder, file=source)
    party = settings.config.node.party
    if party != manifest.party:
        raise Refused(f"{file}: a backup of {manifest.party}'s node, and {source} is of {party}")
    return settings


def _keys(file: Path, settings: Settings, unpacked: Path, manifest: Manifest) -> Path | None:
    """Where the keys to be put in place are; None where the node has them already."""
    here, there = settings.data / "keys", unpacked / KEYS
    own = (here / KEY_FILE).exists()
    if not own and not there.exists():
        raise Refused(
            f"{file}: holds no keys, and {here} has none\n"
            "Hint: put the node's keys there; backup --with-keys takes them along"
        )
    if _name(Keys.load(here if own else there)) != manifest.node:
        raise Refused(f"{file}: a backup of another node of {manifest.party}: its keys are others")
    return None if own else there


def _moved_away(where: Path, now: int) -> Path:
    """Put the store that is in the way beside; `Refused` while a process has it open."""
    kept = where.with_name(f"{where.name}.before-{now}")
    try:
        connection = sqlite3.connect(where, timeout=1.0, isolation_level=None)
        try:
            # Leaving WAL needs the file alone, and takes in what is not checkpointed yet.
            connection.execute("PRAGMA journal_mode = DELETE")
        finally:
            connection.close()
    except sqlite3.OperationalError as problem:
        raise Refused(f"{where}: in use ({problem})\nHint: end noroshi serve and work") from problem
    except sqlite3.DatabaseError:
        for end in ("-wal", "-shm"):  # damaged: kept as it is
            beside = where.with_name(where.name + end)
            if beside.exists():
                beside.replace(kept.with_name(kept.name + end))
    where.replace(kept)
    return kept


def _put_in_place(
    folder: Path, settings: Settings, unpacked: Path, manifest: Manifest, keys: Path | None
) -> None:
    """Keys first, the store, and `node.toml` last: a folder that has one is a whole node."""
    where = settings.store_at
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if keys is not None:
        (settings.data / "keys").mkdir(mode=0o700, exist_ok=True)
        for name in (SALT_FILE, KEY_FILE):
            (keys / name).replace(settings.data / "keys" / name)
    for path in whole(unpacked / HISTORY)[::-1]:  # the notes that all is there last
        there = settings.history / path.relative_to(unpacked / HISTORY)
        there.parent.mkdir(parents=True, exist_ok=True)
        path.replace(there)
    (unpacked / STORE).replace(where)
    _settle(settings.data)
    if (folder / FILE_NAME).exists():
        return
    for name in sorted(manifest.files):
        if name not in (STORE, FILE_NAME) and not name.startswith((f"{KEYS}/", f"{HISTORY}/")):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (unpacked / name).replace(folder / name)
    (unpacked / FILE_NAME).replace(folder / FILE_NAME)


def _settle(folder: Path) -> None:
    """Have the names in a folder on disc."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _saved(file: Path, manifest: Manifest) -> Saved:
    return Saved(
        str(file),
        manifest.party,
        format_instant(manifest.at),
        manifest.schema,
        sum(part.size for part in manifest.files.values()),
        any(name.startswith(f"{KEYS}/") for name in manifest.files),
    )
