"""The commands by what they are about, as `noroshi --help` shows them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
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


def only(app: typer.Typer, words: Sequence[str]) -> typer.Typer:
    """`app` with what the first of `words` calls and nothing else; all of it where that calls
    nothing: it may be an option, or misspelt. To build all hundred commands takes 0.07 s."""
    called = next(iter(words), "")
    known = (*commands(app), *app.registered_groups)
    if not called or all(named(each) != called for each in known):
        return app
    few = copy.copy(app)
    few.registered_commands = [each for each in app.registered_commands if named(each) == called]
    few.registered_groups = [each for each in app.registered_groups if named(each) == called]
    for group in app.registered_groups:
        inner = None if group.name else group.typer_instance
        if inner is not None and any(named(each) == called for each in commands(inner)):
            group = copy.copy(group)
            group.typer_instance = only(inner, words)
            few.registered_groups.append(group)
    return few


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
