"""An identity provider: where it is asked, what it is told, and which of its words are believed.

OpenID Connect Core 1.0, authorisation code flow (§3.1) with PKCE (RFC 7636, S256). An ID token
counts when a key that the provider publishes signed it with one of `ALGORITHMS`, for us, now, and
with the nonce that we made (§3.1.3.7). Nothing is asked but what the issuer's own document names
(OpenID Connect Discovery 1.0 §4), over https, without following anybody elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import threading
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Final, NamedTuple, cast
from urllib.parse import urlencode

import httpx2
import msgspec

from noroshi.config.oidc import Oidc, guarded
from noroshi.console.users import ROLES, Role
from noroshi.words.errors import Refused
from noroshi.words.time import HOUR, MINUTE, SECOND

ALGORITHMS: Final = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "Ed25519")
"""Signatures by keys that only the provider has; `none` and shared secrets are none."""
LEEWAY_S: Final = 30
"""How far two clocks may differ."""
OLDEST_S: Final = 600
"""An ID token is made for this sign-in: one that is older was kept by somebody."""
PATIENCE_S: Final = 10.0
ANSWER_MOST: Final = 1 << 20
KNOWN_FOR: Final = HOUR
AGAIN_AFTER: Final = MINUTE
"""So long (µs) what the provider publishes is kept; and keys are not asked for more often."""


class Metadata(msgspec.Struct, frozen=True):
    """What the issuer's document names (Discovery 1.0 §3), as far as it is asked."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)


class _Token(msgspec.Struct, frozen=True):
    """The answer of the token endpoint; access tokens are not used."""

    id_token: str


class Person(NamedTuple):
    """Who signs in, and as what. `called` is what they say that they are called: anybody's text."""

    subject: str
    called: str
    role: Role


def challenge(verifier: str) -> str:
    """RFC 7636 §4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


class Provider:
    """The provider of one node. `secret` gives the client's, where it has one. Safe to use from
    several threads; every question raises `Refused`."""

    def __init__(
        self, config: Oidc, secret: Callable[[], str], clock: Callable[[], int],
        transport: httpx2.BaseTransport | None = None,
    ) -> None:  # fmt: skip
        try:
            import_module("joserfc")
        except ImportError:
            raise Refused(
                "[console.oidc] takes a library that is not installed\n"
                "Hint: pip install 'noroshi[oidc]'"
            ) from None
        self.config, self._secret, self._clock = config, secret, clock
        self._transport = transport
        self._lock = threading.Lock()
        self._kept: dict[str, tuple[int, bytes]] = {}

    @property
    def back(self) -> str:
        """Where the provider sends people back to: what is configured, whatever a request says."""
        return f"{self.config.url.rstrip('/')}/console/oidc/back"

    def leads_to(self, state: str, nonce: str, verifier: str) -> str:
        """The address at the provider where a person signs in."""
        asked = {
            "response_type": "code", "client_id": self.config.client_id,
            "redirect_uri": self.back, "scope": self.config.scope, "state": state, "nonce": nonce,
            "code_challenge": challenge(verifier), "code_challenge_method": "S256",
        }  # fmt: skip
        there = self.metadata().authorization_endpoint
        return f"{there}{'&' if '?' in there else '?'}{urlencode(asked)}"

    def leave(self) -> str | None:
        """Where one signs out of the provider too, if it has such a place."""
        there = self.metadata().end_session_endpoint
        if there is None or not guarded(there):
            return None
        home = f"{self.config.url.rstrip('/')}/console/"
        asked = {"client_id": self.config.client_id, "post_logout_redirect_uri": home}
        return f"{there}{'&' if '?' in there else '?'}{urlencode(asked)}"

    def person(self, code: str, nonce: str, verifier: str) -> Person:
        """Who comes back with `code`. `Refused` for whatever is not proved, and without a role."""
        told = self._checked(self._token(code, verifier), nonce)
        called = told.get("preferred_username") or told.get("name") or ""
        return Person(str(told["sub"]), str(called)[:100], self._role(told.get(self.config.claim)))

    def _role(self, value: Any) -> Role:
        held = cast("list[Any]", value) if isinstance(value, list) else [value]
        ranks = (ROLES.index(self.config.roles[each]) for each in held if self._maps(each))
        best = max(ranks, default=-1)
        if best < 0:
            raise Refused("no role is mapped to who this is")
        return ROLES[best]

    def _maps(self, each: Any) -> bool:
        return isinstance(each, str) and each in self.config.roles

    def metadata(self) -> Metadata:
        """What the issuer publishes of itself."""
        where = f"{self.config.issuer.rstrip('/')}/.well-known/openid-configuration"
        found = _decoded(self._known(where, KNOWN_FOR), Metadata)
        if found.issuer != self.config.issuer:
            raise Refused(f"the document of {self.config.issuer} is of {found.issuer[:100]!r}")
        for each in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
            if not guarded(each):
                raise Refused(f"the provider names {each[:100]!r}, which is not https")
        return found

    def _token(self, code: str, verifier: str) -> str:
        metadata, config = self.metadata(), self.config
        form = {
            "grant_type": "authorization_code", "code": code, "redirect_uri": self.back,
            "client_id": config.client_id, "code_verifier": verifier,
        }  # fmt: skip
        auth = None
        if config.client_secret is not None:
            if "client_secret_basic" in metadata.token_endpoint_auth_methods_supported:
                auth = httpx2.BasicAuth(config.client_id, self._secret())
            else:
                form["client_secret"] = self._secret()
        raw = self._asked("POST", metadata.token_endpoint, data=form, auth=auth)
        return _decoded(raw, _Token).id_token

    def _checked(self, token: str, nonce: str) -> dict[str, Any]:
        from joserfc import jwt
        from joserfc.errors import JoseError

        now_s = self._clock() // SECOND
        try:
            found = jwt.decode(token, self._key, algorithms=ALGORITHMS)
            jwt.JWTClaimsRegistry(
                now=now_s, leeway=LEEWAY_S,
                iss={"essential": True, "value": self.config.issuer},
                aud={"essential": True, "value": self.config.client_id},
                exp={"essential": True}, iat={"essential": True}, sub={"essential": True},
            ).validate(found.claims)  # fmt: skip
        except (JoseError, ValueError, TypeError, KeyError) as problem:
            raise Refused(f"the provider's token does not count: {problem}") from None
        told = found.claims
        party = told.get("azp", self.config.client_id)
        alone = told["aud"] in (self.config.client_id, [self.config.client_id])
        if party != self.config.client_id or not (alone or "azp" in told):
            raise Refused("the provider's token is for another")
        if now_s - told["iat"] > OLDEST_S:
            raise Refused("the provider's token is an old one")
        if not hmac.compare_digest(str(told.get("nonce", "")).encode(), nonce.encode()):
            raise Refused("the provider's token is of another sign-in")
        if not isinstance(told["sub"], str) or not 0 < len(told["sub"]) <= 255:
            raise Refused("the provider's token names nobody")
        return told

    def _key(self, guest: Any) -> Any:
        """The published key that a token names; asked for anew where it is not known yet."""
        from joserfc.errors import InvalidKeyIdError

        kid = guest.headers().get("kid")
        for lasts in (KNOWN_FOR, AGAIN_AFTER):
            fit = [each for each in self._keys(lasts) if kid in (None, each.kid)]
            if len(fit) == 1:
                return fit[0]
        raise InvalidKeyIdError(f"no key of the provider is called {str(kid)[:60]!r}")

    def _keys(self, lasts: int) -> list[Any]:
        from joserfc.errors import JoseError
        from joserfc.jwk import import_key

        held: list[Any] = []
        for each in _decoded(self._known(self.metadata().jwks_uri, lasts), _Keys).keys:
            if each.get("use", "sig") != "sig" or each.get("kty") == "oct":
                continue
            try:
                held.append(import_key(each))  # pyright: ignore[reportArgumentType]
            except (JoseError, ValueError, TypeError, KeyError):
                continue  # of a kind that we do not know
        return held

    def _known(self, where: str, lasts: int) -> bytes:
        """What stands at an address, asked for again after `lasts` µs."""
        now = self._clock()
        with self._lock:
            at, raw = self._kept.get(where, (0, b""))
            if not raw or not 0 <= now - at < lasts:
                raw = self._asked("GET", where)
                self._kept[where] = now, raw
            return raw

    def _asked(
        self, method: str, where: str, *, data: Mapping[str, str] | None = None,
        auth: httpx2.Auth | None = None,
    ) -> bytes:  # fmt: skip
        parts: list[bytes] = []
        try:
            with (
                httpx2.Client(timeout=PATIENCE_S, transport=self._transport) as client,
                client.stream(
                    method, where, data=data, auth=auth, headers={"accept": "application/json"}
                ) as answer,
            ):
                for each in answer.iter_bytes():
                    parts.append(each)
                    if sum(map(len, parts)) > ANSWER_MOST:
                        raise Refused(f"the provider's answer is longer than {ANSWER_MOST} bytes")
        except (httpx2.HTTPError, httpx2.InvalidURL) as problem:
            raise Refused(f"the provider cannot be asked: {problem}") from None
        if answer.status_code != 200:
            raise Refused(f"the provider answers {answer.status_code}")
        return b"".join(parts)


class _Keys(msgspec.Struct, frozen=True):
    keys: tuple[dict[str, Any], ...]


def _decoded(raw: bytes, kind: Any) -> Any:
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise Refused(f"the provider's answer is none: {problem}") from None
