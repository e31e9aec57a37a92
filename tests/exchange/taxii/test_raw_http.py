"""Bytes that no library would send, at a real process: refused, never a fault, and it goes on."""

from __future__ import annotations

import base64
import contextlib
import json
import random
import socket
from pathlib import Path

import pytest
from taxii_process import ACCOUNT, PASSWORD, Running, made

from noroshi.node.callers import MOST

PROOF = base64.b64encode(f"{ACCOUNT}:{PASSWORD}".encode())
MEDIA = b"application/taxii+json;version=2.1"
LIMIT_S = 20
FUZZED = 300


def request(
    method: bytes, path: bytes, body: bytes = b"", *headers: bytes, length: bytes | None = None
) -> bytes:
    """One request as bytes, by the account of the tests."""
    size = str(len(body)).encode() if length is None else length
    lines = [
        b"%b %b HTTP/1.1" % (method, path),
        b"Host: localhost",
        b"Authorization: Basic " + PROOF,
        b"Accept: " + MEDIA,
        b"Content-Type: " + MEDIA,
        *([b"Content-Length: " + size] if body or length is not None else []),
        *headers,
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def sent(
    suite: Running, *parts: bytes, wait_s: float = LIMIT_S, until: bytes | None = None
) -> bytes:
    """All that comes back until the server closes, it ends with `until`, or nothing comes for
    `wait_s`; what we can no longer send is left."""
    with socket.create_connection(("127.0.0.1", suite.port), LIMIT_S) as connection:
        got = b""
        with contextlib.suppress(ConnectionError):
            for each in parts:
                connection.sendall(each)
        connection.settimeout(wait_s)
        with contextlib.suppress(ConnectionError, TimeoutError):
            while part := connection.recv(1 << 16):
                got += part
                if until is not None and got.endswith(until):
                    break
        return got


def statuses(answer: bytes) -> list[int]:
    """The status of each answer, in order."""
    return [int(each[:3]) for each in answer.split(b"HTTP/1.1 ")[1:]]


def fine(suite: Running) -> None:
    """The server answers as if nothing had been."""
    answer = sent(suite, request(b"GET", b"/suite/", b"", b"Connection: close"))
    assert statuses(answer) == [200]
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["title"] == "Suite"


MANY = b"/suite/collections/0c0ffee0-0000-4000-8000-000000000100/"
CLOSE = b"Connection: close"


@pytest.mark.parametrize(
    ("raw", "wanted"),
    [
        (request(b"GET", b"/suite/%zz/", b"", CLOSE), [404]),
        (request(b"GET", b"/%ff%fe/", b"", CLOSE), [400]),
        (request(b"GET", b"/suite/%", b"", CLOSE), [404]),
        (request(b"GET", b"/suite/%00/", b"", CLOSE), [404]),
        (request(b"GET", b"//suite//", b"", CLOSE), [404]),
        (request(b"GET", b"/../../etc/passwd", b"", CLOSE), [404]),
        (request(b"GET", b"http://elsewhere/suite/", b"", CLOSE), [200, 404]),
        (request(b"GET", b"*", b"", CLOSE), [404]),
        (request(b"GET", b"/" + b"a" * 9_000, b"", CLOSE), [400]),
        (request(b"GET", MANY + b"objects/?" + b"&".join([b"x=1"] * 200), b"", CLOSE), [400]),
        (request(b"GET", MANY + b"objects/?match[id]=%ff", b"", CLOSE), [400]),
        (request(b"GET", MANY + b"objects/?limit=" + b"9" * 4_000, b"", CLOSE), [400]),
        (request(b"BREW", b"/suite/", b"", CLOSE), [405]),
        (request(b"GET", b"/suite/", b"", b"X: " + b"a" * 200_000, CLOSE), [400, 431]),
        (request(b"GET", b"/suite/", b"", *[b"X: y"] * 40_000, CLOSE), [400, 431]),
        (request(b"GET", b"/suite/", b"", b"X: \x00\x01", CLOSE), [400]),
        (request(b"GET", b"/suite/", b"", b"no colon", CLOSE), [400]),
        (request(b"POST", MANY + b"objects/", b"{}", length=b"x"), [400]),
        (request(b"POST", MANY + b"objects/", b"{}", length=b"-2"), [400]),
        (request(b"POST", MANY + b"objects/", b"{}", b"Content-Length: 3", CLOSE), [400]),
        (request(b"POST", MANY + b"objects/", b"{}", CLOSE, length=b"9" * 30), [400, 413]),
        (request(b"POST", MANY + b"objects/", b"", b"Transfer-Encoding: brotli", CLOSE),
         [400, 501]),
        (request(b"POST", MANY + b"objects/", b"zz\r\n", b"Transfer-Encoding: chunked", CLOSE,
                 length=None).replace(b"Content-Length: 4\r\n", b""), [400]),
        (b"GET /suite/ HTTP/9.9\r\nHost: a\r\nConnection: close\r\n\r\n", [400, 401, 505]),
        (b"GET /suite/\r\n\r\n", [400]),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500, [400]),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", [400, 401, 505]),
    ],
    ids=["percent", "not UTF-8", "percent at the end", "zero", "double slash", "dots", "absolute",
         "star", "long path", "parameters", "filter", "limit", "method", "long header",
         "many headers", "control", "no colon", "length", "negative", "two lengths", "huge length",
         "coding", "chunk", "version", "0.9", "TLS", "HTTP/2"],
)  # fmt: skip
def test_refused_with_its_status(suite: Running, raw: bytes, wanted: list[int]) -> None:
    answer = sent(suite, raw)
    # A server that closes with bytes unread resets the connection, and its answer may be lost.
    assert answer == b"" or statuses(answer)[0] in wanted, answer[:300]
    assert answer or len(raw) > 60_000
    fine(suite)


def test_a_body_that_ends_early_stores_nothing(suite: Running) -> None:
    body = json.dumps({"objects": [made("tool", 901)]}).encode()
    path = suite.path("add").encode()
    size = str(len(body) + 1).encode()
    with socket.create_connection(("127.0.0.1", suite.port), LIMIT_S) as connection:
        connection.sendall(request(b"POST", path, body, length=size))
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
    oid = made("tool", 901)["id"].encode()
    answer = sent(suite, request(b"GET", path + oid + b"/", b"", CLOSE))
    assert statuses(answer) == [404]


def test_requests_in_one_piece_are_answered_in_their_order(suite: Running) -> None:
    paths = [b"/suite/", b"/nowhere/", b"/taxii2/", b"/suite/collections/"] * 5
    raw = b"".join(request(b"GET", each) for each in paths)
    answer = sent(suite, raw + request(b"GET", b"/suite/", b"", CLOSE))
    assert statuses(answer) == [200, 404, 200, 200] * 5 + [200]


def test_a_body_without_end_takes_no_memory(suite: Running) -> None:
    before = resident_mb(suite.pid)
    chunk = b"%x\r\n%b\r\n" % (1 << 20, b" " * (1 << 20))
    path = suite.path("add").encode()
    head = request(b"POST", path, b"", b"Transfer-Encoding: chunked")
    answer = sent(suite, head, *[chunk] * 100, b"0\r\n\r\n", until=b"}")
    assert statuses(answer) in ([], [413])
    fine(suite)
    # A body is read up to the limit of 10 MB, and one copy of it is made.
    assert resident_mb(suite.pid) - before < 45


def test_callers_that_never_finish_stop_nobody(suite: Running) -> None:
    path = suite.path("add").encode()
    with contextlib.ExitStack() as stack:
        for n in range(60):
            slow = socket.create_connection(("127.0.0.1", suite.port), LIMIT_S)
            stack.enter_context(slow)
            whole = request(b"POST", path, b"{", length=b"1000")
            slow.sendall(whole if n % 2 else whole[: 10 + n])
        for _ in range(3):
            fine(suite)


def test_callers_that_never_finish_make_room_for_others(suite: Running) -> None:
    """More of them than may wait at once: the first are let go, and whoever asks is answered."""
    with contextlib.ExitStack() as stack:
        slow = [
            stack.enter_context(socket.create_connection(("127.0.0.1", suite.port), LIMIT_S))
            for _ in range(MOST + 20)
        ]
        for each in slow[:20]:
            with contextlib.suppress(ConnectionResetError):
                assert each.recv(1) == b""
        fine(suite)


def test_noise_is_no_fault(suite: Running) -> None:
    """Good requests with bytes changed, taken out, put in and repeated."""
    draw = random.Random(21)
    body = json.dumps({"objects": [made("tool", 902)]}).encode()
    good = [
        request(b"GET", suite.path("many").encode() + b"?limit=2&match[type]=tool", b"", CLOSE),
        request(b"GET", suite.path("many", "manifest/").encode(), b"", CLOSE),
        request(b"POST", suite.path("write").encode(), body, CLOSE),
        request(b"DELETE", suite.path("add").encode() + b"tool--x/", b"", CLOSE),
        request(b"HEAD", b"/taxii2/", b"", CLOSE),
    ]
    seen: set[int] = set()
    for _ in range(FUZZED):
        raw = bytearray(draw.choice(good))
        for _ in range(draw.randint(1, 4)):
            # Never in the credentials: each guess costs an Argon2id.
            at = draw.randrange(len(raw))
            start = raw.find(b"Authorization")
            if start >= 0 and start <= at < start + 80:
                continue
            how = draw.randrange(4)
            if how == 0:
                raw[at] = draw.randrange(256)
            elif how == 1:
                del raw[at : at + draw.randint(1, 9)]
            elif how == 2:
                raw[at:at] = draw.randbytes(draw.randint(1, 9))
            else:
                raw[at:at] = raw[at : at + 40]
        seen |= set(statuses(sent(suite, bytes(raw), wait_s=0.05))[:1])
    assert max(seen) < 500
    assert {200, 400, 404} <= seen
    fine(suite)


def resident_mb(pid: int) -> float:
    """The most memory that the process ever held; 0 where the system does not say."""
    status = Path(f"/proc/{pid}/status")
    rows = status.read_text().splitlines() if pid and status.exists() else []
    return sum(int(row.split()[1]) / 1024 for row in rows if row.startswith("VmHWM"))
