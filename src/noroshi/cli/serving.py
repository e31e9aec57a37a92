"""Serving as a command does it: the address said, the worker beside it, the console in front."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from threading import Event

    from noroshi.exchange.taxii.asgi import Application
    from noroshi.node.node import Node


def run(
    folder: Path, listen: str | None, *, worker: bool, with_parent: bool, user: str | None
) -> None:
    """Serve the node in `folder` until interrupted; `user` gets a link that opens the console."""
    import faulthandler

    from noroshi.cli.show import Ending, warn
    from noroshi.node.node import Node
    from noroshi.node.serve import serve, start_worker, viewed

    faulthandler.enable()  # a process that crashes says where
    flags = {"serve.listen": listen} if listen else None
    with Node.open(folder, flags) as opened:
        child = start_worker(folder) if worker else None
        try:
            ending = Ending(with_parent)
            with viewed(opened, warn, here=child is None):
                serve(
                    opened,
                    lambda url: _told(opened, url, user),
                    ending.event,
                    warn,
                    lambda behind, tls, stop: _front(opened, behind, tls, stop),
                )
        finally:
            if child is not None:
                child.terminate()
                child.wait()


def _front(node: Node, behind: Application, tls: bool, stop: Event) -> Application:
    from noroshi.console.app import console
    from noroshi.node.node import clock

    return console(behind, node, clock, secure=tls, stop=stop)


def _told(node: Node, url: str, user: str | None) -> None:
    from noroshi.cli.show import say
    from noroshi.console.files import built
    from noroshi.console.users import opening
    from noroshi.node.node import clock

    say(f"{node.party} serves {url}/taxii2/")
    if user is not None:
        token = opening(node.settings, user, clock())
        say(f"Open this once, within ten minutes: {url}/console/#token={token}")
    elif built():
        say(f"  console    {url}/console/ (noroshi user add NAME lets somebody in)")
    if not built():
        say('  console    its page was not built here: docs/console.md, "Without the page"')
