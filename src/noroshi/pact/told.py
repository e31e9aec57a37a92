"""Told: a certificate in lines for people."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from noroshi.pact.certificate import Certificate
from noroshi.pact.prove import Leak
from noroshi.words.time import format_instant


def told(certificate: Certificate) -> Iterator[str]:
    """What was looked at, what was found, and how far to trust it."""
    proof, control, replay = certificate.proof, certificate.control, certificate.replay
    yield (
        f"{proof.originators} originators, {proof.pillars} pillars, {proof.stretches} stretches of "
        f"time: {proof.cells:,} classes of strands, each for all {proof.parties} parties."
    )
    for leak in proof.leaks:
        yield f"  {shown(leak)}"
    if proof.leaking:
        yield (
            f"LEAKS: {proof.leaking:,} classes, {len(proof.pairs):,} pairs of originator and third."
        )
    else:
        yield "No leak: no strand reaches whom it was not meant for, over any number of hops."
    yield (
        f"Control: if holders answered from their own agreements, {control.pairs:,} pairs would "
        f"leak{'' if control.first is None else ', as ' + shown(control.first)}."
    )
    yield (
        f"Replay: {replay.cells:,} classes through {replay.decisions:,} decisions, "
        f"{replay.differences:,} differences."
    )
    yield f"Agreement set {certificate.agreement_set[:12]}, registry {certificate.registry[:12]}."


def shown(leak: Leak) -> str:
    """`EU > JPN > AUS by eu-jpn-sdp/R1, jpn-aus-isa/R1: maritime, tlp green, from 2024-11-01`."""
    terms = ", ".join(
        f"{name} {value if isinstance(value, str) else _value(value)}"
        for name, value in leak.strand.items()
    )
    return (
        f"{' > '.join(leak.path)} by {', '.join(leak.clauses)}: {leak.pillar}, {terms}, "
        f"from {format_instant(leak.at)[:10]}"
    )


def _value(value: Any) -> str:
    return getattr(value, "value", None) or str(value)
