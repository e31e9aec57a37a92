"""STIX patterns (STIX 2.1 §9, and 2.0 part 5) on observed-data.

    compiled(text) -> Pattern            raises `tree.Refused` with the reason
    observations(objects)                observed-data of STIX 2.0 and 2.1 as `observed.Observation`
    Pattern.binding(observations)        the numbers of the observations that it binds, or None
    many.Patterns(texts).matches(…)      thousands of patterns at once, by their values

`grammar` reads a pattern into a `tree`, `tests` makes predicates of comparisons, `bind` finds
observations for the operators and qualifiers between them, `expr` does regular expressions in
linear time.
"""

from __future__ import annotations

from noroshi.desks.cyber.match.pattern.compile import Pattern, compiled
from noroshi.desks.cyber.match.pattern.observed import Observation, observations
from noroshi.desks.cyber.match.pattern.tree import Refused

__all__ = ["Observation", "Pattern", "Refused", "compiled", "observations"]
