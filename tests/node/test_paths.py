"""Ways that lead back to themselves: what is over is over everywhere, whoever gave it to whom."""

from __future__ import annotations

from pathlib import Path

import pytest
from relaying import kept, sent
from test_malicious_relay import ONE, edit, malware, put
from web import Web

from noroshi.node.node import clock
from noroshi.node.recall import recall
from noroshi.words.time import DAY

WAY = (("JPN", "IND"), ("IND", "AUS"), ("AUS", "FRA"), ("FRA", "AUS"), ("AUS", "IND"))


class Passing:
    """Gives what is new since the last time, as a pull would fetch it."""

    def __init__(self, web: Web) -> None:
        self.web, self._after = web, dict[tuple[str, str], int]()

    def __call__(self, *pairs: tuple[str, str]) -> None:
        for giver, to in pairs:
            with self.web.open(giver) as node:
                after = self._after.get((giver, to), 0)
                entries = node.views().page(to, clock(), after_n=after).entries
            if entries:
                self._after[giver, to] = entries[-1].n
                report = sent(self.web, giver, to, entries)
                assert report.refused == 0, report.reasons

    def kept(self) -> dict[str, str]:
        """Who has the object, and how."""
        return {each: kept(self.web, each).get(ONE, "never") for each in self.web.folders}

    def ways(self, party: str) -> dict[str, tuple[str, ...]]:
        """Who gives the object to the party, each with the hands that it came through."""
        with self.web.open(party) as node:
            return {
                each.party: node.store.label_of(each.cell).strands[0].via
                for each in node.store.holdings(ONE)
            }


@pytest.fixture
def passing(tmp_path: Path) -> Passing:
    """Japan's object went to India, from there to Australia, and on to France."""
    web = Web(tmp_path, ("JPN", "IND", "FRA", "AUS"))
    put(web, "JPN", tmp_path, malware())
    passing = Passing(web)
    passing(*WAY)
    return passing


def test_a_gift_is_not_offered_back_along_its_way(passing: Passing) -> None:
    passing(("FRA", "IND"))
    assert passing.ways("IND") == {"JPN": ()}
    assert passing.ways("AUS") == {"IND": ("IND",)}
    assert passing.ways("FRA") == {"AUS": ("AUS", "IND")}


def test_what_was_taken_back_does_not_live_on_by_going_round(passing: Passing) -> None:
    with passing.web.open("JPN") as japan:
        recall(japan, (ONE,), "a test", DAY, clock())
    passing(*WAY, *WAY)
    gone = dict.fromkeys(("JPN", "IND", "AUS", "FRA"), "tombstone")
    assert passing.kept() == gone


def test_a_narrowed_clause_reaches_who_has_it_from_another(passing: Passing) -> None:
    """Japan lets France have it no more, and India may keep it: India passes on what holds now."""
    edit(passing.web, "JPN", '"FRA", ', "")
    passing(*WAY, *WAY)
    assert passing.kept() == {"JPN": "live", "IND": "live", "AUS": "live", "FRA": "tombstone"}


def test_a_widened_clause_reaches_who_may_have_it_from_another(passing: Passing) -> None:
    edit(passing.web, "JPN", '"FRA", ', "")
    passing(*WAY, *WAY)
    edit(passing.web, "JPN", '"IND", ', '"IND", "FRA", ')
    passing(*WAY, *WAY)
    assert set(passing.kept().values()) == {"live"}


def test_who_loses_one_way_goes_on_by_another(passing: Passing) -> None:
    passing(("JPN", "FRA"), ("FRA", "AUS"))
    assert passing.ways("AUS") == {"FRA": ("FRA",), "IND": ("IND",)}
    edit(passing.web, "JPN", '"IND", ', "")
    passing(("JPN", "IND"), ("JPN", "FRA"), ("IND", "AUS"), ("FRA", "AUS"))
    assert passing.kept() == {"JPN": "live", "IND": "tombstone", "AUS": "live", "FRA": "live"}
    assert passing.ways("AUS") == {"FRA": ("FRA",)}
