"""The picture in the docs is what its command draws now."""

from __future__ import annotations

import importlib
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

TOOLS = Path(__file__).resolve().parents[3] / "tools"


@pytest.mark.slow
def test_the_queue_before_suez_is_drawn_as_it_is_found_now(monkeypatch):
    monkeypatch.syspath_prepend(str(TOOLS))
    picture = importlib.import_module("picture_suez")
    drawn = picture.draw()
    assert drawn == picture.OUT.read_text(encoding="utf-8")
    words = [each.text for each in ET.fromstring(drawn).iter("{http://www.w3.org/2000/svg}text")]
    assert "23 March 05:47: a ship stops across the cut" in words
    assert "and does not go on; 3 behind it stop too" in words
