"""Off loopback nothing listens without TLS, however the address is written."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from noroshi.config import load_settings
from noroshi.config.listen import check_listen, is_loopback, resolve
from noroshi.node.setup import init
from noroshi.words.errors import BadConfig

NEAR = ("127.0.0.1", "127.255.255.254", "localhost", "LocalHost", "[::1]", "[::ffff:127.0.0.1]",
        "[0:0:0:0:0:0:0:1]", "::1")  # fmt: skip
FAR = ("0.0.0.0", "[::]", "::", "[::ffff:0.0.0.0]", "[::ffff:192.0.2.1]", "192.0.2.1",
       "128.0.0.1", "126.255.255.255", "127.1", "127.0.0.256", "0x7f.0.0.1", "2130706433", "0", "*",
       "node.example", "localhost.example", "[fe80::1%lo]", "[::2]", " 127.0.0.1",
       "127.0.0.1.example", "١٢٧.0.0.1")  # fmt: skip


@pytest.mark.parametrize("host", NEAR)
def test_loopback_needs_no_tls(host: str) -> None:
    check_listen("node.toml", f"{host}:8440", tls=False)


@pytest.mark.parametrize("host", FAR)
def test_anything_else_does(host: str) -> None:
    with pytest.raises(BadConfig, match="off loopback without TLS") as refused:
        check_listen("node.toml", f"{host}:8440", tls=False)
    assert repr(f"{host}:8440") in str(refused.value)
    assert "tls = { cert" in str(refused.value)
    check_listen("node.toml", f"{host}:8440", tls=True)


@pytest.mark.parametrize("listen", ["", ":8440", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http",
                                    "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:٤"])  # fmt: skip
@pytest.mark.parametrize("tls", [False, True])
def test_what_is_no_address_is_refused(listen: str, tls: bool) -> None:
    with pytest.raises(BadConfig):
        check_listen("node.toml", listen, tls=tls)


@given(st.ip_addresses())
def test_every_address_is_near_or_far_as_it_is_by_its_prefix(address: Any) -> None:
    """Against the prefixes themselves: 127/8 and ::1, also mapped (RFC 1122, RFC 4291)."""
    number = int(address)
    near = number >> 24 == 127 if address.version == 4 else (
        number == 1 or number >> 24 == 0xFFFF << 8 | 127
    )  # fmt: skip
    assert is_loopback(str(address)) == near
    assert is_loopback(f"[{address}]") == near


def leading(*addresses: str) -> Any:
    """A resolver by which every name leads to these addresses."""

    def getaddrinfo(host: str, port: int, **how: Any) -> list[Any]:
        families = [socket.AF_INET6 if ":" in each else socket.AF_INET for each in addresses]
        return [
            (family, socket.SOCK_STREAM, 6, "", (each, port))
            for family, each in zip(families, addresses, strict=True)
        ]

    return getaddrinfo


@pytest.mark.parametrize(
    "addresses",
    [("192.0.2.1",), ("127.0.0.1", "192.0.2.1"), ("::ffff:192.0.2.1",), ("0.0.0.0",)],
)
def test_a_localhost_that_leads_elsewhere_is_refused(
    monkeypatch: pytest.MonkeyPatch, addresses: tuple[str, ...]
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", leading(*addresses))
    with pytest.raises(BadConfig, match=r"off loopback without TLS; found .* which is "):
        resolve("node.toml", "localhost:0", tls=False)
    assert resolve("node.toml", "localhost:0", tls=True)[1] in addresses


def test_a_name_is_bound_as_the_number_that_was_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", leading("::1", "127.0.0.1"))
    assert resolve("node.toml", "localhost:7", tls=False) == (socket.AF_INET, "127.0.0.1", 7)


def test_a_name_that_leads_nowhere_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere(*args: Any, **how: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", nowhere)
    with pytest.raises(BadConfig, match=r"not known; found node\.example:1"):
        resolve("node.toml", "node.example:1", tls=True)


@pytest.mark.parametrize("listen", ["0.0.0.0:8440", "[::]:8440", "node.example:8440"])
def test_flag_environment_file_and_init_are_refused_alike(tmp_path: Path, listen: str) -> None:
    says = "off loopback without TLS"
    with pytest.raises(BadConfig, match=says):
        init(tmp_path / "new", "JPN", listen=listen)
    assert not (tmp_path / "new").exists()
    (tmp_path / "node.toml").write_text("[node]\nparty = 'JPN'\n", "utf-8")
    with pytest.raises(BadConfig, match=says):
        load_settings(tmp_path, {"serve.listen": listen}, {})
    with pytest.raises(BadConfig, match=says):
        load_settings(tmp_path, {}, {"NOROSHI_SERVE_LISTEN": listen})
    (tmp_path / "node.toml").write_text(
        f"[node]\nparty = 'JPN'\n[serve]\nlisten = '{listen}'\n", "utf-8"
    )
    with pytest.raises(BadConfig, match=says):
        load_settings(tmp_path, {}, {})
