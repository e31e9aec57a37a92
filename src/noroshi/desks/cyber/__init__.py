"""The cyber desk: threat intelligence in STIX 2.0 and 2.1 becomes records with labels.

In: bundles, TAXII envelopes, arrays, JSON Lines or single objects (`words.desk.Source`).
Out: one `words.record.Record` an object, its bytes untouched and its label resolved from the
markings that it carries; what cannot be a record is a `Rejected` with its place and reason.

`read` takes sources apart, `check` says what makes an object unacceptable, `markings` makes labels
of `terms` (TLP, PAP; `iep`, `acs`) and of the parts that `granular` markings select, `detect` is
the desk itself (no findings of its own yet).
"""

from __future__ import annotations

from noroshi.desks.cyber.detect import CyberDesk

desk = CyberDesk()

__all__ = ["desk"]
