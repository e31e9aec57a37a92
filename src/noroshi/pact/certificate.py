"""Certificate: what a proof was made of and what it found, so that another node can run it again.

A certificate is checked by making it anew from the agreements at hand and comparing everything.
Its seal only tells a damaged file from a false one: trust comes from running it, not from the seal.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from noroshi.pact.laundering import launder
from noroshi.pact.policy import Policy
from noroshi.pact.prove import Leak, Proof, prove
from noroshi.pact.questions import stretches
from noroshi.pact.replay import replay
from noroshi.words import ids
from noroshi.words.errors import BadInput
from noroshi.words.party import Parties

_ONE_SIDED = "in one of the two sets only"


class Control(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the wrong rule leaks in the last stretch of time: `pairs` of (originator, third)."""

    cells: int
    leaking: int
    pairs: int
    first: Leak | None


class Replay(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Cells taken through the decision itself, in how many decisions; `differences` are between
    what the proof counts with and what the decision does."""

    limit: int
    cells: int
    decisions: int
    differences: int


class Certificate(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`agreement_set`, `registry` and `consents` are hashes of what was proved about; `agreements`
    has the hash of each file."""

    format: Literal["proof/1"]
    version: str
    agreement_set: str
    agreements: dict[str, str]
    registry: str
    consents: str
    proof: Proof
    control: Control
    replay: Replay
    seal: str = ""

    @property
    def holds(self) -> bool:
        """Whether nothing leaks, and the decision does what the proof counts with."""
        return self.proof.holds and not self.replay.differences


def certify(policy: Policy, version: str, replayed: int = 200) -> Certificate:
    """The certificate of `policy`; `version` is that of noroshi, `replayed` how many cells are
    taken through the decision itself."""
    wrong = launder(policy, stretches(policy)[-1])
    again = replay(policy, replayed)
    found = Certificate(
        format="proof/1",
        version=version,
        agreement_set=policy.set_sha256,
        agreements={each.id: each.sha256 for each in policy.agreements},
        registry=registry_sha256(policy.parties),
        consents=ids.sha256(ids.canonical(sorted(each.id for each in policy.consents))),
        proof=prove(policy),
        control=Control(
            wrong.cells, wrong.leaking, len(wrong.pairs), wrong.leaks[0] if wrong.leaks else None
        ),
        replay=Replay(replayed, again.cells, again.decisions, len(again.differences)),
    )
    return msgspec.structs.replace(found, seal=_seal(found))


def written(certificate: Certificate) -> bytes:
    """The certificate as a file: JSON for people and programs."""
    return msgspec.json.format(msgspec.json.encode(certificate), indent=2) + b"\n"


def verify(data: bytes, where: str, policy: Policy) -> tuple[str, ...]:
    """Everything in which the certificate in `data` is not that of `policy`; none: it is proved
    again. Another version of noroshi may have made it. Raises `BadInput` where it is none."""
    try:
        given = msgspec.json.decode(data, type=Certificate)
    except (msgspec.ValidationError, msgspec.DecodeError) as problem:
        raise BadInput(where, f"not a certificate: {problem}", expected="proof/1") from problem
    if given.seal != _seal(given):
        return ("the seal does not belong to what the certificate says",)
    if written(given) != data:
        return ("the file is not as it was written",)
    here = certify(policy, given.version, given.replay.limit)
    return tuple(_differences(given, here))


def registry_sha256(parties: Parties) -> str:
    """Hash of the registry as far as decisions depend on it: codes, and what is below what."""
    return ids.sha256(ids.canonical([[code, *parties.line(code)] for code in parties.order]))


def _differences(given: Certificate, here: Certificate) -> list[str]:
    found: list[str] = []
    for name in sorted({*given.agreements, *here.agreements}):
        one, other = given.agreements.get(name), here.agreements.get(name)
        if one != other:
            found.append(f"agreement {name}: {'other bytes' if one and other else _ONE_SIDED}")
    names = ("agreement_set", "registry", "consents", "proof", "control", "replay")
    for name in names:
        one, other = (ids.canonical(getattr(each, name)) for each in (given, here))
        if one != other:
            found.append(
                f"{name.replace('_', ' ')}: the certificate has {_cut(one)}, here {_cut(other)}"
            )
    return found


def _cut(data: bytes) -> str:
    text = data.decode()
    return text if len(text) <= 90 else text[:89] + "…"


def _seal(certificate: Certificate) -> str:
    return ids.sha256(ids.canonical(msgspec.structs.replace(certificate, seal="")))
