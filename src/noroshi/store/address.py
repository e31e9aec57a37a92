"""The URL of a PostgreSQL store: what of it may be shown, and how a password gets into it."""

from __future__ import annotations

from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

SCHEMES: Final = ("postgresql://", "postgres://")
SECRETS: Final = ("password", "sslpassword")
"""Parameters of a URL that no message and no file of ours shows."""


def shown(url: str) -> str:
    """`url` without the secrets in it."""
    parts = urlsplit(url)
    user, _, host = parts.netloc.rpartition("@")
    name = f"{user.partition(':')[0]}@{host}" if user else host
    query = urlencode(
        [pair for pair in parse_qsl(parts.query) if pair[0] not in SECRETS], safe="/:"
    )
    return f"{parts.scheme}://{name}{parts.path}" + (f"?{query}" if query else "")


def secretive(url: str) -> bool:
    """Whether `url` holds a secret."""
    parts = urlsplit(url)
    user = parts.netloc.rpartition("@")[0]
    return ":" in user or any(key in SECRETS for key, _ in parse_qsl(parts.query))


def with_password(url: str, password: str) -> str:
    """`url`, which holds none, with `password`."""
    return f"{url}{'&' if urlsplit(url).query else '?'}password={quote(password, safe='')}"
