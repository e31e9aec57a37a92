"""`noroshi pact calendar` and `keep`: what was promised, when it is due, a person's word for it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from noroshi.cli.options import HERE, JsonOption, NodeOption, example
from noroshi.cli.pact import pact_app

if TYPE_CHECKING:
    from noroshi.node.calendar import Line
    from noroshi.pact.trend import Year


@pact_app.command(
    "calendar",
    epilog=example(
        "noroshi pact calendar --node ./jpn",
        "noroshi pact calendar --status overdue --status ownerless --node ./jpn",
        "noroshi pact calendar --ical pact.ics --until 2028-01-01 --node ./jpn",
        "noroshi pact calendar --trend --node ./jpn",
    ),
)
def pact_calendar(
    status: Annotated[
        list[str] | None,
        typer.Option(help="Only overdue, ownerless, due, unknown or kept; may be repeated."),
    ] = None,
    agreement: Annotated[str | None, typer.Option(help="Only this agreement.")] = None,
    at: Annotated[str | None, typer.Option(help="As of then (RFC 3339 or a date).")] = None,
    until: Annotated[
        str | None, typer.Option(help="List due dates up to then; two years on when not given.")
    ] = None,
    ical: Annotated[
        Path | None, typer.Option(help="Write an iCalendar file (RFC 5545) of what is due.")
    ] = None,
    trend: Annotated[
        bool, typer.Option("--trend", help="Promises kept per agreement, year by year.")
    ] = False,
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """List every commitment with lead, cadence, next due, status, means and evidence; overdue and
    ownerless ones first."""
    from noroshi.cli.show import instant, print_json, say
    from noroshi.node.calendar import lines, row
    from noroshi.node.node import Node, clock
    from noroshi.pact.calendar import ORDER
    from noroshi.pact.ical import ical as written
    from noroshi.pact.trend import trend as counted
    from noroshi.words.time import DAY

    wanted = set(status or ORDER)
    if unknown := wanted - set(ORDER):
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: none of {', '.join(ORDER)}")
    with Node.open(node) as opened:
        now = instant(at) or clock()
        last = instant(until) or now + 730 * DAY
        found = lines(opened, now, last)
        known = {each.entry.agreement for each in found}
    if agreement is not None and agreement not in known:
        raise typer.BadParameter(
            f"{agreement!r} has no commitments; {', '.join(sorted(known))} have"
        )
    shown = tuple(
        each
        for each in found
        if each.entry.status in wanted and agreement in (None, each.entry.agreement)
    )
    years = counted((each.entry for each in shown), now) if trend else ()
    if ical is not None:
        ical.write_bytes(written((each.entry for each in shown), now, last))
    if json:
        print_json(years if trend else [row(each) for each in shown])
    elif trend:
        _print_trend(years)
    else:
        for each in shown:
            _print(each, now)
        counts = ", ".join(
            f"{sum(each.entry.status == name for each in shown)} {name}" for name in ORDER
        )
        say(f"{len(shown)} commitments: {counts}." if shown else "No commitments in the law here.")
    if ical is not None and not json:
        say(f"{ical}: what is due up to {_day(last)}.")


@pact_app.command(
    "keep",
    epilog=example(
        'noroshi pact keep eu-jpn-sdp/C10 event--1c2f --by "duty officer" --node ./jpn',
        "noroshi pact keep eu-jpn-sdp/C06 --document https://example.org/joint-statement "
        '--on 2026-03 --by "desk officer" --node ./jpn',
        'noroshi pact keep eu-jpn-sdp/C10 event--1c2f --not --by "duty officer" --node ./jpn',
    ),
)
def pact_keep(
    commitment: Annotated[str, typer.Argument(help="Such as eu-jpn-sdp/C10.")],
    record: Annotated[
        str | None, typer.Argument(help="Id of the record that shows it, or its start.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who says so.")] = "",
    document: Annotated[
        str | None, typer.Option(help="A document that shows it, instead of a record.")
    ] = None,
    on: Annotated[
        str | None, typer.Option(help="When it happened; in part as far as it is known.")
    ] = None,
    not_: Annotated[
        bool, typer.Option("--not", help="It does not show it; the last word counts.")
    ] = False,
    note: Annotated[str, typer.Option(help="A remark.")] = "",
    node: NodeOption = HERE,
    json: JsonOption = False,
) -> None:
    """Say that a record or a document shows a commitment kept, or that it does not."""
    from noroshi.cli.show import print_json, say
    from noroshi.node.calendar import keep
    from noroshi.node.node import Node, clock
    from noroshi.pact.ical import spelt

    with Node.open(node) as opened:
        said = keep(
            opened, commitment, record=record, document=document, on=on, by=by, kept=not not_,
            note=note, now=clock(),
        )  # fmt: skip
    if json:
        print_json(said)
        return
    for each in said.tests:
        met = "" if each.met else ": the rule of the agreement does not recognise it"
        say(f"  {each.condition} is {each.found}, wanted {each.wanted}{met}")
    does = "shows" if said.word.kept else "does not show"
    known = "" if said.new else " (said before)"
    say(f"{said.word.ref} {does} {commitment} kept, {spelt(said.word.span)}, by {by}{known}")


def _print(line: Line, now: int) -> None:
    from noroshi.cli.show import say, when
    from noroshi.pact.ical import spelt
    from noroshi.words.time import DAY

    entry, each = line.entry, line.entry.commitment
    cadence = f", every {each.every}" if each.every else ""
    due = "no date promised"
    if entry.next is not None:
        over = f", {(now - entry.next.due.t1) // DAY} days ago" if entry.status == "overdue" else ""
        due = f"{'due' if over else 'next due'} {spelt(entry.next.due)}{over}"
    say(f"{entry.status:<9} {entry.id}  {each.kind}  {due}{cadence}")
    say(f"  {each.text}")
    leads = [f"{code} {office}" for code, office in each.lead.items() if office]
    leads += [f"{code} nobody" for code in entry.without]
    say(f"  lead      {'; '.join(leads)}")
    if each.resources:
        say(f"  means     {each.resources}")
    for deed in entry.deeds[-3:]:
        note = f" ({deed.note})" if deed.note else ""
        say(f"  kept      {spelt(deed.span)}, says {deed.by}: {deed.ref}{note}")
    if len(entry.deeds) > 3:
        say(f"            and {len(entry.deeds) - 3} times before")
    for ref in line.gone:
        say(f"  no more   {ref} was confirmed, and has been retracted or withdrawn since")
    if line.rule is not None and (line.candidates or not entry.deeds):
        say(f"  rule      {line.rule}")
        for one in line.candidates[:2]:
            say(f"  candidate {one.record}  {one.kind}, {when(one.span.t0)}, by {one.owner}")
        if line.candidates:
            more = f"{len(line.candidates)} in all. " if len(line.candidates) > 2 else ""
            say(f"            {more}{line.note} noroshi pact keep {entry.id} RECORD --by NAME")


def _print_trend(years: tuple[Year, ...]) -> None:
    from noroshi.cli.show import say, table

    if not years:
        say("Nothing was due yet, and nothing is known to have been done.")
        return
    heads = ("due", "kept", "late", "missed", "unknown", "deeds")
    table(
        [("agreement", False), ("year", True), *((each, True) for each in heads)],
        [
            [each.agreement, str(each.year), *(str(getattr(each, name)) for name in heads)]
            for each in years
        ],
    )


def _day(at: int) -> str:
    from noroshi.words.time import format_instant

    return format_instant(at)[:10]
