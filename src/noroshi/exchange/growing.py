"""The tree over what one party received, which only grows: roots and proofs without reading it all.

The leaves are the seals of the ledger's rows for that party and nobody else, so neither size nor
root says anything of others. Of every 256 leaves the hash is kept, of every 256 of those too, and
so on: a root or a proof over a million rows reads some hundreds of hashes.
"""

from __future__ import annotations

from typing import Final

from noroshi.exchange.merkle import EMPTY, leaf, root
from noroshi.store import Store

TILE: Final = 8
"""A kept hash is over 2^8 of the kept hashes (or leaves) below it."""

WIDE: Final = 1 << TILE
HASH_BYTES: Final = 32


class Growing:
    """The tree over what `party` received, as it stands when this is made."""

    def __init__(self, store: Store, party: str) -> None:
        self._store, self._party = store, party
        self.size = store.ledger_size(party)
        self._groups: dict[tuple[int, int], list[bytes]] = {}
        self._fresh: list[tuple[str, int, int, bytes]] = []

    def root(self, size: int | None = None) -> bytes:
        """The root over the first `size` leaves, or over all."""
        wanted = self.size if size is None else size
        if not 0 <= wanted <= self.size:
            raise ValueError(f"a tree of {self.size} leaves has no beginning of {wanted}")
        made = self._over(0, wanted) if wanted else EMPTY
        self._keep()
        return made

    def inclusion(self, index: int, size: int) -> tuple[bytes, ...]:
        """The proof that leaf `index` is among the first `size` (RFC 9162 §2.1.3)."""
        if not 0 <= index < size <= self.size:
            raise ValueError(f"no leaf {index} among {size} of {self.size}")
        path: list[bytes] = []
        start, end = 0, size
        while end - start > 1:
            middle = start + _half(end - start)
            if index < middle:
                path.append(self._over(middle, end))
                end = middle
            else:
                path.append(self._over(start, middle))
                start = middle
        self._keep()
        return tuple(reversed(path))

    def consistency(self, size: int, grown: int) -> tuple[bytes, ...]:
        """The proof that the first `grown` leaves begin with the first `size` (RFC 9162 §2.1.4);
        empty where one of them is nothing or both are the same."""
        if not 0 <= size <= grown <= self.size:
            raise ValueError(f"a tree of {self.size} leaves did not grow from {size} to {grown}")
        if size in (0, grown):
            return ()
        path: list[bytes] = []
        start, end, whole = 0, grown, True
        while size != end:
            middle = start + _half(end - start)
            if size <= middle:
                path.append(self._over(middle, end))
                end = middle
            else:
                path.append(self._over(start, middle))
                start, whole = middle, False
        if not whole:
            path.append(self._over(start, end))
        self._keep()
        return tuple(reversed(path))

    def _over(self, start: int, end: int) -> bytes:
        """The hash over leaves [start, end), a part that the tree has."""
        count = end - start
        if count & (count - 1) == 0:
            return self._full(count.bit_length() - 1, start)
        middle = start + _half(count)
        return root([self._over(start, middle), self._over(middle, end)])

    def _full(self, level: int, start: int) -> bytes:
        """The hash over the full part of 2^level leaves that begins at leaf `start`."""
        low = level // TILE * TILE
        group, first = divmod(start >> low, WIDE)
        hashes = self._group(low, group)[first : first + (1 << level - low)]
        return root(hashes)

    def _group(self, low: int, group: int) -> list[bytes]:
        """Hashes of full parts of 2^low leaves, of 256 such parts or as many as there are."""
        key = (low, group)
        if key not in self._groups:
            start = group * WIDE
            count = min(WIDE, (self.size >> low) - start)
            self._groups[key] = self._read(low, start, count)
        return self._groups[key]

    def _read(self, low: int, start: int, count: int) -> list[bytes]:
        if low == 0:
            seals = self._store.ledger_seals(self._party, start, count)
            return [leaf(bytes.fromhex(each)) for each in seals]
        kept = self._store.tiles(self._party, low, start, count)
        for i in range(start + len(kept), start + count):
            # Kept hashes have no gaps: those of full parts are written in order.
            made = root(self._read(low - TILE, i * WIDE, WIDE))
            self._fresh.append((self._party, low, i, made))
            kept.append(made)
        return kept

    def _keep(self) -> None:
        if self._fresh:
            self._store.put_tiles(self._fresh)
            self._fresh = []


def _half(count: int) -> int:
    """The largest power of two below `count` (of 2 and more)."""
    return 1 << (count - 1).bit_length() - 1


class Frontier:
    """A tree built leaf by leaf, of which only the full parts on its right edge are held."""

    def __init__(self, size: int = 0, edge: bytes = b"") -> None:
        """Empty, or as it was over `size` leaves when `edge` was taken."""
        levels = [n for n in reversed(range(size.bit_length())) if size >> n & 1]
        if len(edge) != HASH_BYTES * len(levels):
            raise ValueError(f"the edge of a tree of {size} leaves is not {len(edge)} bytes")
        self.size = size
        self._parts = [
            (level, edge[n * HASH_BYTES : (n + 1) * HASH_BYTES]) for n, level in enumerate(levels)
        ]

    @property
    def edge(self) -> bytes:
        """The full parts on the right edge, from the left, 32 bytes each."""
        return b"".join(made for _, made in self._parts)

    def add(self, hashed: bytes) -> None:
        """Take in the hash of the next leaf."""
        level = 0
        while self._parts and self._parts[-1][0] == level:
            hashed = root([self._parts.pop()[1], hashed])
            level += 1
        self._parts.append((level, hashed))
        self.size += 1

    def root(self) -> bytes:
        """The root over all that were taken in."""
        if not self._parts:
            return EMPTY
        made = self._parts[-1][1]
        for _, left in reversed(self._parts[:-1]):
            made = root([left, made])
        return made
