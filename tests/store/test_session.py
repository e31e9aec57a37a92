"""A PostgreSQL server that is busy, goes away, comes back, or is not the one that was meant."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from pg_cluster import GUARDED, PASSWORD, Cluster

from noroshi.store import Store
from noroshi.store.address import shown, with_password
from noroshi.words.errors import BadInput, Refused, StoreFailed
from noroshi.words.record import Record

Make = Callable[..., Record]
postgres = pytest.mark.postgres


@pytest.fixture
def url(new_database: Callable[[], str]) -> str:
    """Where a new store is."""
    made = new_database()
    Store.open(made, create=True).close()
    return made


def gone(cluster: Cluster) -> None:
    """End every session but this one, as a server that is stopped does."""
    cluster.run(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
        "WHERE application_name = 'noroshi'"
    )


@postgres
def test_a_server_that_went_away_between_statements_is_found_again(
    cluster: Cluster, url: str, make: Make
) -> None:
    with Store.open(url) as store:
        store.put([make()], at=1)
        gone(cluster)
        assert store.counts()["record"] == 1
        gone(cluster)
        store.put([make("tool--2")], at=2)
        gone(cluster)
        with store.read():
            assert store.counts()["record"] == 2


@postgres
def test_a_transaction_that_lost_its_server_says_so_and_the_next_one_works(
    cluster: Cluster, url: str, make: Make
) -> None:
    with Store.open(url) as store:
        with pytest.raises(StoreFailed, match=r"server went away(?s:.)*Hint"), store.write():  # noqa: PT012
            store.put([make()], at=1)
            gone(cluster)
            store.put([make("tool--2")], at=1)
        assert store.counts()["record"] == 0
        with pytest.raises(StoreFailed, match="server went away"), store.write():  # noqa: PT012
            store.put([make()], at=1)
            gone(cluster)
        store.put([make()], at=1)
        with pytest.raises(StoreFailed, match="server went away"), store.read():  # noqa: PT012
            store.counts()
            gone(cluster)
            store.counts()
        assert store.counts()["record"] == 1


@postgres
def test_a_writer_waits_for_the_other_and_not_for_ever(url: str, make: Make) -> None:
    def late() -> None:
        store._database.connection.command("SET lock_timeout = '20ms'")
        store.put([make("tool--2")], at=1)

    with Store.open(url) as store, ThreadPoolExecutor(1) as other:
        with store.write():
            store.put([make()], at=1)
            with pytest.raises(StoreFailed, match="another process has been writing"):
                other.submit(late).result()
        other.submit(late).result()
        assert store.counts()["record"] == 2


@postgres
def test_stores_in_two_schemas_do_not_wait_for_one_another(
    cluster: Cluster, new_database: Callable[[], str], make: Make
) -> None:
    url = new_database()
    for name in ("one", "two"):
        cluster.run(f"CREATE SCHEMA {name}", url.partition("@/")[2].partition("?")[0])
    first, second = (f"{url}&options=-csearch_path%3D{name}" for name in ("one", "two"))
    with Store.open(first, create=True) as one, Store.open(second, create=True) as two:
        with one.write():
            one.put([make()], at=1)
            two.put([make("tool--2")], at=1)
        assert (one.ids_like("tool--"), two.ids_like("tool--")) == ([], ["tool--2"])


@postgres
def test_an_error_that_was_swallowed_inside_is_no_success(url: str, make: Make) -> None:
    with Store.open(url) as store:
        with pytest.raises(StoreFailed, match="nothing was kept"), store.write():  # noqa: PT012
            store.put([make()], at=1)
            with pytest.raises(StoreFailed):
                store._database.connection.execute("SELECT 1 / 0")
        assert store.counts()["record"] == 0


@postgres
def test_closing_ends_what_other_threads_wait_for(url: str, make: Make) -> None:
    with Store.open(url) as holder, ThreadPoolExecutor(1) as other:
        store = Store.open(url)
        began = threading.Event()

        def wait() -> None:
            store.counts()
            began.set()
            store.put([make()], at=1)

        with holder.write():
            waiting = other.submit(wait)
            assert began.wait(30)
            store.close()
            with pytest.raises(Refused, match="the store is closed"):
                waiting.result()
        with pytest.raises(Refused, match="the store is closed"):
            store.counts()


@postgres
def test_a_password_opens_and_is_never_said(cluster: Cluster, url: str) -> None:
    guarded = url.replace("noroshi@", f"{GUARDED}@", 1)
    with Store.open(with_password(guarded, PASSWORD)) as store:
        assert store._database.name == guarded
    for wrong in (guarded, with_password(guarded, "guess work")):
        with pytest.raises(StoreFailed, match="cannot connect") as caught:
            Store.open(wrong)
        assert "guess" not in str(caught.value)


@postgres
def test_a_place_that_holds_no_store(cluster: Cluster, new_database: Callable[[], str]) -> None:
    url = new_database()
    with pytest.raises(BadInput, match=r"no store here(?s:.)*noroshi init"):
        Store.open(url)
    cluster.run("CREATE TABLE theirs (a int)", url.partition("@/")[2].partition("?")[0])
    with pytest.raises(BadInput, match="not a store of noroshi"):
        Store.open(url, create=True)
    with pytest.raises(StoreFailed, match="cannot connect"):
        Store.open(url.replace("/test_", "/nowhere_"), create=True)
    with pytest.raises(BadInput, match="no schema of the search path"):
        Store.open(f"{url}&options=-csearch_path%3Dnowhere", create=True)


@postgres
def test_a_newer_store_and_one_of_another_build_are_refused(cluster: Cluster, url: str) -> None:
    name = url.partition("@/")[2].partition("?")[0]
    cluster.run("UPDATE migration SET sha256 = 'other' WHERE n = 2", name)
    with pytest.raises(BadInput, match="applied with another text"):
        Store.open(url)
    cluster.run("UPDATE meta SET value = '999' WHERE key = 'schema_version'", name)
    with pytest.raises(BadInput, match="newer noroshi"):
        Store.open(url)


@postgres
def test_acknowledged_is_forced_to_disc_and_a_file_is_not_made(url: str, tmp_path: object) -> None:
    lax = f"{url}&options=-csynchronous_commit%3Doff"
    with Store.open(lax) as store:
        found = store._database.connection.execute("SELECT current_setting('synchronous_commit')")
        assert found.fetchone() == ("on",)
        with pytest.raises(Refused, match="pg_dump"):
            store.backup(tmp_path)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("postgresql://a:b@h:5/db", "postgresql://a@h:5/db"),
        (
            "postgres://a@h1,h2:6/db?password=x&sslmode=require",
            "postgres://a@h1,h2:6/db?sslmode=require",
        ),
        ("postgresql:///db?host=/run/x&sslpassword=y", "postgresql:///db?host=/run/x"),
    ],
    ids=["user", "parameter", "no host"],
)
def test_what_is_shown_of_a_url(url: str, says: str) -> None:
    assert shown(url) == says


def test_without_the_driver_the_error_says_what_to_install() -> None:
    code = (
        "import sys; sys.modules['psycopg'] = None\n"
        "from noroshi.store import Store\n"
        "from noroshi.words.errors import BadConfig\n"
        "try: Store.open('postgresql:///x')\n"
        "except BadConfig as problem: print(problem)\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'noroshi[postgres]'" in said.stdout
