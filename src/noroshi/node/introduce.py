"""Introducing two nodes: whose key answers at an address, and pinning it in `node.toml`.

Nothing that comes over the line says whose key it is. Two people do, who compare its fingerprint
over a way that they trust; everything else hangs on that one comparison, the connection as well.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit, urlunsplit

import httpx2
import msgspec

from noroshi.config import FILE_NAME, Settings, load_settings
from noroshi.config.editing import Value, changed_peer, edit, with_peer, without_peer
from noroshi.config.machines import check_url
from noroshi.exchange import card
from noroshi.exchange.credentials import presented
from noroshi.exchange.sign import fingerprint
from noroshi.node.alone import alone
from noroshi.node.node import Node
from noroshi.node.peering import Pinned
from noroshi.words.errors import BadConfig, BadInput, Refused

LOCK: Final = "node.toml.lock"
TIMEOUT_S: Final = 10.0


class Met(msgspec.Struct, frozen=True):
    """Who answers at `url`: its party and key (hex), the key's fingerprint, and the pin of the
    certificate it showed (None: no TLS), for which its key vouches, or not."""

    url: str | None
    party: str
    public_key: str
    fingerprint: str
    tls: str | None = None
    vouched: bool = False


def own_card(node: Node) -> bytes:
    """What this node says of itself to anybody."""
    tls = node.settings.config.serve.tls
    pin = None
    if tls is not None:
        pem = (node.settings.folder / tls.cert).read_text("ascii")
        pin = f"sha256:{presented(ssl.PEM_cert_to_DER_cert(_first(pem))).spki}"
    return card.card(node.party, node.keys, pin)


def meet(url: str, cert: tuple[Path, Path] | None = None) -> Met:
    """Ask at `url` who it is; `cert` (certificate and key, PEM) where it lets in nobody without.

    Raises `BadInput` for what is no address of a node, `Refused` where the connection is to
    somebody else than the key that answers speaks for.
    """
    try:
        check_url(url)
    except ValueError as problem:
        raise BadInput("URL", str(problem)) from problem
    where = urlunsplit((*urlsplit(url)[:2], card.PATH, "", ""))
    context = Pinned(None)
    if cert is not None:
        context.load_cert_chain(*cert, password="")
    found = card.read(_fetched(where, context))
    if found is None:
        raise BadInput(where, "no card of a node, or not signed by the key that it shows")
    name = fingerprint(found.public_key)
    if None not in (found.tls, context.seen) and found.tls != context.seen:
        raise Refused(
            f"{where}: the connection shows the certificate {context.seen}, and the key of "
            f"{found.party} ({name}) speaks for {found.tls}: somebody may stand between\n"
            "Hint: ask them which is theirs; behind a proxy of theirs, take it with the key alone: "
            "noroshi peer add PARTY --public-key HEX --url URL"
        )
    vouched = found.tls is not None and found.tls == context.seen
    return Met(url, found.party, found.public_key.hex(), name, context.seen, vouched)


def given(party: str, public_key: str, url: str | None = None) -> Met:
    """A peer whose key came some other way. Raises `BadInput` for what is no key."""
    try:
        raw = bytes.fromhex(public_key.strip())
        if len(raw) != 32:
            raise ValueError
    except ValueError:
        raise BadInput(
            "--public-key", "no Ed25519 key", found=public_key[:80], expected="64 digits of hex"
        ) from None
    return Met(url, party, raw.hex(), fingerprint(raw))


class Stands(msgspec.Struct, frozen=True):
    """How a peer stands in `node.toml` already: with this key, which may be none, or another's."""

    party: str
    fingerprint: str | None


def before(settings: Settings, met: Met) -> Stands | None:
    """How the peer stands already; None for a new one."""
    for each in settings.config.peer:
        if each.party == met.party:
            key = each.public_key
            return Stands(met.party, None if key is None else fingerprint(bytes.fromhex(key)))
    return None


def check(node: Node, met: Met, *, replace: bool) -> None:
    """Raise `Refused` where this peer cannot be added, before anybody is asked to compare."""
    node.parties.get(met.party)
    if met.party == node.party:
        raise Refused(f"{met.url or met.party} is a node of {node.party}, this node's own party")
    for key in node.store.keys(met.party):
        if key.fingerprint == met.fingerprint and key.state == "distrusted":
            raise Refused(f"key {met.fingerprint} of {met.party} is distrusted, and stays so")
    stands = before(node.settings, met)
    if stands is None or stands.fingerprint is None or replace:
        return
    if stands.fingerprint == met.fingerprint:
        raise Refused(
            f"{met.party} is a peer already, with this key\n"
            "Hint: --replace writes the address and the certificate anew"
        )
    current = next((k for k in node.store.keys(met.party) if k.state == "current"), None)
    if current is not None and current.fingerprint == met.fingerprint:
        return  # its own statement led here from the key that node.toml names
    raise Refused(
        f"{met.party}: node.toml pins the key {stands.fingerprint}, and {met.url or 'given'} "
        f"is {met.fingerprint}\n"
        "Hint: a key that was rotated is followed without this; if they told you by voice that "
        "they have a new one, add --replace"
    )


def pin(
    settings: Settings, met: Met, more: Mapping[str, Value], now: int, *, replace: bool = False
) -> bool:
    """Write the peer into `node.toml`, with `more` keys; whether it was new there. The rest of the
    file stays as it is. Raises `BadConfig`, writing nothing, where the file would be no good."""
    values: dict[str, Value] = {"party": met.party}
    values |= {"url": met.url} if met.url else {}
    values["public_key"] = met.public_key
    values |= {"fingerprint": met.tls} if met.tls else {}
    values |= more
    new = before(settings, met) is None
    day = datetime.fromtimestamp(now / 1e6, UTC).date()

    def change(text: str) -> str:
        if new:
            return _tried(settings, with_peer(text, values, f"key compared {day}"))
        return _tried(settings, changed_peer(text, met.party, values))

    with alone(settings.data, lambda: None, LOCK):
        edit(settings.folder / FILE_NAME, change)
    return new


def drop(settings: Settings, party: str) -> str:
    """Take the `[[peer]]` of `party` out of `node.toml`; the lines that it was. What it gave, and
    its keys, stay in the store."""
    taken: list[str] = []

    def change(text: str) -> str:
        left, block = without_peer(text, party)
        taken.append(block)
        return _tried(settings, left)

    settings.peer(party)
    with alone(settings.data, lambda: None, LOCK):
        edit(settings.folder / FILE_NAME, change)
    return taken[0]


def _tried(settings: Settings, text: str) -> str:
    """`text`, if a node could be opened with it."""
    trial = settings.folder / f".{FILE_NAME}.trial"
    trial.write_text(text, "utf-8")
    try:
        load_settings(settings.folder, file=trial)
    except BadConfig as problem:
        raise BadConfig(FILE_NAME, problem.problem, hint="nothing was written") from problem
    finally:
        trial.unlink()
    return text


def _fetched(url: str, context: Pinned) -> bytes:
    try:
        with (
            httpx2.Client(verify=context, timeout=TIMEOUT_S, follow_redirects=False) as http,
            http.stream("GET", url, headers={"accept-encoding": "identity"}) as answer,
        ):
            body = bytearray()
            for part in answer.iter_bytes():
                body += part
                if len(body) > card.LONGEST:
                    raise BadInput(url, "a longer answer than a card is")
            status = answer.status_code
    except httpx2.TransportError as problem:
        raise BadInput(url, f"no answer: {problem}") from problem
    if status != 200:
        hint = "is it a noroshi node, and not an older one? else: --public-key"
        raise BadInput(url, f"HTTP {status}", expected="the card of a node", hint=hint)
    return bytes(body)


def _first(pem: str) -> str:
    """The first certificate of a chain."""
    end = "-----END CERTIFICATE-----"
    return pem[pem.index("-----BEGIN CERTIFICATE-----") : pem.index(end) + len(end)] + "\n"
