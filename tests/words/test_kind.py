"""What measures are called, and the words that stand in them, in both languages."""

from __future__ import annotations

import re

import pytest

from noroshi.desks.registry import kinds
from noroshi.words.errors import BadInput
from noroshi.words.kind import Both, load_kinds

KANA = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
SYMBOLS = frozenset({"m", "km", "kn", "m/s", "km/s", "°", "1", ""})
"""Units that are written alike in both languages."""
FILE = """
format = "kinds/1"
desk = "tide"
pillar = "maritime"
[measures]
state = { en = "how it stands", ja = "状態", words = { open = "継続中", "not seen" = "未確認" } }
[units]
count = "件"
[kind.high]
en = "High"
ja = "高"
text_en = "{state}"
text_ja = "{state}"
source = "ours"
units = { state = "open or not", gauges = "count", station = "name" }
"""


def test_every_measure_of_every_kind_is_called_something_in_both_languages() -> None:
    looked = 0
    for kind in kinds().values():
        for measure in kind.units:
            assert measure in kind.measures, (kind.name, measure)
            called = kind.called(measure)
            assert KANA.search(called.ja), (kind.name, measure, called)
            assert "_" not in called.en
            assert not KANA.search(called.en)
            unit = kind.unit(measure)
            assert unit.en in SYMBOLS or unit.en != unit.ja, (kind.name, measure, unit)
            looked += 1
    assert looked > 250


def test_where_a_unit_lists_words_they_have_their_japanese() -> None:
    """`open or closed` are the values that may stand there."""
    listed = [
        (kind, measure)
        for kind in kinds().values()
        for measure, unit in kind.units.items()
        if " or " in unit and not unit.startswith("instant")
    ]
    assert len(listed) > 10
    for kind, measure in listed:
        words = kind.measures[measure].words
        assert len(words) > 1, (kind.name, measure)
        for each in words:
            assert kind.word(measure, each) == Both(each, words[each])
            assert words[each] != each or each == "url"


def test_values_are_said_in_japanese_where_they_are_words_of_ours() -> None:
    kind = load_kinds(FILE, "tide/kinds.toml")["high"]
    assert kind.called("state") == Both("how it stands", "状態")
    assert kind.called("level_over_m") == Both("level over m", "level over m")
    assert kind.unit("gauges") == Both("count", "件")
    assert kind.unit("station") == Both("", "")
    assert kind.word("state", "open") == Both("open", "継続中")
    assert kind.word("state", "not seen") == Both("not seen", "未確認")
    assert kind.word("state", "open, not seen").ja == "継続中、未確認"
    assert kind.word("state", "open open").ja == "継続中、継続中"
    # What is no word of ours stays, and so does a name that is one.
    assert kind.word("state", "open, MV Open").ja == "open, MV Open"
    assert kind.word("station", "open").ja == "open"
    assert kind.word("gauges", 3) == Both("3", "3")


def test_a_measure_that_is_called_only_in_one_language_is_refused() -> None:
    with pytest.raises(BadInput, match="ja"):
        load_kinds(FILE.replace(', ja = "状態"', ""), "tide/kinds.toml")
