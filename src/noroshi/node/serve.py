"""Serve and work: the node's two processes.

`serve` answers HTTP and nothing else; it never loads numpy. `work` reads feeds that are due,
brings views up to date and pulls from peers. A wake-up that is lost costs latency only.
"""

from __future__ import annotations

import fnmatch
import functools
import random
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from noroshi.config import API, FILE_NAME, Feed
from noroshi.config.listen import resolve
from noroshi.exchange.accounts import Accounts
from noroshi.exchange.taxii.asgi import Application, app
from noroshi.exchange.taxii.service import (
    MAX_CONTENT_LENGTH,
    Service,
    inbox_collection,
    ledger_collection,
    letters_collection,
    view_collection,
)
from noroshi.exchange.vouch import vouch
from noroshi.feeds.address import is_polled
from noroshi.feeds.live import is_live
from noroshi.node.account import Accounts as Ledger
from noroshi.node.accounts import Watched, every, parties
from noroshi.node.callers import LOOP, Callers
from noroshi.node.calling import Calling, heard
from noroshi.node.collections import roots
from noroshi.node.duties import Duties
from noroshi.node.expiry import Expiry
from noroshi.node.inbox import Inbox
from noroshi.node.introduce import own_card
from noroshi.node.letters import Letters
from noroshi.node.node import Node, clock
from noroshi.node.tls import Door, telling
from noroshi.node.viewing import Viewing
from noroshi.node.watching import Watch
from noroshi.words.errors import NoroshiError
from noroshi.words.prepare import prepare
from noroshi.words.time import parse_duration

if TYPE_CHECKING:
    import uvicorn

    from noroshi.node.listening import Listener

TICK_S = 2.0
LOOK_S = 1.0
"""How long a changed account or certificate may wait to be noticed."""

NOTE_EVERY = 60

GRACE_S = 2.0
"""How long a worker that ends waits for what it asked of peers."""


def service(node: Node, accounts: Accounts | None = None) -> Service:
    """What the node offers over TAXII: one view for each partner that has an account here, and the
    plain collections that its operator declared."""
    config = node.settings.config
    views, inbox = node.views(), Inbox(node, API)
    title = f"View of {node.party}"
    view = view_collection(node.party, views, title, lambda: node.store.life().n)
    letters = letters_collection(node.party, Letters(node), inbox.parties)
    ledger = ledger_collection(node.party, Ledger(node), inbox.parties)
    own = (view, inbox_collection(node.party, views, inbox), letters, ledger)
    offered = roots(config, node.store, {API: own})
    longest = (each.max_content_length or 0 for each in offered)
    return Service(
        title=config.node.name,
        roots=offered,
        accounts=accounts or Accounts(every(node.settings)),
        description=config.node.description,
        contact=config.node.contact,
        secret=node.keys.derive("taxii next"),
        page_cap=config.serve.page,
        max_content_length=max(MAX_CONTENT_LENGTH, *longest),
        vouch=functools.partial(vouch, node.store, node.party, node.keys),
        heard=functools.partial(heard, node),
    )


def serve(
    node: Node,
    ready: Callable[[str], None],
    stop: Event,
    say: Callable[[str], None] = lambda text: None,
    front: Callable[[Application, bool, Event], Application] = lambda behind, tls, stop: behind,
) -> None:
    """Answer HTTP until `stop`; `ready` is called with the address once it is bound, `say` with
    what goes wrong meanwhile and ends nothing. `front` puts something before what answers TAXII,
    and is told whether all of it stands behind TLS and when it ends."""
    import uvicorn
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    prepare()
    settings = node.settings
    part = settings.config.serve
    where = str(settings.folder / FILE_NAME)
    family, address, port = resolve(where, part.listen, tls=part.tls is not None)
    door = Door(settings) if part.tls else None
    watched = Watched(settings, door.trust if door else lambda pems: None, say)
    web: dict[str, Any] = {}
    protocol = AutoHTTPProtocol
    if door is not None:
        web["ssl_context_factory"] = door.opened
        protocol = telling(protocol)
    bound = _bound(family, address, port)
    taxii = app(service(node, watched.accounts), clock, card=lambda: own_card(node))
    server = uvicorn.Server(
        uvicorn.Config(
            front(taxii, door is not None, stop),
            log_level="warning",
            access_log=False,
            lifespan="off",
            server_header=False,
            http=Callers().over(protocol),
            loop=LOOP,
            **web,
        )
    )
    host = part.listen.rpartition(":")[0]
    ready(f"{'https' if part.tls else 'http'}://{host}:{bound.getsockname()[1]}")
    ended = Thread(target=_end, args=(server, stop, watched, door, node.look, say), daemon=True)
    ended.start()
    server.run(sockets=[bound])
    watched.note()


def _end(
    server: uvicorn.Server,
    stop: Event,
    watched: Watched,
    door: Door | None,
    look: Callable[[], None],
    say: Callable[[str], None],
) -> None:
    """Until `stop`: take up our key, accounts and certificates where they changed, and note who
    called."""
    rounds = 0
    while not stop.wait(LOOK_S):
        rounds += 1
        _try(say, "key", look)
        _try(say, "accounts", watched.look)
        if door is not None:
            _try(say, "certificate", door.look)
        if rounds % NOTE_EVERY == 0:
            _try(say, "accounts", watched.note)
    server.should_exit = True


def start_worker(folder: Path) -> subprocess.Popen[bytes]:
    """The node's `work` as a process of its own; it ends with this one's standard input."""
    command = [sys.executable, "-m", "noroshi", "work", "--node", str(folder), "--with-parent"]
    return subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603 — our own command


def work(node: Node, stop: Event, say: Callable[[str], None]) -> None:
    """Until `stop`: feeds that are due, views, peers that are due. Problems are said and left."""
    prepare()
    due: dict[str, int] = {}
    listeners = _listeners(node, stop, say)
    viewing, expiry = Viewing(node.views(), clock, say), Expiry(node)
    duties, picture, watch = Duties(node), node.settings.config.picture, Watch(node)
    calling = Calling(node, clock, say, random.random, duties=duties)
    while True:
        _try(say, "key", node.look)
        for each in listeners:
            if _is_due(due, f"feed {each.feed.uri}", each.feed.every or "PT1M"):
                _try(say, f"feed {each.feed.uri}", lambda f=each: _hear(f, say))
        for feed in node.settings.config.feed:
            if is_live(feed.uri):
                continue
            if is_polled(feed.uri):
                if _is_due(due, f"feed {feed.uri}", feed.every or "PT1H"):
                    _try(say, f"feed {feed.uri}", lambda f=feed: _poll(node, f, say))
                continue
            if feed.every and _is_due(due, f"feed {feed.uri}", feed.every):
                _try(say, f"feed {feed.uri}", lambda f=feed: _read(node, f, say))
        if picture.follow and _is_due(due, "picture", picture.every):
            _try(say, "picture", lambda: _picture(watch, say))
        _try(say, "desks", lambda: _relook(node))
        _try(say, "expiry", lambda: expiry.settle(clock()))
        callers = parties(node.settings)
        for party in callers:
            _try(say, f"view of {party}", lambda p=party: viewing.bring(p))
        _try(say, "duties", lambda: duties.round(clock()))
        _try(say, "peers", calling.round)
        if stop.wait(0 if viewing.behind(callers) else TICK_S):
            calling.end(GRACE_S)
            return


@contextmanager
def viewed(node: Node, say: Callable[[str], None], *, here: bool) -> Generator[None]:
    """Meanwhile this process brings views up to date itself (`here`), or another does."""
    prepare()
    stop = Event()
    thread = Thread(target=_view, args=(node, stop, say), daemon=True)
    if here:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        if here:
            thread.join()


def _view(node: Node, stop: Event, say: Callable[[str], None]) -> None:
    """Until `stop`, what `work` does for views."""
    viewing = Viewing(node.views(), clock, say)
    while True:
        callers = parties(node.settings)
        for party in callers:
            _try(say, f"view of {party}", lambda p=party: viewing.bring(p))
        if stop.wait(0 if viewing.behind(callers) else TICK_S):
            return


def _read(node: Node, feed: Feed, say: Callable[[str], None]) -> None:
    from noroshi.node.ingest import ingest

    report = ingest(node, _matching(node.settings.folder, feed.uri), clock)
    if report.new or report.changed or report.retracted or report.bad:
        say(f"{feed.uri}: {report.new} new findings, {report.bad} bad parts")


def _picture(watch: Watch, say: Callable[[str], None]) -> None:
    found = watch.follow(clock)
    if found is not None and (found.new or found.changed or found.ended):
        say(f"picture: {found.new} new incidents, {found.changed} changed, {found.ended} ended")


def _relook(node: Node) -> None:
    from noroshi.node.relook import relook

    relook(node, clock)


def _poll(node: Node, feed: Feed, say: Callable[[str], None]) -> None:
    from noroshi.exchange.taxii.fetch import Patience
    from noroshi.node.polling import look

    polled = look(node, feed, clock, Patience(attempts=2, answer_s=60.0))
    if polled.problem:
        say(f"{feed.uri}: {polled.problem}")
    if polled.files:
        say(f"{feed.uri}: {polled.files} files, {polled.report.new} new findings")


def _listeners(node: Node, stop: Event, say: Callable[[str], None]) -> list[Listener]:
    """One for each live feed, reading in a thread of its own until `stop`."""
    from noroshi.node.listening import Listener

    found: list[Listener] = []
    for feed in node.settings.config.feed:
        if is_live(feed.uri) and feed.uri != "-":
            what = f"feed {feed.uri}"
            _try(say, what, lambda f=feed: found.append(Listener(node, f, clock, say)))
    for each in found:
        each.start(stop)
    return found


def _hear(listener: Listener, say: Callable[[str], None]) -> None:
    heard = listener.look()
    if heard.report.new or heard.report.changed or heard.report.retracted or heard.report.bad:
        say(f"{heard.uri}: {heard.report.new} new findings, {heard.report.bad} bad parts")


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


def _bound(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    """A listening socket that names its protocol: asyncio sets TCP_NODELAY only on such, and
    without it every answer waits about 40 ms for the caller's delayed acknowledgement."""
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((address, port))
    listening.listen(128)
    return listening
