-- What came of each partner, as it signed it, and what became of that: to be held against what the
-- partner's own ledger says. `clauses` are those that it came under first, `place` is the row of
-- that ledger which accounts for it.
CREATE TABLE received (
    party   TEXT    NOT NULL,
    id      TEXT    NOT NULL,
    version INTEGER NOT NULL,
    sha256  TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    outcome TEXT    NOT NULL CHECK (outcome IN ('kept', 'ours', 'refused', 'withdrawal')),
    clauses TEXT,
    place   INTEGER,
    PRIMARY KEY (party, id, version, sha256)
) STRICT;

CREATE INDEX received_open ON received (party, id) WHERE place IS NULL;

INSERT INTO received (party, id, version, sha256, at, outcome)
SELECT h.party, h.id, h.version, r.sha256, h.at, 'kept'
FROM holding h JOIN record r ON r.id = h.id AND r.version = h.version;

-- How far a partner's ledger was gone through: so many rows, in that life of the partner's node, and
-- the right edge of the tree over them.
CREATE TABLE compared (
    party TEXT    NOT NULL PRIMARY KEY,
    life  INTEGER NOT NULL,
    size  INTEGER NOT NULL,
    edge  BLOB    NOT NULL,
    at    INTEGER NOT NULL
) STRICT;

-- Rows of a partner's ledger for which nothing that came accounts.
CREATE TABLE unaccounted (
    party       TEXT    NOT NULL,
    place       INTEGER NOT NULL,
    at          INTEGER NOT NULL,
    id          TEXT    NOT NULL,
    version     INTEGER NOT NULL,
    clauses     TEXT    NOT NULL,
    body_sha256 TEXT    NOT NULL,
    withdraws   TEXT,
    PRIMARY KEY (party, place)
) STRICT;

-- Heads, now by the life of the node that signed them: one that was put back from a backup counts
-- its ledger anew from there on.
CREATE TABLE ledger_heads (
    party     TEXT    NOT NULL,
    recipient TEXT    NOT NULL,
    life      INTEGER NOT NULL,
    size      INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    signed    BLOB    NOT NULL,
    PRIMARY KEY (party, recipient, life, size)
) STRICT;

INSERT INTO ledger_heads (party, recipient, life, size, at, signed)
SELECT party, recipient, 0, size, at, signed FROM ledger_head;

DROP TABLE ledger_head;
ALTER TABLE ledger_heads RENAME TO ledger_head;

-- Two words of one party about one ledger that cannot both be true, as it signed them.
CREATE TABLE ledger_split (
    party     TEXT    NOT NULL,
    recipient TEXT    NOT NULL,
    at        INTEGER NOT NULL,
    why       TEXT    NOT NULL,
    one       BLOB    NOT NULL,
    other     BLOB    NOT NULL,
    PRIMARY KEY (party, recipient, one, other)
) STRICT;
