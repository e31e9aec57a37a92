"""Names and topics in text, in many languages: assets, operators and parties that it speaks of.

Text and names are compared folded (NFKC, case). A name in a script with spaces stands by itself, as
does one in katakana; in a script without spaces it may stand anywhere. What was matched is told as
it stands in the text. A name alone links nothing: the text must also be about something that the
other desk may have seen (`topics.toml`).
"""

from __future__ import annotations

import functools
import importlib.resources
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Any, Final, Literal

import msgspec

from noroshi.words.asset import AssetGraph
from noroshi.words.party import packaged_parties

SHORTEST: Final = 2
"""A name of fewer letters is none: it would be everywhere."""
LONGEST_CAPITALS: Final = 5
"""Names of so many capitals are looked for in capitals."""
NEITHER: Final = ("cyber", "information")


class Match(msgspec.Struct, frozen=True):
    """What a text names (`token`, or "" for a topic), and the words as they stand from `start` to
    `end` (characters). `domains` are those that a topic is about."""

    token: str
    start: int
    end: int
    words: str
    domains: tuple[str, ...] = ()


class _Topic(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    domains: tuple[str, ...]
    words: tuple[str, ...]


class _Topics(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal["topics/1"]
    topic: list[_Topic]


class _Names(msgspec.Struct, forbid_unknown_fields=True):
    format: Literal["names/1"]
    party: dict[str, tuple[str, ...]]


def _packaged(name: str) -> dict[str, Any]:
    folder = importlib.resources.files("noroshi").joinpath("data/gazetteer")
    return tomllib.loads(folder.joinpath(name).read_text("utf-8"))


@functools.cache
def packaged_topics() -> tuple[_Topic, ...]:
    """The topics that come with noroshi."""
    return tuple(msgspec.convert(_packaged("topics.toml"), _Topics).topic)


@functools.cache
def party_names() -> dict[str, tuple[str, ...]]:
    """What each party is called, in all languages that come with noroshi."""
    more = msgspec.convert(_packaged("names.toml"), _Names).party
    parties = packaged_parties()
    found: dict[str, tuple[str, ...]] = {}
    for code in parties.order:
        party = parties.get(code)
        found[code] = tuple(dict.fromkeys((party.en, party.ja, *more.get(code, ()))))
    return found


def fold(text: str) -> tuple[str, list[int]]:
    """`text` for comparison, and for each of its characters the place in `text` it comes from."""
    folded: list[str] = []
    places: list[int] = []
    for place, each in enumerate(text):
        for one in unicodedata.normalize("NFKC", each).casefold():
            folded.append(one)
            places.append(place)
    # Marks that combine (a decomposed é) are composed only now, as they come from two characters.
    whole = "".join(folded)
    composed = unicodedata.normalize("NFC", whole)
    if composed == whole:
        return whole, places
    return composed, _composed_places(whole, places)


def _composed_places(text: str, places: list[int]) -> list[int]:
    """Places of the composed characters: a starter with the marks after it becomes one or more."""
    found: list[int] = []
    start = 0
    for end in range(1, len(text) + 1):
        if end == len(text) or unicodedata.combining(text[end]) == 0:
            made = unicodedata.normalize("NFC", text[start:end])
            found += [places[start]] * len(made)
            start = end
    return found


def spaced(letter: str) -> bool:
    """Whether a letter belongs to a word that stands by itself: of a script with spaces, a digit,
    or katakana, which Japanese writes foreign words in."""
    if not (letter.isalnum() or letter in "ー_"):
        return False
    name = unicodedata.name(letter, "")
    return not name.startswith(("CJK UNIFIED", "HIRAGANA", "CJK COMPATIBILITY"))


class Gazetteer:
    """Everything that has a name, ready to be looked for (Aho and Corasick, 1975)."""

    def __init__(self, graph: AssetGraph, topics: Iterable[_Topic] | None = None) -> None:
        import ahocorasick_rs

        self._named: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
        self._capitals: set[str] = set()
        for token, name in _names_of(graph):
            self._add(name, token, ())
        for topic in packaged_topics() if topics is None else topics:
            for each in topic.words:
                self._add(each, "", topic.domains)
        self._names = tuple(self._named)
        self._automaton = ahocorasick_rs.AhoCorasick(self._names)

    def _add(self, name: str, token: str, domains: tuple[str, ...]) -> None:
        folded, _ = fold(name.strip())
        if len(folded) >= SHORTEST:
            meant = self._named.setdefault(folded, [])
            if len(name) <= LONGEST_CAPITALS and name.isascii() and name.isupper():
                self._capitals.add(folded)
            if (token, domains) not in meant:
                meant.append((token, domains))

    def find(self, text: str) -> list[Match]:
        """Every name and topic in `text`, by place; of names within one another the longest."""
        folded, places = fold(text)
        found: list[tuple[int, int, str]] = []
        for which, start, end in self._automaton.find_matches_as_indexes(folded, overlapping=True):
            if _alone(folded, start, end):
                found.append((start, end, self._names[which]))
        matches: list[Match] = []
        for start, end, name in _longest(found):
            first, after = places[start], places[end - 1] + 1
            written = unicodedata.normalize("NFKC", text[first:after])
            if name in self._capitals and not written.isupper():
                continue  # "eu" is a word in many languages, "EU" is none
            for token, domains in self._named[name]:
                matches.append(Match(token, first, after, text[first:after], domains))
        return matches


def _names_of(graph: AssetGraph) -> Iterator[tuple[str, str]]:
    for token, asset in sorted(graph.assets.items()):
        if asset.kind == "zone":
            continue  # a sea is no asset that a text accuses anybody of touching
        yield from ((token, each) for each in (asset.name, asset.name_ja, *asset.aliases) if each)
        for each in asset.identifiers:
            scheme, _, value = each.partition(":")
            yield token, f"AS{value}" if scheme == "asn" else value
    for code, names in party_names().items():
        yield from ((code, name) for name in names)


def _alone(text: str, start: int, end: int) -> bool:
    """Whether the words end where they end, on both sides where their script has such ends."""
    before, after = text[start - 1 : start], text[end : end + 1]
    if before and spaced(text[start]) and spaced(before) and _one_word(before, text[start]):
        return False
    return not (
        after and spaced(text[end - 1]) and spaced(after) and _one_word(text[end - 1], after)
    )


def _one_word(a: str, b: str) -> bool:
    """Whether two letters beside one another may be of one word: katakana and Latin are not."""
    return _is_kana(a) == _is_kana(b)


def _is_kana(letter: str) -> bool:
    return unicodedata.name(letter, "").startswith(("KATAKANA", "HALFWIDTH KATAKANA"))


def _longest(found: list[tuple[int, int, str]]) -> list[tuple[int, int, str]]:
    """Without what lies within a longer one."""
    kept: list[tuple[int, int, str]] = []
    for each in sorted(found, key=lambda f: (f[0], -f[1])):
        if not kept or each[1] > kept[-1][1]:
            kept.append(each)
    return kept


def about(matches: Iterable[Match]) -> frozenset[str]:
    """The domains that the topics among `matches` are about."""
    return frozenset(domain for each in matches for domain in each.domains)


def fits(domains: frozenset[str], domain: str) -> bool:
    """Whether a text about `domains` may be about a finding of `domain`."""
    return domain in domains or ("physical" in domains and domain not in NEITHER)
