"""The registered words of the agreement format, and the text forms of its scalars."""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta


class Block(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A table of an agreement file: what it does not know, it refuses."""


Pillar = Literal[
    "maritime",
    "cyber",
    "hybrid",
    "information",
    "space",
    "disarmament",
    "industry",
    "crisis",
    "counterterror",
    "infrastructure",
    "info_security",
    "logistics",
    "access",
    "exercises",
]
"""The registered pillars."""

Basis = Literal["text", "practice", "model"]
Form = Literal["treaty", "arrangement", "non_binding"]
Class = Literal[
    "sdp",
    "isa",
    "acsa",
    "raa",
    "sofa",
    "vfa",
    "fpa",
    "dett",
    "dca",
    "alliance",
    "framework",
    "programme",
    "arrangement",
    "dialogue",
    "declaration",
    "regime",
    "internal",
]
Layer = Literal[
    "alliance",
    "information",
    "visiting_forces",
    "logistics",
    "technology",
    "political",
]
"""The layers of the web of agreements (design, "Network"); measured apart, never on their union."""

CommitmentKind = Literal[
    "principle",
    "scope",
    "dialogue",
    "review",
    "exercise",
    "port_call",
    "coordination",
    "info_sharing",
    "participation",
    "negotiation",
    "training",
    "capacity_building",
]

DATE: Final = 'a date such as 2024-11-01, or in part "2024-11"'
DURATION: Final = 'an ISO 8601 duration such as "P180D"'

AgreementId = Annotated[
    str, Meta(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", description='an id such as "eu-jpn-sdp"')
]
ClauseId = Annotated[
    str, Meta(pattern=r"^[A-Za-z][A-Za-z0-9_.-]*$", description='an id such as "R1"')
]
Code = Annotated[str, Meta(pattern=r"^[A-Z][A-Z0-9.]+$", description='a party code such as "JPN"')]
ControlCode = Annotated[
    str,
    Meta(
        pattern=r"^[A-Z0-9]+([.-][A-Za-z0-9]+)*$",
        description='a code of a control list such as "5A002" or "ML15"',
    ),
]
Date = Annotated[str, Meta(pattern=r"^\d{4}", description=DATE)]
Duration = Annotated[str, Meta(pattern=r"^P\d|^PT\d", description=DURATION)]
