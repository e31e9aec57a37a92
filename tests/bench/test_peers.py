"""Peers: started in an environment of their own, answering lines, missing with a reason."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

from noroshi.bench import environment, peer
from noroshi.bench.environment import REQUIREMENTS, NoEnvironment, cache_folder, interpreter
from noroshi.bench.measure import in_turns, rate
from noroshi.bench.peer import SCRIPTS, PeerMissing, started

SCRIPT = """\
import threading
import lines


def double(value):
    return {"twice": value * 2}


def hang():
    threading.Event().wait()


def leave():
    raise SystemExit


lines.serve({"version": "9"}, {"double": double, "hang": hang, "leave": leave})
"""


@pytest.fixture(autouse=True)
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A peer script of the tests, run by this interpreter instead of one with packages."""
    scripts = tmp_path / "peers"
    scripts.mkdir()
    shutil.copy(SCRIPTS / "lines.py", scripts)
    (scripts / "stand_in.py").write_text(SCRIPT, "utf-8")
    (scripts / "silent.py").write_text("", "utf-8")
    monkeypatch.setattr(peer, "SCRIPTS", scripts)
    monkeypatch.setattr(peer, "interpreter", lambda _: Path(sys.executable))


def test_a_peer_answers_and_says_its_version() -> None:
    with started("other", "stand_in") as running:
        assert running.version == "9"
        assert [running.ask("double", value=n)["twice"] for n in range(3)] == [0, 2, 4]


def test_an_error_of_the_peer_is_its_absence() -> None:
    with started("other", "stand_in") as running, pytest.raises(PeerMissing, match="KeyError"):
        running.ask("nothing of the kind")


@pytest.mark.parametrize(
    ("operation", "script"), [("hang", "stand_in"), ("leave", "stand_in"), (None, "silent")]
)
def test_a_peer_that_does_not_answer_is_missing(operation: str | None, script: str) -> None:
    with (
        pytest.raises(PeerMissing, match=r"other (gave no answer|has ended)"),
        started("other", script, limit_s=1) as running,
    ):
        running.ask(operation or "anything")


def test_a_peer_may_end_what_it_started(tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    text = f"{SCRIPT}\nopen({str(ended)!r}, 'w').close()\n"
    (tmp_path / "peers" / "tidy.py").write_text(text, "utf-8")
    with started("other", "tidy") as running:
        assert running.ask("double", value=1) == {"twice": 2}
        assert not ended.exists()
    assert ended.exists()


def test_turns_are_taken() -> None:
    order: list[str] = []

    def ours() -> float:
        order.append("ours")
        return 6.0

    with_peer = in_turns(
        ours, started("other", "stand_in"), lambda p: float(p.ask("double", value=1)["twice"]), 3
    )
    assert with_peer.ours == (6.0,) * 3
    assert with_peer.theirs == (2.0,) * 3
    assert with_peer.peer_version == "9"
    assert order == ["ours"] * 3


def test_without_the_peer_ours_is_measured_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(name: str) -> Path:
        raise NoEnvironment(f"no environment for {name}: no network")

    monkeypatch.setattr(peer, "interpreter", none)
    measured = in_turns(lambda: 5.0, started("other", "stand_in"), lambda _: 1.0, 4)
    assert measured.ours == (5.0,) * 4
    assert measured.theirs == ()
    assert measured.missing == "no environment for other: no network"


def test_a_server_that_refuses_is_a_missing_peer() -> None:
    def refuses(_: object) -> float:
        raise OSError("422")

    measured = in_turns(lambda: 5.0, started("other", "stand_in"), refuses, 2)
    assert len(measured.ours) == 2
    assert measured.missing == "other: 422"


def test_rate_counts_units_until_the_time_is_spent() -> None:
    ticks = iter([0.0, 0.4, 0.8, 1.6])
    assert rate(lambda: 8, 1.0, lambda: next(ticks)) == 24 / 1.6


def test_an_environment_that_cannot_be_made_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NOROSHI_CACHE", str(tmp_path / "cache"))
    assert cache_folder() == tmp_path / "cache"
    monkeypatch.setattr(environment.sys, "executable", str(tmp_path / "no-python"))
    with pytest.raises(NoEnvironment, match=r"no environment for stix2: .*no-python"):
        interpreter("stix2")


def test_an_environment_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOROSHI_CACHE", str(tmp_path))
    ran: list[tuple[str, ...]] = []

    def execute(name: str, *command: str) -> None:
        ran.append(command)
        (tmp_path / "peers").mkdir(exist_ok=True)
        Path(command[-1]).mkdir(parents=True, exist_ok=True) if "venv" in command else None

    monkeypatch.setattr(environment, "_execute", execute)
    first = interpreter("medallion")
    assert interpreter("medallion") == first
    assert len(ran) == 2
    assert set(REQUIREMENTS["medallion"]) <= set(ran[1])


def test_what_peers_install_is_pinned() -> None:
    pins = [pin for packages in REQUIREMENTS.values() for pin in packages]
    assert all(pin.count("==") == 1 for pin in pins)
