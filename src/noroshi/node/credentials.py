"""Giving accounts what they prove themselves with, taking it away, and exchanging it."""

from __future__ import annotations

import re
import ssl
from typing import Any, Literal

import msgspec

from noroshi.config import Settings
from noroshi.exchange.accounts import Account
from noroshi.exchange.credentials import (
    Certificate,
    Credential,
    Limits,
    Password,
    Token,
    hash_password,
    hash_token,
    live,
    new_id,
    new_password,
    new_token,
    presented,
)
from noroshi.exchange.taxii.service import VIEW, view_id
from noroshi.node import accounts
from noroshi.words.errors import BadInput, Refused

Kind = Literal["token", "password", "certificate"]

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_PIN = re.compile(r"sha256:([0-9a-f]{64})")
_NEVER = 2**63 - 1
_PEM = re.compile("-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)


class Row(msgspec.Struct, frozen=True):
    """One credential as `account list` shows it; `state` at the instant that was asked for. An
    account without any has one row, without kind. Instants are µs UTC; `used` is the hour."""

    account: str
    party: str
    source: Literal["node.toml", "accounts.json"]
    state: Literal["live", "expired", "revoked", "none"]
    kind: Kind | None = None
    id: str = ""
    created: int | None = None
    expires: int | None = None
    revoked: int | None = None
    used: int | None = None
    collections: tuple[str, ...] | None = None
    read_only: bool = False
    note: str = ""


class Given(msgspec.Struct, frozen=True):
    """What was made: `secret` is the token or password in clear, which is kept nowhere; `reaches`
    says whether the account finds anything with it as things are."""

    account: str
    party: str
    kind: Kind
    id: str
    expires: int | None = None
    secret: str | None = None
    replaced: str | None = None
    reaches: bool = True


class Wish(msgspec.Struct, frozen=True):
    """What a new credential should be: `password` where one is given, `certificate` its PEM or
    `sha256:…` of its key; `limits` of a token by id or alias."""

    kind: Kind = "token"
    expires: int | None = None
    note: str = ""
    password: str | None = None
    certificate: str | None = None
    limits: Limits | None = None


def rows(settings: Settings, now: int) -> list[Row]:
    """Every credential of every account, by account name."""
    used = accounts.used(settings)
    found: list[Row] = []
    for each in accounts.declared(settings):
        found += [_row(each, one, "node.toml", now, used) for one in each.credentials]
    for each in accounts.read(settings):
        found += [_row(each, one, "accounts.json", now, used) for one in each.credentials]
    bare = [each for each in accounts.every(settings) if not each.credentials]
    found += [Row(each.name, each.party, "node.toml", "none") for each in bare]
    return sorted(found, key=lambda row: (row.account, row.created or 0, row.id))


def add(settings: Settings, name: str, party: str | None, wish: Wish, now: int) -> Given:
    """Give the account, which is made where it is not there, one credential more. `party` None
    means the one that it calls in for already. Raises `BadInput`, `Refused`."""
    if _NAME.fullmatch(name) is None:
        expected = "letters, digits, dots, dashes and underscores"
        raise BadInput("account", "no name for an account", found=name, expected=expected)
    with accounts.writing(settings) as held:
        known = {each.name: each for each in accounts.every(settings)}.get(name)
        if known is not None and party not in (None, known.party):
            raise Refused(
                f"account {name} calls in for {known.party or 'no party'}, not for {party}"
            )
        account = known or Account(name, party or "")
        if wish.kind == "password" and any(map(_is_password, account.credentials)):
            hint = f"exchange it with: noroshi account rotate {name}"
            raise Refused(f"account {name} has a password already\nHint: {hint}")
        credential, secret = _made(settings, wish, now)
        _check_pin(settings, account.name, credential)
        _put(held, account, credential)
    return Given(
        name,
        account.party,
        wish.kind,
        credential.id,
        credential.expires,
        secret,
        reaches=_reaches(settings, account),
    )


def revoke(settings: Settings, which: str, now: int) -> list[Row]:
    """End the credential with this id, or all of the account of this name. What was ended; nothing
    where it had ended before."""
    ended: list[Row] = []
    with accounts.writing(settings) as held:
        matching = _matching(settings, held, which)
        for account, credential in matching:
            if credential.revoked is None:
                gone = msgspec.structs.replace(credential, revoked=now)
                _swap(held, account.name, credential, gone)
                ended.append(_row(account, gone, "accounts.json", now, {}))
    return ended


def rotate(
    settings: Settings, which: str, now: int, *, grace: int = 0, certificate: str | None = None
) -> Given:
    """A new credential in place of one: the same account, kind, limits and length of life. The old
    one still counts for `grace` (µs), a password never, because an account has one."""
    with accounts.writing(settings) as held:
        matching = [pair for pair in _matching(settings, held, which) if live(pair[1], now)]
        if len(matching) != 1:
            ids = ", ".join(each.id for _, each in matching) or "none"
            raise Refused(f"{which}: expected one credential in force; found {ids}")
        account, old = matching[0]
        wish = _again(old, now, certificate)
        new, secret = _made(settings, wish, now)
        _check_pin(settings, account.name, new)
        if grace and not isinstance(old, Password):
            ended = msgspec.structs.replace(old, expires=min(old.expires or _NEVER, now + grace))
        else:
            ended = msgspec.structs.replace(old, revoked=now)
        _swap(held, account.name, old, ended)
        _put(held, account, new)
    return Given(account.name, account.party, wish.kind, new.id, new.expires, secret, old.id)


def collections(settings: Settings, names: list[str]) -> tuple[str, ...]:
    """The ids of collections, each named by its id or its alias. Raises `BadInput`."""
    known = {view_id(settings.config.node.party): VIEW}
    known |= {each.id: each.alias or "" for each in settings.config.collection}
    found: set[str] = set()
    for name in names:
        ids = [each for each, alias in known.items() if name in (each, alias)]
        if len(ids) != 1:
            what = "names several collections" if ids else "names no collection"
            expected = ", ".join(ids or sorted(alias or each for each, alias in known.items()))
            raise BadInput("--collection", what, found=name, expected=expected)
        found.update(ids)
    return tuple(sorted(found))


def _made(settings: Settings, wish: Wish, now: int) -> tuple[Credential, str | None]:
    """The credential, and its secret where one was made."""
    told: dict[str, Any] = {
        "id": new_id(),
        "created": now,
        "expires": wish.expires,
        "note": wish.note,
    }
    if wish.kind == "password":
        password = wish.password or new_password()
        made = Password(hash_password(password), **told)
        return made, None if wish.password else password
    if wish.kind == "token":
        token = new_token()
        limits = wish.limits
        if limits and limits.collections is not None:
            ids = collections(settings, list(limits.collections))
            limits = msgspec.structs.replace(limits, collections=ids)
        return Token(hash_token(token), limits=limits, **told), token
    return _certificate(settings, wish, now, told), None


def _certificate(settings: Settings, wish: Wish, now: int, told: dict[str, Any]) -> Certificate:
    text = (wish.certificate or "").strip()
    pin = _PIN.fullmatch(text)
    if pin is not None:
        tls = settings.config.serve.tls
        if tls is None or tls.client_ca is None:
            hint = "give the certificate itself, or set client_ca in [serve] tls"
            raise BadInput("--certificate", "a pin alone needs a CA to check with", hint=hint)
        return Certificate(pin[1], **told)
    pem = _PEM.search(text)
    try:
        shown = presented(ssl.PEM_cert_to_DER_cert(pem[0])) if pem else None
    except ValueError as problem:
        raise BadInput("--certificate", f"cannot be read: {problem}") from problem
    if pem is None or shown is None:
        expected = "a certificate in PEM, or sha256: and 64 hex digits"
        raise BadInput("--certificate", "no certificate", expected=expected)
    if shown.not_after <= now:
        raise BadInput("--certificate", "its time is over", expected="one that is valid")
    return Certificate(shown.spki, pem=pem[0] + "\n", **told)


def _again(old: Credential, now: int, certificate: str | None) -> Wish:
    """What a credential is exchanged for."""
    expires = None if old.expires is None else now + old.expires - old.created
    if isinstance(old, Certificate):
        if certificate is None:
            hint = "name the new one with --certificate FILE"
            raise Refused(
                f"{old.id} is a certificate, which only its owner can renew\nHint: {hint}"
            )
        return Wish("certificate", expires, old.note, certificate=certificate)
    if certificate is not None:
        raise Refused(f"{old.id} is no certificate\nHint: leave --certificate out")
    if isinstance(old, Password):
        return Wish("password", expires, old.note)
    return Wish("token", expires, old.note, limits=old.limits)


def _reaches(settings: Settings, account: Account) -> bool:
    """Whether the account has a view, or rights in some collection."""
    rights = (each.rights for each in settings.config.collection)
    return bool(account.party) or any(account.name in each or "*" in each for each in rights)


def _check_pin(settings: Settings, name: str, credential: Credential) -> None:
    """A key leads to one account, or nobody could say who is calling."""
    if not isinstance(credential, Certificate):
        return
    for account in accounts.every(settings):
        pins = [each for each in account.credentials if isinstance(each, Certificate)]
        live_pins = {each.spki for each in pins if each.revoked is None}
        if account.name != name and credential.spki in live_pins:
            raise Refused(f"this key is pinned for account {account.name} already")


def _matching(
    settings: Settings, held: list[Account], which: str
) -> list[tuple[Account, Credential]]:
    """The credentials in the file that have this id, or belong to the account of this name."""
    found = [
        (account, each)
        for account in held
        for each in account.credentials
        if which in (account.name, each.id)
    ]
    if not found:
        hint = "noroshi account list"
        if any(each.name == which for each in accounts.declared(settings)):
            hint = "its password is declared in node.toml: take it out there"
        raise Refused(f"{which}: no such account or credential in accounts.json\nHint: {hint}")
    return found


def _put(held: list[Account], account: Account, credential: Credential) -> None:
    """Add a credential to its account in the file."""
    for n, each in enumerate(held):
        if each.name == account.name:
            held[n] = Account(each.name, each.party, (*each.credentials, credential))
            return
    held.append(Account(account.name, account.party, (credential,)))


def _swap(held: list[Account], name: str, old: Credential, new: Credential) -> None:
    for n, each in enumerate(held):
        if each.name == name:
            credentials = tuple(new if one is old else one for one in each.credentials)
            held[n] = Account(each.name, each.party, credentials)


def _is_password(credential: Credential) -> bool:
    return isinstance(credential, Password) and credential.revoked is None


def _row(
    account: Account,
    credential: Credential,
    source: Literal["node.toml", "accounts.json"],
    now: int,
    used: dict[str, int],
) -> Row:
    ended = "revoked" if credential.revoked is not None else "expired"
    limits = (isinstance(credential, Token) and credential.limits) or Limits()
    return Row(
        account=account.name,
        party=account.party,
        source=source,
        state="live" if live(credential, now) else ended,
        kind=_kind(credential),
        id=credential.id,
        created=credential.created or None,
        expires=credential.expires,
        revoked=credential.revoked,
        used=used.get(credential.id),
        collections=limits.collections,
        read_only=limits.read_only,
        note=credential.note,
    )


def _kind(credential: Credential) -> Kind:
    if isinstance(credential, Token):
        return "token"
    return "password" if isinstance(credential, Password) else "certificate"
