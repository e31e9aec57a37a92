"""Serve and work: the node's two processes.

`serve` answers HTTP and nothing else; it never loads numpy. `work` reads feeds that are due,
brings views up to date and pulls from peers. A wake-up that is lost costs latency only.
"""

from __future__ import annotations

import fnmatch
import functools
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING

from noroshi.config import API, Feed, Peer
from noroshi.exchange.accounts import Account, Accounts
from noroshi.exchange.credentials import Password
from noroshi.exchange.taxii.asgi import app
from noroshi.exchange.taxii.service import MAX_CONTENT_LENGTH, Service, view_collection
from noroshi.exchange.vouch import vouch
from noroshi.node.collections import roots
from noroshi.node.node import Node, clock
from noroshi.node.sync import sync
from noroshi.words.errors import NoroshiError
from noroshi.words.time import parse_duration

if TYPE_CHECKING:
    import uvicorn

TICK_S = 2.0


def service(node: Node) -> Service:
    """What the node offers over TAXII: one view for each peer that has an account here, and the
    plain collections that its operator declared."""
    config, secret = node.settings.config, node.settings.secret
    accounts = [
        Account(peer.account, peer.party, (Password(secret(peer.account_hash, "account_hash")),))
        for peer in config.peer
        if peer.account and peer.account_hash
    ]
    accounts += [
        Account(each.name, "", (Password(secret(each.hash, f"hash of {each.name}")),))
        for each in config.account
    ]
    view = view_collection(node.party, node.views(), f"View of {node.party}")
    offered = roots(config, node.store, {API: (view,)})
    longest = (each.max_content_length or 0 for each in offered)
    return Service(
        title=config.node.name,
        roots=offered,
        accounts=Accounts(accounts),
        secret=node.keys.derive("taxii next"),
        page_cap=config.serve.page,
        max_content_length=max(MAX_CONTENT_LENGTH, *longest),
        vouch=functools.partial(vouch, node.store, node.party, node.keys),
    )


def serve(node: Node, ready: Callable[[str], None], stop: Event) -> None:
    """Answer HTTP until `stop`; `ready` is called with the address once it is bound."""
    import uvicorn

    part = node.settings.config.serve
    host, _, port = part.listen.rpartition(":")
    scheme = "https" if part.tls else "http"
    bound = _bound(host.strip("[]"), int(port))
    folder = node.settings.folder
    server = uvicorn.Server(
        uvicorn.Config(
            app(service(node), clock),
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
            ssl_certfile=folder / part.tls.cert if part.tls else None,
            ssl_keyfile=str(folder / part.tls.key) if part.tls else None,
        )
    )
    ready(f"{scheme}://{host}:{bound.getsockname()[1]}")
    ended = Thread(target=_end, args=(server, stop), daemon=True)
    ended.start()
    server.run(sockets=[bound])


def _end(server: uvicorn.Server, stop: Event) -> None:
    stop.wait()
    server.should_exit = True


def start_worker(folder: Path) -> subprocess.Popen[bytes]:
    """The node's `work` as a process of its own; it ends with this one's standard input."""
    command = [sys.executable, "-m", "noroshi", "work", "--node", str(folder), "--with-parent"]
    return subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603 — our own command


def work(node: Node, stop: Event, say: Callable[[str], None]) -> None:
    """Until `stop`: feeds that are due, views, peers that are due. Problems are said and left."""
    due: dict[str, int] = {}
    views = node.views()
    while True:
        for feed in node.settings.config.feed:
            if feed.every and _is_due(due, f"feed {feed.uri}", feed.every):
                _try(say, f"feed {feed.uri}", lambda f=feed: _read(node, f, say))
        for peer in node.settings.config.peer:
            if peer.account:
                _try(say, f"view of {peer.party}", lambda p=peer: views.refresh(p.party, clock()))
            if peer.url and peer.every and _is_due(due, f"peer {peer.party}", peer.every):
                _try(say, f"sync with {peer.party}", lambda p=peer: _pull(node, p, say))
        if stop.wait(TICK_S):
            return


def _read(node: Node, feed: Feed, say: Callable[[str], None]) -> None:
    from noroshi.node.ingest import ingest

    report = ingest(node, _matching(node.settings.folder, feed.uri), clock)
    if report.new or report.changed or report.retracted or report.bad:
        say(f"{feed.uri}: {report.new} new findings, {report.bad} bad parts")


def _pull(node: Node, peer: Peer, say: Callable[[str], None]) -> None:
    report = sync(node, peer.party, clock)
    if report.stored or report.refused:
        say(f"{peer.party}: {report.stored} received, {report.refused} refused")


def _try(say: Callable[[str], None], what: str, act: Callable[[], object]) -> None:
    try:
        act()
    except Exception as problem:
        # Whatever one feed or peer brings about, the others go on, and so does the next round.
        named = "" if isinstance(problem, NoroshiError) else f"{type(problem).__name__}: "
        say(f"{what}: {named}{problem}")


def _is_due(due: dict[str, int], name: str, every: str) -> bool:
    now = time.monotonic_ns() // 1_000  # a clock that is set back must not stop a feed
    if now < due.get(name, 0):
        return False
    due[name] = now + parse_duration(every)
    return True


def _matching(folder: Path, pattern: str) -> list[Path]:
    root = folder / Path(pattern).parent
    name = Path(pattern).name
    return [path for path in sorted(root.glob("*")) if fnmatch.fnmatch(path.name, name)]


def _bound(host: str, port: int) -> socket.socket:
    """A listening socket that names its protocol: asyncio sets TCP_NODELAY only on such, and
    without it every answer waits about 40 ms for the caller's delayed acknowledgement."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((host, port))
    listening.listen(128)
    return listening
