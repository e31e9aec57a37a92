"""The errors of noroshi.

    NoroshiError
    ├── BadInput           a file, row or message that cannot be read: where, found, expected, hint
    │   ├── BadAgreement   … of an agreement file
    │   └── BadConfig      … of node.toml
    ├── UnknownParty       a code that the registry does not hold
    ├── Refused            an operation that the node will not do, and why
    └── StoreFailed        what the database could not do: gone, busy, full, or against its rules

A reader *returns* `words.desk.Rejected` for one bad row and raises `BadInput` only when the whole
source is unreadable. HTTP status belongs to the API edge, not here.
"""

from __future__ import annotations


class NoroshiError(Exception):
    """Base of every error that noroshi raises on purpose."""


class BadInput(NoroshiError):
    """Input that cannot be read: names the place, what was found, what was expected."""

    def __init__(
        self,
        where: str,
        problem: str,
        *,
        found: str | None = None,
        expected: str | None = None,
        hint: str | None = None,
    ) -> None:
        self.where, self.problem = where, problem
        self.found, self.expected, self.hint = found, expected, hint
        super().__init__(self.text())

    def __reduce__(self) -> tuple[object, ...]:
        """So that it comes whole out of another process."""
        given = (self.where, self.problem, self.found, self.expected, self.hint)
        return _again, (type(self), *given)

    def text(self) -> str:
        """One line to read, with `Hint:` on a second one when there is a hint."""
        parts = [f"{self.where}: {self.problem}"]
        if self.found is not None:
            parts.append(f"found {self.found}")
        if self.expected is not None:
            parts.append(f"expected {self.expected}")
        line = "; ".join(parts)
        return f"{line}\nHint: {self.hint}" if self.hint else line


def _again(
    kind: type[BadInput], where: str, problem: str, found: str | None, expected: str | None,
    hint: str | None,
) -> BadInput:  # fmt: skip
    return kind(where, problem, found=found, expected=expected, hint=hint)


class BadAgreement(BadInput):
    """An agreement file that does not say what the format requires."""


class BadConfig(BadInput):
    """A node.toml that cannot be used."""


class UnknownParty(NoroshiError):
    """A party code that neither the packaged nor the node's own registry holds."""


class Refused(NoroshiError):
    """The node will not do this, and the message says why."""


class StoreFailed(NoroshiError):
    """The database could not do it, and what was not acknowledged is not kept."""
