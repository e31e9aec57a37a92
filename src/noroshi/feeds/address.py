"""Addresses of polled feeds, without what it takes to poll them."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from noroshi.words.errors import BadInput

TAXII: Final = "taxii+"
SCHEMES: Final = ("https:", "http:", "taxii+https:", "taxii+http:")
LOCAL: Final = ("127.0.0.1", "::1", "localhost")


def is_polled(uri: str) -> bool:
    """Whether `uri` names what a server has, and not a pattern of files."""
    return uri.startswith(SCHEMES)


def check_polled(uri: str) -> None:
    """Raise `BadInput` for an address that is none, holds a secret, or goes over the network in
    clear."""
    parts = urlsplit(uri.removeprefix(TAXII))
    if not parts.hostname or (parts.username is not None):
        raise BadInput("uri", "no address", found=uri, expected="https://HOST/… without a password")
    if parts.scheme == "http" and parts.hostname not in LOCAL:
        raise BadInput("uri", "not over TLS", found=uri, expected="https, but on this machine")
