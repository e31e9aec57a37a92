"""What people see of accounts: the list, and what was given, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from noroshi.cli.show import instant, say, table, when
from noroshi.words.errors import BadInput
from noroshi.words.time import parse_duration

if TYPE_CHECKING:
    from noroshi.node.credentials import Given, Row


def span(text: str | None) -> int:
    """An ISO 8601 duration as µs; `BadInput` says what was expected."""
    if text is None:
        return 0
    try:
        found = parse_duration(text)
    except ValueError:
        found = 0
    if not found:
        raise BadInput("command line", "no length of time", found=text, expected="P90D, PT1H")
    return found


def until(text: str | None, now: int) -> int | None:
    """An instant to come, named as such or from `now` (µs UTC) on."""
    if text is None:
        return None
    found = now + span(text) if text.startswith("P") else instant(text)
    if found is None or found <= now:
        raise BadInput("--expires", "is over already", found=text)
    return found


def print_given(given: Given) -> None:
    """What an account got; a secret is shown this once."""
    party = f", which calls in for {given.party}" if given.party else ""
    say(f"{given.kind} {given.id} for account {given.account}{party}")
    if given.secret is not None:
        say(f"  {given.kind:<11}{given.secret}   (shown once)")
    if given.kind == "token":
        say(f"  send       Authorization: Bearer …, or with Basic: {given.account} and the token")
    if given.kind == "password":
        say(f"  send       with Basic, as {given.account}")
    if given.expires is not None:
        say(f"  expires    {when(given.expires)} UTC")
    if given.replaced is not None:
        say(f"  replaces   {given.replaced}")
    if not given.reaches:
        say("  finds      nothing yet: it has no party, and no [[collection]] has rights for it")


def print_accounts(rows: list[Row], hidden: int) -> None:
    """One line for each credential; `hidden` more are over."""
    more = f"{hidden} more revoked or expired: --all shows them." if hidden else ""
    if not rows:
        say(more or "No accounts yet. Give one a token: noroshi account add NAME --party PARTY")
        return
    heads = ("account", "party", "kind", "id", "state", "expires", "last used", "for")
    table([(head, False) for head in heads], [_cells(row) for row in rows])
    if more:
        say(more)


def _cells(row: Row) -> list[str]:
    told = [f"only {each}" for each in row.collections or ()]
    told += ["reading only"] * row.read_only + [row.note] * bool(row.note)
    told += ["declared in node.toml"] * (row.source == "node.toml")
    return [
        row.account,
        row.party or "-",
        row.kind or "-",
        row.id or "-",
        row.state if row.state != "none" else "nothing to prove itself with",
        when(row.expires) if row.expires else "-",
        when(row.used)[:-2] + "00" if row.used is not None else "-",
        ", ".join(told),
    ]
