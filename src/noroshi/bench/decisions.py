"""Single release decisions, with clauses and near misses named, beside Cedar and z3.

All answer the same questions about the same world, and every answer must be the same before
anything is measured. CPU time; a peer has all its handles parsed beforehand.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Final, NamedTuple

from noroshi.bench import world
from noroshi.bench.case import Case, Measured
from noroshi.bench.measure import in_turns, rate
from noroshi.bench.peer import Peer, started
from noroshi.bench.world import AT, Question, Terms
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


class Asked(NamedTuple):
    """A world with its questions and our answers to them."""

    codes: tuple[str, ...]
    terms: list[Terms]
    questions: list[Question]
    policy: Policy
    expected: list[bool]


def ask(count: int = QUESTIONS) -> Asked:
    """The world, which is the same for every case."""
    draw = random.Random(SEED)  # noqa: S311 — a repeatable world, not a secret
    parties = packaged_parties()
    codes = world.states(parties)
    terms = world.agreements(codes, draw)
    questions = world.questions(codes, count, draw)
    agreements = tuple(load(world.toml(each), f"{each.id}.toml", parties) for each in terms)
    policy = Policy(agreements, parties, {}, ())
    return Asked(codes, terms, questions, policy, [answer(policy, each) for each in questions])


def agreeing(peer: Peer, asked: Asked) -> Peer:
    """The peer, whose every answer was compared. Raises `AssertionError` where one differs."""
    theirs = peer.ask("answers")["allowed"]
    if differ := [n for n, ours in enumerate(asked.expected) if ours != theirs[n]]:
        first = asked.questions[differ[0]]
        raise AssertionError(f"{len(differ)} answers differ from {peer.name}, first: {first}")
    return peer


@contextmanager
def cedar(asked: Asked) -> Generator[Peer, None, None]:
    """Cedar, loaded with the world and found to agree."""
    with started("cedarpy", "cedar") as peer:
        peer.ask(
            "load",
            policies=world.cedar(asked.terms),
            entities=world.entities(asked.codes, asked.terms, asked.questions),
            requests=world.requests(asked.questions),
        )
        yield agreeing(peer, asked)


@contextmanager
def z3(asked: Asked) -> Generator[Peer, None, None]:
    """z3, loaded with the world as one formula and found to agree."""
    with started("z3-solver", "z3_decide") as peer:
        peer.ask(
            "load",
            agreements=world.plain_terms(asked.codes, asked.terms),
            questions=world.plain_questions(asked.codes, asked.questions),
        )
        yield agreeing(peer, asked)


def _beside(asked: Asked, peer: AbstractContextManager[Peer], quick: bool) -> Measured:
    work = all_answers(asked.policy, asked.questions)
    seconds = 0.3 if quick else 1.0
    return in_turns(
        lambda: rate(work, seconds),
        peer,
        lambda running: float(running.ask("measure", seconds=seconds)["rate"]),
        3 if quick else 7,
    )


def beside_cedar(quick: bool) -> Measured:
    """In turns with Cedar, after all answers were compared."""
    asked = ask()
    return _beside(asked, cedar(asked), quick)


def beside_z3(quick: bool) -> Measured:
    """In turns with z3, after all answers were compared."""
    asked = ask()
    return _beside(asked, z3(asked), quick)


LEAST: Final = 300_000

CASES: Final = (
    Case("single decisions", "decisions", "decisions/s", 8.0, "cedarpy", beside_cedar, LEAST),
    Case("single decisions", "decisions", "decisions/s", 8.0, "z3-solver", beside_z3, LEAST),
)
