"""Sentences whose words are kept apart from what they are about, so that they can be said in more
than one language: the English text with places, `{n}`, is the key, as in the console's words."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import msgspec

CHOSEN: Final = frozenset({"domain", "kind", "mark", "unit"})
"""Places that hold a word of ours, which has a translation too: a domain, `domain/kind`, a mark, a
unit of time."""
LIST: Final = ", "
"""Between the sentences that stand in one place."""
_PLACE: Final = re.compile(r"\{(\w+)\}")


class Told(msgspec.Struct, frozen=True, omit_defaults=True):
    """One sentence: its text with places, and what stands in each: a value, or sentences."""

    text: str
    values: dict[str, str | tuple[Told, ...]] = {}

    def said(self, text: Callable[[str], str] = str, word: Callable[[str], str] = str) -> str:
        """In the language of `text`, which gives a text of ours, and `word`, a word in a place of
        `CHOSEN`; without them in English. What stands in a place is never looked for places."""

        def filled(place: re.Match[str]) -> str:
            value = self.values.get(place[1])
            if isinstance(value, tuple):
                return text(LIST).join(each.said(text, word) for each in value)
            return place[0] if value is None else word(value) if place[1] in CHOSEN else value

        return _PLACE.sub(filled, text(self.text))


def told(text: str, **values: str | Told | tuple[Told, ...]) -> Told:
    """The sentence with these values."""
    return Told(
        text, {k: (each,) if isinstance(each, Told) else each for k, each in values.items()}
    )


def together(parts: tuple[Told, ...]) -> str:
    """Sentences as one, in English."""
    return "; ".join(each.said() for each in parts)
