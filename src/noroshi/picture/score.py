"""An incident in words: who is in it, why they belong together, and its score as a sum."""

from __future__ import annotations

from typing import Final

import msgspec

from noroshi.picture.calibrate import Calibration
from noroshi.picture.chance import Chance
from noroshi.picture.gazetteer import Match
from noroshi.picture.join import Field, Joined
from noroshi.picture.lines import GRADES
from noroshi.words import ids
from noroshi.words.time import DAY, HOUR, format_instant
from noroshi.words.told import Told, together, told

WORDS: Final = (
    (0.99, "almost certain"), (0.9, "highly likely"), (0.6, "likely"), (0.4, "even chance"),
    (0.1, "unlikely"), (0.01, "highly unlikely"), (0.0, "remote"),
)  # fmt: skip
"""NATO AJP-2.1's words with FIRST's bands (likely 60–90 %)."""


SPANS: Final = 3
"""So many matched words of a text are told."""
TEXTS: Final = {
    "campaign": "{n} campaign a month expected among {assets} assets (stated)",
    "campaigns": "{n} campaigns a month expected among {assets} assets (stated)",
    "seen": "{kind} at {place}: {n} {domain} there in {days} days; source {grade}",
    "text": "its text says {words}",
    "weak": "only supports",
    "silent": "{domain} was listening, would report {share} of campaigns, and says nothing new",
    "blind": "{domain} could see there {seen} of the time, would report {share} of campaigns, and "
    "says nothing new",
    "same": "at the same time",
    "h after": "{n} h after",
    "h before": "{n} h before",
    "days after": "{n} days after",
    "days before": "{n} days before",
}
"""What a part of the sum may say, by which its other languages are found."""


class Part(msgspec.Struct, frozen=True, omit_defaults=True):
    """One line of the sum: what it is, log10 of its ratio, and why in words; `told` is the same
    for who says it in another language."""

    what: str
    log10: float
    why: str
    finding: str | None = None
    told: tuple[Told, ...] = ()


class Incident(msgspec.Struct, frozen=True, omit_defaults=True):
    """Findings of several domains that chance alone seldom brings together. `score` is log10 of
    the odds, the sum of `parts`; `probability` what that is worth in this stream (`calibrate`),
    `stated` what it would be if the table of priors were right; `chance` the number a month that
    chance gives at this score, with its 90 % interval (None: nobody knows)."""

    id: str
    score: float
    probability: float
    stated: float
    word: str
    chance: float | None
    chance_interval: tuple[float, float] | None
    t0: str
    t1: str
    findings: tuple[str, ...]
    domains: tuple[str, ...]
    assets: tuple[str, ...]
    parts: tuple[Part, ...]


def word(probability: float) -> str:
    """The word for a probability."""
    return next(text for least, text in WORDS if probability >= least)


def explain(field: Field, joined: Joined, n: int, null: Chance, worth: Calibration) -> Incident:
    """The `n`-th incident of `joined`."""
    stream = field.stream
    middle, score = int(joined.middle[n]), float(joined.score[n])
    members = [int(each) for each in joined.members[n] if each >= 0]
    others = [each for each in members if each != middle]
    first = max(others, key=lambda each: _weight(field, joined, middle, each))
    parts = [
        _line("prior", field.prior, None, _prior_why(field)),
        _part(field, joined, middle, first, middle, own=True),
        *(_part(field, joined, middle, each, each) for each in others),
        *_silences(field, joined, n, middle),
    ]
    probability = worth.probability(score)
    tokens: set[str] = set()
    for each in members:
        held: list[int] = stream.asset[stream.asset_at[each] : stream.asset_at[each + 1]].tolist()
        tokens.update(stream.tokens[token] for token in held)
    names = tuple(stream.ids[each] for each in sorted(members))
    return Incident(
        "incident--" + ids.uuid5(["picture", stream.ids[middle]]),
        score,
        probability,
        Calibration().probability(score),
        word(probability),
        null.per_month(score) if null.shifts else None,
        null.interval(score) if null.shifts else None,
        format_instant(int(stream.t0[members].min())),
        format_instant(int(stream.t1[members].max())),
        names,
        tuple(sorted({stream.domains[int(stream.domain[each])] for each in members})),
        tuple(sorted(tokens)),
        tuple(parts),
    )


def _weight(field: Field, joined: Joined, middle: int, other: int) -> tuple[bool, float]:
    domain = field.stream.domain[other]
    weak = field.postings.weak[joined.link[middle, domain]]
    return not weak, float(joined.best[middle, domain] + joined.own[middle, domain])


def _line(what: str, value: float, finding: str | None, *why: Told) -> Part:
    return Part(what, value, together(why), finding, why)


def _prior_why(field: Field) -> Told:
    each = field.priors.campaigns_per_month
    text = TEXTS["campaign" if each == 1 else "campaigns"]
    return told(text, n=f"{each:g}", assets=str(field.rates.assets))


def _part(
    field: Field, joined: Joined, middle: int, other: int, row: int, own: bool = False
) -> Part:
    stream = field.stream
    domain = int(stream.domain[row])
    side = int(stream.domain[other])
    value = float((joined.own if own else joined.best)[middle, side])
    key = int(joined.link[middle, side])
    at = field.postings.where(key, row)
    seen = int(field.rates.seen[at, domain])
    kind = stream.kinds[int(stream.kind[row])]
    why = [
        told(
            TEXTS["seen"], kind=kind, place=field.postings.name(at), n=str(seen),
            domain=stream.domains[domain], days=f"{field.rates.days:.0f}",
            grade=GRADES[stream.reliability[row]],
        )
    ]  # fmt: skip
    named = [each for each in stream.said.get(stream.ids[row], ()) if _names(field, at, each)]
    if named:
        words = ", ".join(f"“{each.words}” {each.start}–{each.end}" for each in named[:SPANS])
        why.append(told(TEXTS["text"], words=words))
    if not own:
        why.append(_gap(field, middle, row))
        if field.postings.weak[key]:
            why.append(told(TEXTS["weak"]))
    return _line(kind, value, stream.ids[row], *why)


def _names(field: Field, token: int, match: Match) -> bool:
    """Whether a match is why the finding is at the token: its name, or the topic beside it."""
    return not match.token or field.postings.name(token) == match.token


def _silences(field: Field, joined: Joined, n: int, middle: int) -> list[Part]:
    """What speaks against it: domains that were listening and have nothing to say for it."""
    stream = field.stream
    found: list[Part] = []
    for domain, name in enumerate(stream.domains):
        value = float(joined.missing[n, domain])
        if joined.members[n, domain] < 0 and domain != stream.domain[middle] and value:
            share = f"{field.priors.share(name):.0%}"
            why = told(TEXTS["silent"], domain=name, share=share)
            if field.seen is not None:
                seen = f"{field.seen[middle, domain]:.0%}"
                why = told(TEXTS["blind"], domain=name, share=share, seen=seen)
            found.append(_line("silence", value, None, why))
    return found


def _gap(field: Field, middle: int, row: int) -> Told:
    """How the two lie in time, in words."""
    stream = field.stream
    after = int(stream.t0[row] - stream.t1[middle])
    before = int(stream.t0[middle] - stream.t1[row])
    if after <= 0 and before <= 0:
        return told(TEXTS["same"])
    gap, side = (after, "after") if after > 0 else (before, "before")
    if gap < 2 * DAY:
        return told(TEXTS[f"h {side}"], n=f"{gap / HOUR:.1f}")
    return told(TEXTS[f"days {side}"], n=f"{gap / DAY:.1f}")


def band(probability: float) -> tuple[float, float]:
    """The band of probabilities that its word stands for."""
    lows = [least for least, _ in WORDS]
    place = next(n for n, least in enumerate(lows) if probability >= least)
    return lows[place], 1.0 if place == 0 else lows[place - 1]
