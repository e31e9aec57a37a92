"""TLS of a running node: its certificate, and whose certificates it trusts, as they stand now.

A pinned certificate is a trust anchor by itself (X.509 partial chains), so the handshake refuses a
stranger before a byte of HTTP. OpenSSL cannot take an anchor away again: therefore every change
makes a new context, which connections are moved to as their handshake begins.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from typing import Any

from noroshi.config import Settings
from noroshi.words.errors import BadConfig

Stamp = tuple[int | None, ...]


class Door:
    """The TLS of one server. `context` is what it listens with."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pems: tuple[str, ...] = ()
        self._stamp = self._now()
        self.context = self._current = self._made()
        self.context.sni_callback = self._choose

    def opened(self, config: object, default: object) -> ssl.SSLContext:
        """`context`, as uvicorn asks for it."""
        return self.context

    def trust(self, pems: tuple[str, ...]) -> None:
        """Trust these certificates from now on, and no others but what a CA signed."""
        self._pems = pems
        self._renew()

    def look(self) -> None:
        """Take up a certificate that was renewed. Raises `BadConfig`, going on with the old one,
        where the files cannot be used."""
        stamp = self._now()
        if stamp != self._stamp:
            self._stamp = stamp
            self._renew()

    def _renew(self) -> None:
        self._current = made = self._made()
        # Whether a certificate is asked for is settled before the handshake names its context.
        self.context.verify_mode = made.verify_mode
        self.context.verify_flags = made.verify_flags

    def _choose(self, connection: ssl.SSLObject, name: str, context: ssl.SSLContext) -> None:
        connection.context = self._current

    def _made(self) -> ssl.SSLContext:
        tls, folder = self._settings.config.serve.tls, self._settings.folder
        if tls is None:
            raise BadConfig("serve.tls", "is not set")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        # A resumed session would bring back a certificate that was looked at some time ago.
        context.options |= ssl.OP_NO_TICKET
        context.num_tickets = 0
        cert, key = folder / tls.cert, folder / tls.key
        _try(f"cert {cert}, key {key}", lambda: context.load_cert_chain(cert, key, password=""))
        if tls.client_ca is None and not self._pems and tls.client == "optional":
            return context
        required = tls.client == "required"
        context.verify_mode = ssl.CERT_REQUIRED if required else ssl.CERT_OPTIONAL
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
        if tls.client_ca is not None:
            ca = folder / tls.client_ca
            _try(f"client_ca {ca}", lambda: context.load_verify_locations(ca))
        if self._pems:
            pems = "".join(self._pems)
            _try("pinned certificates", lambda: context.load_verify_locations(cadata=pems))
        return context

    def _now(self) -> Stamp:
        tls = self._settings.config.serve.tls
        names = (tls.cert, tls.key, tls.client_ca) if tls else ()
        stamps: list[int | None] = []
        for name in names:
            try:
                stamps.append((name and (self._settings.folder / name).stat().st_mtime_ns) or None)
            except OSError:
                stamps.append(None)
        return tuple(stamps)


def telling(base: type[asyncio.Protocol]) -> type[asyncio.Protocol]:
    """A uvicorn protocol that tells the application, as ASGI's TLS extension 0.3 does and uvicorn
    does not, with which certificate its connection was opened."""

    class Telling(base):
        app: Any

        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            super().connection_made(transport)
            extension = _extension(transport)
            if extension is not None:
                self.app = _with(self.app, extension)

    return Telling


def _with(app: Any, extension: dict[str, Any]) -> Any:
    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        scope["extensions"] = {**scope.get("extensions", {}), "tls": extension}
        await app(scope, receive, send)

    return application


def _extension(transport: asyncio.BaseTransport) -> dict[str, Any] | None:
    connection = transport.get_extra_info("ssl_object")
    if connection is None:
        return None
    der: bytes | None = connection.getpeercert(binary_form=True)
    return {
        "server_cert": None,
        "client_cert_chain": [ssl.DER_cert_to_PEM_cert(der)] if der else [],
        "client_cert_name": None,
        "client_cert_error": None,
        "tls_version": None,
        "cipher_suite": None,
    }


def _try(what: str, act: Callable[[], object]) -> None:
    try:
        act()
    except OSError as problem:  # an SSLError is one
        reason = getattr(problem, "reason", None) or problem.strerror or problem
        hint = "expected files in PEM, the key without a pass phrase"
        raise BadConfig("[serve] tls", f"{what}: {reason}", hint=hint) from problem
