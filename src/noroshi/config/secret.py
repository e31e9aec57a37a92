"""Secrets are only ever named: where one is, never what it is."""

from __future__ import annotations

import msgspec


class Secret(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Where a secret is: exactly one of a file beside the configuration or a variable."""

    file: str | None = None
    env: str | None = None

    def __post_init__(self) -> None:
        if (self.file is None) == (self.env is None):
            raise ValueError("a secret is { file = … } or { env = … }, exactly one of them")
