"""Live feeds over real sockets, and files that grow: every line once, whatever breaks off."""

from __future__ import annotations

import functools
import gzip
import importlib.resources
import operator
import os
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from noroshi.feeds import live
from noroshi.feeds.live import check_live, follow, is_live
from noroshi.feeds.spool import LONGEST, Spool
from noroshi.words.errors import BadInput

AT = 1_700_000_000_000_000
LOG = "amsa-20120127.nmea.gz"


class Clock:
    def __init__(self) -> None:
        self.at = AT

    def __call__(self) -> int:
        self.at += 1_000_000
        return self.at


@pytest.fixture(scope="session")
def log() -> bytes:
    """The bundled log of AMSA, whose lines say their time."""
    file = importlib.resources.files("noroshi.data") / "samples" / LOG
    return gzip.decompress(file.read_bytes())


class Hurried(threading.Event):
    """Waits for nothing, and keeps what it was asked to wait for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[float] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.asked.append(timeout or 0.0)
        return self.is_set()


def segments(spool: Spool) -> bytes:
    paths = spool.close(final=True)
    spool.release()
    return b"".join(path.read_bytes() for path in paths)


def unstamped(data: bytes) -> bytes:
    """Without the lines that only give the time."""
    kept = [each for each in data.split(b"\n") if not (each[:3] == b"\\c:" and each[-1:] == b"\\")]
    return b"\n".join(kept)


def lines(data: bytes) -> int:
    return sum(bool(each.strip()) for each in data.split(b"\n"))


def serve(parts: list[bytes], after: Callable[[], None]) -> tuple[int, threading.Thread]:
    """A server that hands out one part a connection, then calls `after` and hangs up."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]

    def run() -> None:
        with listening:
            for number, part in enumerate(parts):
                peer, _ = listening.accept()
                with peer:
                    peer.sendall(part)
                    if number == len(parts) - 1:
                        after()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return port, thread


def test_a_server_that_hangs_up_is_called_again(tmp_path: Path, log: bytes) -> None:
    spool, stop, told = Spool(tmp_path, Clock()), Hurried(), list[str]()
    half = log.index(b"\n", len(log) // 2) + 1

    def after() -> None:
        spool.wait(lines(log))
        stop.set()

    port, server = serve([log[:half], log[half:]], after)
    follow(f"tcp://127.0.0.1:{port}", tmp_path, spool, stop, told.append)
    server.join()
    assert unstamped(segments(spool)).replace(b"\r", b"") == log.replace(b"\r", b"")
    assert spool.counts.connects == 2
    assert spool.counts.bytes == len(log)
    assert spool.counts.lines == lines(log)
    assert "again in 1 s" in told[0]


def test_attempts_grow_rarer(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    told: list[str] = []

    class Enough(Hurried):
        def wait(self, timeout: float | None = None) -> bool:
            super().wait(timeout)
            if len(self.asked) == 9:
                self.set()
            return self.is_set()

    stop = Enough()
    spool = Spool(tmp_path, Clock())
    follow(f"tcp://127.0.0.1:{port}", tmp_path, spool, stop, told.append)
    spool.release()
    assert stop.asked == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    assert "refused" in told[0]


def test_datagrams_are_whole_lines(tmp_path: Path, log: bytes) -> None:
    spool, stop = Spool(tmp_path, Clock()), threading.Event()
    listening = live.bound("udp://127.0.0.1:0")
    reading = threading.Thread(target=live.datagrams, args=(listening, spool, stop), daemon=True)
    some = log.split(b"\n")[:200]
    reading.start()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for number, line in enumerate(some):
            sender.sendto(line, listening.getsockname())
            spool.wait(lines(b"\n".join(some[: number + 1])))
    stop.set()
    reading.join()
    assert lines(unstamped(segments(spool))) == lines(b"\n".join(some))


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel must tell")
def test_datagrams_that_the_kernel_dropped_are_counted(tmp_path: Path, log: bytes) -> None:
    spool, stop, many = Spool(tmp_path, Clock()), threading.Event(), 2_000
    listening = live.bound("udp://127.0.0.1:0")
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    line = log.split(b"\n")[0]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for _ in range(many):
            sender.sendto(line, listening.getsockname())
    reading = threading.Thread(target=live.datagrams, args=(listening, spool, stop), daemon=True)
    dropped = live.lost(listening)
    reading.start()
    spool.wait(many - dropped)
    stop.set()
    reading.join()
    spool.release()
    assert 0 < spool.counts.lost < many
    assert spool.counts.lines + spool.counts.lost == many


def test_an_address_that_is_taken_or_not_ours_is_named() -> None:
    with pytest.raises(BadInput, match="cannot listen"):
        live.bound("udp://192.0.2.1:10110")


def test_a_file_is_read_on_where_it_was_left(tmp_path: Path, log: bytes) -> None:
    path, folder = tmp_path / "growing.nmea", tmp_path / "spool"
    cut = len(log) // 3  # within a line
    path.write_bytes(log[:cut])
    seen = b""
    for upto in (cut, 2 * cut, len(log)):
        with path.open("ab") as file:
            file.write(log[path.stat().st_size : upto])
        spool, stop = Spool(folder, Clock(), again=True), threading.Event()
        reading = threading.Thread(
            target=live.tail, args=(path, spool, stop, lambda text: None), daemon=True
        )
        before = seen
        reading.start()
        whole = log[:upto].rpartition(b"\n")[0]
        spool.wait(lines(whole) - lines(before))
        stop.set()
        reading.join()
        seen = unstamped(b"".join(each.read_bytes() for each in spool.close()))
        spool.release()
    assert seen.replace(b"\r", b"").strip() == whole.replace(b"\r", b"").strip()


@pytest.mark.parametrize("how", ["shorter", "another"])
def test_a_file_that_begins_again_is_read_from_its_start(tmp_path: Path, how: str) -> None:
    path = tmp_path / "growing.nmea"
    path.write_bytes(b"$A,1*00\n" * 5)
    spool, stop = Spool(tmp_path / "spool", Clock(), again=True), threading.Event()
    reading = threading.Thread(
        target=live.tail, args=(path, spool, stop, lambda text: None), daemon=True
    )
    reading.start()
    spool.wait(5)
    if how == "shorter":
        os.truncate(path, 0)
        with path.open("ab") as file:
            file.write(b"$B*00\n")
    else:
        beside = tmp_path / "next"
        beside.write_bytes(b"$B*00\n")
        beside.replace(path)
    spool.wait(6)
    stop.set()
    reading.join()
    assert segments(spool) == b"$A,1*00\n" * 5 + b"$B*00\n"


def test_lines_without_time_are_given_it(tmp_path: Path) -> None:
    spool = Spool(tmp_path, Clock())
    plain = b"!AIVDM,1,1,,A,15Mvl60000G?tVbEIi4=2Q5N0000,0*2C\n"
    tagged = b"\\s:a,c:1700000000*5F\\" + plain
    epoch = plain.strip() + b",1700000000\n"
    two = (
        b"!AIVDM,2,1,3,A,55O0W7`00001L@gCWGA2uItLth@DqtL5@F22220j1h742t0Ht0000000,0*08\n"
        b"!AIVDM,2,2,3,A,000000000000000,2*25\n"
    )
    spool.take(plain + tagged + epoch + two + b"$GPZDA*00\n")
    check = functools.reduce(operator.xor, b"c:1700000002")
    stamp = b"\\c:1700000002*%02X\\\n" % check
    found = segments(spool)
    assert found.startswith(stamp + plain + tagged + epoch)
    assert unstamped(found) == plain + tagged + epoch + two + b"$GPZDA*00\n"
    assert spool.counts.stamped == 2


def test_a_segment_is_not_cut_within_a_message(tmp_path: Path) -> None:
    spool = Spool(tmp_path, Clock())
    spool.take(b"!AIVDM,2,1,3,A,55O0W7,0*08\n")
    assert spool.close() == []
    spool.take(b"!AIVDM,2,2,3,A,0000,2*25\n")
    assert len(spool.close()) == 1
    spool.release()


def test_a_line_without_end_takes_no_room(tmp_path: Path) -> None:
    spool = Spool(tmp_path, Clock())
    for _ in range(10):
        spool.take(b"x" * (LONGEST // 2 + 1))
    spool.end()
    assert spool.counts.cut == 5
    assert max(len(each) for each in segments(spool).split(b"\n")) <= LONGEST + 2


def test_what_a_killed_process_left_is_closed(tmp_path: Path) -> None:
    before = Spool(tmp_path, Clock())
    before.take(b"$A*00\n$B*0")
    with pytest.raises(BadInput, match="another process"):
        Spool(tmp_path, Clock())
    before.release()
    after = Spool(tmp_path, lambda: AT + 60_000_000)
    assert [path.read_bytes() for path in after.close()] == [b"$A*00\n"]
    after.release()


def test_standard_input_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(b"$A*00\n$B*00")
    with os.fdopen(reading, "rb") as stdin:
        monkeypatch.setattr("sys.stdin", stdin)
        spool = Spool(tmp_path, Clock())
        follow("-", tmp_path, spool, threading.Event(), lambda text: None)
    assert segments(spool) == b"$A*00\n$B*00\n"


@pytest.mark.parametrize(
    "uri", ["tcp://", "tcp://host", "tcp://host:x", "udp:", "tail:", "udp://:10", "tcp://h:99999"]
)
def test_a_live_uri_that_says_too_little_is_named(uri: str) -> None:
    assert is_live(uri)
    with pytest.raises(BadInput, match=r"live feed|no file"):
        check_live(uri)


def test_patterns_of_files_are_not_live() -> None:
    assert not any(map(is_live, ("*.csv", "ais/*.nmea.gz", "tail.csv", "tcp")))
