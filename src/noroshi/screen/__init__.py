"""Screening: whether somebody is like an entry of a list, with a score that explains itself.

In: a name with what else is known, and a list in the FollowTheMoney format, one JSON object a
line (bring your own; noroshi ships none). Out: the entries that are alike, each with its reasons. A
match is a question for a person, never an answer about who somebody is.
"""

from noroshi.screen.listed import Listed, entries
from noroshi.screen.names import Name, name
from noroshi.screen.score import Hit, Wanted, hits

__all__ = ["Hit", "Listed", "Name", "Wanted", "entries", "hits", "name"]
