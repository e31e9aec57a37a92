"""Who has seen a value, and when: of what this node has, or of what a partner may have of that.

For a partner only what it may have counts: a record that is withheld from it, or whose value a
release would take out, is not there; not as a line, not in a number, not in a date. Who it is from
goes only where the release says who.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

import msgspec

from noroshi.desks.cyber.findings import lineage_of
from noroshi.desks.cyber.values import of_text
from noroshi.words import asked
from noroshi.words.desk import Answer, Option, Query
from noroshi.words.label import highest_tlp
from noroshi.words.stix import head
from noroshi.words.time import floor, format_instant, parse_instant
from noroshi.words.transform import Identity, Source, Text, Time, Without

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from noroshi.words.desk import AskKept, Posted
    from noroshi.words.release import Release

SOMEBODY: Final = "—"


class Mention(msgspec.Struct, frozen=True):
    """A record that has the value. For a partner `record`, `here` and `tlp` are left out, and `by`
    where the release does not say who."""

    kind: str
    by: str
    at: str
    title: str
    record: str | None = None
    lineage: str | None = None
    here: str | None = None
    tlp: str | None = None


class Seen(msgspec.Struct, frozen=True):
    """Who has `value`; `more` are versions of records beyond those that are listed."""

    value: str
    party: str | None
    mentions: tuple[Mention, ...]
    more: int = 0


class _Titled(msgspec.Struct):
    name: str | None = None


_titled = msgspec.json.Decoder(_Titled)


def seen(ask: AskKept, given: Mapping[str, str | None]) -> Answer:
    """The records that have a value."""
    limit, value, party = asked.count("limit", given["limit"]), given["value"] or "", given["to"]
    md5 = hashlib.md5(value.strip().encode(), usedforsecurity=False).hexdigest()
    found, more = ask.posted(sorted({*of_text(value), ("md5", md5)}))
    if party is None:
        answer = Seen(value, None, tuple(map(_ours, found)), more)
    else:
        told = (_theirs(each, ask.told(each.record.id, party).release) for each in found)
        # Sorted by what is told alone: the order in which records came here tells of them as well.
        mentions = sorted({each for each in told if each}, key=msgspec.structs.astuple)
        answer = Seen(value, party, tuple(mentions))
    return _table(answer, limit)


def _ours(each: Posted) -> Mention:
    record = each.record
    return Mention(
        kind=record.kind,
        by=record.owner,
        at=_made(each),
        title=_title(each),
        record=record.id,
        lineage=lineage_of(record),
        here=format_instant(each.at),
        tlp=highest_tlp(record.label).value,
    )


def _theirs(each: Posted, release: Release) -> Mention | None:
    """What a partner may know of it; None where it may not know that it has the value."""
    if not release.permitted:
        return None
    made = head(each.record.raw).created
    by, at, title = each.record.owner, made or SOMEBODY, _title(each)
    for change in release.transforms:
        if isinstance(change, (Identity, Without)):
            return None
        if isinstance(change, Source):
            by = SOMEBODY
        elif isinstance(change, Time):
            at = format_instant(floor(parse_instant(made), change.to)) if made else SOMEBODY
        elif isinstance(change, Text):
            title = SOMEBODY
    return Mention(each.record.kind, by, at, title)


def _made(each: Posted) -> str:
    """When its maker made it, as it says; of what is not dated, when it came."""
    return head(each.record.raw).created or format_instant(each.record.version)


def _title(each: Posted) -> str:
    try:
        return (_titled.decode(each.record.raw).name or each.record.kind)[:100]
    except msgspec.MsgspecError:
        return each.record.kind


def _table(answer: Seen, limit: int) -> Answer:
    shown, many = answer.mentions[:limit], len(answer.mentions)
    about = f"{answer.value}, as {answer.party} may know it" if answer.party else answer.value
    if not shown:
        return Answer(answer, before=(f"{about}: nobody that is known has it.",))
    columns = [("by", False), ("made (UTC)", False), ("kind", False), ("title", False)]
    if answer.party is None:
        columns += [("from", False), ("here since", False), ("tlp", False), ("record", False)]
    after = [f"{len(shown)} of {len(answer.mentions)}; --limit shows more."]
    after = after if len(shown) < len(answer.mentions) else []
    if answer.more:
        after.append(f"And {answer.more} more versions of records: so common a value tells little.")
    return Answer(
        value=answer,
        before=(f"{about}: {many} record{'' if many == 1 else 's'}", ""),
        columns=tuple(columns),
        rows=tuple(_row(each) for each in shown),
        after=("", *after) if after else (),
    )


def _row(each: Mention) -> tuple[str, ...]:
    own = (each.by, each.at[:16].replace("T", " "), each.kind, each.title)
    if each.record is None:
        return own
    here = (each.here or "")[:16].replace("T", " ")
    return (*own, each.lineage or "", here, each.tlp or "", each.record[:24])


OPTIONS: Final[Sequence[Option]] = (
    Option(
        "value", "An address, domain, URL, hash, mail address, AS or CVE number, name or product.",
        required=True, positional=True,
    ),
    Option("to", "A party: only what it may have, and no more of who than that says."),
    Option("limit", "At most this many lines.", "50"),
)  # fmt: skip
QUERY: Final = Query(
    name="seen",
    help="Who has seen a value, and when; for a partner only what it may know.",
    run=seen,
    options=tuple(OPTIONS),
    examples=("198.51.100.7 --node ./jpn", "evil.example --to EU --node ./jpn --json"),
)
