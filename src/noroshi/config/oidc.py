"""`[console.oidc]`: an identity provider that may sign people in beside the node's own users."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlsplit

import msgspec

from noroshi.config.listen import is_loopback
from noroshi.config.secret import Secret


def guarded(url: str) -> bool:
    """Whether `url` is https, or http on this machine, and nothing else is in it than a place."""
    parts = urlsplit(url)
    plain = parts.scheme == "http" and is_loopback(parts.hostname or "")
    whole = bool(parts.hostname) and not parts.username and not parts.fragment
    return whole and (parts.scheme == "https" or plain)


class Oidc(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where the provider is (`issuer`), where people reach this node (`url`), who the node is there
    (`client_id`, `client_secret`), and which values of which claim give which role. Who has none
    of them is not let in. `name` is what stands on the button."""

    issuer: str
    client_id: str
    url: str
    roles: dict[str, Literal["viewer", "analyst", "releaser", "administrator"]]
    claim: str = "groups"
    client_secret: Secret | None = None
    scope: str = "openid profile"
    name: str = "OIDC"

    def __post_init__(self) -> None:
        for key, url in (("issuer", self.issuer), ("url", self.url)):
            if not guarded(url) or urlsplit(url).query:
                raise ValueError(f"{key} is https (http on loopback only): {url}")
        if not self.client_id or not self.roles:
            raise ValueError("client_id and roles must be given: without a role nobody is let in")
        if "openid" not in self.scope.split():
            raise ValueError("scope has to hold openid")
