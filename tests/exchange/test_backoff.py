"""When a peer that failed is called again: later each time, never in step, never never."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from noroshi.exchange.backoff import FIRST, LONGEST, answered, circuit, failed, is_due
from noroshi.store import Call
from noroshi.words.time import HOUR, MINUTE

NOW = 1_780_000_000_000_000
chances = st.floats(0, 1, exclude_max=True)


@given(st.lists(chances, min_size=1, max_size=40))
def test_each_wait_lies_in_the_upper_half_of_a_doubling_span(drawn: list[float]) -> None:
    call, now = Call("EU", "pull"), NOW
    for n, chance in enumerate(drawn):
        call = failed(call, now, "gone", lambda each=chance: each)
        whole = min(LONGEST, FIRST * 2**n)
        assert whole // 2 <= call.due - now < whole or whole == call.due - now == 0
        assert (call.failures, call.since, call.problem) == (n + 1, NOW, "gone")
        assert circuit(call, call.due - 1) == "open"
        assert circuit(call, call.due) == "half-open"
        now = call.due


@given(chances, chances)
def test_two_partners_of_one_peer_do_not_call_in_step(one: float, other: float) -> None:
    calls = [failed(Call("EU", "pull"), NOW, "gone", lambda c=c: c).due for c in (one, other)]
    assert (calls[0] - calls[1]) * (one - other) >= 0
    assert abs(calls[0] - calls[1] - (one - other) * FIRST / 2) <= 1


@given(chances)
def test_an_answer_closes_the_circuit(chance: float) -> None:
    broken = failed(Call("EU", "push", ok=5), NOW, "gone", lambda: chance)
    call = answered(broken, NOW + 7, HOUR, lambda: chance)
    assert (call.failures, call.since, call.problem, call.ok) == (0, None, None, NOW + 7)
    assert NOW + 7 + HOUR * 9 // 10 <= call.due <= NOW + 7 + HOUR
    assert circuit(call, NOW) == "closed"


def test_who_asks_to_be_left_alone_is_but_not_for_ever() -> None:
    call = Call("EU", "pull")
    assert failed(call, NOW, "busy", lambda: 0.0, least=4 * MINUTE).due == NOW + 4 * MINUTE
    assert failed(call, NOW, "busy", lambda: 0.0, least=10**18).due == NOW + LONGEST


def test_a_clock_that_was_set_back_stops_nobody() -> None:
    call = failed(Call("EU", "pull"), NOW, "gone", lambda: 0.5)
    assert not is_due(call, NOW)
    assert is_due(call, NOW - 24 * HOUR)
    later = answered(call, NOW, 24 * HOUR, lambda: 0.0)
    assert not is_due(later, NOW, 24 * HOUR)
    assert is_due(later, NOW - HOUR, 24 * HOUR)
