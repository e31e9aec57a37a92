"""What is told of a log that was searched."""

from __future__ import annotations

from noroshi.desks.cyber.sightings import REASONS, Log, most


def test_of_many_reasons_the_first_are_spelled_out() -> None:
    reasons = {f"reason {n}": 100 - n for n in range(REASONS + 2)}
    told = Log("key", refused=most(reasons)).told()
    assert told["indicators not looked for: reason 0"] == 100
    assert told["indicators not looked for: other reasons"] == 199 - 2 * REASONS
    assert sum("not looked for" in each for each in told) == REASONS + 1
