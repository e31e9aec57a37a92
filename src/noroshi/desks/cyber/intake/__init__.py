"""Sources that are not STIX to STIX objects: MISP, CSV and plain lists, CSAF, KEV, incidents.

In: a source that `sniff` knows by its beginning. Out: records, each with the piece that it came
from in its `words.origin` extension, and the pieces that could not be read, by place and reason.

`making` makes the objects; `patterns` writes STIX patterns of single values; each format is a file
of its own with `sniff(head)` and `read(source)`.
"""

from __future__ import annotations

from noroshi.desks.cyber.intake.formats import read, sniff

__all__ = ["read", "sniff"]
