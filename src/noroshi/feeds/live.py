"""Live feeds: bytes as they come, from a socket, standard input or a growing file, into a spool.

    tcp://HOST:PORT    a server that speaks; connected to again, later and later, when it goes
    udp://HOST:PORT    datagrams that come here; a multicast group is joined
    tail:PATH          a file that grows; read on where it was left, a new one from its start
    -                  standard input, until it ends

Each runs until `stop` or its end, and holds no more than a line.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import queue
import socket
import struct
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol
from urllib.parse import urlsplit

import msgspec

from noroshi.feeds.spool import Spool
from noroshi.words.errors import BadInput

CHUNK: Final = 1 << 16
LOOK_S: Final = 0.5
"""How long a reader may wait before it looks whether it should stop."""

CONNECT_S: Final = 10.0
SILENT_S: Final = 300.0
"""A connection that says nothing for so long is made anew: half of it may be gone."""

FIRST_S: Final = 1.0
LONGEST_S: Final = 60.0
"""Of the pause before the next attempt, which doubles from one to the next."""

BUFFER: Final = 64 << 20
"""Bytes of the kernel's buffer for datagrams that are asked for."""

WAITING: Final = 1 << 17
TOGETHER: Final = 1_024
"""Datagrams that wait for the disc at most, and that are written at once."""

RCVBUFFORCE: Final = 33
MEMINFO: Final = 55
"""SO_RCVBUFFORCE and SO_MEMINFO of Linux (asm-generic/socket.h); the last of the nine numbers of
the latter (linux/sock_diag.h, SK_MEMINFO_DROPS) counts what was dropped."""

SCHEMES: Final = ("tcp:", "udp:", "tail:")


class Stop(Protocol):
    """A `threading.Event`, or what acts like one."""

    def is_set(self) -> bool: ...
    def wait(self, timeout: float | None = None) -> bool: ...


class Offset(msgspec.Struct, frozen=True):
    """How far a growing file was read: `inode` tells it from the next one of its name."""

    inode: int
    at: int


def is_live(uri: str) -> bool:
    """Whether `uri` names a live feed, and not a pattern of files."""
    return uri == "-" or uri.startswith(SCHEMES)


def check_live(uri: str) -> None:
    """Raise `BadInput` for a live uri that says not enough."""
    if uri == "-":
        return
    if uri.startswith("tail:"):
        if not uri.removeprefix("tail:"):
            raise BadInput("uri", "no file to follow", found=uri, expected="tail:PATH")
        return
    _address(uri)


def follow(uri: str, folder: Path, spool: Spool, stop: Stop, say: Callable[[str], None]) -> None:
    """Read `uri` into `spool` until `stop` or the feed's end; paths are relative to `folder`. What
    goes wrong is said, once each time, and tried again."""
    if uri == "-":
        standard_input(spool, stop)
    elif uri.startswith("tail:"):
        tail(folder / uri.removeprefix("tail:"), spool, stop, say)
    elif uri.startswith("udp:"):
        datagrams(bound(uri), spool, stop)
    else:
        connection(uri, spool, stop, say)


def connection(uri: str, spool: Spool, stop: Stop, say: Callable[[str], None]) -> None:
    """A TCP server's bytes; after each end or failure, again."""
    address = _address(uri)
    pause = FIRST_S
    while not stop.is_set():
        try:
            with socket.create_connection(address, CONNECT_S) as peer:
                spool.counts.connects += 1
                if _read(peer, spool, stop):
                    pause = FIRST_S
            problem = "the other side ended the connection"
        except OSError as failure:
            problem = failure.strerror or str(failure)
        spool.end()
        if stop.is_set():
            return
        say(f"{uri}: {problem}; again in {pause:.0f} s")
        stop.wait(pause)
        pause = min(2 * pause, LONGEST_S)


def _read(peer: socket.socket, spool: Spool, stop: Stop) -> bool:
    """Until the other side ends or is silent for too long; whether anything came."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    peer.settimeout(LOOK_S)
    silent, came = 0.0, False
    while not stop.is_set() and silent < SILENT_S:
        try:
            data = peer.recv(CHUNK)
        except TimeoutError:
            silent += LOOK_S
            continue
        if not data:
            break
        silent, came = 0.0, True
        spool.take(data)
    return came


def bound(uri: str) -> socket.socket:
    """A socket that takes datagrams at `uri`; port 0 takes a free one. Raises `BadInput` where it
    cannot be had."""
    host, port = _address(uri)
    made: socket.socket | None = None
    try:
        family, _, _, _, at = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        made = socket.socket(family, socket.SOCK_DGRAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        _widen(made)
        made.bind(at)
        if ipaddress.ip_address(at[0]).is_multicast and family == socket.AF_INET:
            group = struct.pack("4sl", socket.inet_aton(str(at[0])), socket.INADDR_ANY)
            made.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, group)
    except OSError as problem:
        if made is not None:
            made.close()
        raise BadInput(uri, "cannot listen there", found=problem.strerror or str(problem)) from None
    return made


def _widen(listening: socket.socket) -> None:
    """The largest buffer that the kernel gives: by right of an administrator, else by its limit
    (`net.core.rmem_max`)."""
    try:
        listening.setsockopt(socket.SOL_SOCKET, RCVBUFFORCE, BUFFER)
    except OSError:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)


def lost(listening: socket.socket) -> int:
    """Datagrams that the kernel dropped at this socket, as its buffer was full; 0 where it does not
    tell (other than Linux 4.12 and later)."""
    try:
        said = listening.getsockopt(socket.SOL_SOCKET, MEMINFO, 36)
    except OSError:
        return 0
    return int(struct.unpack("9I", said)[8]) if len(said) == 36 else 0


def datagrams(listening: socket.socket, spool: Spool, stop: Stop) -> None:
    """What comes in datagrams, each of whole lines. A thread does nothing but take them from the
    kernel, whose buffer is small; how many it dropped all the same is counted."""
    waiting: queue.Queue[bytes] = queue.Queue(WAITING)
    reader = threading.Thread(target=_receive, args=(listening, waiting, stop), daemon=True)
    with listening:
        listening.settimeout(LOOK_S)
        reader.start()
        while reader.is_alive() or not waiting.empty():
            with contextlib.suppress(queue.Empty):
                came = [waiting.get(timeout=LOOK_S)]
                while len(came) < TOGETHER and not waiting.empty():
                    came.append(waiting.get())
                spool.take(b"".join(each if each[-1:] == b"\n" else each + b"\n" for each in came))
            spool.counts.lost = lost(listening)
        reader.join()


def _receive(listening: socket.socket, waiting: queue.Queue[bytes], stop: Stop) -> None:
    while not stop.is_set():
        try:
            came = listening.recv(CHUNK)
        except TimeoutError:
            continue
        except OSError:
            return  # closed: what came could not be written
        if came:
            waiting.put(came)


def standard_input(spool: Spool, stop: Stop) -> None:
    """What is piped in, until it ends."""
    descriptor = sys.stdin.fileno()
    while not stop.is_set() and (data := os.read(descriptor, CHUNK)):
        spool.take(data)
    spool.end()


def tail(path: Path, spool: Spool, stop: Stop, say: Callable[[str], None]) -> None:
    """A file as it grows. One that became shorter, or is another by that name, is begun anew."""
    told = False
    while not stop.is_set():
        try:
            with path.open("rb") as file:
                told = False
                _grow(path, file.fileno(), spool, stop)
        except OSError as problem:
            if not told:
                say(f"tail:{path}: {problem.strerror}; waiting for it")
            told = True
            stop.wait(LOOK_S)


def _grow(path: Path, descriptor: int, spool: Spool, stop: Stop) -> None:
    """Until the name leads to another file, or the file became shorter."""
    inode = os.fstat(descriptor).st_ino
    known = spool.offset
    at = known.at if known is not None and known.inode == inode else 0
    while not stop.is_set():
        if os.fstat(descriptor).st_size < at:
            spool.offset = Offset(inode, 0)
            spool.end()
            return
        data = os.pread(descriptor, CHUNK, at)
        if data:
            at += len(data)
            spool.take(data, Offset(inode, at))
        elif _inode(path) != inode:
            spool.end()
            return
        else:
            stop.wait(LOOK_S)


def _inode(path: Path) -> int | None:
    try:
        return path.stat().st_ino
    except OSError:
        return None


def _address(uri: str) -> tuple[str, int]:
    try:
        parts = urlsplit(uri)
        if parts.scheme in ("tcp", "udp") and parts.hostname and parts.port is not None:
            return parts.hostname, parts.port
    except ValueError:
        pass
    raise BadInput(
        "uri", "no such live feed", found=uri,
        expected="tcp://HOST:PORT, udp://HOST:PORT, tail:PATH or -",
    )  # fmt: skip
