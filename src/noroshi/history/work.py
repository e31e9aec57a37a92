"""The tasks of a replay: a day made thin, the ships of a shard, the meetings of a day.

Kinds of one ship (`shard = "subject"`) are found among all days of the ships of a shard, so nothing
is cut at midnight. Kinds of ships together (`shard = "cell"`) are found in the day on which they
begin, with two days about it, and longer where something still goes on at the rim; and every ship's
next position after that, so that its silences end where they end. An identity that may be several
ships is there with all its positions.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

import msgspec

from noroshi.history import arrow, thin
from noroshi.history.plan import Plan
from noroshi.history.reading import HIGHEST, said
from noroshi.words.desk import Columns, Desk, Found
from noroshi.words.finding import Finding
from noroshi.words.time import DAY, HOUR, SECOND

if TYPE_CHECKING:
    from noroshi.words.desk import Array

LEAST_S: Final = 7_200
"""Something may go on at the rim of what is looked at if it ends no earlier than this before."""


class Task(msgspec.Struct, frozen=True, order=True):
    """`what` (thin, shard or meet) of the shard or the day `number`."""

    what: str
    number: int

    def name(self) -> str:
        """Of the file with what was found."""
        return f"{self.what}-{self.number}.msgpack"


class Done(msgspec.Struct, frozen=True):
    """What a task says: positions read, and findings, which lie in its file."""

    positions: int
    findings: int


def work(plan: Plan, task: Task) -> Done:
    """Do `task`. What it found is moved into its place when it is whole."""
    if task.what == "thin":
        return Done(thin.thin(plan, task.number), 0)
    desk = _desk(plan.desk)
    subject = task.what == "shard"
    found = list(_shard(plan, desk, task.number) if subject else _meet(plan, desk, task.number))
    path = plan.work / "found" / task.name()
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    beside.write_bytes(msgspec.msgpack.encode(found))
    beside.replace(path)
    return Done(0, len(found))


def found(plan: Plan, task: Task) -> list[Finding] | None:
    """What a task found; None where it was not done."""
    try:
        data = (plan.work / "found" / task.name()).read_bytes()
        return msgspec.msgpack.decode(data, type=list[Finding])
    except (FileNotFoundError, msgspec.MsgspecError):
        return None


def _desk(name: str) -> Desk:
    from noroshi.desks.registry import desks

    return desks()[name]


def _shard(plan: Plan, desk: Desk, shard: int) -> Iterator[Finding]:
    """What the ships of one shard did."""
    low = plan.bounds[shard]
    high = plan.bounds[shard + 1] if shard + 1 < len(plan.bounds) else HIGHEST
    state = desk.start(plan.context)
    for day in plan.days:
        for each in thin.columns(thin.day_file(plan.work, "thin", day), shard):
            state, _ = desk.fold(state, each, 0)
    for each in said(plan.folder, low, high):
        state, _ = desk.fold(state, each, 0)
    _set_apart(plan, desk, state, shard)
    _tell_traffic(plan, desk, state, shard)
    yield from _of(desk, state, "subject")


def _set_apart(plan: Plan, desk: Desk, state: object, shard: int) -> None:
    """Write all thin rows of the identities of the shard that may be several ships: meetings need
    them whole. Of tracks without MMSI all are written where one is such."""
    import numpy as np

    divided: list[str] = getattr(desk, "divided", lambda state: [])(state)  # pyright: ignore
    numbers = [int(each[5:]) for each in divided if each.startswith("mmsi:")]
    if len(numbers) < len(divided):
        numbers.append(0)
    paths = [thin.day_file(plan.work, "thin", day) for day in plan.days]
    rows, sources = thin.together(
        paths, shard, lambda some: np.isin(some["mmsi"].astype(np.int64), numbers)
    )
    thin.write(plan.work / "apart" / f"{shard}.parquet", rows, sources)


def _tell_traffic(plan: Plan, desk: Desk, state: object, shard: int) -> None:
    """Write what meetings must know of these ships at any time, however far away."""
    import numpy as np

    told: Callable[[object], Array] | None = getattr(desk, "traffic", None)
    if told is not None:
        path = plan.work / "traffic" / f"{shard}.npy"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, told(state))


@functools.lru_cache(maxsize=1)
def _all_traffic(work: Path) -> Array | None:
    import numpy as np

    paths = sorted((work / "traffic").glob("*.npy"))
    return np.unique(np.concatenate([np.load(each) for each in paths])) if paths else None


def _of(desk: Desk, state: object, shard: str) -> Iterator[Finding]:
    """What is found of the kinds that are sharded so; a desk may look for them alone (`found`)."""
    only: Callable[[object, str], list[Finding]] | None = getattr(desk, "found", None)
    if only is not None:
        yield from only(state, shard)
        return
    for each in desk.finish(state):
        if isinstance(each, Found) and desk.kinds[each.finding.kind].shard == shard:
            yield each.finding


def blocks(plan: Plan) -> dict[int, int]:
    """The days whose meetings are looked for together, first and last: as many as make, with those
    about them, `plan.meet` thin rows. Asked when all days are thin."""
    halo = _halo(_desk(plan.desk))
    rows = _thin_rows(plan.work, plan.days)
    many = max(1, plan.meet * len(plan.days) // max(rows, 1) - 2 * halo)
    if rows <= plan.meet:
        many = plan.days[-1] - plan.days[0] + 1
    found: dict[int, int] = {}
    first = plan.days[0]
    for day in plan.days:
        if day >= first + many:
            first = day
        found[first] = day
    return found


@functools.lru_cache(maxsize=1)
def _thin_rows(work: Path, days: tuple[int, ...]) -> int:
    return sum(arrow.opened(thin.day_file(work, "thin", day)).rows for day in days)


def _halo(desk: Desk) -> int:
    halo_s = max((each.halo_s for each in desk.kinds.values() if each.shard == "cell"), default=0)
    return -(-halo_s * SECOND // DAY)


def _meet(plan: Plan, desk: Desk, day: int) -> Iterator[Finding]:
    """What began between ships on `day` and those after it in its block."""
    halo = _halo(desk)
    end, last, after = blocks(plan)[day], plan.days[-1], halo
    while True:
        edge = min(end + after, last)
        found = [
            each
            for each in _of(desk, _about(plan, desk, day - halo, edge), "cell")
            if day <= each.span.t0 // DAY <= end
        ]
        if edge == last or not any(_goes_on(desk, each, (edge + 1) * DAY) for each in found):
            yield from found
            return
        after *= 2


def _goes_on(desk: Desk, found: Finding, rim: int) -> bool:
    """Whether it may go on beyond `rim`. What ends after it ends with a ship's next position."""
    together = len(found.subjects) > 1
    least_s = max(desk.kinds[found.kind].halo_s, LEAST_S) if together else LEAST_S
    return rim - least_s * SECOND < found.span.t1 <= rim + HOUR


def _about(plan: Plan, desk: Desk, first: int, last: int) -> object:
    """The state with the days from `first` to `last`, and the ends about them."""
    state = desk.start(plan.context)
    knowing: Callable[[object, Array], object] | None = getattr(desk, "knowing", None)
    traffic = _all_traffic(plan.work)
    if knowing is not None and traffic is not None:
        state = knowing(state, traffic)
    for each in _ends(plan, first, last):
        state, _ = desk.fold(state, each, 0)
    for shard in range(len(plan.bounds)):
        for each in thin.columns(plan.work / "apart" / f"{shard}.parquet"):
            state, _ = desk.fold(state, each, 0)
    for day in plan.days:
        if first <= day <= last:
            for each in thin.columns(thin.day_file(plan.work, "thin", day)):
                state, _ = desk.fold(state, each, 0)
    for each in said(plan.folder):
        state, _ = desk.fold(state, each, 0)
    return state


def _ends(plan: Plan, first: int, last: int) -> Iterator[Columns]:
    """Each ship's last positions before day `first` and first after day `last`, and the last of
    all: where what is open ends."""
    import numpy as np

    rows, sources = _all_ends(plan.work, plan.days)
    if not len(rows["t"]):
        return
    day = rows["t"] // DAY
    before, after = np.flatnonzero(day < first), np.flatnonzero(day > last)
    chosen = np.unique(
        np.concatenate([
            before[_last_of(rows["ship"][before])],
            after[_first_of(rows["ship"][after])],
            np.flatnonzero(day == plan.days[-1]),
        ])
    )  # fmt: skip
    some = {name: values[chosen] for name, values in rows.items() if name != "ship"}
    numbers: list[int] = np.unique(some["source"]).tolist()
    for number in numbers:
        yield thin.taken(some, some["source"] == number, sources[number])


def _first_of(ship: Array) -> Array:
    import numpy as np

    return np.unique(ship, return_index=True)[1]


def _last_of(ship: Array) -> Array:
    import numpy as np

    return len(ship) - 1 - np.unique(ship[::-1], return_index=True)[1]


@functools.lru_cache(maxsize=1)
def _all_ends(work: Path, days: tuple[int, ...]) -> tuple[dict[str, Array], tuple[thin.Told, ...]]:
    """The ends of all days in order of time, the source and the ship of each as a number."""
    import numpy as np

    rows, sources = thin.together([thin.day_file(work, "ends", day) for day in days])
    order = np.argsort(rows["t"], kind="stable")
    rows = {name: values[order] for name, values in rows.items()}
    rows["ship"] = thin.ship(rows)
    if not (rows["track"] != "").any():
        del rows["track"]
    return rows, sources
