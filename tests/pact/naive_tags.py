"""Handling tags once more, from the prose alone: which a clause lets pass."""

from __future__ import annotations

import re

MILD = {
    "iep:permitted_actions=externally-visible-direct-actions",
    "iep:affected_party_notifications=may",
    "iep:provider_attribution=may",
    "iep:encrypt_in_transit=may",
    "iep:unmodified_resale=may",
}
"""What asks for nothing."""

ACTIONS = [
    "iep:permitted_actions=externally-visible-indirect-actions",
    "iep:permitted_actions=internally-visible-actions",
    "iep:permitted_actions=contact-for-instruction",
    "iep:permitted_actions=none",
]
"""Each allows less than the one before. The other statements have one value that asks something,
or two of which neither is in the other."""


def tag_passes(tag, clause):
    if tag.startswith("control:"):
        return any(is_on(tag[8:], name) for name in clause.control)
    if tag in ACTIONS:
        return bool({*ACTIONS[ACTIONS.index(tag) :]} & {*clause.handling})
    return tag in MILD or tag in clause.handling


def is_on(code, name):
    """Whether a code is the one named or below it: the name is where a number or a word ends."""

    def cut(text):
        return re.findall(r"[0-9]+|[A-Za-z]+|[^0-9A-Za-z]", text)

    return cut(code)[: len(cut(name))] == cut(name)


def is_item(strand, names):
    """Whether some code of the strand is on a list of codes."""
    codes = [tag[8:] for tag in strand.handling if tag.startswith("control:")]
    return any(is_on(code, name) for code in codes for name in names)
