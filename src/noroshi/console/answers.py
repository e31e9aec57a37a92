"""The routes by name: what each answers, and the least role that may ask."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from starlette.responses import Response

from noroshi.console import pacts, printing, sending, users
from noroshi.console.beside import EVIDENCE, POSITIONS, SATELLITES
from noroshi.console.detail import detail
from noroshi.console.doors import Answer, Asked, Denied, answered
from noroshi.console.seen import PAGE, drawn_assets, seen
from noroshi.console.users import Role
from noroshi.node import ledger, twice
from noroshi.node.comparing import Supposed
from noroshi.node.recall import recall, recalled
from noroshi.words.asset import Asset
from noroshi.words.time import DAY, parse_duration


class Send(msgspec.Struct, forbid_unknown_fields=True):
    """Findings, and the party that they are for."""

    ids: list[str]
    party: str


class Agree(msgspec.Struct, forbid_unknown_fields=True):
    """Whether somebody agrees to what another asked for."""

    id: str
    agree: bool


class Recall(msgspec.Struct, forbid_unknown_fields=True):
    """Findings to be taken back, why, and within what time (ISO 8601)."""

    ids: list[str]
    why: str
    within: str = "P7D"


class Change(msgspec.Struct, forbid_unknown_fields=True):
    """A user as they are to be; without a password the one they have stays."""

    name: str
    role: Role
    password: str | None = None
    remove: bool = False


def _party(asked: Asked) -> str | None:
    return asked.query.get("as") or None


def picture(asked: Asked) -> Any:
    """The picture as somebody sees it, or the beginning of it."""
    return seen(
        asked.desk.node, _party(asked), now=asked.now, at=asked.instant("at"),
        known=asked.instant("known"), first=asked.number("first", PAGE),
    )  # fmt: skip


def finding(asked: Asked) -> Any:
    """One finding opened."""
    return detail(
        asked.desk.node, asked.text("id"), _party(asked), now=asked.now,
        at=asked.instant("at"), known=asked.instant("known"),
    )  # fmt: skip


def evidence(asked: Asked) -> Any:
    """What a finding rests on, opened beside this process."""
    node = asked.desk.node
    row = node.store.finding(asked.text("id"))
    if row is None:
        raise Denied(404, "no such finding")
    return asked.desk.beside.ask(row.version, EVIDENCE, row.id)


def positions(asked: Asked) -> Response:
    """Positions of a stretch of time, as columns (`noroshi.console.positions`)."""
    wanted = (_known(asked), asked.instant("since"), asked.instant("until"), asked.instant("at"))
    return answered(_beside(asked, POSITIONS, wanted), media="application/octet-stream")


def satellites(asked: Asked) -> bytes:
    """Which satellites there are elements of."""
    return _beside(asked, SATELLITES, (_known(asked), None, None, asked.instant("at")))


def orbit(asked: Asked) -> bytes:
    """The ground below one of them."""
    norad = asked.text("norad")
    if not (norad.isascii() and norad.isdecimal() and len(norad) < 10):
        raise Denied(400, f"norad: {norad[:40]!r} is no number of a satellite")
    wanted = (_known(asked), int(norad), asked.instant("since"), asked.instant("at"))
    return _beside(asked, SATELLITES, wanted)


def _beside(asked: Asked, module: str, wanted: tuple[Any, ...]) -> bytes:
    node = asked.desk.node
    return asked.desk.beside.ask(
        node.store.last_event(), module, msgspec.json.encode(wanted).decode()
    )


def _known(asked: Asked) -> str | None:
    """The party's code; None for the node's own. Raises `UnknownParty`."""
    party = _party(asked)
    return None if party is None else asked.desk.node.parties.get(party).code


def assets(asked: Asked) -> Any:
    """The assets of a picture as they are drawn."""
    node, party, at = asked.desk.node, _party(asked), asked.instant("at")
    return [_drawn(each) for each in drawn_assets(node, party, now=asked.now, at=at)]


def _drawn(each: Asset) -> dict[str, Any]:
    shape = each.place.geojson if each.place else None
    return {
        "id": each.id,
        "kind": each.kind,
        "name": each.name,
        "name_ja": each.name_ja,
        "place": None if each.place is None else (each.place.lon, each.place.lat),
        "path": each.path,
        "shape": None if shape is None else msgspec.Raw(shape),
    }


def preview(asked: Asked) -> Any:
    """What a party would get."""
    wanted = asked.decoded(Send)
    return sending.preview(asked.desk.node, wanted.ids, wanted.party, asked.now)


def send(asked: Asked) -> Any:
    """Bring it to the party; or, where a second person has to agree, ask for that."""
    wanted = asked.decoded(Send)
    node = asked.desk.node
    if twice.needed(node, wanted.ids, wanted.party, asked.now):
        asked.note("ask", party=wanted.party, records=_ids(wanted.ids))
        wish = twice.ask(node, wanted.ids, wanted.party, asked.who, asked.now)
        return sending.Sent(wanted.party, "asked", 0, 0, wish.id, ())
    asked.note("release", party=wanted.party, records=_ids(wanted.ids))
    return sending.send(node, wanted.ids, wanted.party, asked.desk.clock)


def wishes(asked: Asked) -> Any:
    """What waits for a second person."""
    return twice.waiting(asked.desk.node, asked.now)


def held(asked: Asked) -> Any:
    """What the agreements give a party and a second person has not agreed to yet."""
    node = asked.desk.node
    found = twice.held_back(node, node.parties.get(asked.text("party")).code, asked.now)
    return {"all": len(found), "ids": found[: sending.MOST]}


def agree(asked: Asked) -> Any:
    """Agree to what another asked for, which goes from then on, and is sent; or refuse it."""
    wanted = asked.decoded(Agree)
    node = asked.desk.node
    if not wanted.agree:
        wish = twice.refuse(node, wanted.id, asked.now)
        asked.note("refuse", party=wish.party, asked_by=wish.who, records=_ids(list(wish.ids)))
        return sending.Sent(wish.party, "refused", 0, 0, "", ())

    def note(wish: twice.Wish) -> None:
        asked.note("release", party=wish.party, asked_by=wish.who, records=_ids(list(wish.ids)))

    wish = twice.agree(node, wanted.id, asked.who, asked.now, note)
    return sending.send(node, wish.ids, wish.party, asked.desk.clock)


def take_back(asked: Asked) -> Any:
    """Recall, from everybody who has it."""
    wanted = asked.decoded(Recall)
    try:
        within = parse_duration(wanted.within)
    except ValueError:
        raise Denied(400, f"within: {wanted.within[:40]!r} is no duration") from None
    if not 0 < within <= 365 * DAY:
        raise Denied(400, "within: expected a year at most")
    if not wanted.ids or len(wanted.ids) > sending.MOST:
        raise Denied(400, f"expected 1 to {sending.MOST} records")
    asked.note("recall", records=_ids(wanted.ids), why=wanted.why[:500])
    node = asked.desk.node
    taken = recall(node, wanted.ids, wanted.why, within, asked.now)
    return {
        "taken": taken,
        "recalls": [one for name in taken for one in recalled(node, asked.now, name)],
    }


def _ids(ids: list[str]) -> str:
    return f"{len(ids)}: {', '.join(each[:60] for each in ids[:20])}"


def recalls(asked: Asked) -> Any:
    """Every recall with its receipts, newest first."""
    return recalled(asked.desk.node, asked.now, asked.query.get("id"))[::-1]


def disclosures(asked: Asked) -> Any:
    """The latest rows of the ledger."""
    return ledger.lines(
        asked.desk.node, party=asked.query.get("party") or None,
        record=asked.query.get("record") or None, limit=100,
    )  # fmt: skip


def incidents(asked: Asked) -> Any:
    """Incidents as the node, or a party, would find them; computed beside this process. What goes
    to the party under another id has ours here, as in its picture, which the owner looks at."""
    told = _incidents(asked)
    return told if _party(asked) is None else printing.in_our_names(asked.desk.node, told)


def _incidents(asked: Asked) -> bytes:
    words = ["picture"]
    if party := _known(asked):
        words += ["--as", party]
    return asked.desk.beside.ask(asked.desk.node.store.last_event(), *words)


def report(asked: Asked) -> Response:
    """The report on a finding or an incident as PDF."""
    node, named = asked.desk.node, asked.query.get("incident") or asked.text("finding")
    head = printing.head(node, asked.text("language", "en"), _party(asked), asked.who, asked.now)
    if "incident" in asked.query:
        document = printing.incident(node, _incidents(asked), named, head)
    else:
        document = printing.finding(node, named, head)
    with asked.desk.printing:
        body = printing.pdf_beside(node, document)
    # What could not be made was not printed.
    asked.note("print", record=named[:80], whose=head.whose, label=document.label)
    # A partner's copy bears no name of ours, outside neither.
    ours = head.whose == node.party or "incident" in asked.query
    name = (
        "".join(c for c in named if c.isascii() and (c.isalnum() or c == "-"))
        if ours
        else "finding"
    )
    headers = {
        "cache-control": "no-store", "content-disposition": f'attachment; filename="{name}.pdf"',
    }  # fmt: skip
    return Response(body, 200, headers, "application/pdf")


def _moment(asked: Asked) -> int:
    return asked.now if (at := asked.instant("at")) is None else at


def pact(asked: Asked) -> Any:
    """The agreements of a set."""
    return pacts.room(asked.desk.node, asked.text("set", "law"), _moment(asked))


def agreement(asked: Asked) -> Any:
    """One agreement."""
    named = asked.text("set", "law")
    return pacts.page(asked.desk.node, named, asked.text("id"), _moment(asked))


def compared(asked: Asked) -> Any:
    """Two sets, or a set and the same supposing something."""
    return pacts.compared(asked.desk.node, *_two(asked), _moment(asked))


def moved(asked: Asked) -> Any:
    """The ties that end and begin between the same."""
    return pacts.moved(asked.desk.node, *_two(asked), _moment(asked))


def _two(asked: Asked) -> tuple[str, str, Supposed]:
    def several(name: str) -> tuple[str, ...]:
        return tuple(each for each in asked.query.get(name, "").split(",") if each)

    supposed = Supposed(several("in_force"), several("without"), several("with"), several("into"))
    one = asked.text("set", "law")
    return one, asked.text("other", one), supposed


def supposed(asked: Asked) -> Any:
    """A party leaves or comes in."""
    out = asked.query.get("without")
    into = tuple(each for each in asked.query.get("into", "").split(",") if each)
    return pacts.supposed(
        asked.desk.node, asked.text("set", "law"), out or asked.text("with"), into,
        without=out is not None, at=_moment(asked),
    )  # fmt: skip


def proof(asked: Asked) -> Any:
    """The certificate of the node's files."""
    return asked.desk.beside.ask(asked.desk.node.store.last_event(), "pact", "prove")


def acts(asked: Asked) -> Any:
    """What people did, newest first."""
    return asked.desk.acts.latest()


def people(asked: Asked) -> Any:
    """The users, without what they prove themselves with."""
    return [
        {"name": each.name, "role": each.role, "password": bool(each.argon2)}
        for each in asked.desk.users().users
    ]


def change(asked: Asked) -> Any:
    """Make, change or remove a user."""
    wanted = asked.decoded(Change)
    settings = asked.desk.node.settings
    asked.note("user", name=wanted.name[:64], role="removed" if wanted.remove else wanted.role)
    if wanted.remove:
        users.remove(settings, wanted.name)
    else:
        users.put(settings, wanted.name, wanted.role, wanted.password, asked.now)
    return people(asked)


ASKED: Final[tuple[tuple[str, Role, Answer], ...]] = (
    ("picture", "viewer", picture),
    ("finding", "viewer", finding),
    ("evidence", "viewer", evidence),
    ("positions", "viewer", positions),
    ("satellites", "viewer", satellites),
    ("satellites/orbit", "viewer", orbit),
    ("assets", "viewer", assets),
    ("recalls", "viewer", recalls),
    ("ledger", "viewer", disclosures),
    ("wishes", "releaser", wishes),
    ("held", "analyst", held),
    ("incidents", "viewer", incidents),
    ("report", "viewer", report),
    ("pact", "viewer", pact),
    ("pact/agreement", "viewer", agreement),
    ("pact/diff", "analyst", compared),
    ("pact/moved", "analyst", moved),
    ("pact/suppose", "analyst", supposed),
    ("pact/proof", "analyst", proof),
    ("acts", "administrator", acts),
    ("users", "administrator", people),
)
"""What is looked at."""

DONE: Final[tuple[tuple[str, Role, Answer], ...]] = (
    ("preview", "analyst", preview),
    ("send", "releaser", send),
    ("wishes", "releaser", agree),
    ("recall", "releaser", take_back),
    ("users", "administrator", change),
)
"""What is sent with a body. A preview changes nothing, and is asked so for its length."""
