"""The inbox: where partners' nodes send what they release to this one, instead of being asked.

What is taken is what a pull would take. The answer says of each object whether it was in order,
and nothing of what this node had before.
"""

from __future__ import annotations

import uuid
from typing import Final

from noroshi.exchange.accounts import Account
from noroshi.exchange.collections import Item, Plain, Status, status
from noroshi.exchange.served import stamp
from noroshi.exchange.taxii.client import PeerError, unpack
from noroshi.exchange.taxii.message import Problem
from noroshi.node.node import Node
from noroshi.node.receive import Received, receive
from noroshi.words.stix import Head

NOT_TAKEN: Final = "not taken; the operator here sees why"
UNSIGNED: Final = "No key of yours that counts here signed this; it is taken once one is pinned."


class Inbox:
    """The inbox of one node, for the peers whose key is pinned."""

    def __init__(self, node: Node, root: str) -> None:
        self._node, self._root = node, root
        peers = node.settings.config.peer
        self.parties = frozenset(peer.party for peer in peers if peer.public_key)

    def take(self, account: Account, body: bytes, now: int) -> Status:
        """As `receive`; in one transaction with the status, which is kept for `account`."""
        try:
            page = unpack(body, f"inbox of {self._node.party}")
        except PeerError as problem:
            raise Problem(422, f"Expected an envelope: {problem.found}") from problem
        if not page.objects:
            raise Problem(422, "objects: expected at least one.")
        at = stamp(now)
        with self._node.store.write():
            report = Received(account.party)
            taken = receive(self._node, account.party, page, report, now)
            good, bad = list[Item](), list[Item]()
            for common, in_order in taken:
                (good if in_order else bad).append(_item(common, at, in_order))
            made = status(str(uuid.uuid4()), at, good, bad)
            Plain(self._node.store, self._root, "").keep(account.key, made, now)
        if report.unsigned:
            # Kept aside here; and whoever sent it has it still, and sends it again.
            raise Problem(403, UNSIGNED)
        return made


def _item(common: Head | None, at: str, in_order: bool) -> Item:
    why = None if in_order else NOT_TAKEN
    if common is None:
        return Item("", at, why)
    return Item(common.id, common.modified or common.created or at, why)
