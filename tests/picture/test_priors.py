"""The table of priors: what stands in it counts, and what is wrong in it is named."""

from __future__ import annotations

import importlib.resources
from pathlib import Path

import pytest

from noroshi.picture.priors import load_priors
from noroshi.words.errors import BadInput

TEXT = importlib.resources.files("noroshi").joinpath("data/priors/priors.toml").read_text("utf-8")

WRONG = {
    "an unknown key": ("campaigns_per_month = 1.0", "campaigns_a_month = 1.0", "campaigns_a_month"),
    "no share": ("maritime = 0.9", "maritime = 1.9", "maritime"),
    "no default": ("default = 0.7\n", "", "default"),
    "a grade missing": ("A = 0.95\n", "", "reliability"),
    "a window backwards": ("hours = [-24, 96]", "hours = [96, -24]", "window"),
    "not TOML": ("[detected]", "[detected", "priors.toml"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_named(name: str, tmp_path: Path) -> None:
    before, after, word = WRONG[name]
    assert before in TEXT
    path = tmp_path / "priors.toml"
    path.write_text(TEXT.replace(before, after), "utf-8")
    with pytest.raises(BadInput, match=word):
        load_priors(path)


def test_a_window_is_read_from_either_side() -> None:
    priors = load_priors()
    assert priors.lag("maritime", "information") == (-1.0, 4.0)
    assert priors.lag("information", "space") == (-4.0, 1.0)
    assert priors.lag("cyber", "maritime") == (-3.0, 3.0)
    assert len(priors.digest) == 64
