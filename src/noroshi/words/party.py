"""Parties: states, unions, organisations and the agencies below them.

ISO 3166-1 alpha-3 codes for states, registered codes for the rest, `PARENT.NAME` for an agency.
The packaged registry is append-only: the order of its entries is part of stored audience masks.
An agency inherits what its party receives; a member state inherits nothing from its union.
"""

from __future__ import annotations

import functools
import importlib.resources
import re
import tomllib
from typing import Literal

import msgspec

from noroshi.words.errors import BadInput, UnknownParty

_CODE = re.compile(r"^[A-Z][A-Z0-9]{1,15}(\.[A-Z0-9]{2,15})*$")


class Party(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`below`: the party an agency belongs to; `member`: the unions a state is a member of."""

    code: str
    kind: Literal["state", "union", "organisation", "agency"]
    en: str
    ja: str
    below: str | None = None
    member: tuple[str, ...] = ()


class _File(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal["parties/1"]
    party: list[Party]


class Parties:
    """The registry: parties in order of registration, which is their bit position."""

    def __init__(self, parties: tuple[Party, ...]) -> None:
        self.order = tuple(party.code for party in parties)
        self._by_code = {party.code: party for party in parties}
        if len(self._by_code) != len(parties):
            raise ValueError("a party code is registered twice")
        for party in parties:
            if not _CODE.match(party.code):
                raise ValueError(f"not a party code: {party.code!r}")
            for other in (party.below, *party.member):
                if other is not None and other not in self._by_code:
                    raise ValueError(f"{party.code}: no party {other!r} in the registry")
        self._position = {code: position for position, code in enumerate(self.order)}
        self._lines: dict[str, tuple[str, ...]] = {}

    def __contains__(self, code: str) -> bool:
        return code in self._by_code

    def __len__(self) -> int:
        return len(self.order)

    def get(self, code: str) -> Party:
        """The party of `code`; raises `UnknownParty` with a hint."""
        try:
            return self._by_code[code]
        except KeyError:
            raise UnknownParty(
                f"no party {code!r} in the registry\nHint: ISO 3166-1 alpha-3 (JPN, FRA), "
                "EU, NATO, or add it with [[party]] in node.toml"
            ) from None

    def position(self, code: str) -> int:
        """Bit position of `code` in this node's masks. Never leaves the node."""
        self.get(code)
        return self._position[code]

    def line(self, code: str) -> tuple[str, ...]:
        """`code` and what it is below, nearest first: (JPN.JCG, JPN). A union is not above its
        members. An unregistered code stands alone."""
        known = self._lines.get(code)
        if known is None:
            found, at = [code], self._by_code.get(code)
            while at is not None and at.below is not None and at.below not in found:
                found.append(at.below)
                at = self._by_code.get(at.below)
            known = self._lines[code] = tuple(found)
        return known

    def is_in(self, code: str, codes: tuple[str, ...]) -> bool:
        """Whether `code`, or a party that it is below, is among `codes`."""
        return any(each in codes for each in self.line(code))

    def members(self, union: str) -> tuple[str, ...]:
        """Codes of the members of `union`, in registry order."""
        return tuple(p.code for p in self._by_code.values() if union in p.member)

    def extended(self, more: tuple[Party, ...]) -> Parties:
        """This registry with a node's own parties after it; positions held so far never change."""
        if not more:
            return self
        return Parties((*(self._by_code[code] for code in self.order), *more))


def load_parties(text: str, where: str = "parties.toml") -> Parties:
    """The registry in `text` (TOML, `format = "parties/1"`). Raises `BadInput` naming `where`."""
    try:
        return Parties(tuple(msgspec.convert(tomllib.loads(text), _File).party))
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, ValueError) as problem:
        raise BadInput(where, str(problem)) from problem


@functools.cache
def packaged_parties() -> Parties:
    """The registry that comes with noroshi."""
    file = importlib.resources.files("noroshi.data").joinpath("parties.toml")
    return load_parties(file.read_text("utf-8"))
