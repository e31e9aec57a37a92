"""A PostgreSQL cluster of the tests' own: made for the session, never as root, gone at its end.

It lies in a temporary folder, listens on a Unix socket there and nowhere else, and does not force
to disc. Tests take databases from it that are copies of one template.
"""

from __future__ import annotations

import ctypes
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import quote

import pytest

OWNER = "noroshi"
GUARDED = "keeper"
"""A role that needs the password `PASSWORD`; nobody else needs one."""
PASSWORD = "raise the beacon"
WANTED = os.environ.get("NOROSHI_POSTGRES") == "1"
ALLOWED = f"local all {GUARDED} scram-sha-256\nlocal all all trust\n"
SETTINGS = {
    "listen_addresses": "",
    "fsync": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "dynamic_shared_memory_type": "mmap",
    "max_wal_size": "64MB",
    "min_wal_size": "32MB",
}
PR_SET_PDEATHSIG = 1
ROOM_BYTES = 2**30


def programs() -> Path | None:
    """The folder of initdb and postgres; None where there is no PostgreSQL."""
    found = shutil.which("initdb")
    if found is not None:
        return Path(found).resolve().parent
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=str)
    return installed[-1].parent if installed else None


def missing() -> str | None:
    """Why there can be no cluster here; None where there can."""
    try:
        import psycopg  # noqa: F401
    except ImportError:
        return "psycopg is not installed (pip install 'noroshi[postgres]')"
    return (
        None
        if programs()
        else "no PostgreSQL here: initdb is neither on PATH nor where Debian puts it"
    )


class Cluster:
    """A running server; `url(name)` leads to a database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._names = itertools.count()

    def url(self, database: str = "postgres", user: str = OWNER) -> str:
        """The address of a database."""
        return f"postgresql://{user}@/{database}?host={quote(str(self.folder))}"

    def run(self, sql: str, database: str = "postgres") -> None:
        """Run a statement by itself."""
        import psycopg

        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(sql.encode())

    def make(self, template: str = "template1") -> str:
        """A new database, a copy of `template`; its name."""
        name = f"test_{next(self._names)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected."""
        self.run(f"DROP DATABASE {name} WITH (FORCE)")


def _place() -> str:
    """In memory where there is room. A socket's path must be short, and the server's user must be
    able to reach it, so that the folder for temporary files that is set is no choice."""
    memory = Path("/dev/shm")
    roomy = memory.is_dir() and shutil.disk_usage(memory).free >= ROOM_BYTES
    return str(memory) if roomy else "/tmp"


def _account() -> tuple[int, int] | None:
    """Whom the server runs as: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return None
    known = {each.pw_name: each for each in pwd.getpwall()}
    chosen = known.get("postgres") or known["nobody"]
    return chosen.pw_uid, chosen.pw_gid


def _die_with_parent() -> None:
    """A test run that is killed leaves no server behind (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGQUIT)


@contextmanager
def running() -> Iterator[Cluster]:
    """A new cluster, stopped and removed whatever happens."""
    found = programs()
    assert found is not None
    folder = Path(tempfile.mkdtemp(prefix="noroshi-pg-", dir=_place()))
    account = _account()
    user, group = account or (None, None)
    if account is not None:
        os.chown(folder, *account)
    try:
        data = folder / "data"
        options = ("--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C")
        _quietly([found / "initdb", "-D", data, "-U", OWNER, *options], folder, account)
        (data / "pg_hba.conf").write_text(ALLOWED, "utf-8")
        settings = {**SETTINGS, "unix_socket_directories": str(folder)}
        arguments = [part for pair in settings.items() for part in ("-c", "=".join(pair))]
        server = subprocess.Popen(
            [found / "postgres", "-D", data, *arguments],
            cwd=folder,
            user=user,
            group=group,
            extra_groups=None if account is None else [],
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=_die_with_parent,
        )
        reader: threading.Thread | None = None
        try:
            reader = _await_ready(server)
            cluster = Cluster(folder)
            cluster.run(f"CREATE ROLE {GUARDED} LOGIN SUPERUSER PASSWORD '{PASSWORD}'")
            yield cluster
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait(30)
            if reader is not None:
                reader.join()
            messages(server).close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _quietly(command: list[object], folder: Path, account: tuple[int, int] | None) -> None:
    user, group = account or (None, None)
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        user=user,
        group=group,
        extra_groups=None if account is None else [],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def _await_ready(server: subprocess.Popen[str]) -> threading.Thread:
    """Wait for the server's own word; the thread that reads on what it says."""
    said: list[str] = []
    for line in messages(server):
        said.append(line)
        if "ready to accept connections" in line:
            break
    else:
        raise AssertionError("".join(said))
    reader = threading.Thread(target=lambda: deque(messages(server), 0), daemon=True)
    reader.start()
    return reader


def messages(server: subprocess.Popen[str]) -> IO[str]:
    """What the server says."""
    assert server.stderr is not None
    return server.stderr


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """The session's cluster. Without one the test is skipped, or fails where it was asked for."""
    why = missing()
    if why is not None:
        (pytest.fail if WANTED else pytest.skip)(why)
    with running() as started:
        yield started


@pytest.fixture
def new_database(cluster: Cluster) -> Iterator[Callable[[], str]]:
    """Makes an empty database; its address."""
    made: list[str] = []

    def make() -> str:
        made.append(cluster.make())
        return cluster.url(made[-1])

    yield make
    for name in made:
        cluster.drop(name)


def leave_out(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect what is marked `postgres`, unless NOROSHI_POSTGRES=1 or `-m` asks for it."""
    if WANTED or "postgres" in (config.option.markexpr or ""):
        return
    left = [item for item in items if item.get_closest_marker("postgres")]
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if not item.get_closest_marker("postgres")]
