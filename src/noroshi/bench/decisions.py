"""Single release decisions, with clauses and near misses named, beside Cedar.

Both answer the same questions about the same world, and every answer must be the same before
anything is measured. CPU time; Cedar has all its handles parsed beforehand.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Final

from noroshi.bench import world
from noroshi.bench.case import Case, Measured
from noroshi.bench.measure import in_turns, rate
from noroshi.bench.peer import Peer, started
from noroshi.bench.world import AT, Question
from noroshi.pact.decide import decide
from noroshi.pact.load import load
from noroshi.pact.policy import Policy
from noroshi.words.party import packaged_parties

SEED: Final = 2026
QUESTIONS: Final = 2_000


def answer(policy: Policy, question: Question) -> bool:
    """Whether our decision permits."""
    strand = question.strand
    return decide(policy, question.label, strand.originator, question.party, AT).permitted


def all_answers(policy: Policy, asked: Sequence[Question]) -> Callable[[], int]:
    """Work for `rate`: every question once."""

    def work() -> int:
        for question in asked:
            answer(policy, question)
        return len(asked)

    return work


@contextmanager
def cedar(
    codes: Sequence[str],
    terms: Sequence[world.Terms],
    asked: Sequence[Question],
    expected: Sequence[bool],
) -> Generator[Peer, None, None]:
    """Cedar, loaded with the world and found to agree. Raises `AssertionError` where it differs."""
    with started("cedarpy", "cedar") as peer:
        peer.ask(
            "load",
            policies=world.cedar(terms),
            entities=world.entities(codes, terms, asked),
            requests=world.requests(asked),
        )
        theirs = peer.ask("answers")["allowed"]
        if differ := [n for n, ours in enumerate(expected) if ours != theirs[n]]:
            first = asked[differ[0]]
            raise AssertionError(f"{len(differ)} answers differ from Cedar's, first: {first}")
        yield peer


def beside_cedar(quick: bool) -> Measured:
    """In turns with Cedar, after all answers were compared."""
    draw = random.Random(SEED)  # noqa: S311 — a repeatable world, not a secret
    parties = packaged_parties()
    codes = world.states(parties)
    terms = world.agreements(codes, draw)
    asked = world.questions(codes, QUESTIONS, draw)
    agreements = tuple(load(world.toml(each), f"{each.id}.toml", parties) for each in terms)
    policy = Policy(agreements, parties, {}, ())
    expected = [answer(policy, question) for question in asked]
    work = all_answers(policy, asked)
    seconds = 0.3 if quick else 1.0
    return in_turns(
        lambda: rate(work, seconds),
        cedar(codes, terms, asked, expected),
        lambda peer: float(peer.ask("measure", seconds=seconds)["rate"]),
        3 if quick else 7,
    )


CASES: Final = (Case("single decisions", "decisions", "decisions/s", 8.0, "cedarpy", beside_cedar),)
