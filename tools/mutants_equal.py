"""Mutants that no test can notice, each with the reason why it gives the same answers.

Keyed by place (`file:function`) and change, as `tools/mutate.py` prints them. They are run like all
others: one that a test does kill, or that is no longer there, fails the run.
"""

from __future__ import annotations

EQUIVALENT: dict[str, dict[str, str]] = {}
