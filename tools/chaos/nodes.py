"""The nodes of a run: made, introduced to one another over mutual TLS, started, killed, and what an
operator does at one: each command of `noroshi` in a process of its own, which may be killed too.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.x509.oid import NameOID
from guard import STARTED
from plan import Law, Plan, files
from wire import Wire

import noroshi.node.backup
import noroshi.node.ingest
import noroshi.node.recall  # noqa: F401 — loaded once, for all the commands to come
from noroshi.cli import main
from noroshi.exchange.sign import Keys

PEM = serialization.Encoding.PEM
PARTLY = 3


class Command:
    """One `noroshi` command at work, in a process of its own."""

    def __init__(self, arguments: Sequence[str], log: Path, shut: int) -> None:
        self.arguments, self._log = arguments, log
        self._code: int | None = None
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            _become(arguments, log, shut)

    def poll(self) -> int | None:
        """Its exit code once it ended, negative where it was killed."""
        if self._code is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code

    def kill(self) -> None:
        """End it as the machine would."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.pid, signal.SIGKILL)

    @property
    def said(self) -> str:
        """What it printed."""
        return self._log.read_text("utf-8", errors="replace") if self._log.exists() else ""


def _become(arguments: Sequence[str], log: Path, shut: int) -> None:
    code = 70
    try:
        os.setsid()
        os.close(shut)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(file, 1)
        os.dup2(file, 2)
        sys.argv = ["noroshi", *arguments]
        main()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        with contextlib.suppress(BaseException):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


class Node:
    """One node: its folder, its process, and the command at work there."""

    def __init__(self, party: str, root: Path, wire: Wire, shut: int) -> None:
        self.party, self.root, self.wire, self._shut = party, root, wire, shut
        self.folder = root / party.lower()
        self.sources = root / f"{party.lower()}-sources"
        self.sources.mkdir()
        self._process: subprocess.Popen[bytes] | None = None
        self._log = root / f"{party.lower()}.log"

    def do(self, *arguments: str) -> Command:
        """Begin a command at this node."""
        where = () if arguments[0] == "init" else ("--node", str(self.folder))
        log = self.root / f"{self.party}.said"
        command = Command([*arguments, *where], log, self._shut)
        self._write_down(command.pid)
        return command

    def must(self, *arguments: str) -> Command:
        """A command that nothing disturbs, to its end."""
        command = self.do(*arguments)
        while command.poll() is None:
            time.sleep(0.01)
        return command

    def start(self) -> None:
        """Let the node serve and work."""
        if self.running:
            return
        command = [*self.wire.inside(self.party), sys.executable, "-m", "noroshi"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 — our own command
                [*command, "serve", "--node", str(self.folder), "--with-parent"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._write_down(self._process.pid)

    @property
    def running(self) -> bool:
        """Whether its process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def code(self) -> int | None:
        """The exit code of its process, where that ended."""
        return None if self._process is None else self._process.poll()

    def kill(self) -> None:
        """End serve and work as a power cut would."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            if self._process.stdin:
                self._process.stdin.close()
            self._process = None

    def legislate(self, law: Law) -> None:
        """Put the agreement files of `law` in place of those there are."""
        folder = self.folder / "agreements"
        wanted = files(law)
        for path in folder.glob("*.toml"):
            if path.name not in wanted:
                path.unlink()
        for name, text in wanted.items():
            (folder / name).write_text(text, "utf-8")

    def tail(self, lines: int = 12) -> str:
        """The end of what the node itself said."""
        text = self._log.read_text("utf-8", errors="replace") if self._log.exists() else ""
        return "\n".join(text.splitlines()[-lines:])

    def _write_down(self, pid: int) -> None:
        with (self.root / STARTED).open("a") as file:
            file.write(f"{pid}\n")


def make(plan: Plan, root: Path, wire: Wire, shut: int, modes: dict[str, str]) -> dict[str, Node]:
    """The nodes of the plan in `root`, each knowing its neighbours; `modes[party]` says whether it
    pulls only or pushes as well."""
    nodes = {party: Node(party, root, wire, shut) for party in plan.parties}
    for party, node in nodes.items():
        node.must("init", str(node.folder), "--party", party)
        _certify(node.folder / "own", wire.addresses(party))
    keys = {
        party: Keys.load(node.folder / "data" / "keys").public_hex for party, node in nodes.items()
    }
    for party, node in nodes.items():
        name = node.folder / "node.toml"
        text = name.read_text("utf-8")
        served = f'listen = "{wire.listen(party)}"\ntls = {{ cert = "own.pem", key = "own.key" }}'
        text = re.sub(r"(?m)^listen = .*$", served, text)
        for other in plan.neighbours(party):
            (node.folder / f"{other}.pem").write_bytes(
                (nodes[other].folder / "own.pem").read_bytes()
            )
            text += f"""
[[peer]]
party = "{other}"
url = "{wire.url(party, other)}"
public_key = "{keys[other]}"
account = "{other.lower()}"
cert = "own.pem"
key = "own.key"
ca = "{other}.pem"
mode = "{modes[party]}"
every = "PT1S"
"""
        for other in {*plan.parties} - {party, *plan.neighbours(party)}:
            text += f'\n[[peer]]\nparty = "{other}"\npublic_key = "{keys[other]}"\n'
        name.write_text(text, "utf-8")
        for other in plan.neighbours(party):
            certificate = str(node.folder / f"{other}.pem")
            node.must("account", "add", other.lower(), "--certificate", certificate)
        node.legislate(plan.first_law[party])
        node.must("pact", "load")
    return nodes


def _certify(stem: Path, addresses: list[str]) -> None:
    """A certificate that the node signs itself, for its addresses."""
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, stem.parent.name)])
    named = [x509.IPAddress(ipaddress.ip_address(each)) for each in addresses]
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=7))
        .add_extension(x509.BasicConstraints(False, None), critical=True)
        .add_extension(x509.SubjectAlternativeName(named), critical=False)
        .sign(key, None)
    )
    stem.with_suffix(".pem").write_bytes(certificate.public_bytes(PEM))
    kind, plain = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    stem.with_suffix(".key").write_bytes(key.private_bytes(PEM, kind, plain))
