"""Acts from text, for tests."""

from __future__ import annotations

from making import PARTIES

from noroshi.pact.act import ActFile, problems_of
from noroshi.pact.reading import read_file


def act(text: str) -> ActFile:
    """The act of `text`, which has nothing wrong with it."""
    found = read_file(text.encode(), "act.toml", ActFile, lambda f, r: problems_of(f, r, PARTIES))
    assert isinstance(found, ActFile), [each.text() for each in found]
    return found
