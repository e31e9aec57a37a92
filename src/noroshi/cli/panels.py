"""The commands by what they are about, as `noroshi --help` shows them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import typer

PANELS: Final[dict[str, tuple[str, ...]]] = {
    "First": ("demo", "init", "console"),
    "Feeds and what is found": (
        "ingest", "listen", "poll", "findings", "show", "assets", "picture", "incidents",
        "correlate", "report", "orbits",
    ),
    "What the law says": (
        "pact", "why", "views", "audience", "act", "tech", "duties", "task", "release",
    ),
    "Partners": (
        "peer", "sync", "push", "export", "import", "recall", "recalls", "erase", "erasures",
        "feedback", "ledger", "taxii",
    ),
    "Running a node": (
        "serve", "work", "config", "user", "account", "key", "backup", "restore", "resync", "bench",
    ),
}  # fmt: skip
DESKS: Final = "Ask a desk"


def arrange(app: typer.Typer) -> None:
    """Put every command of `app` under its heading; what no heading names asks a desk."""
    of = {name: panel for panel, names in PANELS.items() for name in names}
    order = {name: number for number, name in enumerate(of)}
    for each in (*commands(app), *app.registered_groups):
        each.rich_help_panel = of.get(named(each), DESKS)
    for each in (app, *(group.typer_instance for group in app.registered_groups)):
        if each is not None:
            each.registered_commands.sort(key=lambda info: order.get(named(info), len(order)))


def commands(app: typer.Typer) -> Iterator[Any]:
    """The commands of `app` that are called by one word."""
    yield from app.registered_commands
    for group in app.registered_groups:
        if not group.name and group.typer_instance is not None:
            yield from commands(group.typer_instance)


def named(info: Any) -> str:
    """The word by which a command or group is called."""
    name = info.name or (info.callback.__name__ if info.callback else "")
    return str(name).rstrip("_")
