"""The store of one node: records as raw bytes, law by epoch, each partner's view, the ledger.

In: words (`Record`, `Finding`, `Grant`, …) from feeds, desks and peers; agreements as bytes.
Out: `Store`, one SQLite file; the rows it answers with are in `rows`. Everything is written in
transactions, once, whatever is repeated; what is derived can be dropped and rebuilt.
"""

from noroshi.store.calls import Call, Way
from noroshi.store.confirming import Confirmation
from noroshi.store.disclosures import Split
from noroshi.store.emergencies import Broken, Outcome
from noroshi.store.erasing import Erasure
from noroshi.store.feedback import Feedback, Letter
from noroshi.store.incidents import ChanceRow, IncidentRow, OverruleRow
from noroshi.store.keeping import Word
from noroshi.store.recalls import Recall, Stone, Where, Withdrawal
from noroshi.store.reconciling import Came, Compared, Row
from noroshi.store.restoring import Forgotten, Life, Resync
from noroshi.store.rows import (
    Added,
    Attested,
    Conflict,
    Entry,
    Event,
    FindingRow,
    Held,
    Holding,
    LedgerRow,
    Match,
    NewEntry,
    NewObject,
    Put,
    SourceState,
    Variant,
    ViewState,
)
from noroshi.store.store import Store
from noroshi.store.tasks import How, Note, Owed, Task

__all__ = [
    "Added",
    "Attested",
    "Broken",
    "Call",
    "Came",
    "ChanceRow",
    "Compared",
    "Confirmation",
    "Conflict",
    "Entry",
    "Erasure",
    "Event",
    "Feedback",
    "FindingRow",
    "Forgotten",
    "Held",
    "Holding",
    "How",
    "IncidentRow",
    "LedgerRow",
    "Letter",
    "Life",
    "Match",
    "NewEntry",
    "NewObject",
    "Note",
    "Outcome",
    "OverruleRow",
    "Owed",
    "Put",
    "Recall",
    "Resync",
    "Row",
    "SourceState",
    "Split",
    "Stone",
    "Store",
    "Task",
    "Variant",
    "ViewState",
    "Way",
    "Where",
    "Withdrawal",
    "Word",
]
