"""A slow second opinion on which positions of an identity are one ship's: plain Python, hypotheses
as dictionaries. Used by the tests of every detector that rests on tracks."""

from __future__ import annotations

import itertools
import math

from noroshi.desks.sea.parameters import Parameters
from noroshi.words.place import EARTH_RADIUS_M

KN = 1852 / 3600
WAYS = 8
LESSER = 10


def xyz(lon, lat):
    phi, lam = math.radians(lat), math.radians(lon)
    flat = math.cos(phi)
    return (
        EARTH_RADIUS_M * flat * math.cos(lam),
        EARTH_RADIUS_M * flat * math.sin(lam),
        EARTH_RADIUS_M * math.sin(phi),
    )


def ahead(fix, seconds):
    """Where `fix` (seconds, lon, lat, knots, course, step) is then by its own word, or None."""
    _, lon, lat, knots, course, _ = fix
    if math.isnan(knots) or math.isnan(course):
        return None
    lam, phi, turn = math.radians(lon), math.radians(lat), math.radians(course)
    east = (-math.sin(lam), math.cos(lam), 0.0)
    north = (-math.sin(phi) * math.cos(lam), -math.sin(phi) * math.sin(lam), math.cos(phi))
    way = [knots * KN * seconds * (math.sin(turn) * e + math.cos(turn) * n)
           for e, n in zip(east, north, strict=True)]  # fmt: skip
    return tuple(p + w for p, w in zip(xyz(lon, lat), way, strict=True))


def price(a, b, rules=Parameters()):  # noqa: B008
    seconds = b[0] - a[0]
    loose = seconds + a[5] + b[5]
    metres = math.dist(xyz(*a[1:3]), xyz(*b[1:3]))
    if metres > rules.jump_m and metres > rules.jump_kn * KN * loose:
        return math.inf
    there = ahead(a, min(seconds, rules.attach_ahead_s))
    if there is not None:
        metres = min(metres, math.dist(there, xyz(*b[1:3])))
    spread = rules.attach_m + rules.attach_kn * KN * loose
    return metres / spread + 2 * math.log(spread / rules.attach_m)


def follows(prior, a, b, rules):
    """The price where `prior` (or None) came before `a`: a ship at rest likely lies still, and one
    under way goes on."""
    cost = price(a, b, rules)
    told = any(not math.isnan(each[3] + each[4]) for each in (a, b))
    if prior is None or told or cost == math.inf:
        return cost
    gone, took = math.dist(xyz(*prior[1:3]), xyz(*a[1:3])), a[0] - prior[0]
    rested = gone <= rules.attach_rest_m and gone <= 0.5 * took
    if took > rules.stop_gap_s or b[0] - a[0] > rules.stop_gap_s:
        return cost
    if not rested:
        share = min(b[0] - a[0], rules.attach_ahead_s) / max(took, 60.0)
        there = [now + (now - then) * share
                 for then, now in zip(xyz(*prior[1:3]), xyz(*a[1:3]), strict=True)]  # fmt: skip
        spread = rules.attach_m + rules.attach_kn * KN * (b[0] - a[0] + a[5] + b[5])
        onward = math.dist(there, xyz(*b[1:3])) / spread
        return min(cost, onward + 2 * math.log(spread / rules.attach_m))
    still = math.dist(xyz(*a[1:3]), xyz(*b[1:3])) / rules.attach_rest_m
    return min(still, cost + rules.attach_leave)


def apart(fixes, rules=Parameters()):  # noqa: B008
    """The number of each fix's track, in order of appearance; `fixes` in order of time."""
    if not any(
        math.dist(xyz(*a[1:3]), xyz(*b[1:3]))
        > max(rules.attach_m, rules.jump_kn * KN * (b[0] - a[0] + a[5] + b[5]))
        for a, b in itertools.pairwise(fixes)
    ):
        return [0] * len(fixes)
    ways = {frozenset(): (0.0, ())}
    for n, fix in enumerate(fixes):
        found = {}
        for ends, (cost, links) in ways.items():
            for end in (*ends, None):
                prior = None if end is None else links[end]
                came = None if prior is None else fixes[prior]
                more = rules.attach_new if end is None else follows(came, fixes[end], fix, rules)
                state = ends - {end} | {n}
                if cost + more < found.get(state, (math.inf,))[0]:
                    found[state] = (cost + more, (*links, end))
        best = sorted(found.items(), key=lambda item: item[1][0])[:WAYS]
        ways = dict(best)
    links = min(ways.values(), key=lambda way: way[0])[1]
    numbers, count = [], 0
    for link in links:
        numbers.append(count if link is None else numbers[link])
        count += link is None
    return handed_on(numbers, fixes, rules)


def handed_on(numbers, fixes, rules):
    numbers, done = list(numbers), set()
    while True:
        ends = {one: max(n for n, each in enumerate(numbers) if each == one) for one in numbers}
        left = sorted((end, one) for one, end in ends.items() if (end, one) not in done)
        if not left:
            return numbers
        end, one = left[0]
        done.add((end, one))
        heirs = []
        for other in ends:
            before = [n for n, each in enumerate(numbers) if each == other and n < end]
            after = [n for n, each in enumerate(numbers) if each == other and n > end]
            if other == one or not before or not after:
                continue
            soon = fixes[after[0]][0] - fixes[end][0] <= rules.attach_ahead_s
            cost = price(fixes[end], fixes[after[0]], rules)
            if soon and LESSER * len(before) <= numbers.count(one) and cost < rules.attach_new:
                heirs.append((cost, other, after))
        if heirs:
            for n in min(heirs)[2]:
                numbers[n] = one
