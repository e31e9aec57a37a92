"""Heads of a partner's ledger: which are believed, and what two of them show when they meet."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from relaying import grown, said, sent, signed_over
from typer.testing import CliRunner
from web import Web

from noroshi.cli import app
from noroshi.exchange import account
from noroshi.node.node import clock
from noroshi.words.ids import canonical

FOUR = (b"a", b"b", b"c", b"d")


@pytest.fixture
def web(tmp_path: Path) -> Web:
    """India signs; France and Japan hear it."""
    return Web(tmp_path, ("JPN", "IND", "FRA"))


def test_a_ledger_that_goes_on_is_believed_and_one_without_a_proof_waits(web: Web) -> None:
    more = (*FOUR, b"e", b"f")
    assert sent(web, "IND", "FRA", [said(web, signed_over(web, *FOUR))]).refused == 0
    assert sent(web, "IND", "FRA", [said(web, signed_over(web, *more))]).refused == 0
    with web.open("FRA") as france:
        assert france.store.heads("IND", "FRA")[0].size == 4
    assert (
        sent(web, "IND", "FRA", [said(web, signed_over(web, *more), grown(more, 4))]).refused == 0
    )
    with web.open("FRA") as france:
        assert france.store.heads("IND", "FRA")[0].size == 6
        assert france.store.splits() == []


def test_another_head_shown_to_another_is_found_out_when_the_two_meet(
    web: Web, tmp_path: Path
) -> None:
    """India shows Japan, who asks what France got, a ledger without what France has."""
    sent(web, "IND", "FRA", [said(web, signed_over(web, *FOUR))])
    file = tmp_path / "shown-to-japan.json"
    file.write_bytes(canonical(signed_over(web, *FOUR[:3], b"x")))
    for party, code in (("JPN", 0), ("FRA", 3)):
        run = ["ledger", "check", str(file), "--node", str(web.folders[party])]
        checked = CliRunner().invoke(app, run)
        assert checked.exit_code == code, checked.output
        assert ("split its ledger about FRA" in checked.stdout) == (party == "FRA")
    file.write_bytes(canonical(signed_over(web, *FOUR)))
    run = ["ledger", "check", str(file), "--node", str(web.folders["JPN"])]
    assert CliRunner().invoke(app, run).exit_code == 3


def test_nobody_signs_for_another_s_ledger(web: Web) -> None:
    japan = signed_over(web, *FOUR, party="JPN")
    for each in (japan, signed_over(web, *FOUR, to="JPN")):
        what = account.SaidHead(each)
        raw = account.written(account.HEAD, "IND", "FRA", 0, what, clock())
        entry = msgspec.structs.replace(said(web, signed_over(web, *FOUR)), body=raw)
        assert sent(web, "IND", "FRA", [entry]).reasons == {
            "a ledger head of another's, or about another": 1
        }
    false = msgspec.structs.replace(signed_over(web, *FOUR), size=5)
    assert sent(web, "IND", "FRA", [said(web, false)]).reasons == {
        "a ledger head that no key of IND that counts signed": 1
    }
