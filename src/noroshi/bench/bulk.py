"""Who may have each of a million records, for every one of sixty parties, from the compiled table.

In: the number of each record's label, as the store interns it. Out: for each party a column that
says which records it may have. Pairs of a record and a party are counted; a sample of them is
compared with the decision, and with Cedar, before anything is measured. CPU time of one core.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Final, NamedTuple

from noroshi.bench import world
from noroshi.bench.case import Case, Measured
from noroshi.bench.measure import in_turns, rate
from noroshi.bench.peer import Peer, started
from noroshi.bench.world import AT, Question, Terms
from noroshi.pact import bulk
from noroshi.pact.decide import decide
from noroshi.pact.load import load
from noroshi.pact.policy import Policy
from noroshi.pact.table import Table
from noroshi.words.party import packaged_parties

SEED: Final = 2026
PARTIES: Final = 60
LABELS: Final = 2_000
RECORDS: Final = 1_000_000
CHUNK: Final = 65_536
"""Records at a time: what one column of them takes stays in the processor's cache."""

LEAST: Final = 200e6


class World(NamedTuple):
    """The table of `holder`, and questions about its labels with our answers."""

    codes: tuple[str, ...]
    terms: list[Terms]
    table: Table
    questions: list[Question]
    expected: list[bool]


def make() -> World:
    """Ten agreements among sixty parties; every label is of the first party of the first one."""
    draw = random.Random(SEED)  # noqa: S311 — a repeatable world, not a secret
    parties = packaged_parties()
    codes = tuple(code for code in parties.order if parties.get(code).below is None)[:PARTIES]
    terms = world.agreements(codes, draw)
    holder = terms[0].parties[0]
    questions = world.questions(codes, LABELS, draw, holder)
    agreements = tuple(load(world.toml(each), f"{each.id}.toml", parties) for each in terms)
    policy = Policy(agreements, parties, {}, ())
    labels = {each.label.key(): each.label for each in questions}
    table = Table(policy, holder, labels, AT)
    expected = [decide(policy, q.label, holder, q.party, AT).permitted for q in questions]
    for question, permitted in zip(questions, expected, strict=True):
        if table.release(question.label.key(), question.party).permitted is not permitted:
            raise AssertionError(f"table and decision differ about {question}")
    return World(codes, terms, table, questions, expected)


def all_pairs(made: World, records: int) -> Callable[[], int]:
    """Work for `rate`: every record and party once."""
    import numpy as np

    columns = bulk.columns(made.table)
    cells = np.random.default_rng(SEED).integers(0, len(columns.cells), records, dtype=np.int32)
    positions = [made.table.masks.position[code] for code in made.codes]
    permitted = np.zeros((PARTIES, records), dtype=np.bool_)

    def work() -> int:
        for start in range(0, records, CHUNK):
            found = bulk.audiences(columns, cells[start : start + CHUNK])
            for row, position in enumerate(positions):
                permitted[row, start : start + CHUNK] = bulk.visible(found, position)
        return permitted.size

    return work


@contextmanager
def cedar(made: World) -> Generator[Peer, None, None]:
    """Cedar, loaded with the world and found to agree about every question."""
    with started("cedarpy", "cedar") as peer:
        peer.ask(
            "load",
            policies=world.cedar(made.terms),
            entities=world.entities(made.codes, made.terms, made.questions),
            requests=world.requests(made.questions),
        )
        if peer.ask("answers")["allowed"] != made.expected:
            raise AssertionError("Cedar's answers differ from ours")
        yield peer


def beside_cedar(quick: bool) -> Measured:
    """In turns with Cedar's batch of 2,000 requests, after all answers to those were compared."""
    made = make()
    work = all_pairs(made, RECORDS // 10 if quick else RECORDS)
    seconds = 0.3 if quick else 1.0
    return in_turns(
        lambda: rate(work, seconds),
        cedar(made),
        lambda peer: float(peer.ask("measure_batch", seconds=seconds)["rate"]),
        3 if quick else 7,
    )


CASES: Final = (Case("bulk decisions", "bulk", "pairs/s", 1_000.0, "cedarpy", beside_cedar, LEAST),)
