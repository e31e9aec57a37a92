"""The account of a scan."""

from __future__ import annotations

from noroshi.desks.cyber.match.entry import Tally


def test_places_are_kept_up_to_a_limit_and_counted_beyond_it() -> None:
    tally = Tally()
    for number in range(Tally.PLACES + 5):
        tally.skip(number, 1, "too long" if number % 2 else "torn")
    assert len(tally.skipped) == Tally.PLACES
    assert tally.skipped[3].start == 3
    assert tally.reasons == {"too long": 502, "torn": 503}
