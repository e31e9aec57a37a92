-- Each disclosure is sealed by itself, so that what it says can be erased and the chain still holds,
-- and is numbered among those of its party, over which a tree stands.
--
-- `form` is 1 for the rows of older builds: there `sha` is over what the row says, and nothing is
-- salted. From form 2 on `sha` is over `seal`, and `seal` over `salt` and what the row says.
CREATE TABLE disclosed (
    n           INTEGER NOT NULL PRIMARY KEY,
    prev        TEXT    NOT NULL,
    sha         TEXT    NOT NULL,
    form        INTEGER NOT NULL CHECK (form IN (1, 2)),
    at          INTEGER NOT NULL,
    party       TEXT    NOT NULL,
    place       INTEGER NOT NULL,
    seal        TEXT,
    salt        BLOB,
    id          TEXT,
    version     INTEGER,
    clauses     TEXT,
    body_sha256 TEXT,
    UNIQUE (party, place),
    UNIQUE (party, id, version, body_sha256)
) STRICT;

INSERT INTO disclosed
    (n, prev, sha, form, at, party, place, id, version, clauses, body_sha256)
SELECT n, prev, sha, 1, at, party, row_number() OVER (PARTITION BY party ORDER BY n) - 1,
       id, version, clauses, body_sha256
FROM ledger;

DROP TABLE ledger;
ALTER TABLE disclosed RENAME TO ledger;

-- Derived: the hashes of full parts of the tree over a party's disclosures, 2^level leaves each.
CREATE TABLE ledger_tile (
    party TEXT    NOT NULL,
    level INTEGER NOT NULL,
    i     INTEGER NOT NULL,
    hash  BLOB    NOT NULL,
    PRIMARY KEY (party, level, i)
) STRICT;

-- What `party` signed about its ledger of what `recipient` received: ours, and those sent to us.
CREATE TABLE ledger_head (
    party     TEXT    NOT NULL,
    recipient TEXT    NOT NULL,
    size      INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    signed    BLOB    NOT NULL,
    PRIMARY KEY (party, recipient, size)
) STRICT;
