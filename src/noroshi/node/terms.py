"""The labels that sources are declared to have, as strands of this party."""

from __future__ import annotations

from noroshi.config import Feed, FeedLabel
from noroshi.words.desk import Desk
from noroshi.words.errors import BadInput
from noroshi.words.label import Label, Strand, Tlp, label
from noroshi.words.time import ends, parse_partial


def declared(tlp: str) -> FeedLabel:
    """What `--tlp` says; `BadInput` for what is no default label."""
    try:
        return FeedLabel(tlp=Tlp(tlp.lower()))
    except ValueError:
        raise BadInput(
            "--tlp", "not a default label", found=tlp, expected="green, amber, amber+strict, red"
        ) from None


def feed_label(feed_default: Feed, party: str, desk: Desk, exercise: str | None) -> Label:
    """The label that a feed declares, as a strand of this party, of this exercise."""
    return label(declared_strand(feed_default.label, party, pillar_of(desk), exercise))


def declared_strand(declared: FeedLabel, party: str, pillar: str, exercise: str | None) -> Strand:
    """What `declared` says, as a strand of this party about anything of the pillar."""
    return Strand(
        originator=party,
        pillar=pillar,
        kind="*",
        tlp=declared.tlp,
        pap=declared.pap,
        classes=declared.classes,
        only=declared.only,
        orcon=declared.orcon,
        licence=declared.licence,
        personal=declared.personal,
        handling=tuple(sorted({*declared.handling})),
        exercise=exercise,
        expires=None if declared.expires is None else ends(parse_partial(declared.expires)),
    )


def unlabelled(party: str, desk: Desk, exercise: str | None) -> Label:
    """The label of a source that nobody declared: RED, for the originator alone."""
    return label(Strand(party, pillar_of(desk), "*", Tlp.RED, only=(), exercise=exercise))


def pillar_of(desk: Desk) -> str:
    """The pillar of what a desk finds."""
    pillars = sorted({kind.pillar for kind in desk.kinds.values()})
    return pillars[0]
