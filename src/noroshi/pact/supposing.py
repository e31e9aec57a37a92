"""Supposing: a set of agreements as it would be after one thing happened. Nothing is signed here.

A supposed agreement is an agreement like any other, with a hash of its own, so a withdrawal is a
diff: `diff(side, Side(without(policy, "USA", at), at))`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import msgspec

from noroshi.pact.format import Agreement, File, Joined, Left
from noroshi.pact.policy import Policy
from noroshi.words.errors import BadInput
from noroshi.words.ids import canonical, sha256
from noroshi.words.time import format_instant

_replace = msgspec.structs.replace


def without(policy: Policy, party: str, at: int) -> Policy:
    """The set after `party`, and what is below it, left every agreement on the day of `at`."""
    return _each(policy, lambda each: _left(policy, each, party, at))


def joining(policy: Policy, party: str, at: int, names: Iterable[str] = ()) -> Policy:
    """The set after `party` came in, on the day of `at`: to the agreements of `names`, or where
    none are named to all that say who else may come in. It comes by their first `[[joins]]`;
    where there is none, as if it had been a party from the start.

    Raises `BadInput` for a name that the set does not hold, and where nobody may come in.
    """
    wanted = tuple(names) or tuple(each.id for each in policy.agreements if each.file.joins)
    held(policy, wanted)
    if not wanted:
        hint = "name one: --in eu-jpn-sdp"
        raise BadInput("pact", "no agreement says who else may come in", hint=hint)
    return _each(
        policy, lambda each: _joined(policy, each, party, at) if each.id in wanted else each.file
    )


def entering(policy: Policy, names: Iterable[str], at: int) -> Policy:
    """The set after the agreements of `names` came into force on the day of `at`."""
    wanted = {*names}
    held(policy, wanted)
    return _each(policy, lambda each: _entered(each.file, at) if each.id in wanted else each.file)


def held(policy: Policy, names: Iterable[str]) -> None:
    """Raises `BadInput` for the first of `names` that the set does not hold."""
    for name in names:
        if name not in policy.by_id:
            known = ", ".join(sorted(policy.by_id)[:5])
            raise BadInput("pact", "no such agreement in the set", found=name, expected=known)


def _each(policy: Policy, change: Callable[[Agreement], File]) -> Policy:
    agreements: list[Agreement] = []
    for each in policy.agreements:
        file = change(each)
        if file is each.file:
            agreements.append(each)
        else:
            raw = canonical(msgspec.to_builtins(file))
            agreements.append(Agreement(file, sha256(raw), raw))
    return Policy(agreements, policy.parties, policy.grants, policy.consents)


def _left(policy: Policy, agreement: Agreement, party: str, at: int) -> File:
    line = policy.parties.line
    leaving = [
        code
        for code, bound in policy.bounds[agreement.id].items()
        if party in line(code) and at < bound.window.end
    ]
    if not leaving:
        return agreement.file
    gone = agreement.file.exit
    stay = tuple(each for each in gone.left if each.party not in leaving)
    left = (*stay, *(Left(code, _day(at)) for code in leaving))
    return _replace(agreement.file, exit=_replace(gone, left=left))


def _joined(policy: Policy, agreement: Agreement, party: str, at: int) -> File:
    file = agreement.file
    if party in policy.bounds[agreement.id]:
        return file
    if not file.joins:
        return _replace(
            file, agreement=_replace(file.agreement, parties=(*agreement.parties, party))
        )
    first, *rest = file.joins
    joined = _replace(first, joined=(*first.joined, Joined(party, _day(at))))
    return _replace(file, joins=(joined, *rest))


def _entered(file: File, at: int) -> File:
    return _replace(file, agreement=_replace(file.agreement, in_force=_day(at)))


def _day(at: int) -> str:
    return format_instant(at)[:10]
