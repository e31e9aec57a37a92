"""Numbers of techniques in what people write: ATT&CK (Enterprise, ICS, Mobile) and CAPEC.

`T1059.001`, `T0817`, `CAPEC-66`; the MISP cluster `mitre-attack-pattern="… - T1059"`; a reference
whose source is `mitre-attack`, `mitre-ics-attack`, `mitre-mobile-attack` or `capec`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_NUMBER: Final = re.compile(r"(?<![A-Za-z0-9])(T[01]\d{3}(?:\.\d{3})?|CAPEC-\d{1,4})(?![\w.]*\d)")

SOURCES: Final = frozenset(("mitre-attack", "mitre-ics-attack", "mitre-mobile-attack", "capec"))
"""What ATT&CK and CAPEC call themselves in `external_references`."""


def techniques_in(texts: Iterable[str]) -> tuple[str, ...]:
    """The numbers in `texts`, sorted, each once."""
    return tuple(sorted({number for text in texts for number in _NUMBER.findall(text)}))
