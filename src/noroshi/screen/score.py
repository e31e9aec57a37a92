"""Score: how alike two names are, from 0 to 1, and why.

Words are paired so that the most alike meet; a pair counts by the share of letters that need not
change (Levenshtein distance), a word without a partner counts as different. Other things that are
known move the score, and every step is told.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from noroshi.screen.listed import Listed
from noroshi.screen.names import Name, latin, name

THRESHOLD: Final = 0.85
"""From here on a hit is shown, unless another is asked for."""

_ALIKE: Final = 0.7
"""Two words less alike than this are different words."""


class Reason(msgspec.Struct, frozen=True):
    """One step of a score: what moved it, by how much, and in words."""

    feature: str
    change: float
    text: str


class Wanted(msgspec.Struct, frozen=True):
    """Who is looked for. `country` is ISO 3166-1 alpha-2; `ids` are registrations of any kind."""

    name: str
    aliases: tuple[str, ...] = ()
    country: str | None = None
    ids: tuple[str, ...] = ()


class Hit(msgspec.Struct, frozen=True):
    """An entry that is alike, the score, its reasons, and where in the list it stands."""

    score: float
    entry: str
    caption: str
    schema: str
    topics: tuple[str, ...]
    where: str
    reasons: tuple[Reason, ...]


Feature = Callable[[Wanted, Listed, float], Reason | None]


def hits(wanted: Wanted, entries: Iterable[Listed], threshold: float = THRESHOLD) -> list[Hit]:
    """The entries at or above `threshold`, most alike first."""
    names = [name(each) for each in (wanted.name, *wanted.aliases)]
    found: list[Hit] = []
    for entry in entries:
        hit = scored(wanted, names, entry)
        if hit.score >= threshold:
            found.append(hit)
    return sorted(found, key=lambda each: (-each.score, each.entry))


def scored(wanted: Wanted, names: list[Name], entry: Listed) -> Hit:
    """The score of one entry, with every step."""
    score, best = 0.0, Reason("name", 0.0, "no name in common")
    for theirs in entry.names:
        for ours in names:
            alike, text = likeness(ours, name(theirs))
            if theirs in entry.weak:
                alike, text = round(alike * 0.9, 3), f"{text}; the list calls it a weak alias"
            if alike > score:
                score, best = alike, Reason("name", alike, text)
    reasons = [best]
    for feature in FEATURES:
        step = feature(wanted, entry, score)
        if step is not None:
            reasons.append(step)
            score = min(1.0, max(0.0, round(score + step.change, 3)))
    return Hit(
        score, entry.id, entry.caption, entry.schema, entry.topics, entry.where, tuple(reasons)
    )


def likeness(one: Name, other: Name) -> tuple[float, str]:
    """How alike two names are, and the pairs of words that say so."""
    if not one.words or not other.words:
        return 0.0, "a name without letters"
    if one.words == other.words:
        return 1.0, f"{_said(one, other)}: the same words"
    pairs, left = _paired(one, other)
    shared = sum(alike * (len(a) + len(b)) for a, b, alike in pairs)
    total = sum(map(len, one.plain)) + sum(map(len, other.plain))
    score = shared / total
    told = [f"{a} = {b}" if alike == 1 else f"{a} ~ {b} ({alike:.2f})" for a, b, alike in pairs]
    text = f"{_said(one, other)}: {', '.join(told) or 'no words alike'}"
    if left:
        text += f"; without a partner: {', '.join(left)}"
    joined = similar(one.joined, other.joined)
    if joined > score and joined >= _ALIKE:
        score, text = joined, f"{_said(one, other)}: alike in one piece ({joined:.2f})"
    # Evened spellings are not the same letters, so no two that differ reach the top.
    return round(min(score, 0.99), 3), text


def _paired(one: Name, other: Name) -> tuple[list[tuple[str, str, float]], list[str]]:
    """Pairs of words (as evened), the most alike first, and what is left without a partner."""
    ranked = sorted(
        (-alike, i, j)
        for i, a in enumerate(one.plain)
        for j, b in enumerate(other.plain)
        if (alike := similar(a, b)) >= _ALIKE
    )
    ours, theirs = set(range(len(one.plain))), set(range(len(other.plain)))
    pairs: list[tuple[str, str, float]] = []
    for unlike, i, j in ranked:
        if i in ours and j in theirs:
            pairs.append((one.plain[i], other.plain[j], round(-unlike, 3)))
            ours.discard(i)
            theirs.discard(j)
    left = [one.words[i] for i in sorted(ours)] + [other.words[j] for j in sorted(theirs)]
    return pairs, left


@functools.lru_cache(maxsize=1 << 16)
def similar(one: str, other: str) -> float:
    """The share of letters that need not change, by the longer of the two; 0 where it cannot reach
    what counts as alike, since too few letters are in both."""
    if one == other:
        return 1.0
    longest = max(len(one), len(other))
    shared = sum(min(one.count(each), other.count(each)) for each in set(one))
    if longest == 0 or shared / longest < _ALIKE:
        return 0.0
    return 1 - distance(one, other) / longest


def distance(one: str, other: str) -> int:
    """Levenshtein distance: letters put in, left out or changed."""
    before = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            row.append(min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b)))
        before = row
    return before[-1]


def same_id(wanted: Wanted, entry: Listed, score: float) -> Reason | None:
    """A registration that both have settles it, whatever the name."""
    ours = {latin(each).replace(" ", "") for each in wanted.ids} - {""}
    theirs = {latin(each).replace(" ", "") for each in entry.ids} - {""}
    shared = sorted(ours & theirs)
    if not shared:
        return None
    return Reason("same_id", round(1.0 - score, 3), f"both have the registration {shared[0]}")


def other_country(wanted: Wanted, entry: Listed, score: float) -> Reason | None:
    """Countries that are known and differ make it less likely, and never rule it out."""
    if wanted.country is None or not entry.countries:
        return None
    if wanted.country.casefold() in entry.countries:
        return None
    listed = ", ".join(entry.countries)
    return Reason("other_country", -0.1, f"country {wanted.country}, on the list {listed}")


FEATURES: Final[tuple[Feature, ...]] = (other_country, same_id)


def _said(one: Name, other: Name) -> str:
    forms = sorted({*one.dropped, *other.dropped})
    without = f" (without {', '.join(forms)})" if forms else ""
    return f"{one.text!r} and {other.text!r}{without}"
