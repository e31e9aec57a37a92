"""The people who may sign in to the console: a file beside the node's keys.

`users.json` in the data folder is written here alone, holds no secret in clear, and can be read by
the node's user only. People are no accounts of machines: none of them may call in over TAXII.
"""

from __future__ import annotations

import contextlib
import fcntl
import hmac
import re
import secrets
from collections.abc import Generator
from typing import Final, Literal

import msgspec

from noroshi.config import Settings
from noroshi.exchange.accounts import Account
from noroshi.exchange.credentials import Password, hash_password
from noroshi.node.accounts import replace
from noroshi.words.errors import BadInput, Refused
from noroshi.words.ids import sha256
from noroshi.words.time import MINUTE

USERS: Final = "users.json"
LINK_LASTS: Final = 10 * MINUTE
SHORTEST: Final = 12
"""Characters of a password at least (NIST SP 800-63B-4 §3.1.1.2 wants 15 where it is all there is,
8 beside something else; sign-in here is slowed down and on loopback or TLS)."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")

Role = Literal["viewer", "analyst", "releaser", "administrator"]
ROLES: Final[tuple[Role, ...]] = ("viewer", "analyst", "releaser", "administrator")
"""Each may what the ones before it may: look; suppose and explain; send and recall; users."""


class User(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A person: `argon2` is empty where no password was set and only links let them in; `subject`
    is who an identity provider says they are."""

    name: str
    role: Role
    argon2: str = ""
    created: int = 0
    subject: str = ""


class Link(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A link that signs its user in once, until `until` (µs UTC); `sha256` is of its token."""

    sha256: str
    user: str
    until: int


class File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All of `users.json`."""

    users: tuple[User, ...] = ()
    links: tuple[Link, ...] = ()
    format: int = 1


def at_least(role: Role, wanted: Role) -> bool:
    """Whether `role` may what `wanted` may."""
    return ROLES.index(role) >= ROLES.index(wanted)


def read(settings: Settings) -> File:
    """The file; an empty one where there is none. Raises `BadInput`."""
    path = settings.data / USERS
    try:
        found = msgspec.json.decode(path.read_bytes(), type=File)
    except FileNotFoundError:
        return File()
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise BadInput(str(path), f"no table of users: {problem}") from problem
    if found.format != 1:
        raise BadInput(str(path), "of another version", found=str(found.format), expected="1")
    return found


def accounts(file: File) -> tuple[Account, ...]:
    """Those with a password, as what proves a password knows them."""
    return tuple(
        Account(each.name, "", (Password(id=each.name, argon2=each.argon2),))
        for each in file.users
        if each.argon2
    )


def put(
    settings: Settings, name: str, role: Role, password: str | None, now: int, subject: str = ""
) -> User:
    """Make the user, or change the role and, where one is given, the password of one that is
    there. `Refused` for a name or password that will not do, and for the last administrator."""
    if not _NAME.fullmatch(name):
        raise Refused(f"user name {name!r}: letters, digits, dot, dash and underscore, 64 at most")
    if password is not None and len(password) < SHORTEST:
        raise Refused(f"a password has {SHORTEST} characters at least")
    with _writing(settings) as file:
        held = next((each for each in file.users if each.name == name), None)
        argon2 = hash_password(password) if password is not None else held.argon2 if held else ""
        created = held.created if held else now
        user = User(name, role, argon2, created, subject or (held.subject if held else ""))
        others = tuple(each for each in file.users if each.name != name)
        _governed(held, (*others, user))
        _write(settings, File(_sorted((*others, user)), file.links))
    return user


def remove(settings: Settings, name: str) -> None:
    """End the user. `Refused` where there is none, and for the last administrator."""
    with _writing(settings) as file:
        held = next((each for each in file.users if each.name == name), None)
        if held is None:
            raise Refused(f"no user {name!r}")
        left = tuple(each for each in file.users if each.name != name)
        _governed(held, left)
        _write(settings, File(left, tuple(each for each in file.links if each.user != name)))


def link(settings: Settings, name: str, now: int) -> str:
    """A token that signs the user in once, within `LINK_LASTS`; kept as its hash only."""
    token = secrets.token_urlsafe(32)
    with _writing(settings) as file:
        if all(each.name != name for each in file.users):
            raise Refused(f"no user {name!r}\nHint: noroshi user add {name}")
        kept = tuple(each for each in file.links if each.until > now)
        made = Link(sha256(token.encode()), name, now + LINK_LASTS)
        _write(settings, File(file.users, (*kept, made)))
    return token


def opening(settings: Settings, name: str, now: int) -> str:
    """The token of a link for the user, who is made administrator where there is nobody yet."""
    if not read(settings).users:
        put(settings, name, "administrator", None, now)
    return link(settings, name, now)


def redeem(settings: Settings, token: str, now: int) -> User | None:
    """The user whom the link signs in, and the link is gone; None where it is none, or old."""
    asked = sha256(token.encode())
    with _writing(settings) as file:
        live = [each for each in file.links if each.until > now]
        found = next((each for each in live if hmac.compare_digest(each.sha256, asked)), None)
        if found is None:
            return None
        left = tuple(each for each in live if each is not found)
        _write(settings, File(file.users, left))
    return next((each for each in file.users if each.name == found.user), None)


def _governed(held: User | None, left: tuple[User, ...]) -> None:
    if held is None or held.role != "administrator":
        return
    if all(each.role != "administrator" for each in left):
        raise Refused(f"{held.name!r} is the last administrator")


def _sorted(users: tuple[User, ...]) -> tuple[User, ...]:
    return tuple(sorted(users, key=lambda each: each.name))


@contextlib.contextmanager
def _writing(settings: Settings) -> Generator[File]:
    """The file, while nobody else changes it."""
    with (settings.data / "users.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield read(settings)


def _write(settings: Settings, file: File) -> None:
    body = msgspec.json.format(msgspec.json.encode(file), indent=1) + b"\n"
    replace(settings.data / USERS, body)
