"""Polled feeds: what a server has that is new, into files that are ingested like any other.

    https://…/known_exploited_vulnerabilities.json    a file; asked for again only if it changed
    https://…/manifest.json                           a MISP feed: its manifest, and changed events
    taxii+https://HOST/ROOT/collections/ID/           a TAXII 2.1 collection, page after page; with
                                                      only a host, the one collection to be read

What was fetched is written down whole before it is noted how far that is, so that a kill at any
moment loses nothing and at most fetches a page twice. `http` is for a server on this machine.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

import httpx2
import msgspec

from noroshi.exchange.taxii.client import Cursor, discover, pull
from noroshi.exchange.taxii.fetch import MAX_BYTES, PATIENT, Got, Patience, Peer, PeerError, asked
from noroshi.feeds.address import TAXII, check_polled
from noroshi.words.errors import BadInput
from noroshi.words.ids import sha256

STATE: Final = "state.json"
MANIFEST: Final = "manifest.json"
MOST_EVENTS: Final = 100_000
_UUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class Way(msgspec.Struct, frozen=True):
    """An open client, credentials, and how long a server is waited for."""

    http: httpx2.Client
    auth: tuple[str, str] | None = None
    patience: Patience = PATIENT


class State(msgspec.Struct):
    """How far a feed was read: `pages` written, the `cursor` of TAXII, what the server said of the
    file that it gave last, and the time stamps of the events of a MISP feed that are here."""

    pages: int = 0
    cursor: Cursor = Cursor()
    etag: str | None = None
    modified: str | None = None
    events: dict[str, str] = {}


def poll(uri: str, folder: Path, way: Way) -> Iterator[Path]:
    """The files with what is new at `uri`, each written to `folder` before it is given. Raises
    `PeerError`; what was given stays good, and the next poll goes on after it."""
    check_polled(uri)
    folder.mkdir(parents=True, exist_ok=True)
    if uri.startswith(TAXII):
        yield from _collection(uri.removeprefix(TAXII), folder, way)
    elif urlsplit(uri).path.endswith(f"/{MANIFEST}"):
        yield from _misp(uri, folder, way)
    else:
        yield from _file(uri, folder, way)


def _collection(url: str, folder: Path, way: Way) -> Iterator[Path]:
    state = _state(folder)
    if "/collections/" not in urlsplit(url).path:
        url = discover(url, way.auth, way.http)
    for page in pull(url, way.auth, state.cursor, way.http, patience=way.patience):
        # The objects as they came: nothing of an envelope but they is worth keeping.
        body = b'{"objects":[' + b",".join(page.objects) + b"]}"
        state.pages += bool(page.objects)
        state.cursor = page.cursor
        if page.objects:
            path = _written(folder / f"page-{state.pages:08d}.json", body)
            _keep(folder, state)
            yield path
        else:
            _keep(folder, state)


def _file(uri: str, folder: Path, way: Way) -> Iterator[Path]:
    state = _state(folder)
    got = _got(uri, way, state)
    if got is None:
        return
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", Path(urlsplit(uri).path).name) or "file"
    path = _written(folder / f"{sha256(got.body)[:12]}-{name[-80:]}", got.body)
    _told(state, got)
    _keep(folder, state)
    yield path


def _misp(uri: str, folder: Path, way: Way) -> Iterator[Path]:
    state = _state(folder)
    got = _got(uri, way, state)
    if got is None:
        return
    listed = _listed(got)
    for name, stamp in sorted(listed.items(), key=lambda each: (each[1], each[0])):
        if state.events.get(name) == stamp:
            continue
        event = _checked(*_asked(urljoin(uri, f"{name}.json"), way, {}))
        path = _written(folder / f"{name}-{stamp}.json", event.body)
        state.events[name] = stamp
        _keep(folder, state)
        yield path
    _told(state, got)
    _keep(folder, state)


def _listed(got: Got) -> dict[str, str]:
    """The time stamps of the events of a manifest. What else stands in it is passed over, but a
    manifest of nothing else is none."""
    try:
        whole = msgspec.json.decode(got.body, type=dict[str, Any])
        events = {name: whole[name] for name, each in whole.items() if isinstance(each, dict)}
        manifest = msgspec.convert(events or whole, dict[str, dict[str, Any]])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as problem:
        raise PeerError(got.url, str(problem), "the manifest of a MISP feed") from problem
    if len(manifest) > MOST_EVENTS:
        raise PeerError(got.url, f"{len(manifest)} events", f"at most {MOST_EVENTS}")
    stamps = {name: str(each.get("timestamp", "")) for name, each in manifest.items()}
    return {n: s for n, s in stamps.items() if _UUID.fullmatch(n) and s.isdigit()}


def _got(uri: str, way: Way, state: State) -> Got | None:
    """The file at `uri`; None where it is as it was."""
    had = {"if-none-match": state.etag, "if-modified-since": state.modified}
    got, status = _asked(uri, way, {name: value for name, value in had.items() if value})
    return None if status == 304 else _checked(got, status)


def _asked(uri: str, way: Way, headers: dict[str, str]) -> tuple[Got, int]:
    peer = Peer(way.http, way.auth, way.patience, MAX_BYTES)
    return asked(peer, "GET", uri, {}, {"accept": "*/*", **headers}, None)


def _checked(got: Got, status: int) -> Got:
    if status != 200:
        raise PeerError(got.url, f"HTTP {status}", "HTTP 200", status=status)
    return got


def _told(state: State, got: Got) -> None:
    state.etag, state.modified = got.headers.get("etag"), got.headers.get("last-modified")


def _state(folder: Path) -> State:
    try:
        return msgspec.json.decode((folder / STATE).read_bytes(), type=State)
    except FileNotFoundError:
        return State()
    except msgspec.MsgspecError as problem:
        raise BadInput(
            str(folder / STATE), str(problem), hint="without it the feed is read from its start"
        ) from problem


def _keep(folder: Path, state: State) -> None:
    _written(folder / STATE, msgspec.json.encode(state))


def _written(path: Path, data: bytes) -> Path:
    """Whole or not at all."""
    beside = path.with_name(f".{path.name}.part")
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    return path
