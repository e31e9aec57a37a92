"""An emergency release over real nodes: it goes, is accounted for, reviewed, and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_duties import IDS, feed, held, law
from web import Web

from noroshi.exchange.taxii.client import Patience, PeerError
from noroshi.node.duties import Duties
from noroshi.node.emergency import LONGEST, REVIEW_WITHIN, listed, release, review
from noroshi.node.node import Node, clock
from noroshi.node.push import push
from noroshi.node.recall import recall
from noroshi.node.sync import sync
from noroshi.node.why import why
from noroshi.respond import tasks
from noroshi.words.emergency import Emergency
from noroshi.words.errors import Refused
from noroshi.words.time import DAY, HOUR

CLOSED = ('max_tlp = "amber"', 'max_tlp = "clear"')


@pytest.fixture
def web(tmp_path: Path) -> Web:
    """Between the three nothing but what is public may go."""
    made = Web(tmp_path, ("JPN", "IND", "FRA"))
    for party, home in made.folders.items():
        file = home / "agreements" / "chain.toml"
        file.write_text(file.read_text("utf-8").replace(*CLOSED), "utf-8")
        law(made, party, "")
    feed(made, IDS[0], IDS[1])
    return made


def broken(node: Node, record: str = IDS[0], to: str = "IND", now: int = 0) -> Emergency:
    given = {"why": "a ship on fire", "by": "A. Watch", "lasts": HOUR, "now": now or clock()}
    return release(node, record, to, **given)


def carry(node: Node, now: int = 0) -> int:
    duties = Duties(node)
    duties.round(now or clock())
    return duties.deliver("IND", lambda: now or clock(), Patience(attempts=1))


def test_it_goes_at_once_is_accounted_for_and_goes_no_further(web: Web) -> None:
    with web.serving("IND", "FRA"), web.open("JPN") as japan:
        assert not why(japan, IDS[0], "IND", now=clock()).release.permitted
        made = broken(japan)
        assert carry(japan) == 1
        assert held(web, "IND") == [IDS[0]]
        row = next(each for each in japan.store.ledger("IND") if each.id == IDS[0])
        assert row.clauses == (made.clause,)
        told = why(japan, IDS[0], "IND", now=clock())
        assert "in an emergency, by A. Watch" in told.text
        with web.open("IND") as india:
            assert not why(india, IDS[0], "FRA", now=clock()).release.permitted
            (strand,) = india.store.record(IDS[0]).label.strands  # type: ignore[union-attr]
            grant = india.store.grants()[str(strand.grant)]
            assert (grant.onward, grant.until, grant.recipients) == ("none", made.until, ("IND",))
        assert not why(japan, IDS[1], "IND", now=clock()).release.permitted
        assert not why(japan, IDS[0], "CHE", now=clock()).release.permitted
        before = why(japan, IDS[0], "IND", now=clock(), at=made.since - 1)
        assert not before.release.permitted


def test_a_worker_that_keeps_the_view_sees_it_come_and_go(web: Web) -> None:
    with web.open("JPN") as japan:
        now, views = clock(), japan.views()
        views.refresh("IND", now)
        made = broken(japan, now=now)

        def seen(at: int) -> list[str]:
            views.refresh("IND", at)
            found = views.page("IND", at, disclose=False).entries
            return [each.oid for each in found if each.oid in IDS]

        assert seen(now + 1) == [IDS[0]]
        review(japan, made.id, "withdrawn", who="B. Law", why="no danger", now=now + 2)
        assert seen(now + 3) == []
        again = broken(japan, IDS[1], now=now + 4)
        assert seen(now + 5) == [IDS[1]]
        assert seen(again.until) == []


def test_who_cannot_be_reached_finds_it_in_its_view(web: Web) -> None:
    with web.serving("JPN"):
        with web.open("JPN") as japan:
            broken(japan)
            Duties(japan).round(clock())
        with web.open("IND") as india:
            assert sync(india, "JPN", clock).refused == 0
        with web.open("JPN") as japan:
            Duties(japan).round(clock())
            assert [each.how for each in japan.store.every_owed()] == ["served"]
    assert held(web, "IND") == [IDS[0]]


def test_what_does_not_arrive_is_a_task(web: Web) -> None:
    with web.serving("IND"):
        pass
    with web.open("JPN") as japan:
        now = clock()
        broken(japan, now=now)
        with pytest.raises(PeerError):
            carry(japan, now)
        Duties(japan).round(now + HOUR - 1)
        assert [each.kind for each in tasks.listed(japan.store, now)] == ["review"]
        later = now + HOUR
        Duties(japan).round(later)  # it is over, and is owed no more
        assert [each.how for each in japan.store.every_owed()] == ["ended"]


def test_when_its_time_is_over_it_is_taken_back_and_that_is_confirmed(web: Web) -> None:
    with web.serving("IND", "JPN"):
        with web.open("JPN") as japan:
            made = broken(japan)
            carry(japan)
            push(japan, "IND", lambda: made.until + 1)
            (row,) = listed(japan, made.until + 1)
            assert (row.state, row.there) == ("over", "served")
        with web.open("IND") as india:
            push(india, "JPN", clock)
            assert india.store.record(IDS[0]).status == "tombstone"  # type: ignore[union-attr]
        with web.open("JPN") as japan:
            (row,) = listed(japan, made.until + 1)
            assert row.there == "confirmed"
            assert japan.store.record(IDS[0]).status == "live"  # type: ignore[union-attr]


def test_a_review_upholds_or_ends_it_and_is_somebody_elses(web: Web) -> None:
    with web.serving("IND"), web.open("JPN") as japan:
        one, two = broken(japan), broken(japan, IDS[1])
        carry(japan)
        (first, second) = tasks.listed(japan.store, clock())
        with pytest.raises(Refused, match="release review"):
            tasks.done(japan.store, first.id, who="B", why="fine", now=clock())
        with pytest.raises(Refused, match="somebody else reviews"):
            review(japan, one.id, "upheld", who="a. watch", why="fine", now=clock())
        with pytest.raises(Refused, match="--why and --by"):
            review(japan, one.id, "upheld", who="B. Law", why="", now=clock())
        review(japan, one.id, "upheld", who="B. Law", why="lives at risk", now=clock())
        with pytest.raises(Refused, match=r"was reviewed by B\. Law"):
            review(japan, one.id, "withdrawn", who="C", why="no", now=clock())
        assert [each.id for each in tasks.listed(japan.store, clock())] == [
            each.id for each in (first, second) if two.id in each.title
        ]
        assert why(japan, IDS[0], "IND", now=clock()).release.permitted
        review(japan, two.id, "withdrawn", who="B. Law", why="no danger", now=clock())
        assert not why(japan, IDS[1], "IND", now=clock()).release.permitted
        assert tasks.listed(japan.store, clock()) == ()
        push(japan, "IND", clock)
    with web.open("IND") as india:
        states = [india.store.record(each).status for each in IDS[:2]]  # type: ignore[union-attr]
        assert states == ["live", "tombstone"]
    with web.open("JPN") as japan:
        known = why(japan, IDS[1], "IND", now=clock(), at=two.since + 1, known=two.since + 1)
        assert known.release.permitted  # what it knew then, when nobody had taken it back


def test_a_review_may_recall_the_record_from_everybody(web: Web) -> None:
    with web.serving("IND"), web.open("JPN") as japan:
        made = broken(japan)
        carry(japan)
        review(japan, made.id, "recalled", who="B. Law", why="it was wrong", now=clock())
        push(japan, "IND", clock)
        assert japan.store.record(IDS[0]).status == "tombstone"  # type: ignore[union-attr]
    with web.open("IND") as india:
        assert india.store.record(IDS[0]).status == "tombstone"  # type: ignore[union-attr]


def test_an_overdue_review_keeps_the_glass_whole(web: Web) -> None:
    with web.open("JPN") as japan:
        now = clock()
        made = broken(japan, now=now)
        later = now + REVIEW_WITHIN
        with pytest.raises(Refused, match=f"review of emergency release {made.id} is overdue"):
            broken(japan, IDS[1], now=later)
        assert listed(japan, later)[0].overdue
        (task,) = tasks.listed(japan.store, later)
        assert (task.kind, task.state) == ("review", "overdue")
        review(japan, made.id, "upheld", who="B. Law", why="late, and right", now=later)
        broken(japan, IDS[1], now=later)


def refused(node: Node, record: str, to: str, **given: object) -> str:
    with pytest.raises(Refused) as caught:
        release(
            node,
            record,
            to,
            **{"why": "w", "by": "b", "lasts": HOUR, "now": clock(), **given},  # type: ignore[arg-type]
        )
    assert node.store.every_emergency() == ()
    assert node.store.tasks() == node.store.owed() == ()
    return str(caught.value)


def test_what_it_does_not_do_is_said_and_leaves_nothing_behind(web: Web) -> None:
    feed(web, IDS[2], tlp="red")
    with web.open("JPN") as japan:
        assert "somebody answers for it" in refused(japan, IDS[0], "IND", by=" ")
        assert "3 days at most" in refused(japan, IDS[0], "IND", lasts=LONGEST + 1)
        assert "tlp is red" in refused(japan, IDS[2], "IND")
        assert "no record" in refused(japan, "malware--9", "IND")
        recall(japan, [IDS[1]], "wrong", DAY, clock())
        assert "no live record" in refused(japan, IDS[1], "IND")
    law(web, "JPN", '[[prohibit]]\nid = "X1"\nbasis = "model"\nwhen = { kinds = ["malware"] }\n')
    with web.open("JPN") as japan:
        assert "chain/X1: prohibited" in refused(japan, IDS[0], "IND")


def test_what_a_clause_gives_needs_no_emergency(web: Web) -> None:
    file = web.folders["JPN"] / "agreements" / "chain.toml"
    file.write_text(file.read_text("utf-8").replace(*reversed(CLOSED)), "utf-8")
    law(web, "JPN", "")
    with web.open("JPN") as japan:
        assert "may go to IND as it is, by chain/R1" in refused(japan, IDS[0], "IND")


def test_what_came_from_others_is_theirs_to_release(web: Web) -> None:
    with web.serving("IND"), web.open("JPN") as japan:
        broken(japan)
        carry(japan)
    with web.open("IND") as india:
        assert "is of JPN too" in refused(india, IDS[0], "FRA")
