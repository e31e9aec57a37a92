"""Agreements as code: what they say, and what follows from it for one record and one party.

In: agreement files (`format`, `load`), labels, grants and consents (`noroshi.words`).
Out: `decide.decide` (verdict, transforms, clauses, near misses), `grants.granted` (the label as the
recipient holds it), `explain` (for the owner and for the recipient), `commitments.observed`.
Standard library and msgspec only; no clock, no randomness, no store.
"""
