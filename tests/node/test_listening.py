"""A node that listens: findings while the feed runs, the same as of the file, and none lost."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner

from noroshi.cli.app import app
from noroshi.config import load_settings
from noroshi.node.ingest import ingest
from noroshi.node.listening import Heard, Listener, listen, live_feeds
from noroshi.node.node import Node
from noroshi.words.errors import BadConfig, BadInput


def moored(hours: int, mmsi: int = 431000001) -> bytes:
    """A ship that lies still off Yokohama, as NMEA with its own time."""
    from pyais.encode import encode_dict

    out: list[bytes] = []
    for minute in range(0, hours * 60, 5):
        fields = {"type": 1, "mmsi": mmsi, "lat": 35.40, "lon": 139.70, "speed": 0.0, "status": 1}
        (line,) = encode_dict(fields, talker_id="AI")
        out.append(f"{line},{1_700_000_000 + minute * 60}\n".encode())
    return b"".join(out)


def found(folder: Path) -> list[object]:
    with Node.open(folder) as node:
        rows = node.store.findings()
    return sorted((row.kind, row.t0, row.t1, row.subjects) for row in rows)


def server(port: list[int], parts: list[bytes], go: threading.Semaphore) -> threading.Thread:
    """One connection; a part for each time that it may go."""
    listening = socket.create_server(("127.0.0.1", 0))
    port.append(listening.getsockname()[1])

    def run() -> None:
        with listening:
            peer, _ = listening.accept()
            with peer:
                for part in parts:
                    go.acquire()
                    peer.sendall(part)
                go.acquire()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def test_findings_appear_while_the_feed_runs(make, clock, tmp_path: Path) -> None:
    whole = moored(6)
    cut = whole.index(b"\n", len(whole) // 2) + 1
    go, port = threading.Semaphore(0), list[int]()
    serving = server(port, [whole[:cut], whole[cut:]], go)
    stop = threading.Event()
    folder = make()
    with Node.open(folder) as node:
        (feed,) = live_feeds(node, [f"tcp://127.0.0.1:{port[0]}"])
        listener = Listener(node, feed, clock, lambda text: None)
        listener.start(stop)
        go.release()
        listener.spool.wait(whole[:cut].count(b"\n"))
        first = listener.look()
        assert first.report.new > 0
        assert not first.ended
        assert listener.look().report.sources == []
        go.release()
        listener.spool.wait(whole.count(b"\n"))
        second = listener.look()
        assert second.report.changed > 0
        stop.set()
        go.release()
        listener.join(10)
        listener.spool.release()
    serving.join(10)
    other = make("EU")
    file = tmp_path / "whole.nmea"
    file.write_bytes(whole)
    with Node.open(other) as node:
        ingest(node, [file], clock)
    assert found(folder) == found(other)


def test_it_ends_when_its_feeds_have_ended_and_goes_on_after_a_kill(
    make, clock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, path = make(), tmp_path / "growing.nmea"
    whole = moored(4)
    path.write_bytes(whole)
    told: list[Heard] = []
    stop = threading.Event()
    with Node.open(folder) as node:
        feeds = live_feeds(node, [f"tail:{path}"])
        killed = Listener(node, feeds[0], clock, lambda text: None)
        killed.start(stop)
        killed.spool.wait(10)  # and nothing more: its segment stays open
        stop.set()
        killed.join(10)
        killed.spool.release()
        again = threading.Event()

        def heard(each: Heard) -> None:
            told.append(each)
            if each.counts.lines >= whole.count(b"\n"):
                again.set()

        listen(node, [_often(feeds[0])], clock, again, lambda text: None, heard)
    assert sum(each.report.new for each in told) == len(found(folder)) > 0
    assert told[-1].counts.lines == whole.count(b"\n")


def _often(feed):
    import msgspec

    return msgspec.structs.replace(feed, every="PT1S")


def test_without_a_live_feed_it_says_what_to_do(make) -> None:
    with Node.open(make()) as node, pytest.raises(BadInput, match="no live feed"):
        live_feeds(node)


def test_a_declared_feed_has_its_label(make) -> None:
    folder = make()
    config = folder / "node.toml"
    line = '\n[[feed]]\nuri = "udp://127.0.0.1:0"\nlabel = { tlp = "green" }\n'
    config.write_text(config.read_text("utf-8") + line, "utf-8")
    with Node.open(folder) as node:
        (feed,) = live_feeds(node)
    assert feed.label.tlp == "green"


def test_a_wrong_uri_is_refused_with_the_file(make) -> None:
    folder = make()
    config = folder / "node.toml"
    line = '\n[[feed]]\nuri = "tcp://nowhere"\nlabel = { tlp = "green" }\n'
    config.write_text(config.read_text("utf-8") + line, "utf-8")
    with pytest.raises(BadConfig, match="no such live feed"):
        load_settings(folder)


def test_the_command_reads_standard_input(make, monkeypatch: pytest.MonkeyPatch) -> None:
    import os
    import subprocess
    import sys

    folder = make()
    done = subprocess.run(
        [sys.executable, "-m", "noroshi", "listen", "-", "--node", str(folder)],
        input=moored(3), capture_output=True, timeout=100, env=dict(os.environ), check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert b"36 lines" in done.stdout
    assert found(folder)


def test_the_command_names_a_wrong_pace(make) -> None:
    done = CliRunner().invoke(app, ["listen", "-", "--every", "often", "--node", str(make())])
    assert isinstance(done.exception, BadInput)
