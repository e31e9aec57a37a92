"""The objects that the cases move: ATT&CK for ICS from the sample data, as often as wanted."""

from __future__ import annotations

import functools
import gzip
import importlib.resources
import io
import re
from collections.abc import Sequence
from typing import Final

from noroshi.words.desk import Source
from noroshi.words.ids import sha256
from noroshi.words.label import Strand, Tlp, label
from noroshi.words.stix import head, split

PARTY: Final = "JPN"
RECEIVED: Final = 1_770_000_000_000_000
_UUID = re.compile(rb"--([0-9a-f]{8})-")


@functools.cache
def objects(copies: int = 1) -> tuple[bytes, ...]:
    """1,826 objects for each copy; the ids of a further copy are new and refer to one another."""
    sample = importlib.resources.files("noroshi.data") / "samples" / "ics-attack-18.1.json.gz"
    bundle = gzip.decompress(sample.read_bytes())
    return tuple(each for copy in range(copies) for each in split(_renamed(bundle, copy)))


@functools.cache
def dated(copies: int = 1) -> tuple[bytes, ...]:
    """The objects with a `modified`: OpenTAXII fails on any other."""
    return tuple(each for each in objects(copies) if head(each).modified)


def _renamed(bundle: bytes, copy: int) -> bytes:
    return _UUID.sub(lambda found: b"--%08x-" % (int(found[1], 16) ^ copy), bundle)


def envelope(each: Sequence[bytes]) -> bytes:
    """Objects as a TAXII envelope."""
    return b'{"objects":[' + b",".join(each) + b"]}"


def bundle(each: Sequence[bytes]) -> bytes:
    """Objects as a STIX bundle."""
    head = b'{"type":"bundle","id":"bundle--00000000-0000-4000-8000-000000000000","objects":['
    return head + b",".join(each) + b"]}"


def source(data: bytes) -> Source:
    """`data` as the source that a desk reads; what it leaves unmarked is TLP GREEN."""
    return Source(
        name="attack",
        lineage="MITRE ATT&CK",
        retrieved=RECEIVED,
        sha256=sha256(data),
        label=label(Strand(originator=PARTY, pillar="cyber", kind="attack", tlp=Tlp.GREEN)),
        owner=PARTY,
        reliability="B",
        open=lambda: io.BytesIO(data),
    )
