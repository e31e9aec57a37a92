"""The TAXII 2.1 server as one pure function: a request on the raw path in, a response out.

What a caller may not see is answered to the byte as what does not exist. So every refusal after
authentication depends only on the request and on what the caller may see, and the order is fixed:
who (401), how (406, 413), where (400, 404), which method (405), what (400, 403, 404).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import unquote_to_bytes

import msgspec

from noroshi.exchange.accounts import Account
from noroshi.exchange.taxii import reading, writing
from noroshi.exchange.taxii.message import (
    MEDIA_TYPE,
    NOT_FOUND,
    Problem,
    Request,
    Response,
    answer,
    answer_json,
    refusal,
)
from noroshi.exchange.taxii.negotiate import acceptable
from noroshi.exchange.taxii.reading import Call, Reading
from noroshi.exchange.taxii.service import Collection, Rights, Root, Service

__all__ = ["Request", "Response", "handle", "refuse", "respond"]

LONGEST_PATH: Final = 8_192
STIX_TYPES: Final = ("application/stix+json;version=2.1", "application/stix+json;version=2.0")
_BASIC: Final = ("www-authenticate", 'Basic realm="noroshi", charset="UTF-8"')
_BEARER: Final = ("www-authenticate", 'Bearer realm="noroshi"')
_BAD_TOKEN: Final = ("www-authenticate", 'Bearer realm="noroshi", error="invalid_token"')

Endpoint = Callable[[], Response]
Routes = dict[str, Endpoint]


def handle(service: Service, request: Request, now: int) -> Response:
    """The answer to `request` at `now` (µs UTC): always TAXII, whatever was asked."""
    sent = request.headers.get("authorization", "")
    return respond(
        service, request, service.accounts.authenticate(sent, now, request.certificate), now
    )


def respond(service: Service, request: Request, account: Account | None, now: int) -> Response:
    """The answer to a request about whose caller all is known: `account`, or None."""
    try:
        response = _answer(service, request, account, now)
    except Problem as problem:
        return refuse(problem, request)
    return _bodiless(response) if request.method == "HEAD" else response


def refuse(problem: Problem, request: Request) -> Response:
    """The answer that refuses `request`."""
    response = refusal(problem, request)
    return _bodiless(response) if request.method == "HEAD" else response


def _bodiless(response: Response) -> Response:
    return msgspec.structs.replace(response, body=b"")


def _answer(service: Service, request: Request, account: Account | None, now: int) -> Response:
    if account is None:
        raise _unknown(request)
    if service.heard is not None and account.party:
        service.heard(account.party, now)
    if not acceptable(request.headers.get("accept")):
        raise Problem(406, f"Only {MEDIA_TYPE} is served.")
    roots = service.roots_of(account)
    _check_size(service, roots, request)
    routes = _find(Call(service, request, account, now), roots, segments(request.path))
    method = "GET" if request.method == "HEAD" else request.method
    allowed = ("allow", ", ".join(sorted({*routes, "HEAD", "OPTIONS"})))
    if method == "OPTIONS":
        return answer(b"{}", allowed)
    if method not in routes:
        raise Problem(405, "This resource does not know that method.", headers=(allowed,))
    return routes[method]()


def _unknown(request: Request) -> Problem:
    """What is wrong with the credentials is told to nobody: only which scheme was tried, which the
    caller wrote, decides about the challenges (RFC 9110 §11.6.1, RFC 6750 §3)."""
    scheme = request.headers.get("authorization", "").strip().partition(" ")[0].lower()
    bearer = _BAD_TOKEN if scheme == "bearer" else _BEARER
    return Problem(401, "Credentials of an account here are needed.", headers=(_BASIC, bearer))


def _check_size(service: Service, roots: tuple[Root, ...], request: Request) -> None:
    declared = request.headers.get("content-length", "0")
    # Text that is no number never reaches us through a web server; it means nothing here.
    length = (
        int(declared) if declared.isascii() and declared.isdigit() and len(declared) < 19 else 0
    )
    # Of the roots that the caller knows: what another may be sent is none of its business.
    limit = max(map(service.longest, roots), default=service.shortest)
    if max(length, len(request.body)) > limit:
        raise Problem(413, f"A body may have at most {limit} bytes.")


def segments(path: str) -> tuple[str, ...]:
    """The decoded segments of a raw path, split before decoding: an encoded slash is part of an
    id. A slash at the end may be left out. Dots mean nothing."""
    if len(path) > LONGEST_PATH:
        raise Problem(400, f"A path may have at most {LONGEST_PATH} characters.")
    first, *rest = path.split("/")
    if first or not rest:
        raise Problem(404, NOT_FOUND)
    try:
        decoded = [unquote_to_bytes(each).decode() for each in rest]
    except UnicodeError as error:
        raise Problem(400, "A path has to be percent-encoded UTF-8.") from error
    if any("\0" in each for each in decoded):
        # Nothing has such a name, and not every database can be asked for one.
        raise Problem(404, NOT_FOUND)
    return tuple(decoded[:-1] if decoded[-1] == "" else decoded)


def _find(call: Call, roots: tuple[Root, ...], path: tuple[str, ...]) -> Routes:
    """The methods that the caller, who knows of `roots`, finds at `path`."""
    if path == ("taxii2",):
        return {"GET": lambda: _discovery(call.service, roots)}
    for root in roots:
        if path[:1] == (root.path,):
            return _find_in_root(call, root, path[1:])
    raise Problem(404, NOT_FOUND)


def _find_in_root(call: Call, root: Root, path: tuple[str, ...]) -> Routes:
    match path:
        case ():
            return {"GET": lambda: _root(call.service, root)}
        case ("status", _):
            return {"GET": lambda: _status(call, root, path[1])}
        case ("collections",):
            return {"GET": lambda: _collections(call, root)}
        case ("collections", name, *rest):
            collection, rights = _collection(call, root, name)
            where = (root.path, collection.id, *rest)
            return _find_in_collection(Reading(call, root, collection, rights, where), rest)
        case _:
            raise Problem(404, NOT_FOUND)


def _find_in_collection(asked: Reading, path: list[str]) -> Routes:
    match path:
        case []:
            return {"GET": lambda: answer_json(_describe(asked.collection, asked.rights))}
        case ["objects"]:
            return {
                "GET": _read(asked, lambda: reading.objects(asked)),
                "POST": lambda: writing.add(asked),
            }
        case ["objects", oid]:
            return {
                "GET": _read(asked, lambda: reading.one_object(asked, oid)),
                "DELETE": lambda: writing.delete(asked, oid),
            }
        case ["objects", oid, "versions"]:
            return {"GET": _read(asked, lambda: reading.versions(asked, oid))}
        case ["manifest"]:
            return {"GET": _read(asked, lambda: reading.manifest(asked))}
        case _:
            raise Problem(404, NOT_FOUND)


def _read(asked: Reading, endpoint: Endpoint) -> Endpoint:
    """`endpoint` for who may read the collection. For who may only write to it, the answer is the
    same whatever is in it."""

    def refused() -> Response:
        raise Problem(403, "You may add to this collection, but not read it.")

    return endpoint if asked.rights.read else refused


def _status(call: Call, root: Root, id: str) -> Response:
    found = root.statuses and root.statuses.get(call.account.key, id, call.now)
    if not found:
        raise Problem(404, NOT_FOUND)
    return answer(found)


def _discovery(service: Service, known: tuple[Root, ...]) -> Response:
    """TAXII 2.1 §4.1 lets the list of roots be filtered for each client, and URLs be relative."""
    roots = [f"/{root.path}/" for root in known]
    return answer_json(
        _present(
            title=service.title,
            description=service.description,
            contact=service.contact,
            default=roots[0] if roots else None,
            api_roots=roots or None,
        )
    )


def _root(service: Service, root: Root) -> Response:
    return answer_json(
        _present(
            title=root.title,
            description=root.description,
            versions=[MEDIA_TYPE],
            max_content_length=service.longest(root),
        )
    )


def _collections(call: Call, root: Root) -> Response:
    known = [(each, each.may(call.account)) for each in root.collections]
    known = sorted((row for row in known if row[1] != Rights()), key=lambda row: row[0].id)
    return answer_json({"collections": [_describe(*row) for row in known]})


def _collection(call: Call, root: Root, name: str) -> tuple[Collection, Rights]:
    for each in root.collections:
        if name in (each.id, each.alias) and each.may(call.account) != Rights():
            return each, each.may(call.account)
    raise Problem(404, NOT_FOUND)


def _describe(collection: Collection, rights: Rights) -> dict[str, Any]:
    return _present(
        id=collection.id,
        title=collection.title,
        description=collection.description,
        alias=collection.alias,
        can_read=rights.read,
        can_write=rights.write,
        media_types=STIX_TYPES,
        x_noroshi_life=collection.life() or None if collection.life else None,
    )


def _present(**properties: Any) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value is not None}
